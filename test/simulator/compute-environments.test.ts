import type { UpdatePolicy } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import {
  account,
  accountWithQueue,
  containerJob,
  createServiceRole,
  ec2,
  environment,
  fargate,
  linkedRole,
  queue,
  refusal,
  trustOf,
} from "./account.ts";

const serviceRole = "arn:aws:iam::123456789012:role/batch";

describe("a compute environment", () => {
  it.each([
    ["FARGATE", fargate("ce"), 3_000],
    ["EC2", ec2("ce"), 45_000],
  ])("of type %s becomes VALID after its time", async (_type, request, validMs) => {
    const world = account();
    await world.aws.batch.createComputeEnvironment(request);
    await world.clock.advance(validMs - 1);
    expect(environment(world, "ce").status).toBe("CREATING");
    await world.clock.advance(1);
    expect(environment(world, "ce")).toMatchObject({
      status: "VALID",
      statusReason: "ComputeEnvironment Healthy",
      state: "ENABLED",
    });
  });

  it("is described with what the service fills in", async () => {
    const { aws, clock } = account();
    await aws.batch.createComputeEnvironment(ec2("ce", { launchTemplate: { launchTemplateId: "lt-1" } }));
    await clock.advance(60_000);
    const { computeEnvironments } = await aws.batch.describeComputeEnvironments({ computeEnvironments: ["ce"] });
    expect(computeEnvironments).toEqual([
      {
        computeEnvironmentName: "ce",
        computeEnvironmentArn: "arn:aws:batch:us-east-1:123456789012:compute-environment/ce",
        type: "MANAGED",
        state: "ENABLED",
        status: "VALID",
        statusReason: "ComputeEnvironment Healthy",
        serviceRole: linkedRole,
        containerOrchestrationType: "ECS",
        ecsSettings: { containerInsights: "DISABLED" },
        tags: {},
        uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        ecsClusterArn: expect.stringMatching(/^arn:aws:ecs:us-east-1:123456789012:cluster\/AWSBatch-ce-[0-9a-f-]{36}$/),
        computeResources: {
          ...ec2("ce").computeResources,
          desiredvCpus: 0,
          ec2Configuration: [{ imageType: "ECS_AL2023" }],
          launchTemplate: { launchTemplateId: "lt-1", overrides: [] },
          tags: {},
        },
      },
    ]);
  });

  it.each([
    ["a missing service role", { ...ec2("ce"), serviceRole: "arn:aws:iam::123456789012:role/gone" }, /sts:AssumeRole/],
    [
      "a missing instance profile",
      ec2("ce", { instanceRole: "arn:aws:iam::123456789012:instance-profile/gone" }),
      /^CLIENT_ERROR - Instance profile arn:aws:iam::123456789012:instance-profile\/gone does not exist$/,
    ],
    [
      "a missing spot fleet role",
      ec2("ce", { type: "SPOT", spotIamFleetRole: "arn:aws:iam::123456789012:role/gone" }),
      /SpotFleetRequestConfig.IamFleetRole is invalid/,
    ],
    ["a missing subnet", fargate("ce", { subnets: ["subnet-gone"] }), /subnet ID 'subnet-gone' does not exist/],
    ["a missing group", fargate("ce", { securityGroupIds: ["sg-gone"] }), /security group 'sg-gone' does not exist/],
    [
      "a missing launch template",
      ec2("ce", { launchTemplate: { launchTemplateName: "lt-gone" } }),
      /launch template lt-gone does not exist/,
    ],
  ])("turns INVALID later, not at the call, by %s", async (_cause, request, reason) => {
    const world = account({ invalidRecheckMs: undefined });
    world.aws.outside.removeRole("arn:aws:iam::123456789012:role/gone");
    world.aws.outside.removeRole("arn:aws:iam::123456789012:instance-profile/gone");
    world.aws.outside.removeFromEc2("subnet-gone", "sg-gone", "lt-gone");
    await world.aws.batch.createComputeEnvironment(request);
    expect(environment(world, "ce").status).toBe("CREATING");
    await world.clock.advance(60_000);
    expect(environment(world, "ce").status).toBe("INVALID");
    expect(environment(world, "ce").statusReason).toMatch(/^CLIENT_ERROR - /);
    expect(environment(world, "ce").statusReason).toMatch(reason);
  });

  it("turns INVALID when its role is too fresh, and stays so until it is given a role again", async () => {
    const world = account({ strictIam: true });
    const { aws, clock } = world;
    await createServiceRole(world, "batch");
    await aws.batch.createComputeEnvironment({ ...fargate("ce"), serviceRole });
    await clock.advance(3_000);
    expect(environment(world, "ce").status).toBe("INVALID");
    await clock.advance(3_600_000);
    await aws.batch.updateComputeEnvironment({ computeEnvironment: "ce", state: "ENABLED" });
    await clock.advance(10_000);
    expect(environment(world, "ce").status).toBe("INVALID");
    await aws.batch.updateComputeEnvironment({ computeEnvironment: "ce", serviceRole });
    await clock.advance(10_000);
    expect(environment(world, "ce").status).toBe("VALID");
  });

  it("is INVALID with a role that trusts another service", async () => {
    const world = account({ strictIam: true });
    await createServiceRole(world, "batch", trustOf("ec2.amazonaws.com"));
    await world.clock.advance(60_000);
    await world.aws.batch.createComputeEnvironment({ ...fargate("ce"), serviceRole });
    await world.clock.advance(3_000);
    expect(environment(world, "ce").status).toBe("INVALID");
  });

  it("recovers by itself when AWS checks again and the cause is gone", async () => {
    const world = account({ invalidRecheckMs: 1_800_000 });
    world.aws.outside.removeFromEc2("subnet-1");
    await world.aws.batch.createComputeEnvironment(fargate("ce"));
    await world.clock.advance(3_000);
    world.aws.outside.restoreInEc2("subnet-1");
    await world.clock.advance(1_800_000);
    expect(environment(world, "ce").status).toBe("VALID");
  });

  it("goes from INVALID over UPDATING to INVALID when it is disabled", async () => {
    const world = account();
    world.aws.outside.invalidate("ce", "CLIENT_ERROR - Clusters can not be blank.");
    await world.aws.batch.createComputeEnvironment(fargate("ce"));
    await world.clock.advance(3_000);
    await world.aws.batch.updateComputeEnvironment({ computeEnvironment: "ce", state: "DISABLED" });
    expect(environment(world, "ce").status).toBe("UPDATING");
    await world.clock.advance(10_000);
    expect(environment(world, "ce")).toMatchObject({ status: "INVALID", state: "DISABLED" });
  });

  it("stays as a deleted record next to its successor of the same name, and then disappears", async () => {
    const world = account();
    const { aws, clock } = world;
    await aws.batch.createComputeEnvironment(fargate("ce"));
    await clock.advance(3_000);
    await aws.batch.updateComputeEnvironment({ computeEnvironment: "ce", state: "DISABLED" });
    await clock.advance(10_000);
    await aws.batch.deleteComputeEnvironment({ computeEnvironment: "ce" });
    await clock.advance(90_000);
    await aws.batch.createComputeEnvironment(fargate("ce"));
    const statuses = async (): Promise<unknown[]> =>
      ((await aws.batch.describeComputeEnvironments({ computeEnvironments: ["ce"] })).computeEnvironments ?? []).map(
        (one) => one.status,
      );
    expect(await statuses()).toEqual(["DELETED", "CREATING"]);
    await clock.advance(600_000);
    expect(await statuses()).toEqual(["VALID"]);
  });

  it("comes back INVALID from a delete when its service role is gone, and goes when the role is back", async () => {
    const world = account();
    const { aws, clock } = world;
    await aws.batch.createComputeEnvironment({ ...fargate("ce"), serviceRole });
    await clock.advance(3_000);
    await aws.batch.updateComputeEnvironment({ computeEnvironment: "ce", state: "DISABLED" });
    await clock.advance(10_000);
    aws.outside.removeRole(serviceRole);
    await aws.batch.deleteComputeEnvironment({ computeEnvironment: "ce" });
    await clock.advance(90_000);
    expect(environment(world, "ce").status).toBe("INVALID");
    await createServiceRole(world, "batch");
    await clock.advance(10_000);
    await aws.batch.deleteComputeEnvironment({ computeEnvironment: "ce" });
    await clock.advance(90_000);
    expect(environment(world, "ce").status).toBe("DELETED");
  });

  it("keeps the relation to a queue for a while after the queue has let it go", async () => {
    const world = await accountWithQueue();
    const { aws, clock } = world;
    await aws.outside.createComputeEnvironment(ec2("ce-2"));
    await clock.advance(45_000);
    await aws.batch.updateJobQueue({ ...queue("q", "ce-2"), jobQueue: "q" });
    await aws.batch.updateComputeEnvironment({ computeEnvironment: "ce-1", state: "DISABLED" });
    const tries: string[] = [];
    for (let second = 0; second < 30; second += 5) {
      await clock.advance(5_000);
      tries.push(await refusal(aws.batch.deleteComputeEnvironment({ computeEnvironment: "ce-1" })));
    }
    const related = "ClientException: Cannot delete, found existing JobQueue relationship";
    const busy = "ClientException: Cannot delete, resource is being modified";
    expect(tries).toEqual([busy, related, related, "accepted", busy, busy]);
  });

  it("succeeds in deleting what is not there and says so when updating it", async () => {
    const { aws } = account();
    expect(await refusal(aws.batch.deleteComputeEnvironment({ computeEnvironment: "none" }))).toBe("accepted");
    expect(await refusal(aws.batch.updateComputeEnvironment({ computeEnvironment: "none" }))).toBe(
      "ClientException: arn:aws:batch:us-east-1:123456789012:compute-environment/none does not exist",
    );
  });
});

describe("an infrastructure update", () => {
  async function withRunningJob(updatePolicy: UpdatePolicy) {
    const world = await accountWithQueue();
    const { aws, clock } = world;
    await aws.outside.registerJobDefinition(containerJob("jd"));
    const job = { jobName: "job", jobQueue: "q", jobDefinition: "jd" };
    const { jobId = "" } = aws.outside.submitPlannedJob(job, { durationMs: 40 * 60_000, exitCode: 0 });
    await clock.advance(2 * 60_000);
    const started = clock.now();
    await aws.batch.updateComputeEnvironment({
      computeEnvironment: "ce-1",
      updatePolicy,
      computeResources: { instanceTypes: ["c5"] },
    });
    await clock.advanceUntil(() => environment(world, "ce-1").status === "VALID", 4 * 3_600_000);
    const ended = aws.truth.jobs().find((one) => one.id === jobId);
    return { minutes: Math.round((clock.now() - started) / 60_000), status: ended?.status, why: ended?.statusReason };
  }

  it("waits for jobs that the update policy lets finish", async () => {
    const seen = await withRunningJob({ terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 60 });
    expect(seen).toMatchObject({ minutes: 39, status: "SUCCEEDED" });
  });

  it("ends the jobs that outlive the update policy", async () => {
    const seen = await withRunningJob({ terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 20 });
    expect(seen).toMatchObject({
      minutes: 20,
      status: "FAILED",
      why: expect.stringMatching(/^Host EC2 \(instance i-/),
    });
  });

  it("ends all jobs at once when the update policy says so", async () => {
    const seen = await withRunningJob({ terminateJobsOnUpdate: true });
    expect(seen).toMatchObject({ minutes: 15, status: "FAILED" });
  });
});

describe("an update", () => {
  it("of scale is quick, of infrastructure slow", async () => {
    const world = account();
    const { aws, clock } = world;
    await aws.batch.createComputeEnvironment(ec2("ce"));
    await clock.advance(45_000);
    await aws.batch.updateComputeEnvironment({ computeEnvironment: "ce", computeResources: { maxvCpus: 64 } });
    expect(environment(world, "ce")).toMatchObject({ status: "UPDATING", computeResources: { maxvCpus: 64 } });
    await clock.advance(10_000);
    expect(environment(world, "ce").status).toBe("VALID");
    await aws.batch.updateComputeEnvironment({ computeEnvironment: "ce", computeResources: { instanceTypes: ["c5"] } });
    await clock.advance(15 * 60_000 - 1);
    expect(environment(world, "ce").status).toBe("UPDATING");
    await clock.advance(1);
    expect(environment(world, "ce")).toMatchObject({ status: "VALID", computeResources: { instanceTypes: ["c5"] } });
  });

  it("leaves alone what it leaves out and removes what it empties", async () => {
    const world = account();
    const { aws, clock } = world;
    const rich = {
      ec2KeyPair: "key",
      imageId: "ami-1",
      placementGroup: "near",
      launchTemplate: { launchTemplateId: "lt-1" },
    };
    await aws.batch.createComputeEnvironment(ec2("ce", rich));
    await clock.advance(45_000);
    await aws.batch.updateComputeEnvironment({ computeEnvironment: "ce", computeResources: { maxvCpus: 32 } });
    expect(environment(world, "ce").computeResources).toMatchObject({ ec2KeyPair: "key", maxvCpus: 32 });
    await clock.advance(10_000);
    const empty = { ec2KeyPair: "", imageId: "", placementGroup: "", launchTemplate: { launchTemplateId: "" } };
    await aws.batch.updateComputeEnvironment({ computeEnvironment: "ce", computeResources: empty });
    const left = environment(world, "ce").computeResources ?? {};
    expect(Object.keys(rich).filter((field) => field in left)).toEqual([]);
  });

  it("with empty lists changes nothing on Fargate", async () => {
    const world = account();
    await world.aws.batch.createComputeEnvironment(fargate("ce"));
    await world.clock.advance(3_000);
    await world.aws.batch.updateComputeEnvironment({
      computeEnvironment: "ce",
      computeResources: { subnets: [], securityGroupIds: [] },
    });
    expect(environment(world, "ce").computeResources).toMatchObject({
      subnets: ["subnet-1"],
      securityGroupIds: ["sg-1"],
    });
  });

  it("turns a VALID environment INVALID when the new value is wrong", async () => {
    const world = account();
    world.aws.outside.removeFromEc2("pg-gone");
    await world.aws.batch.createComputeEnvironment(ec2("ce"));
    await world.clock.advance(45_000);
    await world.aws.batch.updateComputeEnvironment({
      computeEnvironment: "ce",
      computeResources: { placementGroup: "pg-gone" },
    });
    await world.clock.advance(15 * 60_000);
    expect(environment(world, "ce").status).toBe("INVALID");
  });
});
