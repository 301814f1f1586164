/** What endpoints do to whom they were not made for, and what keeps them from being made or removed. */

import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { Fault } from "../../src/simulator/faults.ts";
import { jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { closedWorld, endpointsOf, environment, region, shard } from "./closed-world.ts";
import { aWorld } from "./story.ts";

const refusal = (exception: string, message: string): Fault => ({
  kind: "refuse",
  exception,
  message,
  httpStatusCode: 400,
});
const limit = refusal("VpcEndpointLimitExceeded", "You have reached the limit on the number of VPC endpoints.");
const dependent = refusal("DependencyViolation", "resource sg-1 has a dependent object");

function fromEcr(image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1", other: object = {}) {
  const resourceRequirements = [
    { type: "VCPU", value: "1" },
    { type: "MEMORY", value: "1024" },
  ] as const;
  const containerProperties = { image, command: ["true"], resourceRequirements: [...resourceRequirements] };
  return jobDefinition("job", { containerProperties, ...other } as never);
}

/** As `environment`, of another size, or whatever else the spec says. */
function sized(name: string, maxvCpus: number, subnets?: readonly string[], network?: object, other: object = {}) {
  const { spec, ...manifest } = environment(name, subnets, network);
  return { ...manifest, spec: { ...spec, ...other, computeResources: { ...spec.computeResources, maxvCpus } } };
}

/** In another namespace. */
const elsewhere = ({ metadata, ...manifest }: Manifest): Manifest => {
  return { ...manifest, metadata: { ...metadata, namespace: "other" } };
};
const computeEnvironmentOrder = [{ order: 1, computeEnvironmentRef: { name: "ce", namespace: "team" } }];

const sizesOf = ({ aws }: World): readonly (number | undefined)[] =>
  aws.truth.computeEnvironments().map(({ computeResources }) => computeResources?.maxvCpus);
const callsOf = (world: World, operation: string): number =>
  world.aws.log.filter((call) => call.operation === operation).length;
const reported = (world: World, name: string, type: string) => world.condition("BatchComputeEnvironment", name, type);
const ecr = ["ecr.api available", "ecr.dkr available"];

describe("endpoints by which jobs may run", () => {
  it.each([
    [
      "its definition is deleted, and its revisions are retained",
      (world: World) => world.delete("JobDefinition", "job"),
    ],
    [
      "its definition takes another image, and its revisions stay ACTIVE",
      (world: World) => world.apply(fromEcr("public.ecr.aws/docker/library/alpine:3", { deletionPolicy: "Retain" })),
    ],
  ])("stay when %s", async (_what, change) => {
    const world = await closedWorld();
    world.apply(environment("ce"), jobQueue("q", ["ce"]), fromEcr(undefined, { deletionPolicy: "Retain" }));
    await world.untilReady(900);
    change(world);
    await world.seconds(3600);
    expect(await endpointsOf(world)).toEqual(expect.arrayContaining(ecr));
  });

  it("are made also for those of another namespace whose queue runs jobs there", async () => {
    const world = await closedWorld();
    const { spec, ...manifest } = environment("ce");
    world.apply(
      { ...manifest, spec: { ...spec, allowedNamespaces: { from: "All" } } },
      elsewhere(jobQueue("q", [], { computeEnvironmentOrder })),
      elsewhere(fromEcr()),
    );
    await world.untilReady(900);
    await world.seconds(1300);
    expect(await endpointsOf(world)).toEqual(expect.arrayContaining(ecr));
  });

  it("are made for no other one's: a queue that may not refer to the environment has no say", async () => {
    const world = await closedWorld();
    world.apply(environment("ce"), elsewhere(jobQueue("q", [], { computeEnvironmentOrder })), elsewhere(fromEcr()));
    await world.seconds(2000);
    expect(await endpointsOf(world)).toHaveLength(3);
  });

  it("stay when a lost cluster's environment is applied before the definitions", async () => {
    const world = await closedWorld();
    world.apply(environment("ce"), jobQueue("q", ["ce"]), fromEcr());
    await world.untilReady(900);
    await world.stop();
    const cluster = { name: "default", uid: "cluster-2", takeOverUid: "cluster-1" };
    const second = await aWorld({ clock: world.clock, aws: world.aws, region, cluster });
    second.apply(environment("ce"), jobQueue("q", ["ce"]));
    await second.seconds(600);
    expect(await endpointsOf(second)).toEqual(expect.arrayContaining(ecr));
  });

  it("stay for an environment that had another way when that was last checked, and has none now", async () => {
    const acl = (to: string) => ({
      vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }],
      networkAcls: [
        {
          id: "acl-nat",
          vpc: "vpc-1",
          subnets: ["subnet-nat"],
          egress: [{ rule: 100, action: "allow" as const, protocol: "-1", cidr: to }],
          ingress: [{ rule: 100, action: "allow" as const, protocol: "-1", cidr: to }],
        },
      ],
    });
    const world = await closedWorld(acl("0.0.0.0/0"));
    const { spec, ...manifest } = environment("aside", ["subnet-nat"]);
    world.apply({ ...manifest, spec: { ...spec, network: {} } }, environment("ce"));
    await world.untilReady(900);
    await world.seconds(1800);
    world.aws.outside.describeNetwork(acl("10.0.0.0/16"));
    await world.seconds(900);
    world.delete("BatchComputeEnvironment", "ce");
    await world.until("it is gone", () => world.object("BatchComputeEnvironment", "ce") === undefined);
    expect(await endpointsOf(world)).toEqual(["ecs available", "ecs-agent available", "ecs-telemetry available"]);
  });
});

describe("endpoints of others by which an environment runs", () => {
  it("stay when its own object has come to request some elsewhere, nobody knows where yet", async () => {
    const world = await closedWorld();
    const { spec, ...manifest } = environment("aside");
    world.apply(environment("ce"));
    await world.untilReady(900);
    world.apply({ ...manifest, spec: { ...spec, network: {} } }, jobQueue("q", ["aside"]));
    await world.untilReady(900);
    // It waits for its queue, and asks for endpoints in the meantime.
    world.delete("BatchComputeEnvironment", "aside");
    await world.seconds(60);
    const { subnets: _given, ...computeResources } = spec.computeResources;
    const subnetSelector = { tags: { tier: "nothing yet" } };
    world.apply({ ...manifest, spec: { ...spec, computeResources: { ...computeResources, subnetSelector } } });
    world.delete("BatchComputeEnvironment", "ce");
    await world.seconds(1800);
    expect(await endpointsOf(world)).toEqual(["ecs available", "ecs-agent available", "ecs-telemetry available"]);
    expect(reported(world, "ce", "EndpointsReady")?.reason).toBe("EndpointsInUse");
    world.delete("JobQueue", "q");
    await world.untilGone();
    expect(await endpointsOf(world)).toEqual([]);
  });
});

describe("an environment in a closed subnet", () => {
  it("is not made without endpoints because EC2 did not say what they are needed for", async () => {
    const world = await closedWorld();
    const denied = refusal("UnauthorizedOperation", "You are not authorized to perform this operation.");
    world.aws.faults.add({ fault: denied, on: "DescribeNetworkAcls" });
    world.apply(environment("ce"));
    await world.seconds(1800);
    expect(world.aws.truth.computeEnvironments()).toEqual([]);
    expect(reported(world, "ce", "EndpointsReady")?.status).toBe("Unknown");
    expect(reported(world, "ce", "Stalled")?.message).toContain("Allow ec2:DescribeNetworkAcls");
  });

  it("is made with its endpoints also when a read was throttled at first", async () => {
    const world = await closedWorld();
    const throttled = refusal("RequestLimitExceeded", "Request limit exceeded.");
    world.aws.faults.add({ fault: throttled, on: "DescribeNetworkAcls", forMs: 20_000 });
    world.apply(environment("ce"));
    await world.untilReady(900);
    expect(await endpointsOf(world)).toHaveLength(3);
  });
});

describe("endpoints that EC2 refuses", () => {
  it("keep no environment that is there from its own edits, and are tried again", async () => {
    const world = await closedWorld();
    world.apply(environment("a"));
    await world.untilReady(900);
    const typo = environment("b", ["subnet-closed"], { vpcEndpointServices: ["ecs", "ecs-agent", "ecs-telemtry"] });
    world.apply(elsewhere(typo));
    await world.seconds(900);
    world.apply(sized("a", 512));
    await world.seconds(1200);
    expect(sizesOf(world)).toEqual([512]);
    expect(reported(world, "a", "Ready")?.status).toBe("True");
    const before = callsOf(world, "CreateVpcEndpoint");
    await world.seconds(3600);
    expect(callsOf(world, "CreateVpcEndpoint") - before).toBeGreaterThan(2);
    expect(callsOf(world, "CreateVpcEndpoint") - before).toBeLessThan(15);
  });

  it("keep an environment that is to go out of service from nothing", async () => {
    const world = await closedWorld();
    world.apply(environment("ce"), jobQueue("q", ["ce"]));
    await world.untilReady(900);
    world.aws.faults.add({ fault: limit, on: "CreateVpcEndpoint" });
    world.apply(fromEcr());
    await world.seconds(120);
    world.apply(sized("ce", 256, undefined, undefined, { state: "DISABLED" }));
    await world.seconds(1200);
    expect(world.aws.truth.computeEnvironments()[0]?.state).toBe("DISABLED");
    expect(reported(world, "ce", "EndpointsReady")).toMatchObject({
      status: "False",
      message: expect.stringContaining("limit on the number of VPC endpoints") as string,
    });
  });

  it("block what needs them, and that is reported with EC2's words", async () => {
    const world = await closedWorld();
    world.aws.faults.add({ fault: limit, on: "CreateVpcEndpoint" });
    world.apply(environment("ce"));
    await world.seconds(3600);
    expect(world.aws.truth.computeEnvironments()).toEqual([]);
    expect(reported(world, "ce", "Stalled")?.message).toContain("limit on the number of VPC endpoints");
  });
});

describe("what EC2 does not release", () => {
  it("is retried at growing intervals, and is reported as Stalled with what to search", async () => {
    const world = await closedWorld();
    const { spec, ...manifest } = environment("ce", ["subnet-nat"]);
    const { securityGroupIds: _groups, ...computeResources } = spec.computeResources;
    world.apply({ ...manifest, spec: { ...spec, computeResources, network: { securityGroup: { create: true } } } });
    await world.untilReady(900);
    world.aws.faults.add({ fault: dependent, on: "DeleteSecurityGroup" });
    world.delete("BatchComputeEnvironment", "ce");
    await world.seconds(3600);
    const before = callsOf(world, "DeleteSecurityGroup");
    await world.seconds(3600);
    expect(callsOf(world, "DeleteSecurityGroup") - before).toBeLessThan(15);
    expect(reported(world, "ce", "Stalled")?.message).toContain("aws ec2 describe-network-interfaces");
  });

  it("is reported with EC2's words also where they stand within an answer", async () => {
    const world = await closedWorld();
    world.apply(environment("ce"));
    await world.untilReady(900);
    const { deleteVpcEndpoints } = world.aws.ec2;
    const refused = { Code: "OperationNotPermitted", Message: "not permitted to delete" };
    Object.assign(world.aws.ec2, {
      deleteVpcEndpoints: async ({ VpcEndpointIds = [] }: { VpcEndpointIds?: string[] }) => ({
        Unsuccessful: VpcEndpointIds.map((ResourceId) => ({ ResourceId, Error: refused })),
      }),
    });
    world.delete("BatchComputeEnvironment", "ce");
    await world.seconds(1200);
    expect(reported(world, "ce", "Ready")?.message).toContain("not permitted to delete");
    Object.assign(world.aws.ec2, { deleteVpcEndpoints });
    await world.untilGone();
  });
});

describe("whom endpoints are left to", () => {
  const all = ["ecs available", "ecs-agent available", "ecs-telemetry available"];
  const paused = (manifest: Manifest): Manifest => {
    const { metadata, ...rest } = manifest;
    return { ...rest, metadata: { ...metadata, annotations: { "awsbatch.dev/paused": "true" } } };
  };
  const without = (name: string): Manifest => {
    const { spec, ...manifest } = environment(name);
    return { ...manifest, spec: { ...spec, network: {} } };
  };
  /** That has a group made in place of the one that it names; with a rule for a group that is not there that never ends. */
  const withGroup = (name: string, ...ingress: readonly object[]): Manifest => {
    const { spec, ...manifest } = environment(name, undefined, { securityGroup: { create: true, ingress } });
    const { securityGroupIds: _given, ...computeResources } = spec.computeResources;
    return { ...manifest, spec: { ...spec, computeResources } };
  };
  const impossible = { protocol: "all", peer: "sg-0123456789abcdef0" };
  const isGone = (world: World, name: string): Promise<void> =>
    world.until(`${name} is gone`, () => world.object("BatchComputeEnvironment", name) === undefined, 900);

  it("is nobody who is paused and has not asked yet: they go", async () => {
    const world = await closedWorld();
    world.apply(environment("first"));
    await world.untilReady(900);
    world.apply(paused(environment("second")));
    await world.seconds(60);
    world.delete("BatchComputeEnvironment", "first");
    await isGone(world, "first");
    world.apply(without("second"));
    await world.seconds(60);
    expect(await endpointsOf(world)).toEqual([]);
  });

  it("is an environment that runs by them, though its object is paused and has not asked yet", async () => {
    const world = await closedWorld();
    world.apply(environment("first"), without("second"));
    await world.untilReady(900);
    world.apply(paused(environment("second")));
    await world.seconds(60);
    world.delete("BatchComputeEnvironment", "first");
    await isGone(world, "first");
    expect(await endpointsOf(world)).toEqual(all);
    world.apply(environment("second"));
    await world.untilReady(300);
    // Its environment needs nothing more, and is not kept waiting for them to be taken back.
    await world.seconds(60);
    world.delete("BatchComputeEnvironment", "second");
    await world.untilGone(900);
    expect(await endpointsOf(world)).toEqual([]);
  });

  it("is who has asked, also while nobody knows where it will be: its group is still to be made", async () => {
    const world = await closedWorld();
    world.apply(environment("first"), environment("second"));
    await world.untilReady(900);
    world.apply(withGroup("first", impossible));
    await world.seconds(60);
    expect(reported(world, "first", "Stalled")?.reason).toBe("NotFound");
    world.delete("BatchComputeEnvironment", "second");
    await isGone(world, "second");
    expect(await endpointsOf(world)).toEqual(all);
    world.delete("BatchComputeEnvironment", "first");
    await world.untilGone(900);
    expect(await endpointsOf(world)).toEqual([]);
  });

  it("is who has asked, and nobody else in the VPC removes them meanwhile", async () => {
    const world = await closedWorld();
    world.apply(environment("second"));
    await world.seconds(30);
    world.apply(withGroup("second", impossible));
    await world.seconds(120);
    expect(world.aws.truth.computeEnvironments()).toEqual([]);
    world.apply(environment("other", ["subnet-nat"]));
    await world.seconds(1200);
    expect(await endpointsOf(world)).toEqual(all);
    world.apply(withGroup("second"));
    await world.untilReady(900);
    expect(callsOf(world, "DeleteVpcEndpoints")).toBe(0);
  });
});

describe("whom endpoints are left to who is of another shard", () => {
  const kind = "BatchComputeEnvironment";
  const all = ["ecs available", "ecs-agent available", "ecs-telemetry available"];

  /** The operator of `late` is down, and that has noted nothing; the older one is Ready. */
  async function withLateShard(): Promise<World> {
    const { clock, aws } = await closedWorld();
    const world = await aWorld({ clock, aws, region, flags: shard("name!=late") });
    world.apply(environment("first"));
    await world.until("it is Ready", () => reported(world, "first", "Ready")?.status === "True", 900);
    world.apply(environment("late"));
    await world.seconds(60);
    return world;
  }

  it("is waited for until that has noted that it asks for them", async () => {
    const world = await withLateShard();
    world.delete(kind, "first");
    await world.seconds(900);
    expect(reported(world, "first", "EndpointsReady")?.message).toContain("team/late");
    const { store, aws, clock } = world;
    await aWorld({ store, aws, clock, region, seed: 2, flags: shard("name=late") });
    await world.until("the first is gone", () => world.object(kind, "first") === undefined, 300);
    await world.until("the late one is Ready", () => reported(world, "late", "Ready")?.status === "True", 900);
    expect(await endpointsOf(world)).toEqual(all);
    world.delete(kind, "late");
    await world.untilGone(900);
    expect(await endpointsOf(world)).toEqual([]);
  });

  it("is waited for no more when it is gone without having noted that: they go", async () => {
    const world = await withLateShard();
    world.delete(kind, "first");
    await world.seconds(900);
    world.delete(kind, "late");
    await world.untilGone(900);
    expect(await endpointsOf(world)).toEqual([]);
  });
});

describe("who needs endpoints of a VPC", () => {
  it("gets them although an older object is Stalled by something else", async () => {
    const world = await closedWorld();
    const ingress = [{ protocol: "all", peer: "sg-0123456789abcdef0" }];
    world.apply(environment("first", undefined, { securityGroup: { create: true, ingress } }));
    await world.seconds(60);
    expect(reported(world, "first", "Stalled")?.reason).toBe("NotFound");
    world.apply(environment("second"));
    await world.until("it is Ready", () => reported(world, "second", "Ready")?.status === "True", 300);
  });

  it("gets them although an older object of another shard never comes to note its request", async () => {
    const { clock, aws } = await closedWorld();
    const world = await aWorld({ clock, aws, region, flags: shard("name!=a") });
    world.apply(environment("a"));
    await world.seconds(60);
    world.apply(environment("b"));
    await world.until("it is Ready", () => reported(world, "b", "Ready")?.status === "True", 300);
  });
});
