import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment, Queue } from "../../../../src/aws/batch.ts";
import { AwsError } from "../../../../src/aws/errors.ts";
import type { JobRecord } from "../../../../src/aws/job-record.ts";
import type { NamedJob } from "../../../../src/aws/jobs-of-objects.ts";
import { shortHash } from "../../../../src/controllers/fields/fingerprint.ts";
import { verdictText } from "../../../../src/controllers/kinds/compute-environment/verdict.ts";
import {
  newVerificationMemory,
  verificationSeen,
} from "../../../../src/controllers/kinds/compute-environment/verification-observe.ts";
import { verificationQueue } from "../../../../src/controllers/kinds/compute-environment/verification-queue.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { type FakeRegion, fakeRegion, objectsOf } from "../../region.ts";
import { directives, ec2, environment, identity, job, now, object, settings } from "./given.ts";

const spec: BatchComputeEnvironmentSpec = {
  ...ec2,
  replacement: { verify: { jobDefinitionRef: { name: "smoke" } } },
};
const target = environment("new", spec);
const own = (change: Partial<Queue> = {}): Queue => ({
  ...(verificationQueue(target, identity) as Queue),
  jobQueueArn: "arn:aws:batch:eu-west-1:123456789012:job-queue/new-verify",
  status: "VALID",
  ...change,
});

/** One process that observes the object again and again. */
function watched(change: Partial<FakeRegion> = {}, ours: readonly Environment[] = [target], of = spec) {
  const clock = new VirtualClock(now);
  const region = fakeRegion({ computeEnvironments: ours, ...change });
  region.monotonic = () => clock.monotonic();
  const ports = { clock, objects: objectsOf([]), cluster: identity.cluster, settings } as unknown as Ports;
  const memory = newVerificationMemory();
  const pass = () =>
    verificationSeen(
      object(of),
      { ours, planId: "p", directives },
      { region, ports, memory, signal: new AbortController().signal },
    );
  const calls = (): readonly string[] => region.calls.splice(0);
  return { pass, region, memory, calls, clock };
}

const named = (jobId: string): NamedJob => ({
  jobId,
  jobName: "verify-1",
  status: "RUNNING",
  statusReason: undefined,
  createdAt: now,
  isEnding: false,
});
const shown = (jobId: string, status: JobRecord["status"]) => ({
  record: { jobId, status } as JobRecord,
  missingSince: undefined,
});

describe("what is seen without a queue", () => {
  it("costs no call, and says whether its absence is certain and how many queues there are", async () => {
    const { pass, calls, region } = watched({ jobQueues: [{ ...own(), jobQueueName: "another" }] });
    expect(await pass()).toMatchObject({ queues: new Map(), absent: new Set(["new"]), queuesInRegion: 1 });
    expect(calls()).toEqual([]);
    region.absent = false;
    expect((await pass()).absent).toEqual(new Set());
  });

  it("says why the definition has no revision yet, and nothing where none is asked for", async () => {
    expect((await watched().pass()).definition).toMatchObject({ kind: "waiting", reason: "ReferenceNotFound" });
    expect((await watched({}, [target], ec2).pass()).definition).toBeUndefined();
  });

  it("leaves out a queue of that name that is not the operator's own, and one that is gone", async () => {
    const others = await watched({ jobQueues: [own({ tags: {} })] }).pass();
    expect([others.queues.size, others.taken]).toEqual([0, new Set(["new"])]);
    const { pass } = watched({ jobQueues: [own({ status: "DELETED" })] });
    expect(await pass()).toMatchObject({ queues: new Map(), queuesInRegion: 0 });
  });
});

describe("the job of the present attempt", () => {
  it("is found by its name, and then read by its ID", async () => {
    const { pass, calls, region } = watched({ jobQueues: [own()] });
    expect((await pass()).queues.get("new")?.job).toBeUndefined();
    region.jobsOfObjects.found = [named("j1")];
    region.jobsOfObjects.shown.set("j1", shown("j1", "RUNNING"));
    expect((await pass()).queues.get("new")?.job).toMatchObject({ kind: "job", record: { status: "RUNNING" } });
    calls();
    await pass();
    expect(calls()).toEqual(["describeJobs j1"]);
  });

  it("is there without a record while AWS does not show what it has accepted", async () => {
    const { pass, region } = watched({ jobQueues: [own()] });
    region.jobsOfObjects.found = [named("j1")];
    expect((await pass()).queues.get("new")?.job).toEqual({
      kind: "job",
      record: undefined,
      knownForMs: 0,
      endedMsAgo: undefined,
    });
  });

  it("is known with the time since it was last ended", async () => {
    const { pass, region, memory, clock } = watched({ jobQueues: [own()] });
    region.jobsOfObjects.found = [named("j1")];
    region.jobsOfObjects.shown.set("j1", shown("j1", "RUNNING"));
    memory.endedAt.set("eu-west-1/new", now);
    await clock.advance(5000);
    expect((await pass()).queues.get("new")?.job).toMatchObject({ endedMsAgo: 5000, knownForMs: 0 });
    await clock.advance(1000);
    expect((await pass()).queues.get("new")?.job).toMatchObject({ knownForMs: 1000 });
  });

  it("is not one that went with a queue before, of which only the name is the same", async () => {
    const gone = { statusReason: "new is not verified any more" };
    const { pass, region } = watched({ jobQueues: [own()] });
    region.jobsOfObjects.found = [{ ...named("j1"), ...gone }];
    expect((await pass()).queues.get("new")?.job).toBeUndefined();
    region.jobsOfObjects.found = [{ ...named("j1"), ...gone }, named("j2")];
    const { record } = shown("j2", "RUNNING");
    region.jobsOfObjects.shown.set("j2", { record, missingSince: undefined });
    expect((await pass()).queues.get("new")?.job).toMatchObject({ record: { jobId: "j2" } });
    region.jobsOfObjects.shown.set("j2", { record: { ...record, ...gone }, missingSince: undefined });
    expect((await pass()).queues.get("new")?.job).toBeUndefined();
  });

  it("is unread where AWS does not answer, with AWS's words", async () => {
    const { pass, region } = watched({ jobQueues: [own()] });
    region.before = () => {
      throw new AwsError("denied", "batch:ListJobs", "AccessDenied", "no");
    };
    expect((await pass()).queues.get("new")?.job).toEqual({ kind: "unread", why: "batch:ListJobs: no" });
  });

  it("is not asked for where nothing is to be verified, or the queue is going", async () => {
    for (const { pass, calls } of [
      watched({ jobQueues: [own()] }, [target], ec2),
      watched({ jobQueues: [own({ status: "UPDATING" })] }),
    ]) {
      expect((await pass()).queues.get("new")?.job).toBeUndefined();
      expect(calls()).toEqual([]);
    }
  });
});

describe("the jobs in a queue that is disabled", () => {
  it("are counted twice, with some time between", async () => {
    const { pass, clock } = watched({ jobQueues: [own({ state: "DISABLED" })] });
    expect((await pass()).queues.get("new")?.jobs).toMatchObject({ kind: "read", remaining: [], zeroForMs: 0 });
    await clock.advance(7000);
    expect((await pass()).queues.get("new")?.jobs).toMatchObject({ zeroForMs: 7000 });
  });

  it("are reported, and when they were last ended", async () => {
    const jobsByQueue = { "new-verify": [job("j1", { jobName: "verify-1" })] };
    const { pass, memory } = watched({ jobQueues: [own({ state: "DISABLED" })], jobsByQueue });
    memory.endedAt.set("eu-west-1/new", now);
    expect((await pass()).queues.get("new")?.jobs).toMatchObject({ remaining: [{ jobId: "j1" }], terminatedAt: now });
  });
});

describe("the job of a failure that is in force", () => {
  const keyOfNow = shortHash(["p", undefined, undefined]);
  const key = (at: string) => verdictText({ at, kind: "Failed", key: keyOfNow, jobId: "j1", cause: "" });
  const failed = environment("new", spec, { tags: { "awsbatch.dev/verification": key("2026-01-01T12:00:00Z") } });

  it("is read once, and remembered once it has ended", async () => {
    const { pass, calls, region } = watched({}, [failed]);
    region.jobsOfObjects.shown.set("j1", shown("j1", "RUNNING"));
    expect((await pass()).failed).toBeUndefined();
    region.jobsOfObjects.shown.set("j1", shown("j1", "FAILED"));
    expect((await pass()).failed).toMatchObject({ record: { status: "FAILED" }, lastLines: [] });
    expect(calls()).toEqual(["describeJobs j1", "describeJobs j1"]);
    expect((await pass()).failed).toMatchObject({ record: { status: "FAILED" } });
    expect(calls()).toEqual([]);
  });

  it("is read with the last lines of its log, where that is in its region", async () => {
    for (const [region, expected] of [
      [undefined, ["one", "two"]],
      ["eu-west-1", ["one", "two"]],
      ["us-east-1", []],
    ] as const) {
      const { pass, region: aws } = watched({}, [failed]);
      const logs = { group: "/aws/batch/job", stream: "smoke/1", region };
      aws.lines = ["one", "two"];
      const { record } = shown("j1", "FAILED");
      aws.jobsOfObjects.shown.set("j1", { record: { ...record, logs }, missingSince: undefined });
      expect((await pass()).failed?.lastLines).toEqual(expected);
    }
  });

  it("is unknown where AWS does not answer", async () => {
    const { pass, region } = watched({}, [failed]);
    region.before = () => {
      throw new AwsError("throttled", "batch:DescribeJobs", "TooManyRequestsException", "slow");
    };
    expect((await pass()).failed).toBeUndefined();
  });
});
