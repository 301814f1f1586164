import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import { computeEnvironment, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence } from "./story.ts";

function managed(maxvCpus: number, scaleInAfter: number): BatchComputeEnvironmentSpec {
  return {
    type: "MANAGED",
    replacement: { soakSeconds: 0 },
    computeResources: {
      type: "ECS_MANAGED_INSTANCES",
      maxvCpus,
      managedInstancesProvider: {
        infrastructureRoleArn: "arn:aws:iam::123456789012:role/ecsInfrastructureRole",
        instanceLaunchTemplate: {
          ec2InstanceProfileArn: "arn:aws:iam::123456789012:instance-profile/ecsInstanceRole",
          networkConfiguration: { subnets: ["subnet-11111111"], securityGroups: ["sg-11111111"] },
        },
        infrastructureOptimization: { scaleInAfter },
      },
    },
  };
}

const task = {
  type: "container",
  platformCapabilities: ["MANAGED_INSTANCES"],
  ecsProperties: {
    taskProperties: [
      {
        containers: [
          {
            name: "main",
            image: "busybox",
            resourceRequirements: [
              { type: "VCPU", value: "2" },
              { type: "MEMORY", value: "512" },
            ],
          },
        ],
      },
    ],
  },
} as const;

const environments = ({ aws }: World) =>
  aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED" && status !== "DELETING");

const statuses = ({ aws }: World): readonly (string | undefined)[] => aws.truth.jobs().map(({ status }) => status);

function submit({ aws }: World): void {
  const job = { jobName: "job", jobQueue: "team_q1", jobDefinition: "team_hello" };
  aws.outside.submitPlannedJob(job, { durationMs: 60_000, exitCode: 0 });
}

describe("ECS Managed Instances", () => {
  it("run jobs up to their vCPUs, are resized in place, replaced for another field, and deleted", async () => {
    const world = await aWorld();
    const hello = { ...jobDefinition("hello"), spec: task };
    world.apply(computeEnvironment("ce", managed(2, 300)), jobQueue("q1", ["ce"]), hello);
    await world.untilReady();
    expect(world.aws.truth.jobQueues()).toMatchObject([{ jobQueueType: "ECS_MANAGED_INSTANCES", status: "VALID" }]);
    await expectSilence(world);

    submit(world);
    submit(world);
    await world.until("one job runs, as many as fit", () => statuses(world).includes("RUNNING"));
    expect(new Set(statuses(world))).toEqual(new Set(["RUNNING", "RUNNABLE"]));
    await world.until("both have run", () => statuses(world).every((status) => status === "SUCCEEDED"));

    const [before] = environments(world);
    world.apply(computeEnvironment("ce", managed(4, 300)));
    await world.until("the size is AWS's", () => environments(world)[0]?.computeResources?.maxvCpus === 4);
    await world.untilReady();
    expect(environments(world)[0]?.uuid).toBe(before?.uuid);

    world.apply(computeEnvironment("ce", managed(4, 600)));
    await world.until("a successor has taken over", () => {
      const [only, ...more] = environments(world);
      return more.length === 0 && only?.uuid !== before?.uuid && only?.status === "VALID";
    });
    await world.untilReady();
    expect(environments(world)).toMatchObject([
      { computeResources: { managedInstancesProvider: { infrastructureOptimization: { scaleInAfter: 600 } } } },
    ]);
    submit(world);
    await world.until("a job runs there", () => statuses(world).every((status) => status === "SUCCEEDED"));

    world.delete("JobQueue", "q1");
    world.delete("BatchComputeEnvironment", "ce");
    await world.until("AWS is clean", () =>
      world.aws.truth.computeEnvironments().every((one) => one.status === "DELETED"),
    );
  });

  it("say which role is missing", async () => {
    const world = await aWorld();
    const role = "arn:aws:iam::123456789012:role/ecsInfrastructureRole";
    world.aws.outside.removeRole(role);
    world.apply(computeEnvironment("ce", managed(2, 300)));
    const condition = () => world.condition("BatchComputeEnvironment", "ce", "Ready");
    await world.until("AWS has found it INVALID", () => condition()?.reason === "Invalid");
    expect(condition()?.message).toContain(role);
  });
});
