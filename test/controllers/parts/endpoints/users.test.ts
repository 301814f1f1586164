import { describe, expect, it, test } from "vitest";
import type { BatchComputeEnvironment } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import { runningIn, usersText } from "../../../../src/controllers/parts/endpoints/users.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { countedSpecs } from "../../counted-specs.ts";
import { ec2, object as environmentObject, settings } from "../../kinds/compute-environment/given.ts";
import { fakeRegion, objectsOf } from "../../region.ts";
import { definition } from "../network/given.ts";

const cluster = { name: "default", uid: "c" };
const owner = (name: string) => ({
  "awsbatch.dev/cluster": "default",
  "awsbatch.dev/cluster-uid": "c",
  "awsbatch.dev/namespace": "team",
  "awsbatch.dev/name": name,
  "awsbatch.dev/uid": "1",
});

function environment(name: string, more: object = {}): Environment {
  const computeResources = { ...ec2.computeResources, subnets: ["subnet-11111111"] };
  return { computeEnvironmentName: name, status: "VALID", type: "MANAGED", computeResources, ...more } as Environment;
}

function object(name: string, network: object = {}, metadata: object = {}): BatchComputeEnvironment {
  const whole = environmentObject({ ...ec2, network } as typeof ec2);
  return { ...whole, metadata: { ...whole.metadata, name, ...metadata } };
}

const regionWith = (...environments: readonly Environment[]) => {
  const region = fakeRegion();
  const computeEnvironments = new Map(environments.map((one) => [one.computeEnvironmentName, one]));
  return { ...region, snapshot: () => ({ ...region.snapshot(), computeEnvironments }) } as typeof region;
};
const portsWith = (...objects: readonly BatchComputeEnvironment[]) =>
  ({ objects: objectsOf(objects), settings, cluster }) as unknown as Ports;

describe("the environments that may need endpoints", () => {
  it("are all that AWS has with subnets, whoever they belong to", () => {
    const region = regionWith(
      environment("theirs"),
      environment("gone", { status: "DELETED" }),
      environment("unmanaged", { type: "UNMANAGED", computeResources: undefined }),
    );
    expect(runningIn(region, portsWith()).map(({ name }) => name)).toEqual(["theirs"]);
  });

  it("are leaving with their objects, and moving while AWS updates them", () => {
    const region = regionWith(environment("a", { tags: owner("a") }), environment("b", { status: "UPDATING" }));
    const deleted = object("a", {}, { deletionTimestamp: "2026-01-02T00:00:00Z" });
    expect(runningIn(region, portsWith(deleted))).toMatchObject([
      { name: "a", leaving: true, moving: false },
      { name: "b", leaving: false, moving: true },
    ]);
  });

  it("ask for services themselves only by fields from before there were networks", () => {
    const region = regionWith(environment("a", { tags: owner("a") }));
    const servicesOf = (network: object): readonly string[] | undefined =>
      runningIn(region, portsWith(object("a", network)))[0]?.services;
    expect(servicesOf({ vpcEndpoints: "Ensure", vpcEndpointServices: ["kms"] })).toEqual(["kms"]);
    expect(servicesOf({ vpcEndpointServices: ["kms"] })).toEqual([]);
    expect(servicesOf({})).toEqual([]);
  });
});

describe("the environments as a text", () => {
  it.each<[string, Environment, BatchComputeEnvironment]>([
    ["one is made", environment("b", { tags: owner("a") }), object("a")],
    ["one moves", environment("a", { tags: owner("a"), computeResources: { subnets: ["subnet-2"] } }), object("a")],
    ["the spec of an object changes", environment("a", { tags: owner("a") }), object("a", {}, { generation: 9 })],
  ])("differ when %s", (_what, after, owned) => {
    const before = usersText(regionWith(environment("a", { tags: owner("a") })), portsWith(object("a")));
    expect(usersText(regionWith(after), portsWith(owned))).not.toBe(before);
  });
});

test("of thousands of environments in one namespace the jobs are described once for all of them", () => {
  const count = 5000;
  const definitions = countedSpecs(Array.from({ length: count }, (_, index) => definition(`d${index}`, {})));
  const region = regionWith(
    ...Array.from({ length: count }, (_, index) => environment(`e${index}`, { tags: owner("a") })),
  );
  const ports = { objects: objectsOf(definitions.objects), settings, cluster } as unknown as Ports;
  expect(runningIn(region, ports)).toHaveLength(count);
  const first = definitions.reads();
  expect(runningIn(region, ports)).toHaveLength(count);
  expect(definitions.reads()).toBe(first);
});
