/** What endpoints do to whom they were not made for, and what keeps them from being made or removed. */

import { describe, expect, it } from "vitest";
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
  within,
} from "./closed-world.ts";
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

const sizesOf = ({ aws }: World): readonly (number | undefined)[] =>
  aws.truth.computeEnvironments().map(({ computeResources }) => computeResources?.maxvCpus);
const callsOf = (world: World, operation: string): number =>
  world.aws.log.filter((call) => call.operation === operation).length;
const kind = "BatchNetwork";
const reported = (world: World, name: string, type: string) => world.condition(kind, name, type);
const agent = ["ecs available", "ecs-agent available", "ecs-telemetry available"];
const ecr = ["ecr.api available", "ecr.dkr available"];
const whole = needing("ecs", "ecr");

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
  ])("stay, though the network asks for them no more, when %s", async (_what, change) => {
    const world = await closedWorld();
    world.apply(...networked("ce", undefined, whole), jobQueue("q", ["ce"]));
    world.apply(fromEcr(undefined, { deletionPolicy: "Retain" }));
    await world.untilReady(900);
    change(world);
    world.apply(networkWithEndpoints("ce"));
    await world.seconds(3600);
    expect(await endpointsOf(world)).toEqual(expect.arrayContaining(ecr));
  });

  it("stay when a lost cluster's network is applied before everything else", async () => {
    const world = await closedWorld();
    world.apply(...networked("ce", undefined, whole), jobQueue("q", ["ce"]), fromEcr());
    await world.untilReady(900);
    await world.stop();
    const cluster = { name: "default", uid: "cluster-2", takeOverUid: "cluster-1" };
    const second = await aWorld({ clock: world.clock, aws: world.aws, region, cluster });
    second.apply(networkWithEndpoints("ce"));
    await second.seconds(1300);
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
    world.apply(inSubnets("aside", ["subnet-nat"]), ...networked("ce"));
    await world.untilReady(900);
    await world.seconds(1800);
    world.aws.outside.describeNetwork(acl("10.0.0.0/16"));
    await world.seconds(900);
    deleteBoth(world, "ce");
    await world.until("it is gone", () => world.object(kind, "ce") === undefined);
    expect(await endpointsOf(world)).toEqual(agent);
  });
});

describe("a network whose reads of EC2 are throttled at first", () => {
  it("is made with its endpoints all the same", async () => {
    const world = await closedWorld();
    const throttled = refusal("RequestLimitExceeded", "Request limit exceeded.");
    world.aws.faults.add({ fault: throttled, on: "DescribeVpcEndpoints", forMs: 20_000 });
    world.apply(...networked("ce"));
    await world.untilReady(900);
    expect(await endpointsOf(world)).toHaveLength(3);
  });
});

describe("endpoints that EC2 refuses", () => {
  it("keep no environment that is there from its own edits, and are tried again", async () => {
    const world = await closedWorld();
    world.apply(...networked("a"));
    await world.untilReady(900);
    const services = ["ecs", "ecs-agent", "ecs-telemetry", "ecr-api"];
    world.apply(networkWithEndpoints("a", undefined, { vpcEndpoints: { services } }));
    await world.seconds(900);
    const computeResources = { ...ec2.computeResources, maxvCpus: 512 };
    world.apply(within("a", "a", { ...ec2, computeResources } as typeof ec2));
    await world.seconds(1200);
    expect(sizesOf(world)).toEqual([512]);
    expect(world.condition("BatchComputeEnvironment", "a", "Ready")?.status).toBe("True");
    const before = callsOf(world, "CreateVpcEndpoint");
    await world.seconds(3600);
    expect(callsOf(world, "CreateVpcEndpoint") - before).toBeGreaterThan(2);
    expect(callsOf(world, "CreateVpcEndpoint") - before).toBeLessThan(15);
  });

  it("block what needs them, and that is reported with EC2's words", async () => {
    const world = await closedWorld();
    world.aws.faults.add({ fault: limit, on: "CreateVpcEndpoint" });
    world.apply(...networked("ce"));
    await world.seconds(3600);
    expect(world.aws.truth.computeEnvironments()).toEqual([]);
    expect(reported(world, "ce", "Stalled")?.message).toContain("limit on the number of VPC endpoints");
  });
});

describe("what EC2 does not release", () => {
  it("is retried at growing intervals, and is reported as Stalled with what to search", async () => {
    const world = await closedWorld();
    world.apply(networkWithEndpoints("ce", ["subnet-nat"], { vpcEndpoints: undefined, securityGroup: {} }));
    await world.untilReady(900);
    world.aws.faults.add({ fault: dependent, on: "DeleteSecurityGroup" });
    world.delete(kind, "ce");
    await world.seconds(3600);
    const before = callsOf(world, "DeleteSecurityGroup");
    await world.seconds(3600);
    expect(callsOf(world, "DeleteSecurityGroup") - before).toBeLessThan(15);
    expect(reported(world, "ce", "Stalled")?.message).toContain("aws ec2 describe-network-interfaces");
  });

  it("is reported with EC2's words also where they stand within an answer", async () => {
    const world = await closedWorld();
    world.apply(networkWithEndpoints("ce"));
    await world.untilReady(900);
    const { deleteVpcEndpoints } = world.aws.ec2;
    const refused = { Code: "OperationNotPermitted", Message: "not permitted to delete" };
    Object.assign(world.aws.ec2, {
      deleteVpcEndpoints: async ({ VpcEndpointIds = [] }: { VpcEndpointIds?: string[] }) => ({
        Unsuccessful: VpcEndpointIds.map((ResourceId) => ({ ResourceId, Error: refused })),
      }),
    });
    world.delete(kind, "ce");
    await world.seconds(1200);
    expect(reported(world, "ce", "Ready")?.message).toContain("not permitted to delete");
    Object.assign(world.aws.ec2, { deleteVpcEndpoints });
    await world.untilGone();
  });
});
