import { expect, test } from "vitest";
import type { JobStatus } from "../../../../src/aws/batch.ts";
import type { JobRecord } from "../../../../src/aws/job-record.ts";
import type { QueueSays } from "../../../../src/controllers/kinds/batch-job/queue-says.ts";
import type { JobSeen } from "../../../../src/controllers/kinds/batch-job/seen.ts";
import {
  shownInMs,
  shownStatus,
  statusText,
  whyItWaits,
} from "../../../../src/controllers/kinds/batch-job/shown-status.ts";
import { jobObject, known, record } from "./seen.ts";

test.each<[JobStatus, string]>([
  ["SUBMITTED", "JobSubmitted"],
  ["PENDING", "JobPending"],
  ["RUNNABLE", "JobRunnable"],
  ["STARTING", "JobStarting"],
  ["RUNNING", "JobRunning"],
])("a job that is %s has the reason %s, and its ID in the message", (status, reason) => {
  expect(statusText(status, "job-1")).toEqual({ reason, message: expect.stringContaining("job job-1 ") });
});

const unshown = { isReported: false, record: undefined };
const never =
  "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement is higher than that of the CE(s)";
const full = { isMisconfigured: false, why: "all environments are full" };
const array: JobRecord["array"] = { size: 2, counts: { RUNNABLE: 2 } };

test.each<[what: string, change: Partial<JobRecord>, said: QueueSays | undefined, why: QueueSays | undefined]>([
  ["AWS's words where a person has to act", { statusReason: never }, undefined, { isMisconfigured: true, why: never }],
  ["no words of AWS that come and go", { statusReason: "CAPACITY:INSUFFICIENT - none" }, undefined, undefined],
  ["what its queue says, which knows more", { statusReason: never }, full, full],
  ["what the queue of an array says of its first child", { status: "PENDING", array }, full, full],
  ["nothing of its queue while it waits for other jobs", { status: "PENDING" }, full, undefined],
  ["nothing of its queue once it starts", { status: "STARTING" }, full, undefined],
])("a job that waits has as its reason %s", (_what, change, said, why) => {
  expect(whyItWaits(record({ status: "RUNNABLE", ...change }), said)).toEqual(why);
});

test("the reason why a job waits is in its message, and in that of an array", () => {
  const blocked = { isMisconfigured: true, why: "maxvCpus is 0. Fix: raise it" };
  expect(statusText("RUNNABLE", "job-1", full).message).toBe(
    "job job-1 waits for resources: all environments are full",
  );
  expect(statusText("RUNNABLE", "job-1", blocked).message).toBe(
    "job job-1 waits for resources, and cannot get any: maxvCpus is 0. Fix: raise it",
  );
  expect(statusText("SUBMITTED", "job-1", full).message).toBe(
    "job job-1 is submitted; its children wait for resources: all environments are full",
  );
  expect(statusText("PENDING", "job-1", full).message).toMatch(/; its children wait for resources: all/);
});

test.each<[before: string | undefined, now: JobStatus, shown: JobStatus]>([
  [undefined, "PENDING", "PENDING"],
  ["SUBMITTED", "PENDING", "SUBMITTED"],
  ["SUBMITTED", "RUNNABLE", "RUNNABLE"],
  ["RUNNABLE", "STARTING", "RUNNABLE"],
  ["RUNNABLE", "RUNNING", "RUNNING"],
  ["RUNNING", "RUNNABLE", "RUNNING"],
  ["RUNNING", "SUCCEEDED", "SUCCEEDED"],
  ["PENDING", "FAILED", "FAILED"],
  ["of somebody else", "RUNNABLE", "RUNNABLE"],
])("after %s a job that is %s is shown as %s", (before, status, shown) => {
  const object = jobObject({}, before === undefined ? undefined : { jobId: "job-1", status: before });
  expect(shownStatus(object, record({ status }))).toBe(shown);
});

test("what was shown of another job says nothing", () => {
  expect(shownStatus(jobObject({}, { jobId: "job-2", status: "RUNNING" }), record({ status: "PENDING" }))).toBe(
    "PENDING",
  );
});

test("however a job moves, its object shows at most four statuses", () => {
  const course: JobStatus[] = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"];
  const shown: JobStatus[] = [];
  for (const status of [...course, ...course, ...course.toReversed(), "SUCCEEDED" as const]) {
    const before = shown.at(-1);
    const object = jobObject({}, before === undefined ? undefined : { jobId: "job-1", status: before });
    const now = shownStatus(object, record({ status }));
    if (now !== before) shown.push(now);
  }
  expect(shown).toEqual(["SUBMITTED", "RUNNABLE", "RUNNING", "SUCCEEDED"]);
});

test.each<[string, JobSeen, number | undefined]>([
  ["was submitted a moment ago, and AWS does not show it", known({ ...unshown, submittedMsAgo: 1000 }), 4000],
  ["AWS has not shown for five seconds", known({ ...unshown, submittedMsAgo: 5000 }), undefined],
  ["another process has submitted", known(unshown), undefined],
  ["AWS shows", known({ ...unshown, submittedMsAgo: 1000, record: record() }), undefined],
  ["the status shows", known({ record: undefined, submittedMsAgo: 1000 }), undefined],
  ["nobody has submitted", { kind: "none", intent: undefined }, undefined],
])("a job that %s is waited for accordingly", (_what, job, ms) => {
  expect(shownInMs(job)).toBe(ms);
});
