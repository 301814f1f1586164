import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import type { AwsSnapshot } from "../../src/simulator/snapshot.ts";
import { SimulatedCloud } from "../../src/tools/simulated-cloud.ts";

const region = "us-east-1";

function cloud(saved: Readonly<Record<string, AwsSnapshot>> = {}) {
  const clock = new VirtualClock();
  return { clock, simulated: new SimulatedCloud({ clock, random: seededRandom(7), region }, saved) };
}

const computeResources = {
  type: "FARGATE" as const,
  maxvCpus: 4,
  subnets: ["subnet-11111111"],
  securityGroupIds: ["sg-11111111"],
};
const container = {
  type: "container" as const,
  containerProperties: {
    image: "x",
    resourceRequirements: [
      { type: "VCPU" as const, value: "1" },
      { type: "MEMORY" as const, value: "512" },
    ],
  },
};

/** As it is read from the state file. */
function overJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

describe("a simulated account that goes on in another process", () => {
  test("ends the transitions that were under way", async () => {
    const first = cloud();
    const { outside } = first.simulated.world(region);
    await outside.createComputeEnvironment({ computeEnvironmentName: "a", type: "MANAGED", computeResources });
    await first.clock.advance(10_000);
    await outside.createJobQueue({
      jobQueueName: "q",
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: "a" }],
    });
    await outside.createComputeEnvironment({ computeEnvironmentName: "b", type: "MANAGED", computeResources });
    await outside.updateComputeEnvironment({ computeEnvironment: "a", state: "DISABLED" });

    const second = cloud(overJson(first.simulated.snapshot()));
    const { truth } = second.simulated.world(region);
    const states = () => [
      ...truth.computeEnvironments().map(({ status }) => status),
      ...truth.jobQueues().map(({ status }) => status),
    ];
    expect(states()).toEqual(["UPDATING", "CREATING", "CREATING"]);
    await second.clock.advance(60_000);
    expect(states()).toEqual(["VALID", "VALID", "VALID"]);
  });

  test("still refuses to delete an environment that a queue names", async () => {
    const first = cloud();
    const { outside } = first.simulated.world(region);
    await outside.createComputeEnvironment({ computeEnvironmentName: "a", type: "MANAGED", computeResources });
    await first.clock.advance(10_000);
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment: "a" }];
    await outside.createJobQueue({ jobQueueName: "q", priority: 1, computeEnvironmentOrder });
    await outside.updateComputeEnvironment({ computeEnvironment: "a", state: "DISABLED" });
    await first.clock.advance(60_000);

    const second = cloud(overJson(first.simulated.snapshot())).simulated.world(region);
    await expect(second.outside.deleteComputeEnvironment({ computeEnvironment: "a" })).rejects.toThrow(
      /existing JobQueue relationship/,
    );
  });

  test("counts revisions on, and shows records as old as they are", async () => {
    const first = cloud();
    const { outside } = first.simulated.world(region);
    await outside.registerJobDefinition({ jobDefinitionName: "d", ...container });
    await outside.registerJobDefinition({ jobDefinitionName: "d", ...container });
    await outside.deregisterJobDefinition({ jobDefinition: "d:2" });

    const second = cloud(overJson(first.simulated.snapshot()));
    const aws = second.simulated.world(region);
    aws.knobs.latencyMs = 0;
    const stale = await aws.batch.describeJobDefinitions({ jobDefinitionName: "d", status: "ACTIVE" });
    expect(stale.jobDefinitions?.map(({ revision }) => revision)).toEqual([1]);
    expect(await aws.outside.registerJobDefinition({ jobDefinitionName: "d", ...container })).toMatchObject({
      revision: 3,
    });
  });

  test("first reports the existing resources to its listeners", async () => {
    const first = cloud();
    await first.simulated
      .world(region)
      .outside.createComputeEnvironment({ computeEnvironmentName: "a", type: "MANAGED", computeResources });
    await first.clock.advance(10_000);
    const second = cloud(overJson(first.simulated.snapshot())).simulated;
    const reported: string[] = [];
    second.onChange(({ kind, name, state, status }) => reported.push(`${kind} ${name} ${state} ${status}`));
    second.world(region);
    expect(reported).toEqual(["computeEnvironment a ENABLED VALID"]);
  });

  test("keeps the regions that were not used this time", async () => {
    const first = cloud();
    await first.simulated.world("eu-west-1").outside.registerJobDefinition({ jobDefinitionName: "d", ...container });
    const second = cloud(overJson(first.simulated.snapshot())).simulated;
    second.world(region);
    expect(Object.keys(second.snapshot()).sort()).toEqual(["eu-west-1", "us-east-1"]);
    expect(second.snapshot()["eu-west-1"]?.jobDefinitions).toHaveLength(1);
  });

  test("has one IAM for all regions, which outlives the process whichever region is used first", async () => {
    const trust = { Version: "2012-10-17", Statement: { Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" } };
    const role = { RoleName: "shared", AssumeRolePolicyDocument: JSON.stringify(trust) };
    const first = cloud().simulated;
    await first.world("eu-west-1").outside.iam.createRole(role);
    await expect(first.world(region).outside.iam.createRole(role)).rejects.toThrow("already exists");

    const second = cloud(overJson(first.snapshot())).simulated;
    expect(second.world("eu-west-1").truth.roles()).toMatchObject([{ name: "shared" }]);
    await second.world("eu-west-1").outside.iam.deleteRole({ RoleName: "shared" });
    // What another region saved does not bring it back.
    expect(second.world(region).truth.roles()).toEqual([]);
    expect(cloud(overJson(second.snapshot())).simulated.world(region).truth.roles()).toEqual([]);
  });
});
