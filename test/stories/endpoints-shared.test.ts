/** Endpoints of a VPC in which several objects live, and who of them waits for whom. */

import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { Fault } from "../../src/simulator/faults.ts";
import { jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { closedWorld, endpointsOf, environment, region, shard } from "./closed-world.ts";
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

const reported = (world: World, name: string, type: string) => world.condition("BatchComputeEnvironment", name, type);

function annotated(manifest: Manifest, key: string): Manifest {
  const { metadata, ...rest } = manifest;
  return { ...rest, metadata: { ...metadata, annotations: { [`awsbatch.dev/${key}`]: "true" } } };
}

/** With just this said of the network. */
function withNetwork(name: string, network: object, subnets?: readonly string[]): Manifest {
  const { spec, ...manifest } = environment(name, subnets);
  return { ...manifest, spec: { ...spec, network } };
}

/** A second closed subnet gets a route table of its own. */
const secondTable = {
  vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }],
  routeTables: [{ id: "rtb-b", vpc: "vpc-1", subnets: ["subnet-closed-b"] }],
};

/** One shard has the object `first`, the other one all others. */
async function twoShards(): Promise<readonly [World, World]> {
  const { store, aws, clock, stop } = await closedWorld();
  await stop();
  const operatorOf = async (seed: number, hasFirst: boolean): Promise<World> =>
    await aWorld({
      store,
      aws,
      clock,
      region,
      seed,
      flags: shard(hasFirst ? "name=first" : "name!=first"),
    });
  return [await operatorOf(2, true), await operatorOf(3, false)];
}

async function tablesOfS3({ aws }: World): Promise<readonly string[]> {
  const { VpcEndpoints = [] } = await aws.outside.ec2.describeVpcEndpoints({});
  return VpcEndpoints.find(({ ServiceName = "" }) => ServiceName.endsWith(".s3"))?.RouteTableIds ?? [];
}

const writesSince = ({ aws }: World, at: number): readonly string[] =>
  aws.log
    .filter((call) => call.at >= at && /^(?:Create|Modify|Authorize|Update)/.test(call.operation))
    .map(({ operation }) => operation);

describe("who does not write in a VPC", () => {
  it("waits until the endpoints lead to its own route table, and for no longer than the writer's next check", async () => {
    const world = await closedWorld(secondTable);
    world.apply(environment("first"), jobQueue("q", ["first"]), job());
    await world.untilReady(900);
    await world.seconds(1300);
    const since = world.clock.now();
    world.apply(environment("second", ["subnet-closed-b"]));
    await world.untilReady(240);
    expect([...new Set(writesSince(world, since))]).toEqual(["ModifyVpcEndpoint", "CreateComputeEnvironment"]);
  });

  it("gets its queues where S3 is reached", async () => {
    const world = await closedWorld(secondTable);
    world.apply(environment("first"), environment("second"), jobQueue("q", ["first"]), jobQueue("q2", ["second"]));
    world.apply(job());
    await world.untilReady(900);
    await world.seconds(1300);
    const since = world.clock.now();
    world.apply(environment("second", ["subnet-closed-b"]));
    await world.until("the queue goes over", () => writesSince(world, since).includes("UpdateJobQueue"), 600);
    expect(await tablesOfS3(world)).toContain("rtb-b");
  });

  it("waits until the endpoints let in the address range that the VPC was given for it", async () => {
    const world = await closedWorld();
    world.apply(environment("first"));
    await world.untilReady(900);
    await world.seconds(1300);
    const subnet = { id: "subnet-more", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.1.0.0/24" };
    world.aws.outside.describeNetwork({ vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/15" }], subnets: [subnet] });
    const since = world.clock.now();
    world.apply(environment("second", ["subnet-more"]));
    await world.untilReady(300);
    const writes = [...new Set(writesSince(world, since))];
    expect(writes).toEqual(["AuthorizeSecurityGroupIngress", "CreateComputeEnvironment"]);
  });

  it("sees the address range that the writer of another shard has let in", async () => {
    const [one, other] = await twoShards();
    one.apply(environment("first"));
    await one.untilReady(900);
    await one.seconds(1300);
    const subnet = { id: "subnet-more", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.1.0.0/24" };
    one.aws.outside.describeNetwork({ vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/15" }], subnets: [subnet] });
    one.apply(environment("second", ["subnet-more"], { preflight: "Skip" }));
    await one.untilReady(300);
    expect(reported(other, "second", "EndpointsReady")?.status).toBe("True");
  });

  it("says so when the writer's process is gone, and never takes what is there for enough", async () => {
    const first = await closedWorld(secondTable);
    first.apply(environment("first"), jobQueue("q", ["first"]), job());
    await first.untilReady(900);
    const { store, aws, clock } = first;
    await first.stop();
    const world = await aWorld({ store, aws, clock, region, seed: 2, flags: shard("name!=first") });
    world.apply(environment("second", ["subnet-closed-b"]));
    await world.seconds(1800);
    expect(reported(world, "second", "EndpointsReady")).toMatchObject({ status: "False", reason: "EndpointsPending" });
    expect(reported(world, "second", "Stalled")).toMatchObject({ status: "True", reason: "EndpointsPending" });
  });

  it("sees within a minute or two what the writer of another shard has made", async () => {
    const [one, other] = await twoShards();
    one.apply(withNetwork("first", { vpcEndpoints: "Ensure", vpcEndpointServices: ["logs"] }, ["subnet-nat"]));
    await one.untilReady(900);
    await one.seconds(1300);
    one.apply(withNetwork("other", { vpcEndpoints: "Ensure", vpcEndpointServices: ["sts"] }, ["subnet-nat"]));
    await one.untilReady(360);
    expect(await endpointsOf(other)).toEqual(["logs available", "sts available"]);
  });

  it("does not report for hours that what only the writer of another shard needs is being made", async () => {
    const [one, other] = await twoShards();
    const wishing = (name: string, vpcEndpointServices: readonly string[]): Manifest =>
      withNetwork(name, { vpcEndpoints: "Ensure", vpcEndpointServices }, ["subnet-nat"]);
    one.apply(wishing("first", ["logs"]));
    await one.untilReady(900);
    one.apply(wishing("other", ["logs"]));
    await one.untilReady(900);
    await one.seconds(1300);
    one.apply(wishing("first", ["logs", "sts"]));
    await one.seconds(900);
    expect(await endpointsOf(other)).toEqual(["logs available", "sts available"]);
    expect(reported(other, "other", "EndpointsReady")?.message).toMatch(/vpc-1.*logs, sts/);
  });
});

describe("what may not have what it asks for", () => {
  it("has no endpoints made by others, and loses none by which it runs", async () => {
    const { store, aws, clock, stop } = await closedWorld();
    await stop();
    const world = await aWorld({ store, aws, clock, region, seed: 2, flags: {} });
    world.apply(environment("first"), environment("second"));
    await world.untilReady(900);
    const before = await endpointsOf(world);
    world.apply(environment("first", undefined, { vpcEndpointServices: ["ecs", "not-allowed"] }));
    await world.seconds(900);
    expect(reported(world, "first", "Stalled")?.reason).toBe("NotAllowed");
    expect(await endpointsOf(world)).toEqual(before);
    expect(reported(world, "second", "EndpointsReady")?.status).toBe("True");
    world.delete("BatchComputeEnvironment", "second");
    await world.until("it is gone", () => world.object("BatchComputeEnvironment", "second") === undefined, 900);
    expect(await endpointsOf(world)).toEqual(before);
    world.delete("BatchComputeEnvironment", "first");
    await world.untilGone(900);
    expect(await endpointsOf(world)).toEqual([]);
  });
});

describe("what is paused, or a dry run", () => {
  it.each(["paused", "dry-run"])("loses nothing by which it runs for what its spec says now: %s", async (how) => {
    const world = await closedWorld();
    world.apply(environment("a"), environment("b", undefined, { vpcEndpointServices: ["sts"] }), job());
    world.apply(jobQueue("q", ["a"]));
    await world.untilReady(900);
    await world.seconds(60);
    const before = await endpointsOf(world);
    world.apply(annotated(withNetwork("a", {}), how));
    await world.seconds(1800);
    world.apply(environment("b", undefined, { vpcEndpointServices: ["sts", "ssm"] }));
    await world.seconds(1800);
    expect(await endpointsOf(world)).toEqual([...before, "ssm available"].toSorted());
  });

  it.each(["paused", "dry-run"])("has no endpoints made by others: %s", async (how) => {
    const world = await closedWorld();
    world.apply(withNetwork("b", { vpcEndpoints: "Ensure", vpcEndpointServices: ["sts"] }, ["subnet-nat"]));
    await world.untilReady(900);
    world.apply(annotated(environment("a"), how));
    await world.seconds(1800);
    expect(await endpointsOf(world)).toEqual(["sts available"]);
  });

  it("is cut off by no new endpoint, also when it has dropped its request", async () => {
    const all = { rule: 100, action: "allow", protocol: "-1", cidr: "0.0.0.0/0" } as const;
    const notToClosed = { rule: 10, action: "deny", protocol: "-1", cidr: "10.0.2.0/24" } as const;
    const acl = { id: "acl-nat", vpc: "vpc-1", subnets: ["subnet-nat"], egress: [notToClosed, all], ingress: [all] };
    const world = await closedWorld({ vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }], networkAcls: [acl] });
    world.apply(environment("x", ["subnet-nat"]));
    await world.untilReady(900);
    world.apply(annotated(withNetwork("x", {}, ["subnet-nat"]), "paused"));
    await world.seconds(60);
    world.apply(environment("y"));
    await world.seconds(900);
    expect(await endpointsOf(world)).toEqual([]);
  });
});

describe("endpoints of which somebody else has need", () => {
  it("stay while AWS moves an environment that never asked for them, and its jobs still run where it was", async () => {
    const world = await closedWorld();
    const updatePolicy = { jobExecutionTimeoutMinutes: 120 };
    const x = (subnet: string): Manifest => {
      const manifest = withNetwork("x", {}, [subnet]);
      return { ...manifest, spec: { ...(manifest["spec"] as object), updatePolicy } };
    };
    world.apply(environment("y"), x("subnet-closed"), jobQueue("q", ["x"]), job());
    await world.untilReady(900);
    const planned = { durationMs: 3600_000, exitCode: 0 };
    world.aws.outside.submitPlannedJob({ jobName: "j", jobQueue: "team_q", jobDefinition: "team_job" }, planned);
    await world.until("the job runs", () => world.aws.truth.jobs()[0]?.status === "RUNNING", 900);
    world.apply(x("subnet-nat"));
    const isMoving = () => world.aws.truth.computeEnvironments().some(({ status }) => status === "UPDATING");
    await world.until("AWS moves it", isMoving, 300);
    world.delete("BatchComputeEnvironment", "y");
    await world.seconds(1200);
    const [running] = world.aws.truth.jobs();
    expect(`${running?.status} ${(await endpointsOf(world)).length > 0}`).toBe("RUNNING true");
    const isGone = () => world.object("BatchComputeEnvironment", "y") === undefined;
    await world.until("y is gone", isGone, 3 * 3600);
  });

  it.each([
    ["an older", "old", "x"],
    ["a younger", "x", "old"],
  ])("are left by what is deleted to %s object that lives on and drains", async (_age, elder, younger) => {
    const world = await closedWorld();
    world.apply(environment(elder));
    await world.seconds(10);
    world.apply(environment(younger), jobQueue("q", ["old"]), job());
    await world.untilReady(900);
    const planned = { durationMs: 3 * 3600_000, exitCode: 0 };
    world.aws.outside.submitPlannedJob({ jobName: "j", jobQueue: "team_q", jobDefinition: "team_job" }, planned);
    await world.until("the job runs", () => world.aws.truth.jobs()[0]?.status === "RUNNING", 900);
    world.apply(withNetwork("old", {}, ["subnet-nat"]));
    await world.seconds(1200);
    world.delete("BatchComputeEnvironment", "x");
    await world.seconds(3600);
    expect(world.object("BatchComputeEnvironment", "x")).toBeUndefined();
    await world.seconds(3 * 3600);
    expect(await endpointsOf(world)).toEqual([]);
  });
});

describe("what EC2 refuses in addition to endpoints", () => {
  it("of what Retain left keeps no other from being made", async () => {
    const world = await closedWorld();
    const { spec, ...manifest } = environment("ce");
    world.apply({ ...manifest, spec: { ...spec, deletionPolicy: "Retain" } });
    await world.untilReady(600);
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone(600);
    const message = "You are not authorized to perform this operation.";
    const fault: Fault = { kind: "refuse", exception: "UnauthorizedOperation", message, httpStatusCode: 403 };
    world.aws.faults.add({ fault, on: "CreateTags" });
    world.apply(environment("b"), job());
    await world.seconds(1800);
    expect(await endpointsOf(world)).toContain("s3 available");
    expect(reported(world, "b", "EndpointsReady")?.message).toContain("not authorized");
  });
});

describe("what a person fixes", () => {
  it("is seen within minutes: an endpoint that had failed", async () => {
    const world = await closedWorld();
    world.apply(environment("ce", undefined, { preflight: "Skip" }));
    await world.untilReady(900);
    await world.seconds(1300);
    const { ec2 } = world.aws.outside;
    const { VpcEndpoints = [] } = await ec2.describeVpcEndpoints({});
    const one = VpcEndpoints.find(({ ServiceName = "" }) => ServiceName.endsWith(".ecs-agent"));
    const id = one?.VpcEndpointId ?? "";
    const tags = Object.fromEntries((one?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
    const groups = (one?.Groups ?? []).map(({ GroupId = "" }) => GroupId);
    const network = { id, vpc: "vpc-1", service: "ecs-agent", subnets: one?.SubnetIds ?? [], securityGroups: groups };
    world.aws.outside.describeNetwork({ vpcEndpoints: [{ ...network, privateDns: true, state: "failed", tags }] });
    await world.seconds(3 * 3600);
    world.apply(environment("second", undefined, { preflight: "Skip" }));
    await world.seconds(300);
    expect(reported(world, "second", "Stalled")?.message).toContain(`${id}`);
    await ec2.deleteVpcEndpoints({ VpcEndpointIds: [id] });
    await world.until("it is made", () => reported(world, "second", "Ready")?.status === "True", 600);
  });

  it("is seen within minutes, also without the check of the network", async () => {
    const world = await closedWorld({ vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16", dnsHostnames: false }] });
    world.apply(environment("ce", undefined, { preflight: "Skip" }));
    await world.seconds(900);
    expect(reported(world, "ce", "EndpointsReady")?.message).toContain("enableDnsHostnames");
    world.aws.outside.describeNetwork({ vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }] });
    await world.untilReady(600);
  });
});

it("a tenant notes thousands of VPCs on its objects, and delays nobody else's endpoints", async () => {
  const secondsWith = async (noted: number): Promise<number> => {
    const world = await closedWorld();
    for (let index = 0; index < 20; index++) {
      const ids = Array.from({ length: noted }, (_, one) => `vpc-${index}x${one}`);
      const { metadata, ...rest } = environment(`own-${index}`, ["subnet-open"], { vpcEndpoints: undefined });
      const annotations = { "awsbatch.dev/endpoints": ids.join(","), "awsbatch.dev/security-group": ids.join(",") };
      world.store.apply({ ...rest, metadata: { ...metadata, namespace: "mallory", annotations } } as Manifest);
    }
    await world.seconds(120);
    const since = world.clock.now();
    world.apply(environment("ce"));
    await world.until("it is Ready", () => reported(world, "ce", "Ready")?.status === "True", 1800);
    return (world.clock.now() - since) / 1000;
  };
  // What is read for the tenant counts for others for 50 s: read just before the endpoints are there, it costs one more check, a minute.
  expect((await secondsWith(300)) - (await secondsWith(0))).toBeLessThan(70);
});
