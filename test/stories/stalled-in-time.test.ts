import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { accessDenied, type Fault } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { closedWorld, networkWithEndpoints } from "./closed-world.ts";
import { aWorld } from "./story.ts";

const ce = "BatchComputeEnvironment";
const net = "BatchNetwork";
const hello = jobDefinition("hello");
const withRole = jobDefinition("hello", { iam: { jobRole: {} } });

function deniedByEc2(operation: string): Fault {
  const message = `You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/o/s is not authorized to perform: ec2:${operation} because no identity-based policy allows it`;
  return { kind: "refuse", exception: "UnauthorizedOperation", message, httpStatusCode: 403 };
}

/** Of a virtual clock, in seconds: from the first refusal until the object is Stalled. */
async function secondsUntilStalled(world: World, kind: string, name: string, operation: string): Promise<number> {
  const refused = () =>
    world.aws.log.find(
      (call) => call.operation === operation && call.outcome.kind === "refused" && call.by === "operator",
    );
  await world.until(`${operation} is refused`, () => refused() !== undefined, 300);
  const since = world.clock.now();
  await world.until("it is Stalled", () => world.condition(kind, name, "Stalled") !== undefined, 1200);
  return (world.clock.now() - since) / 1000;
}

describe("an object is Stalled at the mark, and not when somebody happens to reconcile it", () => {
  it.each<[string, string, Fault, string, string, Manifest, () => Promise<World>]>([
    [
      "a write of AWS Batch",
      "CreateComputeEnvironment",
      accessDenied("CreateComputeEnvironment"),
      ce,
      "ce",
      computeEnvironment("ce", ec2),
      aWorld,
    ],
    [
      "a read of AWS Batch",
      "DescribeComputeEnvironments",
      accessDenied("DescribeComputeEnvironments"),
      "JobDefinition",
      "hello",
      hello,
      aWorld,
    ],
    [
      "a write of IAM",
      "CreateRole",
      accessDenied("CreateRole", "iam"),
      "JobDefinition",
      "hello",
      withRole,
      () => aWorld({ knobs: { strictIam: true } }),
    ],
    [
      "a read of IAM",
      "GetRole",
      accessDenied("GetRole", "iam"),
      "JobDefinition",
      "hello",
      withRole,
      () => aWorld({ knobs: { strictIam: true } }),
    ],
    [
      "a write of EC2 for endpoints",
      "CreateVpcEndpoint",
      deniedByEc2("CreateVpcEndpoint"),
      net,
      "ce",
      networkWithEndpoints("ce"),
      closedWorld,
    ],
    [
      "a write of EC2 for a security group",
      "CreateSecurityGroup",
      deniedByEc2("CreateSecurityGroup"),
      net,
      "ce",
      networkWithEndpoints("ce", ["subnet-nat"], { vpcEndpoints: undefined, securityGroup: {} }),
      closedWorld,
    ],
    [
      "a read of EC2",
      "DescribeVpcEndpoints",
      deniedByEc2("DescribeVpcEndpoints"),
      net,
      "ce",
      networkWithEndpoints("ce"),
      closedWorld,
    ],
  ])("%s is denied", async (_what, operation, fault, kind, name, manifest, create) => {
    const world = await create();
    world.aws.faults.add({ fault, on: operation });
    world.apply(manifest);
    const seconds = await secondsUntilStalled(world, kind, name, operation);
    expect(seconds).toBeGreaterThanOrEqual(299);
    // What is to be tried again at that moment comes first: three endpoints, each after a live read.
    expect(seconds).toBeLessThanOrEqual(operation === "CreateVpcEndpoint" ? 302 : 301);
    expect(world.condition(kind, name, "Stalled")?.message).toContain(operation);
  });

  it("a read of AWS Batch is denied to what was Ready", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]));
    await world.untilReady();
    await world.seconds(90);
    world.aws.faults.add({ fault: accessDenied("DescribeJobQueues"), on: "DescribeJobQueues" });
    const seconds = await secondsUntilStalled(world, "JobQueue", "q", "DescribeJobQueues");
    expect(seconds).toBeGreaterThanOrEqual(299);
    expect(seconds).toBeLessThanOrEqual(301);
    expect(world.condition("JobQueue", "q", "Ready")?.status).toBe("Unknown");
  });

  it("what a write refers to is missing", async () => {
    const world = await aWorld();
    const message = "Error executing request, Exception : ConsumableResource licences does not exist, RequestId: 1";
    const fault: Fault = { kind: "refuse", exception: "ClientException", httpStatusCode: 400, message };
    world.aws.faults.add({ fault, on: "RegisterJobDefinition" });
    world.apply(hello);
    const seconds = await secondsUntilStalled(world, "JobDefinition", "hello", "RegisterJobDefinition");
    expect(seconds).toBeGreaterThanOrEqual(599);
    expect(seconds).toBeLessThanOrEqual(601);
  });
});
