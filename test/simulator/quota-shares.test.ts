import type { CreateQuotaShareRequest, SubmitServiceJobRequest } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import type { Knobs } from "../../src/simulator/knobs.ts";
import { type Account, account, accountWithQueue, refusal } from "./account.ts";

const type = "ml.m5.large";
const limit = (maxCapacity: number, capacityUnit = type) => ({ maxCapacity, capacityUnit });
const arnOf = (share: string) => `arn:aws:batch:us-east-1:123456789012:job-queue/q/quota-share/${share}`;
const share = (quotaShareName: string, maxCapacity: number, more: Partial<CreateQuotaShareRequest> = {}) => ({
  quotaShareName,
  jobQueue: "q",
  capacityLimits: [limit(maxCapacity)],
  resourceSharingConfiguration: { strategy: "RESERVE" as const },
  preemptionConfiguration: { inSharePreemption: "DISABLED" as const },
  ...more,
});
const lend = { resourceSharingConfiguration: { strategy: "LEND" as const } };
const borrow = (borrowLimit?: number) => ({
  resourceSharingConfiguration: { strategy: "LEND_AND_BORROW" as const, borrowLimit },
});

/** An account with the queue `q` of 4 instances, with quota management. */
async function withQueue(knobs: Partial<Knobs> = {}): Promise<Account> {
  const world = account(knobs);
  const { outside } = world.aws;
  const idleResourceAssignmentStrategy = "FIFO";
  const { arn } = await outside.createSchedulingPolicy({
    name: "quota",
    quotaSharePolicy: { idleResourceAssignmentStrategy },
  });
  await outside.createServiceEnvironment({
    serviceEnvironmentName: "s",
    serviceEnvironmentType: "SAGEMAKER_TRAINING",
    capacityLimits: [limit(4)],
  });
  await world.clock.advance(5000);
  await outside.createJobQueue({
    jobQueueName: "q",
    priority: 1,
    jobQueueType: "SAGEMAKER_TRAINING",
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "s" }],
    schedulingPolicyArn: arn,
  });
  await world.clock.advance(10_000);
  return world;
}

async function withShares(...shares: readonly CreateQuotaShareRequest[]): Promise<Account> {
  const world = await withQueue();
  for (const one of shares) await world.aws.outside.createQuotaShare(one);
  await world.clock.advance(5000);
  return world;
}

async function submit(
  { aws, clock }: Account,
  quotaShareName: string,
  instances = 1,
  more: Partial<SubmitServiceJobRequest> = {},
): Promise<string> {
  const { jobId = "" } = await aws.outside.submitServiceJob({
    jobName: quotaShareName,
    jobQueue: "q",
    quotaShareName,
    serviceJobType: "SAGEMAKER_TRAINING",
    serviceRequestPayload: JSON.stringify({
      ResourceConfig: { InstanceType: type, InstanceCount: instances },
      StoppingCondition: { MaxRuntimeInSeconds: 36_000 },
    }),
    ...more,
  });
  await clock.advance(30_000);
  return jobId;
}

const states = ({ aws }: Account) =>
  aws.truth.serviceJobs().map(({ request, status }) => `${request.quotaShareName} ${status}`);

describe("quota shares", () => {
  it("go through their states, are described with tags and listed without", async () => {
    const { aws, clock } = await withQueue();
    await aws.batch.createQuotaShare(share("a", 1, { tags: { team: "a" } }));
    await aws.batch.createQuotaShare(share("b", 1));
    const statuses = () => aws.truth.quotaShares().map(({ status }) => status);
    expect(statuses()).toEqual(["CREATING", "CREATING"]);
    await clock.advance(5000);
    await aws.batch.tagResource({ resourceArn: arnOf("b"), tags: { team: "b" } });
    expect(await aws.batch.describeQuotaShare({ quotaShareArn: arnOf("b") })).toMatchObject({
      status: "VALID",
      state: "ENABLED",
      tags: { team: "b" },
    });
    aws.knobs.pageSize = 1;
    const { quotaShares: first, nextToken } = await aws.batch.listQuotaShares({ jobQueue: "q" });
    const { quotaShares: second } = await aws.batch.listQuotaShares({ jobQueue: "q", nextToken });
    expect([...(first ?? []), ...(second ?? [])].map((one) => [one.quotaShareName, "tags" in one])).toEqual([
      ["a", false],
      ["b", false],
    ]);
    await aws.batch.updateQuotaShare({ quotaShareArn: arnOf("a"), state: "DISABLED" });
    expect(await refusal(aws.batch.deleteQuotaShare({ quotaShareArn: arnOf("a") }))).toContain("being modified");
    await clock.advance(5000);
    await aws.batch.deleteQuotaShare({ quotaShareArn: arnOf("a") });
    expect(statuses()).toEqual(["DELETING", "VALID"]);
    await clock.advance(20_000);
    expect(statuses()).toEqual(["VALID"]);
    expect(await refusal(aws.batch.describeQuotaShare({ quotaShareArn: arnOf("a") }))).toContain("does not exist");
    await aws.batch.createQuotaShare(share("a", 2));
    expect(statuses()).toEqual(["CREATING", "VALID"]);
  });

  it("are shown as of some time ago", async () => {
    const { aws, clock } = await withQueue();
    aws.knobs.stalenessMs = 60_000;
    await clock.advance(120_000);
    await aws.outside.createQuotaShare(share("a", 1));
    const shown = async () => (await aws.batch.listQuotaShares({ jobQueue: "q" })).quotaShares?.length;
    expect(await shown()).toBe(0);
    await clock.advance(60_000);
    expect(await shown()).toBe(1);
  });

  it("are for a queue with a quota share policy over limits of instance types that is VALID", async () => {
    const other = await accountWithQueue();
    expect(await refusal(other.aws.batch.createQuotaShare(share("a", 1)))).toContain("not of type SAGEMAKER_TRAINING");
    const { aws } = await withQueue();
    await aws.outside.updateJobQueue({ jobQueue: "q", priority: 2 });
    expect(await refusal(aws.batch.createQuotaShare(share("a", 1)))).toContain("is not VALID");
    const count = { capacityLimits: [limit(4, "NUM_INSTANCES")] };
    await aws.outside.updateServiceEnvironment({ serviceEnvironment: "s", ...count });
    expect(await refusal(aws.batch.createQuotaShare(share("a", 1)))).toContain("no limits of instance types");
    const fresh = await withQueue();
    const { arn } = await fresh.aws.outside.createSchedulingPolicy({ name: "fair", fairsharePolicy: {} });
    await fresh.aws.outside.updateJobQueue({ jobQueue: "q", schedulingPolicyArn: arn });
    expect(await refusal(fresh.aws.batch.createQuotaShare(share("a", 1)))).toContain("no scheduling policy");
  });

  it("of a queue are at most 20", async () => {
    const { aws } = await withQueue();
    for (let at = 0; at < 20; at++) await aws.outside.createQuotaShare(share(`s${at}`, 1));
    expect(await refusal(aws.batch.createQuotaShare(share("one-more", 1)))).toContain("limit of 20");
  });

  it.each([
    [true, "ClientException: Cannot delete, found existing quota shares", 1],
    [false, "accepted", 0],
  ])("keep their queue, or go with it: %j", async (sharesKeepQueue, answer, left) => {
    const { aws, clock } = await withShares(share("a", 1));
    aws.knobs.sharesKeepQueue = sharesKeepQueue;
    await aws.outside.updateJobQueue({ jobQueue: "q", state: "DISABLED" });
    await clock.advance(10_000);
    expect(await refusal(aws.batch.deleteJobQueue({ jobQueue: "q" }))).toBe(answer);
    await clock.advance(120_000);
    expect(aws.truth.quotaShares()).toHaveLength(left);
  });

  it("become INVALID and VALID again, and start no job while they are INVALID", async () => {
    const world = await withShares(share("a", 1));
    world.aws.outside.invalidateShare(arnOf("a"), true);
    await submit(world, "a");
    expect([world.aws.truth.quotaShares()[0]?.status, states(world)]).toEqual(["INVALID", ["a RUNNABLE"]]);
    world.aws.outside.invalidateShare(arnOf("a"), false);
    await world.clock.advance(30_000);
    expect(states(world)).toEqual(["a RUNNING"]);
  });

  it("outlast the simulating process, and so do their jobs", async () => {
    const world = await withShares(share("a", 1), share("b", 1));
    const { aws, clock } = world;
    await submit(world, "a");
    await submit(world, "a");
    await aws.outside.updateQuotaShare({ quotaShareArn: arnOf("b"), state: "DISABLED" });
    await clock.advance(5000);
    await aws.outside.deleteQuotaShare({ quotaShareArn: arnOf("b") });
    await aws.outside.updateQuotaShare({
      quotaShareArn: arnOf("a"),
      preemptionConfiguration: { inSharePreemption: "ENABLED" },
    });
    const again = account();
    again.aws.restore(aws.snapshot());
    expect(again.aws.truth.quotaShares().map(({ status }) => status)).toEqual(["UPDATING", "DELETING"]);
    expect(states(again)).toEqual(["a RUNNING", "a RUNNABLE"]);
    await again.clock.advance(20_000);
    expect(again.aws.truth.quotaShares().map(({ status }) => status)).toEqual(["VALID"]);
  });
});

describe("jobs of quota shares", () => {
  it("run within the capacity of their share, and do not borrow what is reserved", async () => {
    const world = await withShares(share("a", 1, borrow()), share("b", 3));
    await submit(world, "a");
    await submit(world, "a");
    await submit(world, "b", 2);
    await submit(world, "b", 2);
    expect(states(world)).toEqual(["a RUNNING", "a RUNNABLE", "b RUNNING", "b RUNNABLE"]);
  });

  it("borrow what others lend, up to the borrowLimit, and give it back to jobs of the lender", async () => {
    const world = await withShares(share("a", 1, borrow(200)), share("b", 3, lend));
    for (const _job of [1, 2, 3, 4]) await submit(world, "a");
    expect(states(world)).toEqual(["a RUNNING", "a RUNNING", "a RUNNING", "a RUNNABLE"]);
    await submit(world, "b", 2);
    expect(states(world)).toEqual(["a RUNNING", "a RUNNING", "a RUNNABLE", "a RUNNABLE", "b RUNNING"]);
    expect(await world.aws.outside.describeServiceJob({ jobId: world.aws.truth.serviceJobs()[2]?.id })).toMatchObject({
      statusReason: "Capacity was returned to its quota share",
      preemptionSummary: { preemptedAttemptCount: 1 },
    });
    await submit(world, "b", 4);
    expect(states(world).slice(-1)).toEqual(["b RUNNABLE"]);
  });

  it("of other queues and shares are not ended for what they do not borrow", async () => {
    const world = await withShares(share("a", 3), share("b", 3));
    await submit(world, "a", 3);
    await submit(world, "b", 2);
    expect(states(world)).toEqual(["a RUNNING", "b RUNNABLE"]);
  });

  it("beyond a lowered capacity wait again, or fail where they may not be tried again", async () => {
    const world = await withShares(share("a", 3, lend));
    await submit(world, "a");
    await submit(world, "a");
    await submit(world, "a", 1, { preemptionConfiguration: { preemptionRetriesBeforeTermination: 0 } });
    const capacityLimits = [limit(1)];
    await world.aws.batch.updateQuotaShare({ quotaShareArn: arnOf("a"), capacityLimits });
    expect(states(world)).toEqual(["a RUNNING", "a RUNNABLE", "a FAILED"]);
    expect(world.aws.history.filter(({ kind }) => kind === "job").slice(-2)).toMatchObject([
      { status: "FAILED", statusReason: "Capacity of the quota share was lowered" },
      { status: "RUNNABLE", statusReason: "Capacity of the quota share was lowered" },
    ]);
    await world.clock.advance(5000);
    await world.aws.batch.updateQuotaShare({ quotaShareArn: arnOf("a"), capacityLimits: [limit(2)] });
    await world.clock.advance(30_000);
    expect(states(world)).toEqual(["a RUNNING", "a RUNNING", "a FAILED"]);
    expect(world.aws.truth.serviceJobs()[1]).not.toHaveProperty("statusReason");
  });

  it("that a share borrows no longer may run wait again", async () => {
    const world = await withShares(share("a", 1, borrow()), share("b", 3, lend));
    for (const _job of [1, 2, 3]) await submit(world, "a");
    await world.aws.batch.updateQuotaShare({ quotaShareArn: arnOf("a"), ...borrow(100) });
    expect(states(world)).toEqual(["a RUNNING", "a RUNNING", "a RUNNABLE"]);
    await world.clock.advance(5000);
    await world.aws.batch.updateQuotaShare({ quotaShareArn: arnOf("a"), ...lend });
    expect(states(world)).toEqual(["a RUNNING", "a RUNNABLE", "a RUNNABLE"]);
  });

  it("finish in a DISABLED share, and end with a deleted one", async () => {
    const world = await withShares(share("a", 1), share("b", 1));
    for (const one of ["a", "a", "b"]) await submit(world, one);
    await world.aws.batch.updateQuotaShare({ quotaShareArn: arnOf("a"), state: "DISABLED" });
    await world.clock.advance(5000);
    expect(states(world)).toEqual(["a RUNNING", "a RUNNABLE", "b RUNNING"]);
    expect(await refusal(submit(world, "a"))).toContain("not in ENABLED state");
    await world.aws.batch.deleteQuotaShare({ quotaShareArn: arnOf("a") });
    expect(states(world)).toEqual(["a FAILED", "a FAILED", "b RUNNING"]);
    expect(await refusal(submit(world, "a"))).toContain("not found");
  });

  it("name a share where the queue has quota management, an identifier where it has fair share, and else neither", async () => {
    const world = await withShares(share("a", 1));
    expect(await refusal(submit(world, "a", 1, { quotaShareName: undefined }))).toContain("quotaShareName is required");
    expect(await refusal(submit(world, "a", 1, { shareIdentifier: "x" }))).toContain("shareIdentifier is not allowed");
  });

  it("are listed by share, name and time", async () => {
    const world = await withShares(share("a", 1), share("b", 1));
    const { aws } = world;
    const ids: string[] = [];
    for (const one of ["a", "a", "b"]) ids.push(await submit(world, one));
    const listed = async (name: string, value: string, jobStatus?: "RUNNABLE") => {
      const input = { jobQueue: "q", filters: [{ name, values: [value] }], jobStatus };
      const { jobSummaryList = [] } = await aws.outside.listServiceJobs(input);
      return jobSummaryList.map(({ jobId = "" }) => ids.indexOf(jobId));
    };
    expect(await listed("QUOTA_SHARE_NAME", "a")).toEqual([0, 1]);
    expect(await listed("QUOTA_SHARE_NAME", "a", "RUNNABLE")).toEqual([1]);
    expect(await listed("SHARE_IDENTIFIER", "a")).toEqual([]);
    expect([await listed("JOB_NAME", "A"), await listed("JOB_NAME", "B*")]).toEqual([[0, 1], [2]]);
    const { createdAt = 0 } = aws.truth.serviceJobs()[1] ?? {};
    const times = [await listed("BEFORE_CREATED_AT", `${createdAt}`), await listed("AFTER_CREATED_AT", `${createdAt}`)];
    expect(times).toEqual([[0], [2]]);
    expect(await refusal(listed("COLOUR", "red"))).toContain("no filter");
    const { jobSummaryList = [] } = await aws.outside.listServiceJobs({ jobQueue: "q" });
    expect(jobSummaryList[0]).toMatchObject({
      quotaShareName: "a",
      capacityUsage: [{ capacityUnit: type, quantity: 1 }],
    });
  });

  it("show in the snapshot of their queue: the first that waits in each share, and what each share holds", async () => {
    const world = await withShares(share("a", 2), share("b", 1));
    const ids: string[] = [];
    for (const one of ["a", "a", "a", "a", "b"]) ids.push(await submit(world, one));
    const { createdAt } = world.aws.truth.serviceJobs()[2] ?? {};
    const jobArn = `arn:aws:batch:us-east-1:123456789012:service-job/${ids[2]}`;
    const used = (quantity: number) => [{ capacityUnit: type, quantity }];
    expect(await world.aws.outside.getJobQueueSnapshot({ jobQueue: "q" })).toMatchObject({
      frontOfQuotaShares: { quotaShares: { a: [{ jobArn, earliestTimeAtPosition: createdAt }], b: [] } },
      queueUtilization: {
        totalCapacityUsage: used(3),
        quotaShareUtilization: {
          topCapacityUtilization: [
            { quotaShareName: "a", capacityUsage: used(2) },
            { quotaShareName: "b", capacityUsage: used(1) },
          ],
        },
      },
    });
  });
});
