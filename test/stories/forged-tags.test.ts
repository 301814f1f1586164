import { describe, expect, it } from "vitest";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { closedWorld, deleteBoth, networked, region } from "./closed-world.ts";
import { aWorld, expectSilence } from "./story.ts";

/** Somebody who may only write tags in AWS has the operator destroy what is not its own. */

const owner = (name: string): Record<string, string> => ({
  "awsbatch.dev/cluster": "default",
  "awsbatch.dev/cluster-uid": "cluster-1",
  "awsbatch.dev/namespace": "team",
  "awsbatch.dev/name": name,
  "awsbatch.dev/uid": "uid-1",
});
const retained = (name: string): Record<string, string> => ({ "awsbatch.dev/retained-from": `default/team/${name}` });

async function withForeignEnvironment(name: string): Promise<readonly [World, string]> {
  const world = await aWorld();
  const { computeResources, type } = ec2;
  const made = { computeEnvironmentName: name, type, computeResources };
  const { computeEnvironmentArn: arn = "" } = await world.aws.outside.createComputeEnvironment(made as never);
  world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]));
  await world.untilReady();
  return [world, arn];
}

describe("a writer of tags marks somebody else's environment", () => {
  it.each([
    ["as the object's own", "prod-ce", owner("ce")],
    ["as the object's own, with a name that begins like those of the object", "team_ce-prod", owner("ce")],
    ["as left to the object by Retain", "prod-ce", retained("ce")],
  ])(
    "%s, and it is neither used nor retired, also when the object is replaced and deleted",
    async (_how, name, tags) => {
      const [world, resourceArn] = await withForeignEnvironment(name);
      const isForeign = ({ computeEnvironmentName }: { readonly computeEnvironmentName?: string }): boolean =>
        computeEnvironmentName === name;
      await world.aws.outside.tagResource({ resourceArn, tags });
      await world.seconds(120);
      world.apply(computeEnvironment("ce", withTypes(["m5.large"])));
      await world.untilReady();
      await world.seconds(3600);
      world.delete("JobQueue", "q");
      world.delete("BatchComputeEnvironment", "ce");
      await world.untilGone();
      expect(world.aws.truth.computeEnvironments().find(isForeign)).toMatchObject({
        state: "ENABLED",
        status: "VALID",
        tags,
      });
      expect(world.writes().filter((write) => write.includes(name))).toEqual([]);
    },
  );
});

it("a writer of tags marks somebody else's queue and job definition as the objects', whose names are others", async () => {
  const [world] = await withForeignEnvironment("prod-ce");
  world.apply(jobDefinition("train"));
  await world.untilReady();
  const computeEnvironmentOrder = [{ order: 1, computeEnvironment: "prod-ce" }];
  await world.aws.outside.createJobQueue({
    jobQueueName: "prod",
    priority: 9,
    computeEnvironmentOrder,
    tags: owner("q"),
  });
  const body = jobDefinition("x").spec as object;
  await world.aws.outside.registerJobDefinition({ ...body, jobDefinitionName: "prod", tags: owner("train") } as never);
  await world.seconds(120);
  await expectSilence(world);
  world.delete("JobDefinition", "train");
  world.delete("JobQueue", "q");
  await world.until(
    "both are gone",
    () => world.object("JobQueue", "q") === undefined && world.object("JobDefinition", "train") === undefined,
  );
  expect(world.aws.truth.jobQueues().find(({ jobQueueName }) => jobQueueName === "prod")).toMatchObject({
    state: "ENABLED",
    priority: 9,
  });
  expect(world.aws.truth.jobDefinitions().find((one) => one.jobDefinitionName === "prod")?.status).toBe("ACTIVE");
});

it("a writer of tags and a tenant together note an IAM role of others as the object's: no write is even sent", async () => {
  const world = await aWorld();
  const { iam } = world.aws.outside;
  const RoleName = "administrator";
  const Principal = { Service: "ecs-tasks.amazonaws.com" };
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal }],
  });
  await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust });
  const tags = { ...owner("train"), "awsbatch.dev/role": "job" };
  await iam.tagRole({ RoleName, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) });
  world.apply(jobDefinition("train", { iam: { jobRole: {} } }));
  await world.untilReady();
  world.annotate("JobDefinition", "train", { "awsbatch.dev/roles": RoleName });
  await world.seconds(3600);
  world.delete("JobDefinition", "train");
  await world.untilGone();
  const sent = world.aws.log.filter(({ by, input }) => by === "operator" && JSON.stringify(input).includes(RoleName));
  expect(sent.map(({ operation }) => operation).filter((operation) => !/^(?:Get|List)/.test(operation))).toEqual([]);
  expect((await iam.getRole({ RoleName })).Role?.RoleName).toBe(RoleName);
});

describe("a writer of tags marks somebody else's VPC endpoints", () => {
  const cluster = { "awsbatch.dev/cluster": "default", "awsbatch.dev/cluster-uid": "cluster-1" };
  const ofCluster = { ...cluster, "awsbatch.dev/purpose": "vpc-endpoints" };
  const ofNetwork = { ...ofCluster, "awsbatch.dev/namespace": "team", "awsbatch.dev/name": "ce" };

  /** Endpoints of others for S3 and KMS, which no environment needs, and a group that they use. */
  async function withForeignEndpoints(): Promise<readonly [World, readonly string[]]> {
    const world = await closedWorld();
    const { ec2: api } = world.aws.outside;
    const { GroupId = "" } = await api.createSecurityGroup({ GroupName: "prod", Description: "prod", VpcId: "vpc-1" });
    const { Subnets = [] } = await api.describeSubnets({});
    const SubnetIds = Subnets.filter(({ SubnetId }) => SubnetId === "subnet-closed").map(
      ({ SubnetId = "" }) => SubnetId,
    );
    const { RouteTables = [] } = await api.describeRouteTables({});
    const RouteTableIds = RouteTables.slice(0, 1).map(({ RouteTableId = "" }) => RouteTableId);
    const made = [
      await api.createVpcEndpoint({
        VpcId: "vpc-1",
        VpcEndpointType: "Interface",
        ServiceName: `com.amazonaws.${region}.logs`,
        SubnetIds,
        SecurityGroupIds: [GroupId],
      }),
      await api.createVpcEndpoint({
        VpcId: "vpc-1",
        VpcEndpointType: "Gateway",
        ServiceName: `com.amazonaws.${region}.s3`,
        RouteTableIds,
      }),
    ];
    return [world, [...made.map(({ VpcEndpoint }) => VpcEndpoint?.VpcEndpointId ?? ""), GroupId]];
  }

  it.each([
    ["as the network's own", ofNetwork],
    ["as what environments shared before there were networks", ofCluster],
    ["as left there by Retain", { "awsbatch.dev/retained-from": "default/team/ce" }],
  ])("%s, and none is written, while a network asks for endpoints and after it is gone", async (_how, tags) => {
    const [world, Resources] = await withForeignEndpoints();
    await world.aws.outside.ec2.createTags({
      Resources: [...Resources],
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    });
    world.apply(...networked("ce"));
    await world.untilReady(900);
    await world.seconds(3600);
    deleteBoth(world, "ce");
    await world.untilGone(1800);
    const { VpcEndpoints = [] } = await world.aws.outside.ec2.describeVpcEndpoints({});
    expect(new Set(VpcEndpoints.map(({ VpcEndpointId }) => VpcEndpointId))).toEqual(
      new Set(Resources.filter((id) => id.startsWith("vpce-"))),
    );
    expect(world.writes().filter((write) => Resources.some((id) => write.includes(id)))).toEqual([]);
  });
});
