/** Networks that environments share: what is made in a VPC, for whom it stays, and what is never touched. */

import { describe, expect, it } from "vitest";
import type { BatchNetworkStatus } from "../../src/api/v1alpha1/batch-network.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { batchNetwork, computeEnvironment, ec2, jobQueue } from "../manifests.ts";
import { agentEndpoints } from "../simulator/networks.ts";
import type { World } from "../world.ts";
import { closedWorld, endpointsOf } from "./closed-world.ts";
import { expectSilence, expectStory } from "./story.ts";

const statusOf = (world: World, name: string) =>
  (world.object("BatchNetwork", name)?.status ?? {}) as Partial<BatchNetworkStatus>;
const condition = (world: World, type: string, name = "net") => world.condition("BatchNetwork", name, type);

/** In the closed subnet, with a group and endpoints of its own. */
const whole = batchNetwork("net", {
  securityGroup: { ingress: [{ protocol: "all", peer: "self" }] },
  vpcEndpoints: { needs: ["ecs", "s3"] },
  tags: { team: "blue" },
});

describe("a network", () => {
  it("has its group and its endpoints made, and takes them away with it", async () => {
    const world = await closedWorld();
    world.apply(whole);
    await world.untilReady(900);
    expect(await endpointsOf(world)).toEqual([
      "ecs available",
      "ecs-agent available",
      "ecs-telemetry available",
      "s3 available",
    ]);
    expect(statusOf(world, "net")).toMatchObject({ vpcId: "vpc-1", subnets: ["subnet-closed"] });
    await expectSilence(world);
    world.delete("BatchNetwork", "net");
    await world.until("it is gone", () => world.object("BatchNetwork", "net") === undefined, 900);
    expect(await endpointsOf(world)).toEqual([]);
    await expectStory(world, "network created and deleted");
  });

  it("that stays in AWS goes although an environment refers to it", async () => {
    const world = await closedWorld();
    world.apply({ ...whole, spec: { ...(whole.spec as object), deletionPolicy: "Retain" } }, within("net"));
    await world.untilReady(900);
    world.delete("BatchNetwork", "net");
    await world.until("it is gone", () => world.object("BatchNetwork", "net") === undefined, 300);
    expect(await endpointsOf(world)).toHaveLength(4);
    expect(world.aws.truth.computeEnvironments().map(({ status, state }) => `${status} ${state}`)).toEqual([
      "VALID ENABLED",
    ]);
  });

  it("uses an endpoint that exists, and never changes it", async () => {
    const world = await closedWorld(agentEndpoints());
    world.apply(whole);
    await world.untilReady(900);
    const endpoints = statusOf(world, "net").endpoints ?? [];
    expect(endpoints.map(({ service, owner = "foreign" }) => `${service} ${owner}`)).toEqual([
      "ecs foreign",
      "ecs-agent foreign",
      "ecs-telemetry foreign",
      "s3 team/net",
    ]);
    world.delete("BatchNetwork", "net");
    await world.until("it is gone", () => world.object("BatchNetwork", "net") === undefined, 900);
    expect(await endpointsOf(world)).toHaveLength(3);
  });

  it("of another object in the VPC lends its endpoints, and has them deleted only by it", async () => {
    const world = await closedWorld();
    world.apply(whole);
    await world.untilReady(900);
    world.apply(batchNetwork("second", { vpcEndpoints: { needs: ["ecs"] } }));
    await world.untilReady(900);
    const endpoints = statusOf(world, "second").endpoints ?? [];
    expect(endpoints.map(({ owner }) => owner)).toEqual(["team/net", "team/net", "team/net"]);
    world.delete("BatchNetwork", "second");
    await world.until("it is gone", () => world.object("BatchNetwork", "second") === undefined, 900);
    expect(await endpointsOf(world)).toHaveLength(4);
  });

  it("is not Ready while the endpoints that another one makes are pending", async () => {
    const world = await closedWorld();
    world.apply(batchNetwork("net", { vpcEndpoints: { needs: ["ecs"] } }));
    await world.until("they are made", () => world.aws.truth.vpcEndpoints().length === 3, 900);
    world.apply(batchNetwork("second", { vpcEndpoints: { needs: ["ecs"] } }));
    const waits = () => condition(world, "Ready", "second")?.reason === "EndpointsPending";
    await world.until("it waits for them", waits, 60);
    expect(condition(world, "Ready", "second")).toMatchObject({
      status: "False",
      message: "waiting for endpoints of vpc-1: ecs, ecs-agent, ecs-telemetry",
    });
    await world.untilReady(300);
    expect(await endpointsOf(world)).toEqual(["ecs available", "ecs-agent available", "ecs-telemetry available"]);
  });

  it("is not Ready by what nobody could read: its endpoints are still being made", async () => {
    const world = await closedWorld();
    world.apply(whole);
    await world.until("they are made", () => world.aws.truth.vpcEndpoints().length === 4, 900);
    const fault = { kind: "refuse", exception: "InternalError", message: "An error.", httpStatusCode: 500 } as const;
    const lift = world.aws.faults.add({ fault, on: "DescribeVpcEndpoints" });
    await world.seconds(60);
    expect(condition(world, "Ready")).toMatchObject({ status: "False", reason: "NotReadable" });
    lift();
    await world.untilReady(300);
  });

  it("keeps the endpoint of a service that it asks for no more while an environment needs it, and names that", async () => {
    const world = await closedWorld();
    world.apply(whole);
    await world.untilReady(900);
    const computeResources = { ...ec2.computeResources, subnets: ["subnet-closed"], securityGroupIds: ["sg-1"] };
    world.apply(computeEnvironment("ce", { ...ec2, computeResources } as never));
    await world.untilReady(900);
    world.apply(batchNetwork("net", { vpcEndpoints: { needs: ["s3"] } }));
    await world.seconds(1300);
    expect(await endpointsOf(world)).toHaveLength(4);
    expect(condition(world, "EndpointsReady")?.message).toMatch(/ecs stays, because team_ce-\w+ needs it/);
    world.delete("BatchComputeEnvironment", "ce");
    await world.until("it is gone", () => world.object("BatchComputeEnvironment", "ce") === undefined, 900);
    await world.seconds(1300);
    expect(await endpointsOf(world)).toEqual(["s3 available"]);
  });

  it("waits with its deletion for the environment that has its group", async () => {
    const world = await closedWorld();
    world.apply(whole);
    await world.untilReady(900);
    const [group = ""] = statusOf(world, "net").securityGroupIds ?? [];
    const computeResources = { ...ec2.computeResources, subnets: ["subnet-nat"], securityGroupIds: [group] };
    world.apply(computeEnvironment("ce", { ...ec2, computeResources } as never));
    await world.untilReady(900);
    world.delete("BatchNetwork", "net");
    await world.seconds(1300);
    expect(condition(world, "SecurityGroupReady")).toMatchObject({ reason: "SecurityGroupInUse" });
    expect(condition(world, "SecurityGroupReady")?.message).toContain("team_ce-");
    world.delete("BatchComputeEnvironment", "ce");
    await world.until("all is gone", () => world.store.objects().length === 0, 900);
  });

  it("of subnets of another VPC makes nothing, and says which", async () => {
    const world = await closedWorld();
    world.apply(batchNetwork("net", { vpcId: "vpc-2", securityGroup: {} }));
    await world.until("it is blocked", () => condition(world, "Stalled")?.status === "True", 900);
    expect(condition(world, "Stalled")?.message).toBe("spec.subnets: subnet-closed is in vpc-1, not in vpc-2");
    expect(world.writes()).toEqual([]);
  });

  it("takes subnets by their tags", async () => {
    const world = await closedWorld({
      subnets: [
        { id: "subnet-tagged", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.0.9.0/24", tags: { tier: "batch" } },
      ],
    });
    world.apply(batchNetwork("net", { subnetSelector: { tags: { tier: "batch" } } }));
    await world.untilReady(900);
    expect(statusOf(world, "net")).toMatchObject({ subnets: ["subnet-tagged"], securityGroupIds: [] });
  });
});

/** That takes its network from the object of this name. */
function within(network: string, namespace = "team"): Manifest {
  const { subnets: _subnets, securityGroupIds: _groups, ...resources } = ec2.computeResources ?? {};
  const computeResources = { ...resources, networkRef: { name: network, namespace } };
  return computeEnvironment("ce", { ...ec2, computeResources } as never);
}

const placesOf = ({ aws }: World) =>
  aws.truth.computeEnvironments().map(({ computeResources }) => ({
    subnets: computeResources?.subnets,
    groups: computeResources?.securityGroupIds,
  }));
const environmentSays = (world: World, type: string) => world.condition("BatchComputeEnvironment", "ce", type);

describe("an environment that refers to a network", () => {
  it("waits until it is Ready, and is created in its subnets with its group", async () => {
    const world = await closedWorld();
    world.apply(within("net"), jobQueue("q", ["ce"]));
    await world.seconds(60);
    expect(environmentSays(world, "ReferencesResolved")).toMatchObject({
      status: "False",
      reason: "ReferenceNotFound",
    });
    world.apply(whole);
    await world.untilReady(900);
    const { subnets, securityGroupIds } = statusOf(world, "net");
    expect(placesOf(world)).toEqual([{ subnets, groups: securityGroupIds }]);
    await expectStory(world, "network referred to");
  });

  it("is replaced when the network gives other subnets, without a gap in its queue", async () => {
    const world = await closedWorld();
    world.apply(batchNetwork("net", { securityGroupIds: ["sg-1"] }), within("net"), jobQueue("q", ["ce"]));
    await world.untilReady(900);
    world.apply(
      batchNetwork("net", { subnets: ["subnet-closed", "subnet-closed-b"], securityGroupIds: ["sg-1"] } as never),
    );
    const isMoved = () => placesOf(world).length === 1 && placesOf(world)[0]?.subnets?.length === 2;
    await world.until("it has moved", isMoved, 3 * 3600);
    expect(world.violations).toEqual([]);
  });

  it("that named the same subnets and groups itself changes nothing in AWS by it", async () => {
    const world = await closedWorld();
    const computeResources = { ...ec2.computeResources, subnets: ["subnet-closed"], securityGroupIds: ["sg-1"] };
    world.apply(computeEnvironment("ce", { ...ec2, computeResources } as never), jobQueue("q", ["ce"]));
    world.apply(batchNetwork("net", { securityGroupIds: ["sg-1"] }));
    await world.untilReady(900);
    const writes = world.writes().length;
    world.apply(within("net"));
    await world.seconds(1300);
    await world.untilReady(900);
    expect(world.writes().slice(writes)).toEqual([]);
    expect(environmentSays(world, "ReferencesResolved")).toMatchObject({ status: "True" });
  });

  it("keeps its network from being deleted, also while it is paused, and is named", async () => {
    const world = await closedWorld();
    const { metadata, ...paused } = within("net");
    world.apply(batchNetwork("net", { securityGroup: {} }), {
      ...paused,
      metadata: { ...metadata, annotations: { "awsbatch.dev/paused": "true" } },
    });
    await world.until("the network is Ready", () => condition(world, "Ready")?.status === "True", 900);
    world.delete("BatchNetwork", "net");
    await world.seconds(1300);
    expect(condition(world, "Ready")).toMatchObject({ reason: "InUse" });
    expect(condition(world, "Ready")?.message).toContain("team/ce refers to it");
    world.delete("BatchComputeEnvironment", "ce");
    await world.until("all is gone", () => world.store.objects().length === 0, 900);
  });

  it("of another namespace needs its permission, and keeps what it has without it", async () => {
    const world = await closedWorld();
    const network = (allowed: object) => {
      const { metadata, ...rest } = batchNetwork("net", { securityGroupIds: ["sg-1"], ...allowed });
      return { ...rest, metadata: { ...metadata, namespace: "other" } };
    };
    const reasonIs = (reason: string) => () => environmentSays(world, "ReferencesResolved")?.reason === reason;
    world.apply(network({}), within("net", "other"));
    await world.until("it is refused", reasonIs("ReferenceNotAllowed"), 900);
    expect(placesOf(world)).toEqual([]);
    world.apply(network({ allowedNamespaces: { from: "All" } }));
    await world.until("it is created", () => placesOf(world).length === 1, 900);
    await world.untilReady(900);
    const writes = world.writes().length;
    world.apply(network({}));
    await world.until("it is refused again", reasonIs("ReferenceNotAllowed"), 900);
    await world.seconds(1300);
    expect(world.writes().slice(writes)).toEqual([]);
    expect(environmentSays(world, "Ready")).toMatchObject({ status: "True" });
  });
});
