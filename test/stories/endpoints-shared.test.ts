/** Endpoints of a VPC in which several networks are, and environments of none, and who of them waits for whom. */

import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { Fault } from "../../src/simulator/faults.ts";
import { ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import {
  closedWorld,
  deleteBoth,
  endpointsOf,
  inSubnets,
  needing,
  networked,
  networkWithEndpoints,
  region,
  shard,
  within,
} from "./closed-world.ts";
import { aWorld } from "./story.ts";

const image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1";
const job = () =>
  jobDefinition("job", {
    containerProperties: {
      image,
      command: ["true"],
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "1024" },
      ],
    },
  } as never);

const kind = "BatchNetwork";
const reported = (world: World, name: string, type: string) => world.condition(kind, name, type);
const isReady = (world: World, name: string) => () =>
  world.condition("BatchComputeEnvironment", name, "Ready")?.status === "True";
const whole = needing("ecs", "ecr", "logs");
const asking = (...services: string[]) => ({ vpcEndpoints: { services } });

function annotated(manifest: Manifest, key: string): Manifest {
  const { metadata, ...rest } = manifest;
  return { ...rest, metadata: { ...metadata, annotations: { [`awsbatch.dev/${key}`]: "true" } } };
}

/** A second closed subnet gets a route table of its own. */
const secondTable = {
  vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }],
  routeTables: [{ id: "rtb-b", vpc: "vpc-1", subnets: ["subnet-closed-b"] }],
};

/** One shard has the network `first`, the other one all other objects. */
async function twoShards(): Promise<readonly [World, World]> {
  const { store, aws, clock, stop } = await closedWorld();
  await stop();
  const operatorOf = async (seed: number, hasFirst: boolean): Promise<World> =>
    await aWorld({ store, aws, clock, region, seed, flags: shard(hasFirst ? "name=first" : "name!=first") });
  return [await operatorOf(2, true), await operatorOf(3, false)];
}

const callsSince = ({ aws }: World, at: number): readonly string[] =>
  aws.log
    .filter((call) => call.at >= at && /^(?:Create|Modify|Authorize|Update)/.test(call.operation))
    .map(({ operation }) => operation);

describe("a network that comes to a VPC with endpoints of another one", () => {
  it("has S3 reached from its own route table before its environments take over a queue", async () => {
    const world = await closedWorld(secondTable);
    world.apply(...networked("first", undefined, whole), ...networked("second", undefined, whole));
    world.apply(jobQueue("q", ["first"]), jobQueue("q2", ["second"]), job());
    await world.untilReady(900);
    await world.seconds(1300);
    const since = world.clock.now();
    world.apply(networkWithEndpoints("second", ["subnet-closed-b"], whole));
    await world.until("the queue goes over", () => callsSince(world, since).includes("UpdateJobQueue"), 600);
    const { VpcEndpoints = [] } = await world.aws.outside.ec2.describeVpcEndpoints({});
    const tables = VpcEndpoints.flatMap(({ RouteTableIds = [] }) => RouteTableIds);
    expect(tables).toContain("rtb-b");
  });

  it("waits until the endpoints let in the address range that the VPC was given for it", async () => {
    const world = await closedWorld();
    world.apply(...networked("first"));
    await world.untilReady(900);
    await world.seconds(1300);
    const subnet = { id: "subnet-more", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.1.0.0/24" };
    world.aws.outside.describeNetwork({ vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/15" }], subnets: [subnet] });
    const since = world.clock.now();
    world.apply(networkWithEndpoints("first", ["subnet-more"]), within("first", "second"));
    await world.untilReady(600);
    const calls = [...new Set(callsSince(world, since))];
    expect(calls.indexOf("AuthorizeSecurityGroupIngress")).toBe(0);
    expect(calls).toContain("CreateComputeEnvironment");
  });

  it("sees within a minute or two what the writer of another shard has made", async () => {
    const [one, other] = await twoShards();
    one.apply(networkWithEndpoints("first", ["subnet-nat"], asking("logs")));
    await one.untilReady(900);
    await one.seconds(1300);
    one.apply(networkWithEndpoints("first", ["subnet-nat"], asking("logs", "sts")));
    one.apply(networkWithEndpoints("other", ["subnet-nat"], asking("sts")));
    await one.untilReady(360);
    expect(await endpointsOf(other)).toEqual(["logs available", "sts available"]);
  });

  it("of a shard without an operator is waited for by nobody, and keeps what it asks for", async () => {
    const { clock, aws } = await closedWorld();
    const world = await aWorld({ clock, aws, region, flags: shard("name!=late") });
    world.apply(networkWithEndpoints("late"), ...networked("first"));
    await world.until("it is Ready", isReady(world, "first"), 900);
    deleteBoth(world, "first");
    await world.until("it is gone", () => world.object(kind, "first") === undefined, 900);
    expect(await endpointsOf(world)).toHaveLength(3);
    const late = await aWorld({ store: world.store, aws, clock, region, seed: 2, flags: shard("name=late") });
    await late.untilReady(600);
    expect(await endpointsOf(late)).toHaveLength(3);
  });

  it("is made although an older one is Stalled by something else", async () => {
    const world = await closedWorld();
    const ingress = [{ protocol: "all", peer: "sg-0123456789abcdef0" }] as const;
    world.apply(networkWithEndpoints("first", undefined, { securityGroup: { ingress: [...ingress] } }));
    await world.seconds(60);
    expect(reported(world, "first", "Stalled")?.reason).toBe("NotFound");
    world.apply(...networked("second"));
    await world.until("it is Ready", isReady(world, "second"), 300);
  });
});

describe("a network that may not have what it asks for", () => {
  it("loses no endpoint by which its environments run", async () => {
    const { store, aws, clock, stop } = await closedWorld();
    await stop();
    const world = await aWorld({ store, aws, clock, region, seed: 2, flags: {} });
    world.apply(...networked("first"), ...networked("second"));
    await world.untilReady(900);
    const before = await endpointsOf(world);
    world.apply(networkWithEndpoints("first", undefined, asking("ecs", "not-allowed")));
    await world.seconds(900);
    expect(reported(world, "first", "Stalled")?.reason).toBe("NotAllowed");
    expect(await endpointsOf(world)).toEqual(before);
    expect(isReady(world, "first")()).toBe(true);
    deleteBoth(world, "second");
    await world.until("it is gone", () => world.object(kind, "second") === undefined, 900);
    expect(await endpointsOf(world)).toEqual(before);
    deleteBoth(world, "first");
    await world.untilGone(900);
  });
});

describe("a network that is paused, or a dry run,", () => {
  it.each(["paused", "dry-run"])(
    "loses nothing by which environments run for what its spec says now: %s",
    async (how) => {
      const world = await closedWorld();
      world.apply(...networked("a", undefined, whole), ...networked("b", undefined, asking("sts")));
      world.apply(job(), jobQueue("q", ["a"]));
      await world.untilReady(900);
      await world.seconds(60);
      const before = await endpointsOf(world);
      world.apply(annotated(networkWithEndpoints("a", undefined, { vpcEndpoints: undefined }), how));
      await world.seconds(1800);
      world.apply(networkWithEndpoints("b", undefined, asking("sts", "ssm")));
      await world.seconds(1800);
      expect(await endpointsOf(world)).toEqual([...before, "ssm available"].toSorted());
    },
  );

  it.each(["paused", "dry-run"])("has no endpoints made: %s", async (how) => {
    const world = await closedWorld();
    world.apply(...networked("b", ["subnet-nat"], asking("sts")));
    await world.untilReady(900);
    world.apply(annotated(networkWithEndpoints("a"), how));
    await world.seconds(1800);
    expect(await endpointsOf(world)).toEqual(["sts available"]);
  });
});

describe("endpoints of which an environment of no network has need", () => {
  it("are not made where they would cut it off, also when it is paused", async () => {
    const all = { rule: 100, action: "allow", protocol: "-1", cidr: "0.0.0.0/0" } as const;
    const notToClosed = { rule: 10, action: "deny", protocol: "-1", cidr: "10.0.2.0/24" } as const;
    const acl = { id: "acl-nat", vpc: "vpc-1", subnets: ["subnet-nat"], egress: [notToClosed, all], ingress: [all] };
    const world = await closedWorld({ vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }], networkAcls: [acl] });
    world.apply(inSubnets("x", ["subnet-nat"]));
    await world.untilReady(900);
    world.apply(annotated(inSubnets("x", ["subnet-nat"]), "paused"));
    await world.seconds(60);
    world.apply(...networked("y"));
    await world.seconds(900);
    expect(await endpointsOf(world)).toEqual([]);
    expect(reported(world, "y", "Stalled")?.message).toMatch(/would cut off subnet-nat/);
  });

  it("stay while AWS moves it, and its jobs still run where it was", async () => {
    const world = await closedWorld();
    const updatePolicy = { jobExecutionTimeoutMinutes: 120 };
    const x = (subnet: string): Manifest => {
      const manifest = inSubnets("x", [subnet]);
      return { ...manifest, spec: { ...(manifest["spec"] as object), updatePolicy } };
    };
    world.apply(networkWithEndpoints("y", undefined, whole), x("subnet-closed"));
    world.apply(jobQueue("q", ["x"]), job());
    await world.untilReady(900);
    const planned = { durationMs: 3600_000, exitCode: 0 };
    world.aws.outside.submitPlannedJob({ jobName: "j", jobQueue: "team_q", jobDefinition: "team_job" }, planned);
    await world.until("the job runs", () => world.aws.truth.jobs()[0]?.status === "RUNNING", 900);
    world.apply(x("subnet-nat"));
    const isMoving = () => world.aws.truth.computeEnvironments().some(({ status }) => status === "UPDATING");
    await world.until("AWS moves it", isMoving, 300);
    world.delete(kind, "y");
    await world.seconds(1200);
    const [running] = world.aws.truth.jobs();
    expect(`${running?.status} ${(await endpointsOf(world)).length > 0}`).toBe("RUNNING true");
    await world.until("y is gone", () => world.object(kind, "y") === undefined, 3 * 3600);
  });

  it.each([
    ["goes on, they go", "old", "x", 0],
    ["is deleted, they stay in AWS", "x", "old", 7],
  ])("stay while its jobs drain; afterwards, when their network %s", async (_age, elder, younger, left) => {
    const world = await closedWorld();
    world.apply(...networked(elder, undefined, whole));
    await world.until("it is Ready", isReady(world, elder), 900);
    world.apply(...networked(younger, undefined, whole), jobQueue("q", ["old"]), job());
    await world.untilReady(900);
    const planned = { durationMs: 3 * 3600_000, exitCode: 0 };
    world.aws.outside.submitPlannedJob({ jobName: "j", jobQueue: "team_q", jobDefinition: "team_job" }, planned);
    await world.until("the job runs", () => world.aws.truth.jobs()[0]?.status === "RUNNING", 900);
    world.apply(networkWithEndpoints("old", ["subnet-nat"], { vpcEndpoints: undefined }));
    await world.seconds(1200);
    deleteBoth(world, "x");
    await world.seconds(3600);
    expect(world.object(kind, "x")).toBeUndefined();
    expect(await endpointsOf(world)).toHaveLength(7);
    await world.seconds(3 * 3600);
    expect(await endpointsOf(world)).toHaveLength(left);
  });
});

describe("what EC2 refuses in addition to endpoints", () => {
  it("of what Retain left keeps no other from being made", async () => {
    const world = await closedWorld();
    world.apply(networkWithEndpoints("ce", undefined, { deletionPolicy: "Retain" }));
    await world.untilReady(600);
    world.delete(kind, "ce");
    await world.untilGone(600);
    const message = "You are not authorized to perform this operation.";
    const fault: Fault = { kind: "refuse", exception: "UnauthorizedOperation", message, httpStatusCode: 403 };
    world.aws.faults.add({ fault, on: "CreateTags" });
    world.apply(...networked("ce", undefined, needing("ecs", "s3")));
    await world.seconds(1800);
    expect(await endpointsOf(world)).toContain("s3 available");
    expect(reported(world, "ce", "EndpointsReady")?.message).toContain("not authorized");
  });
});

describe("what a person fixes", () => {
  it("is seen within minutes: an endpoint that had failed", async () => {
    const world = await closedWorld();
    world.apply(networkWithEndpoints("ce"));
    await world.untilReady(900);
    await world.seconds(1300);
    const { ec2: outside } = world.aws.outside;
    const { VpcEndpoints = [] } = await outside.describeVpcEndpoints({});
    const one = VpcEndpoints.find(({ ServiceName = "" }) => ServiceName.endsWith(".ecs-agent"));
    const id = one?.VpcEndpointId ?? "";
    const tags = Object.fromEntries((one?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
    const groups = (one?.Groups ?? []).map(({ GroupId = "" }) => GroupId);
    const network = { id, vpc: "vpc-1", service: "ecs-agent", subnets: one?.SubnetIds ?? [], securityGroups: groups };
    world.aws.outside.describeNetwork({ vpcEndpoints: [{ ...network, privateDns: true, state: "failed", tags }] });
    await world.seconds(3 * 3600);
    expect(reported(world, "ce", "Stalled")?.message).toContain(`${id}`);
    world.apply(within("ce", "second", { ...ec2, network: { preflight: "Skip" } }));
    await outside.deleteVpcEndpoints({ VpcEndpointIds: [id] });
    await world.until("it is made", isReady(world, "second"), 600);
  });

  it("is seen within minutes: the DNS settings of the VPC", async () => {
    const world = await closedWorld({ vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16", dnsHostnames: false }] });
    world.apply(...networked("ce"));
    await world.seconds(900);
    expect(reported(world, "ce", "EndpointsReady")?.message).toContain("enableDnsHostnames");
    world.aws.outside.describeNetwork({ vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }] });
    await world.untilReady(600);
  });
});

it("a tenant has networks in VPCs that nobody has, and delays nobody else's endpoints", async () => {
  const secondsWith = async (networks: number): Promise<number> => {
    const world = await closedWorld();
    for (let index = 0; index < networks; index++) {
      const { metadata, ...rest } = networkWithEndpoints(`own-${index}`, undefined, { vpcId: `vpc-${index}x` });
      world.store.apply({ ...rest, metadata: { ...metadata, namespace: "mallory" } } as Manifest);
    }
    await world.seconds(120);
    const since = world.clock.now();
    world.apply(...networked("ce"));
    await world.until("it is Ready", isReady(world, "ce"), 1800);
    return (world.clock.now() - since) / 1000;
  };
  // What is read for the tenant counts for others for 50 s: read just before the endpoints are there, it costs one more check, a minute.
  expect((await secondsWith(100)) - (await secondsWith(0))).toBeLessThan(70);
});
