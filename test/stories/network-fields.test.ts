/**
 * Environments that an earlier version let select subnets, and make groups and endpoints, themselves: they keep what they have until
 * they refer to BatchNetworks, which take over what that version made.
 */

import { describe, expect, it } from "vitest";
import { BatchComputeEnvironmentKind } from "../../src/api/v1alpha1/kinds.ts";
import { gatewayPolicy } from "../../src/controllers/parts/endpoints/ownership.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { AccountNetwork } from "../../src/simulator/ec2-network.ts";
import { batchNetwork, computeEnvironment, ec2, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { closedWorld, endpointsOf, inSubnets, region } from "./closed-world.ts";
import { aWorld, expectSilence } from "./story.ts";

const kind = "BatchComputeEnvironment";
const cluster = { name: "default", uid: "cluster-1" };
const clusterTags = { "awsbatch.dev/cluster": "default", "awsbatch.dev/cluster-uid": "cluster-1" };
const groupTags = {
  ...clusterTags,
  Name: "aws-batch-operator/default/team/ce",
  "awsbatch.dev/namespace": "team",
  "awsbatch.dev/name": "ce",
  "awsbatch.dev/purpose": "instances",
};
const endpointTags = (Name: string) => ({ ...clusterTags, Name, "awsbatch.dev/purpose": "vpc-endpoints" });

const everywhere = ["0.0.0.0/0", "::/0"].map((peer) => ({ protocol: "tcp", ports: 443, peer }));

/** What the earlier version made: a group for `team/ce`, and endpoints for all environments of the cluster in the VPC. */
function made(services: readonly string[] = ["ecs", "ecs-agent", "ecs-telemetry"]): AccountNetwork {
  return {
    subnets: [
      { id: "subnet-batch", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.0.9.0/24", tags: { tier: "batch" } },
      { id: "subnet-batch-b", vpc: "vpc-1", zone: "us-east-1b", cidr: "10.0.10.0/24", tags: { tier: "batch" } },
    ],
    securityGroups: [
      {
        id: "sg-ce",
        vpc: "vpc-1",
        name: "aws-batch-operator/default/team/ce",
        egress: everywhere,
        ingress: [{ protocol: "-1", peer: "sg-ce" }],
        tags: groupTags,
      },
      {
        id: "sg-ends",
        vpc: "vpc-1",
        name: "aws-batch-operator-default-endpoints",
        ingress: [{ protocol: "tcp", ports: 443, peer: "10.0.0.0/16" }],
        tags: endpointTags("aws-batch-operator-default-endpoints"),
      },
    ],
    vpcEndpoints: [
      ...services.map((service) => ({
        id: `vpce-${service}`,
        vpc: "vpc-1",
        service,
        subnets: ["subnet-batch", "subnet-batch-b"],
        securityGroups: ["sg-ends"],
        tags: endpointTags(`aws-batch-operator ${service}`),
      })),
      {
        id: "vpce-s3",
        vpc: "vpc-1",
        service: "s3",
        type: "Gateway" as const,
        routeTables: ["rtb-main"],
        policy: gatewayPolicy({ cluster }),
        tags: endpointTags("aws-batch-operator s3"),
      },
    ],
  };
}

const { subnets: _subnets, securityGroupIds: _groups, ...resources } = ec2.computeResources ?? {};

/** In the form of the earlier version. */
function inOldForm(network: object, placed: object): Manifest {
  return computeEnvironment("ce", { ...ec2, network, computeResources: { ...resources, ...placed } } as never);
}

/** The same, in its network. */
const after = computeEnvironment("ce", {
  ...ec2,
  computeResources: { ...resources, networkRef: { name: "ce" } },
} as never);

const rules = { ingress: [{ protocol: "all" as const, peer: "self" }] };

/** Writes to EC2 and AWS Batch from an entry of the log on, each once. */
const writesSince = (world: World, from: number): readonly string[] => {
  const operations = world.aws.log.slice(from).map(({ operation }) => operation);
  return [...new Set(operations.filter((one) => !/^(?:Get|List|Describe|Simulate)/.test(one)))].toSorted();
};
const onlyTags = (operations: readonly string[]) =>
  operations.length > 0 && operations.every((one) => one.endsWith("Tags"));
const placesOf = ({ aws }: World) =>
  aws.truth.computeEnvironments().map(({ computeEnvironmentName, computeResources }) => ({
    name: computeEnvironmentName,
    subnets: computeResources?.subnets?.toSorted(),
    groups: computeResources?.securityGroupIds,
  }));
async function tagsOf({ aws }: World, id: string): Promise<Readonly<Record<string, string | undefined>>> {
  const { SecurityGroups = [] } = await aws.outside.ec2.describeSecurityGroups({});
  const { VpcEndpoints = [] } = await aws.outside.ec2.describeVpcEndpoints({});
  const tags = [
    ...SecurityGroups.filter(({ GroupId }) => GroupId === id),
    ...VpcEndpoints.filter(({ VpcEndpointId }) => VpcEndpointId === id),
  ].flatMap(({ Tags = [] }) => Tags);
  return Object.fromEntries(tags.map(({ Key = "", Value }) => [Key.replace("awsbatch.dev/", ""), Value]));
}
async function groupIdsOf({ aws }: World): Promise<readonly string[]> {
  const { SecurityGroups = [] } = await aws.outside.ec2.describeSecurityGroups({});
  return SecurityGroups.map(({ GroupId = "" }) => GroupId).toSorted();
}

const ready = (world: World, kind: string, name: string) => world.condition(kind, name, "Ready")?.status;
const stalled = (world: World) => world.condition(kind, "ce", "Stalled");

/** What the earlier version left in AWS, and in the object: in these places, with these fields and that status. */
interface Left {
  readonly subnets: readonly string[];
  readonly groups: readonly string[];
  readonly environment: Manifest;
  readonly status?: object | undefined;
}

const bySelf = { securityGroup: { groupId: "sg-ce", vpcId: "vpc-1" } };
const selection = (...ids: string[]) => ({ selector: "{}", ids, since: "2025-12-31T00:00:00Z" });

/**
 * After the upgrade of the operator.
 *
 * @param before what happens last under the earlier version
 */
async function upgraded(left: Left, network = made(), before = async (_world: World) => {}): Promise<World> {
  const earlier = await closedWorld(network);
  // The request to AWS is the same, whether a spec names these IDs or they were selected and made for it.
  earlier.apply(inSubnets("ce", left.subnets, left.groups), jobQueue("q1", ["ce"]));
  await earlier.untilReady(900);
  await earlier.seconds(600);
  await before(earlier);
  const { clock, aws, store } = earlier;
  await earlier.stop();
  store.apply(left.environment);
  const object = earlier.object(kind, "ce");
  if (object === undefined) throw new Error("the object is there");
  const status = { ...object.status, network: left.status };
  await store.applyStatus(BatchComputeEnvironmentKind, object, status, new AbortController().signal);
  const world = await aWorld({ clock, aws, store, region, flags: { allowedEndpointServices: ["*"] } });
  await world.until("it is Stalled", () => stalled(world)?.reason === "NetworkFieldsRefused", 60);
  return world;
}

/** @returns what was written for it */
async function moved(world: World, ...networks: readonly Manifest[]): Promise<readonly string[]> {
  const [places, from] = [placesOf(world), world.aws.log.length];
  world.apply(...networks);
  await world.until(
    "the networks are Ready",
    () => networks.every(({ metadata }) => ready(world, "BatchNetwork", metadata.name) === "True"),
    900,
  );
  world.apply(after);
  await world.untilReady(900);
  await world.seconds(1800);
  expect(placesOf(world)).toEqual(places);
  expect(ready(world, "JobQueue", "q1")).toBe("True");
  expect(world.violations).toEqual([]);
  return writesSince(world, from);
}

const asking: Left = {
  subnets: ["subnet-batch"],
  groups: ["sg-1"],
  environment: inOldForm({ vpcEndpoints: "Ensure" }, { subnets: ["subnet-batch"], securityGroupIds: ["sg-1"] }),
};
const groupAndEndpoints = { securityGroup: { create: true, ...rules }, vpcEndpoints: "Ensure" };
const whole: Left = {
  subnets: ["subnet-batch"],
  groups: ["sg-ce"],
  environment: inOldForm(groupAndEndpoints, { subnets: ["subnet-batch"] }),
  status: bySelf,
};
const bySelector: Left = {
  subnets: ["subnet-batch", "subnet-batch-b"],
  groups: ["sg-1"],
  environment: inOldForm(
    {},
    { subnetSelector: { vpcId: "vpc-1", tags: { tier: "batch" } }, securityGroupIds: ["sg-1"] },
  ),
  status: { resolvedSubnets: selection("subnet-batch", "subnet-batch-b") },
};

/** As the object is, with something else in its spec. */
function edited({ environment }: Left, spec: object): Manifest {
  return { ...environment, spec: { ...(environment.spec as object), ...spec } };
}

describe("an environment with fields from before there were networks", () => {
  it.each([
    ["a group and endpoints", whole, "network.securityGroup, spec.network.vpcEndpoints"],
    ["endpoints", asking, "network.vpcEndpoints"],
    ["a selector", bySelector, "computeResources.subnetSelector"],
  ])("keeps all that AWS has, and says which network would help: %s", async (_what, left, fields) => {
    const world = await upgraded(left);
    const [places, from] = [placesOf(world), world.aws.log.length];
    await world.seconds(3 * 3600);
    expect(writesSince(world, from)).toEqual([]);
    expect([placesOf(world), await endpointsOf(world)]).toEqual([places, expect.arrayContaining(["s3 available"])]);
    expect(await groupIdsOf(world)).toEqual(expect.arrayContaining(["sg-ce", "sg-ends"]));
    expect(ready(world, "JobQueue", "q1")).toBe("True");
    expect(stalled(world)?.message).toMatch(new RegExp(`^spec.${fields}: .*Apply a BatchNetwork ce .*"vpcId":"`));
    expect(world.object(kind, "ce")?.status).toMatchObject({
      network: { taken: { subnets: left.subnets, securityGroupIds: left.groups } },
      plan: { action: "None" },
    });
    await expectSilence(world);
  });

  it("is not edited before it refers to a network, but goes out of service when its spec says so", async () => {
    const world = await upgraded(whole);
    const instanceTypes = ["m5.large"];
    const resources = (whole.environment.spec as { readonly computeResources: object }).computeResources;
    world.apply(edited(whole, { computeResources: { ...resources, instanceTypes } }));
    await world.seconds(1800);
    expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
    world.apply(edited(whole, { state: "DISABLED" }));
    await world.until("it is disabled", () => world.aws.truth.computeEnvironments()[0]?.state === "DISABLED", 60);
    await world.seconds(600);
    expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
    expect(await groupIdsOf(world)).toContain("sg-ce");
  });

  it("is deleted when a person deletes it, and its group and the endpoints stay for a network", async () => {
    const world = await upgraded(whole);
    world.delete("JobQueue", "q1");
    world.delete(kind, "ce");
    await world.untilGone(1800);
    expect(await groupIdsOf(world)).toEqual(expect.arrayContaining(["sg-ce", "sg-ends"]));
    expect(await endpointsOf(world)).toHaveLength(4);
    world.apply(
      batchNetwork("ce", { subnets: ["subnet-batch"], securityGroup: rules, vpcEndpoints: { needs: ["ecs", "s3"] } }),
    );
    await world.untilReady(900);
    world.delete("BatchNetwork", "ce");
    await world.untilGone(1800);
    expect([await endpointsOf(world), await groupIdsOf(world)]).toEqual([[], ["sg-1"]]);
  });

  it("keeps all that AWS has also when its status is lost, and goes over to its network all the same", async () => {
    const world = await upgraded({ ...whole, status: undefined });
    const from = world.aws.log.length;
    await world.seconds(3600);
    expect(writesSince(world, from)).toEqual([]);
    expect(ready(world, "JobQueue", "q1")).toBe("True");
    const network = batchNetwork("ce", {
      subnets: ["subnet-batch"],
      securityGroup: rules,
      vpcEndpoints: { needs: ["ecs", "s3"] },
    });
    expect(await moved(world, network)).toSatisfy(onlyTags);
  });

  it("whose replacement was under way goes on with it in its network, and its queue has an environment all the time", async () => {
    const types = { instanceTypes: ["m5.large"] };
    const { computeResources } = whole.environment.spec as { readonly computeResources: object };
    const other = edited(whole, { computeResources: { ...computeResources, ...types } });
    const world = await upgraded({ ...whole, environment: other }, made(), async (earlier) => {
      const manifest = inSubnets("ce", whole.subnets, whole.groups);
      const { computeResources: before, ...spec } = manifest.spec as { readonly computeResources: object };
      earlier.apply({ ...manifest, spec: { ...spec, computeResources: { ...before, ...types } } });
      await earlier.until("a successor is made", () => earlier.aws.truth.computeEnvironments().length === 2, 60);
    });
    await world.seconds(3600);
    expect(ready(world, "JobQueue", "q1")).toBe("True");
    const names = placesOf(world).map(({ name }) => name);
    expect(names).toHaveLength(2);
    world.apply(batchNetwork("ce", { subnets: ["subnet-batch"], securityGroup: rules }));
    const { spec, ...manifest } = after;
    const resourcesAfter = (spec as { readonly computeResources: object }).computeResources;
    world.apply({ ...manifest, spec: { ...(spec as object), computeResources: { ...resourcesAfter, ...types } } });
    await world.untilReady(1800);
    await world.until("the predecessor is gone", () => placesOf(world).length === 1, 3600);
    expect(names).toContain(placesOf(world)[0]?.name);
    expect(world.violations).toEqual([]);
  });
});

describe("a BatchNetwork in place of fields of an environment", () => {
  it("takes the group of the environment of its name over with nothing but tags, and deletes it with itself", async () => {
    const group = { securityGroup: { create: true, ...rules } };
    const environment = inOldForm(group, { subnets: ["subnet-batch"] });
    const world = await upgraded({ subnets: ["subnet-batch"], groups: ["sg-ce"], environment, status: bySelf });
    const network = batchNetwork("ce", { subnets: ["subnet-batch"], securityGroup: rules });
    expect(await moved(world, network)).toSatisfy(onlyTags);
    expect(await tagsOf(world, "sg-ce")).toMatchObject({ purpose: "network", namespace: "team", name: "ce" });
    await expectSilence(world);
    for (const kind of ["JobQueue", "BatchComputeEnvironment", "BatchNetwork"])
      world.delete(kind, kind === "JobQueue" ? "q1" : "ce");
    await world.untilGone();
    expect(await groupIdsOf(world)).not.toContain("sg-ce");
  });

  it("takes the endpoints of the cluster and their group over with nothing but tags, and deletes them with itself", async () => {
    const subnets = ["subnet-batch", "subnet-batch-b"];
    const environment = inOldForm({ vpcEndpoints: "Ensure" }, { subnets, securityGroupIds: ["sg-1"] });
    const world = await upgraded({ subnets, groups: ["sg-1"], environment });
    const network = batchNetwork("ce", {
      subnets,
      securityGroupIds: ["sg-1"],
      vpcEndpoints: { needs: ["ecs", "s3"] },
    } as never);
    expect(await moved(world, network)).toSatisfy(onlyTags);
    for (const id of ["sg-ends", "vpce-ecs", "vpce-s3"]) {
      expect(await tagsOf(world, id)).toMatchObject({ purpose: "vpc-endpoints", namespace: "team", name: "ce" });
    }
    const { endpoints = [] } = (world.object("BatchNetwork", "ce")?.status ?? {}) as {
      readonly endpoints?: readonly { readonly owner?: string }[];
    };
    expect(endpoints.map(({ owner }) => owner)).toEqual(["team/ce", "team/ce", "team/ce", "team/ce"]);
    await expectSilence(world);
    for (const kind of ["JobQueue", "BatchComputeEnvironment", "BatchNetwork"])
      world.delete(kind, kind === "JobQueue" ? "q1" : "ce");
    await world.untilGone(1800);
    expect(await endpointsOf(world)).toEqual([]);
    expect(await groupIdsOf(world)).not.toContain("sg-ends");
  });

  it("selects the subnets and groups that the environment had selected, and nothing is replaced", async () => {
    const selected = {
      subnetSelector: { vpcId: "vpc-1", tags: { tier: "batch" } },
      securityGroupSelector: { vpcId: "vpc-1", tags: { name: "*", purpose: "*" } },
    };
    const network = made();
    const groups = [{ id: "sg-1", vpc: "vpc-1", tags: { name: "workers", purpose: "batch" } }];
    const subnets = ["subnet-batch", "subnet-batch-b"];
    const world = await upgraded(
      {
        subnets,
        groups: ["sg-1"],
        environment: inOldForm({}, selected),
        status: { resolvedSubnets: selection(...subnets), resolvedSecurityGroups: selection("sg-1") },
      },
      { ...network, securityGroups: [...(network.securityGroups ?? []), ...groups] },
    );
    const same = batchNetwork("ce", {
      subnetSelector: { tags: { tier: "batch" } },
      securityGroupSelector: { tags: { name: "*", purpose: "*" } },
    });
    expect(await moved(world, same)).toEqual([]);
  });

  it("keeps an endpoint that it does not ask for while another network of the VPC asks for it", async () => {
    const world = await upgraded(asking, made(["ecs", "ecs-agent", "ecs-telemetry", "kms"]));
    const subnets = { subnets: ["subnet-batch"], securityGroupIds: ["sg-1"] };
    const networks = [
      batchNetwork("ce", { ...subnets, vpcEndpoints: { needs: ["ecs", "s3"] } }),
      batchNetwork("jobs", { ...subnets, vpcEndpoints: { services: ["kms"] } }),
    ];
    expect(await moved(world, ...networks)).toSatisfy(onlyTags);
    expect(await endpointsOf(world)).toContain("kms available");
    const owner = (await tagsOf(world, "vpce-kms"))["name"] ?? "";
    world.delete("BatchNetwork", "jobs");
    await world.until("it is gone", () => world.object("BatchNetwork", "jobs") === undefined, 1800);
    expect(owner).toMatch(/^(?:ce|jobs)$/);
  });

  it("that asks for no group and no endpoints leaves those of others as they are", async () => {
    const world = await upgraded(whole);
    const from = world.aws.log.length;
    world.apply(batchNetwork("ce", { subnets: ["subnet-batch"], securityGroupIds: ["sg-1"] }));
    world.apply(batchNetwork("other", { subnets: ["subnet-batch"], securityGroup: {} }));
    await world.seconds(1800);
    world.delete("BatchNetwork", "ce");
    await world.until("it is gone", () => world.object("BatchNetwork", "ce") === undefined, 1800);
    expect(await tagsOf(world, "sg-ce")).toMatchObject({ purpose: "instances" });
    expect(await endpointsOf(world)).toHaveLength(4);
    expect(writesSince(world, from)).not.toContain("DeleteVpcEndpoints");
    expect(writesSince(world, from)).not.toContain("DeleteSecurityGroup");
  });
});
