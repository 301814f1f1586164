import { describe, expect, it } from "vitest";
import { guardedBatch } from "../../../src/aws/batch-calls.ts";
import { accessDenied, serverFailure } from "../../../src/simulator/faults.ts";
import { diagnosisJson } from "../../../src/tools/diagnose/json.ts";
import { queueDocument } from "../../../src/tools/diagnose/queue-document.ts";
import { readQueue } from "../../../src/tools/diagnose/read.ts";
import type { QueueReport } from "../../../src/tools/diagnose/report.ts";
import { documentText } from "../../../src/tools/document/text.ts";
import { readOnlyGuard } from "../../../src/tools/read-only.ts";
import { paintFor } from "../../../src/tools/terminal/paint.ts";
import { type Account, account } from "../../simulator/account.ts";

const unit = "ml.m5.large";
const layout = { paint: paintFor({ colour: false, unicode: true }), columns: 100 };

/** A queue `q` of 4 instances with the quota shares `red` of 2, which is used up, and `blue` of 1, DISABLED. */
async function trained(): Promise<Account> {
  const world = account();
  const { outside } = world.aws;
  const quotaSharePolicy = { idleResourceAssignmentStrategy: "FIFO" as const };
  const { arn } = await outside.createSchedulingPolicy({ name: "quota", quotaSharePolicy });
  const capacityLimits = [{ capacityUnit: unit, maxCapacity: 4 }];
  const serviceEnvironmentType = "SAGEMAKER_TRAINING";
  await outside.createServiceEnvironment({ serviceEnvironmentName: "se", serviceEnvironmentType, capacityLimits });
  await world.clock.advance(5000);
  await outside.createJobQueue({
    jobQueueName: "q",
    priority: 1,
    jobQueueType: serviceEnvironmentType,
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "se" }],
    schedulingPolicyArn: arn,
  });
  await world.clock.advance(10_000);
  for (const [quotaShareName, maxCapacity, state] of [
    ["red", 2, "ENABLED"],
    ["blue", 1, "DISABLED"],
  ] as const) {
    await outside.createQuotaShare({
      quotaShareName,
      jobQueue: "q",
      state,
      capacityLimits: [{ capacityUnit: unit, maxCapacity }],
      resourceSharingConfiguration: { strategy: "RESERVE" },
      preemptionConfiguration: { inSharePreemption: "DISABLED" },
    });
  }
  await world.clock.advance(5000);
  return world;
}

async function submit({ aws, clock }: Account, jobName: string, payload: unknown): Promise<void> {
  await aws.outside.submitServiceJob({
    jobName,
    jobQueue: "q",
    quotaShareName: "red",
    serviceJobType: "SAGEMAKER_TRAINING",
    serviceRequestPayload: JSON.stringify(payload),
  });
  await clock.advance(12_000);
}

const training = (InstanceCount: number) => ({
  ResourceConfig: { InstanceType: unit, InstanceCount },
  StoppingCondition: { MaxRuntimeInSeconds: 36_000 },
});

async function read({ aws, clock }: Account): Promise<QueueReport> {
  const { account: accountId, region } = aws;
  return await readQueue("q", {
    batch: guardedBatch(aws.batch, readOnlyGuard({ clock, requestsPerSecond: 1000, why: "reads" })),
    account: accountId,
    region,
    now: () => clock.now(),
    object: undefined,
    networkOf: async () => undefined,
    signal: new AbortController().signal,
  });
}

describe("a diagnosis of a queue of SageMaker", () => {
  it("says which share is used up, by whom, and what the jobs of each hold", async () => {
    const world = await trained();
    await submit(world, "long", training(2));
    await submit(world, "next", training(1));
    const report = await read(world);
    await expect(documentText(queueDocument(report), layout).replaceAll(/[0-9a-f-]{36}/g, "ID")).toMatchFileSnapshot(
      "../../golden/diagnose/quota-shares.txt",
    );
    expect(JSON.parse(diagnosisJson(report))).toMatchObject({
      healthy: false,
      verdict: "waiting",
      jobs: { submitted: { count: 0 }, runnable: { count: 1 }, running: { count: 1 } },
      findings: [{ code: "QuotaShareUsed" }, { code: "QuotaShareDisabled" }],
      capacity: [
        { of: "service environment", name: "se" },
        { name: "red", limits: [{ unit, limit: 2, used: 2 }] },
        { name: "blue", limits: [{ used: 0 }] },
      ],
    });
  });

  it("takes about a dozen calls that only read", async () => {
    const world = await trained();
    await submit(world, "next", training(3));
    const before = world.aws.log.length;
    expect((await read(world)).findings[0]?.code).toBe("QuotaShareTooSmall");
    const calls = world.aws.log.slice(before).map(({ operation }) => operation);
    expect(calls.filter((operation) => !/^(Describe|List|Get)/.test(operation))).toEqual([]);
    expect(calls.length).toBeLessThanOrEqual(12);
  });

  it("does without what a job needs where its request does not say so", async () => {
    const world = await trained();
    world.aws.outside.invalidateService("se", true);
    await submit(world, "groups", {});
    expect((await read(world)).findings).toMatchObject([
      { code: "EnvironmentInvalid" },
      { code: "QuotaShareDisabled" },
    ]);
    world.aws.outside.invalidateService("se", false);
  });

  it("reports what can be read where AWS denies reading jobs", async () => {
    const world = await trained();
    await submit(world, "next", training(3));
    world.aws.faults.add({ fault: accessDenied("ListServiceJobs"), on: "ListServiceJobs" });
    const report = await read(world);
    expect(report.findings.map(({ code }) => code)).toEqual(["QuotaShareDisabled", "JobsNotReadable"]);
    expect([report.counts, report.capacity?.length]).toEqual([undefined, 3]);
  });

  it("passes other errors on", async () => {
    const world = await trained();
    world.aws.faults.add({ fault: serverFailure, on: "GetJobQueueSnapshot" });
    await expect(read(world)).rejects.toThrow("Internal server error");
  });
});
