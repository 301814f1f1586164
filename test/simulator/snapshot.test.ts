import { expect, test } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import type { Knobs } from "../../src/simulator/knobs.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";

function simulated(knobs: Partial<Knobs> = {}) {
  return createSimulatedAws({ clock: new VirtualClock(), random: seededRandom(1), knobs: { latencyMs: 0, ...knobs } });
}

const environment = (instanceType: string) => ({
  computeEnvironmentName: "a",
  type: "MANAGED" as const,
  computeResources: {
    type: "EC2" as const,
    allocationStrategy: "BEST_FIT" as const,
    minvCpus: 0,
    maxvCpus: 16,
    instanceTypes: [instanceType],
    subnets: ["subnet-1"],
    securityGroupIds: ["sg-1"],
    instanceRole: "ecsInstanceRole",
  },
});

test("records of another account are added to those that there are, and shown at once", async () => {
  const [from, to] = [simulated(), simulated()];
  await from.batch.createComputeEnvironment(environment("c5.large"));
  const { computeEnvironments, ec2 } = from.snapshot();
  to.add({ computeEnvironments, ec2: { groups: ec2?.records.groups ?? [] } });
  expect(await to.batch.describeComputeEnvironments({})).toMatchObject({
    computeEnvironments: [{ computeEnvironmentName: "a", status: "CREATING" }],
  });
  to.add({
    roles: [
      {
        name: "r",
        path: "/",
        arn: "arn:aws:iam::123456789012:role/r",
        id: "AROA",
        createdAt: 0,
        trust: "{}",
        attached: [],
        inline: {},
        tags: {},
      },
    ],
  });
  expect(await to.iam.getRole({ RoleName: "r" })).toMatchObject({ Role: { RoleName: "r" } });
  expect(to.truth.computeEnvironments()).toHaveLength(1);
});

test("an instance type that the simulator does not list exists once it is said to", async () => {
  await expect(simulated().batch.createComputeEnvironment(environment("q9.large"))).rejects.toThrow("Instance type");
  const knobs = { otherInstanceTypes: new Set(["q9.large"]) };
  await simulated(knobs).batch.createComputeEnvironment(environment("q9.large"));
});

test("a managed policy that the simulator does not list exists once all do", async () => {
  const attached = async (knobs: Partial<Knobs>) => {
    const { iam } = simulated({ iamVisibleMs: 0, stalenessMs: 0, ...knobs });
    const trust = JSON.stringify({
      Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
    });
    await iam.createRole({ RoleName: "r", AssumeRolePolicyDocument: trust });
    await iam.attachRolePolicy({ RoleName: "r", PolicyArn: "arn:aws:iam::aws:policy/AmazonKinesisFullAccess" });
  };
  await expect(attached({})).rejects.toThrow("does not exist");
  await attached({ otherPoliciesExist: true });
});
