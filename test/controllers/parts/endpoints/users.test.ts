import { describe, expect, it, test } from "vitest";
import type {
  BatchComputeEnvironment,
  BatchComputeEnvironmentSpec,
} from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import { isOutlived as outlived, usersIn } from "../../../../src/controllers/parts/endpoints/users.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { ec2 } from "../../../manifests.ts";
import { countedSpecs } from "../../counted-specs.ts";
import { object as environmentObject, settings } from "../../kinds/compute-environment/given.ts";
import { fakeRegion, objectsOf } from "../../region.ts";
import { definition } from "../network/given.ts";

type Spec = BatchComputeEnvironmentSpec;
type Resources = NonNullable<Spec["computeResources"]>;

const fargate = { type: "FARGATE", maxvCpus: 16, subnets: ["subnet-11111111"], securityGroupIds: ["sg-11111111"] };
const [template, byName] = [{ launchTemplateId: "lt-1" }, { launchTemplateName: "agents" }];
const overrides = [{ launchTemplateId: "lt-2", targetInstanceTypes: ["c5"] }];

function withResources(change: object): Spec {
  return { ...ec2, computeResources: { ...ec2.computeResources, ...change } as Resources };
}

function isOutlived(spec: Spec, resources: object, more: object = {}, how: object = {}): boolean {
  const { isHeld = false, ...dates } = how as { readonly isHeld?: boolean };
  const metadata = { namespace: "team", name: "ce", uid: "1", ...dates };
  const object = { metadata, spec } as BatchComputeEnvironment;
  const environment = {
    computeEnvironmentName: "ce",
    status: "VALID",
    type: "MANAGED",
    computeResources: { ...ec2.computeResources, ...resources },
    ...more,
  } as Environment;
  return outlived(environment, { object, isHeld });
}

describe("an environment in AWS", () => {
  it("is not represented by a spec while its object is deleted, paused or a dry run", () => {
    expect(isOutlived(ec2, {})).toBe(false);
    expect(isOutlived(ec2, {}, {}, { isHeld: true })).toBe(true);
    expect(isOutlived(ec2, {}, {}, { deletionTimestamp: "2026-01-02T00:00:00Z" })).toBe(true);
  });

  it.each<[string, Spec, object]>([
    ["no template, and an empty one", ec2, { launchTemplate: { launchTemplateId: "", overrides: [] } }],
    [
      "a template, with what AWS fills in",
      withResources({ launchTemplate: template }),
      { launchTemplate: { ...template, version: "$Default", overrides: [], userdataType: "EKS_NODEADM" } },
    ],
    [
      "a template by name",
      withResources({ launchTemplate: byName }),
      { launchTemplate: { ...byName, version: "$Default" } },
    ],
    [
      "templates for some types",
      withResources({ launchTemplate: { ...template, overrides } }),
      {
        launchTemplate: { ...template, version: "$Default", overrides: [{ ...overrides[0], version: "$Default" }] },
      },
    ],
    ["other types, with the same routes", withResources({ instanceTypes: ["m5"], type: "SPOT" }), {}],
    [
      "groups in another order",
      withResources({ securityGroupIds: ["sg-a", "sg-b"] }),
      { securityGroupIds: ["sg-b", "sg-a"] },
    ],
  ])("runs where the spec says: %s", (_what, spec, resources) => {
    expect(isOutlived(spec, resources)).toBe(false);
  });

  it.each<[string, Spec, object]>([
    ["in other subnets", withResources({ subnets: ["subnet-2"] }), {}],
    ["in other groups", withResources({ securityGroupIds: ["sg-2"] }), {}],
    ["on instances, where the spec says Fargate", { ...ec2, computeResources: fargate as Resources }, {}],
    ["on Fargate, where the spec says instances", ec2, { type: "FARGATE" }],
    ["with a template that the spec no longer names", ec2, { launchTemplate: { ...template, version: "$Default" } }],
    ["without the template of the spec", withResources({ launchTemplate: template }), {}],
    [
      "with another version of it",
      withResources({ launchTemplate: { ...template, version: "2" } }),
      { launchTemplate: { ...template, version: "1" } },
    ],
    [
      "with another template for some types",
      withResources({ launchTemplate: { ...template, overrides } }),
      { launchTemplate: { ...template, version: "$Default", overrides: [] } },
    ],
  ])("runs where the spec no longer is: %s", (_what, spec, resources) => {
    expect(isOutlived(spec, resources)).toBe(true);
  });

  it("runs where the spec no longer is when it is on EKS, and the spec says ECS", () => {
    const eksConfiguration = {
      eksClusterArn: "arn:aws:eks:us-east-1:123456789012:cluster/c",
      kubernetesNamespace: "batch",
    };
    expect(isOutlived(ec2, {}, { eksConfiguration })).toBe(true);
    expect(isOutlived({ ...ec2, eksConfiguration }, {}, { eksConfiguration })).toBe(false);
  });

  it("has no subnets that a spec could have left when it brings its own instances", () => {
    const { computeResources: _none, ...unmanaged } = ec2;
    expect(isOutlived({ ...unmanaged, type: "UNMANAGED" }, {}, { type: "UNMANAGED", computeResources: {} })).toBe(
      false,
    );
  });
});

test("of thousands of users each is described once of each version, and their common jobs once for all of them", () => {
  const count = 5000;
  const base = environmentObject({ ...ec2, network: { vpcEndpoints: "Ensure" } });
  const users = countedSpecs(
    Array.from({ length: count }, (_, index) => ({
      ...base,
      metadata: { ...base.metadata, name: `e${index}`, uid: `e${index}` },
    })),
  );
  const definitions = countedSpecs(Array.from({ length: count }, (_, index) => definition(`d${index}`, {})));
  const objects = objectsOf([...users.objects, ...definitions.objects]);
  const ports = { objects, settings, cluster: { name: "default", uid: "c" } } as unknown as Ports;
  const pass = (): number => usersIn(fakeRegion(), { ports, self: undefined, allowed: new Set() }).neighbours.length;
  expect(pass()).toBe(count);
  const [first, ofDefinitions] = [users.reads(), definitions.reads()];
  expect(pass()).toBe(count);
  // Whether it is held, and what it asks for.
  expect(users.reads() - first).toBeLessThanOrEqual(4 * count);
  expect(definitions.reads()).toBe(ofDefinitions);
});
