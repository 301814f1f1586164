import type { CreateJobQueueRequest, JobStateTimeLimitAction, UpdateJobQueueRequest } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import { type Account, account, accountWithQueue, ec2, fargate, queue, queueNow, refusal } from "./account.ts";

const arn = (resource: string): string => `arn:aws:batch:us-east-1:123456789012:${resource}`;
const notReady = "Compute Environments must be created and valid before attaching them to a job queue";

/** Environments `a`, `b`, `c`, `d` on EC2, `arm`, `fargate` and `eks`, all VALID; two policies; one queue of each kind. */
async function furnished(): Promise<Account> {
  const world = account();
  const { outside } = world.aws;
  for (const name of ["a", "b", "c", "d"]) await outside.createComputeEnvironment(ec2(name));
  await outside.createComputeEnvironment(ec2("arm", { instanceTypes: ["m6g"] }));
  await outside.createComputeEnvironment(fargate("fargate"));
  await outside.createComputeEnvironment({
    ...ec2("eks"),
    eksConfiguration: { eksClusterArn: "arn:aws:eks:us-east-1:123456789012:cluster/c", kubernetesNamespace: "batch" },
  });
  await outside.createSchedulingPolicy({ name: "fair" });
  await outside.createSchedulingPolicy({ name: "other" });
  await outside.createSchedulingPolicy({ name: "quota", quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" } });
  await world.clock.advance(60_000);
  await outside.createJobQueue(queue("fifo", "a"));
  await outside.createJobQueue({ ...queue("shared", "a"), schedulingPolicyArn: arn("scheduling-policy/fair") });
  await world.clock.advance(10_000);
  return world;
}

describe("a job queue", () => {
  it("is CREATING, then VALID, and described with ARNs and what the service fills in", async () => {
    const world = await furnished();
    await world.aws.batch.createJobQueue(queue("q", "b", "a"));
    expect(queueNow(world, "q").status).toBe("CREATING");
    await world.clock.advance(5_000);
    const { jobQueues } = await world.aws.batch.describeJobQueues({ jobQueues: ["q"] });
    expect(jobQueues).toEqual([
      {
        jobQueueName: "q",
        jobQueueArn: arn("job-queue/q"),
        state: "ENABLED",
        status: "VALID",
        statusReason: "JobQueue Healthy",
        priority: 1,
        computeEnvironmentOrder: [
          { order: 1, computeEnvironment: arn("compute-environment/b") },
          { order: 2, computeEnvironment: arn("compute-environment/a") },
        ],
        serviceEnvironmentOrder: [],
        jobQueueType: "ECS",
        jobStateTimeLimitActions: [],
        tags: {},
      },
    ]);
  });

  it("is replaced as a whole where an update names a list, and kept where it names none", async () => {
    const world = await furnished();
    const { aws, clock } = world;
    await aws.batch.updateJobQueue({ ...queue("fifo", "b"), jobQueue: arn("job-queue/fifo"), priority: 9 });
    expect(queueNow(world, "fifo")).toMatchObject({ status: "UPDATING", priority: 9 });
    await clock.advance(5_000);
    await aws.batch.updateJobQueue({ jobQueue: "fifo", state: "DISABLED" });
    await clock.advance(5_000);
    expect(queueNow(world, "fifo")).toMatchObject({
      status: "VALID",
      state: "DISABLED",
      priority: 9,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: arn("compute-environment/b") }],
    });
  });

  it("keeps its scheduling policy when an update leaves it out, and takes another", async () => {
    const world = await furnished();
    const { aws, clock } = world;
    await aws.batch.updateJobQueue({ jobQueue: "shared", priority: 2 });
    expect(queueNow(world, "shared").schedulingPolicyArn).toBe(arn("scheduling-policy/fair"));
    await clock.advance(5_000);
    await aws.batch.updateJobQueue({ jobQueue: "shared", schedulingPolicyArn: arn("scheduling-policy/other") });
    expect(queueNow(world, "shared").schedulingPolicyArn).toBe(arn("scheduling-policy/other"));
  });

  it("is deleted over DELETING and a tombstone, and holds its environments until then", async () => {
    const world = await accountWithQueue();
    const { aws, clock } = world;
    await aws.batch.updateJobQueue({ jobQueue: "q", state: "DISABLED" });
    await aws.batch.updateComputeEnvironment({ computeEnvironment: "ce-1", state: "DISABLED" });
    await clock.advance(10_000);
    await aws.batch.deleteJobQueue({ jobQueue: "q" });
    await clock.advance(59_000);
    expect(queueNow(world, "q").status).toBe("DELETING");
    expect(await refusal(aws.batch.deleteComputeEnvironment({ computeEnvironment: "ce-1" }))).toMatch(/relationship/);
    await clock.advance(1_000);
    expect(queueNow(world, "q").status).toBe("DELETED");
    await clock.advance(15_000);
    expect(await refusal(aws.batch.deleteComputeEnvironment({ computeEnvironment: "ce-1" }))).toBe("accepted");
    await clock.advance(600_000);
    expect(aws.truth.jobQueues()).toEqual([]);
  });
});

const limit = (change: Partial<JobStateTimeLimitAction> = {}): JobStateTimeLimitAction => ({
  reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
  state: "RUNNABLE",
  maxTimeSeconds: 600,
  action: "CANCEL",
  ...change,
});

describe("CreateJobQueue is refused", () => {
  it.each<[string, CreateJobQueueRequest, string]>([
    ["a name with a space", queue("a b", "a"), "Job Queue name should match a valid pattern."],
    ["no environments", queue("q"), "computeEnvironmentOrder is required."],
    ["4 environments", queue("q", "a", "b", "c", "d"), "Only 3 environments are allowed in job queue request."],
    ["a missing environment", queue("q", "none"), notReady],
    [
      "an environment of another region",
      queue("q", "arn:aws:batch:eu-west-1:123456789012:compute-environment/a"),
      notReady,
    ],
    [
      "one environment twice",
      queue("q", "a", arn("compute-environment/a")),
      "Duplicate ComputeEnvironments within order list.",
    ],
    [
      "one order twice",
      {
        ...queue("q"),
        computeEnvironmentOrder: [
          { order: 1, computeEnvironment: "a" },
          { order: 1, computeEnvironment: "b" },
        ],
      },
      "Duplicate ComputeEnvironment order values.",
    ],
    ["Fargate next to EC2", queue("q", "a", "fargate"), "Fargate and EC2 compute environments can not be mixed."],
    ["EKS next to ECS", queue("q", "a", "eks"), "EKS and ECS compute environments can not be mixed."],
    ["two architectures", queue("q", "a", "arm"), "Compute environments of a job queue must share one architecture."],
    [
      "a type that the environments do not have",
      { ...queue("q", "a"), jobQueueType: "EKS" },
      "EKS job queue type must have EKS compute environment.",
    ],
    [
      "a missing policy",
      { ...queue("q", "a"), schedulingPolicyArn: arn("scheduling-policy/none") },
      `SchedulingPolicy ${arn("scheduling-policy/none")} not found.`,
    ],
    [
      "a quota policy",
      { ...queue("q", "a"), schedulingPolicyArn: arn("scheduling-policy/quota") },
      "Quota Management feature is only supported for SageMaker Training job queues.",
    ],
    [
      "SageMaker's type",
      { ...queue("q", "a"), jobQueueType: "SAGEMAKER_TRAINING" },
      "Job queues of type SAGEMAKER_TRAINING must have serviceEnvironmentOrder.",
    ],
    [
      "another action than CANCEL",
      { ...queue("q", "a"), jobStateTimeLimitActions: [limit({ action: "TERMINATE" })] },
      "Invalid job action. Valid job actions: [CANCEL]",
    ],
    [
      "one reason twice",
      { ...queue("q", "a"), jobStateTimeLimitActions: [limit(), limit({ maxTimeSeconds: 900 })] },
      "Duplicate job state limit actions are not allowed.",
    ],
    [
      "599 seconds",
      { ...queue("q", "a"), jobStateTimeLimitActions: [limit({ maxTimeSeconds: 599 })] },
      "jobStateTimeLimitActions[0].maxTimeSeconds must be between 600 and 86400.",
    ],
    ["the name of a queue that exists", queue("fifo", "a"), "Object already exists"],
  ])("with %s", async (_case, request, text) => {
    const { aws } = await furnished();
    expect(await refusal(aws.batch.createJobQueue(request))).toBe(`ClientException: ${text}`);
  });

  it("with an environment that is not VALID", async () => {
    const { aws } = account();
    await aws.batch.createComputeEnvironment(ec2("young"));
    expect(await refusal(aws.batch.createJobQueue(queue("q", "young")))).toBe(`ClientException: ${notReady}`);
  });
});

describe("UpdateJobQueue is refused", () => {
  it.each<[string, Partial<UpdateJobQueueRequest>, string]>([
    ["an empty order", { computeEnvironmentOrder: [] }, "computeEnvironmentOrder is required."],
    [
      "a policy on a FIFO queue",
      { schedulingPolicyArn: arn("scheduling-policy/fair") },
      "Only fairshare queue can have scheduling policy",
    ],
    ["another kind of environment", queue("fifo", "fargate"), "ECS job queue type must have ECS compute environment."],
    ["a missing queue", { jobQueue: "none" }, `${arn("job-queue/none")} does not exist`],
  ])("with %s", async (_case, request, text) => {
    const { aws } = await furnished();
    expect(await refusal(aws.batch.updateJobQueue({ jobQueue: "fifo", ...request }))).toBe(`ClientException: ${text}`);
  });

  it("while the queue is busy", async () => {
    const { aws } = await furnished();
    await aws.batch.updateJobQueue({ jobQueue: "fifo", priority: 2 });
    const busy = "ClientException: Cannot update, resource is being modified";
    expect(await refusal(aws.batch.updateJobQueue({ jobQueue: "fifo", priority: 3 }))).toBe(busy);
  });

  it("when an environment that was attached all along is not VALID now", async () => {
    const { aws } = await furnished();
    aws.outside.invalidate("a", "INTERNAL_ERROR - of our making");
    const update = { ...queue("fifo", "b", "a"), jobQueue: "fifo" };
    expect(await refusal(aws.batch.updateJobQueue(update))).toBe(`ClientException: ${notReady}`);
  });

  it("not for the inferred type where that does not bind", async () => {
    const { aws } = await furnished();
    aws.knobs.inferredQueueTypeFixed = false;
    await aws.batch.updateJobQueue({ ...queue("fifo", "fargate"), jobQueue: "fifo" });
    expect(aws.truth.jobQueues()[0]?.jobQueueType).toBe("ECS_FARGATE");
  });
});

describe("DeleteJobQueue is refused", () => {
  it("while the queue is ENABLED, busy, deleting, or not there", async () => {
    const { aws, clock } = await furnished();
    const remove = (name = "fifo"): Promise<string> => refusal(aws.batch.deleteJobQueue({ jobQueue: name }));
    expect(await remove()).toBe("ClientException: Cannot delete, state should be DISABLED");
    await aws.batch.updateJobQueue({ jobQueue: "fifo", state: "DISABLED" });
    expect(await remove()).toBe("ClientException: Cannot delete, resource is being modified");
    await clock.advance(5_000);
    expect(await remove()).toBe("accepted");
    expect(await remove()).toBe("ClientException: Cannot delete, resource is being modified");
    expect(await remove("none")).toBe(`ClientException: ${arn("job-queue/none")} does not exist`);
  });

  it("for a scheduling policy that a queue uses", async () => {
    const { aws } = await furnished();
    const remove = (name: string): Promise<string> =>
      refusal(aws.batch.deleteSchedulingPolicy({ arn: arn(`scheduling-policy/${name}`) }));
    expect(await remove("fair")).toMatch(/in use/);
    expect(await remove("other")).toBe("accepted");
  });
});
