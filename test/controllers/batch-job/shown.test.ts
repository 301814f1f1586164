import { expect, test } from "vitest";
import type { JobStatus } from "../../../src/aws/batch.ts";
import { shownStatus, statusText } from "../../../src/controllers/batch-job/shown.ts";
import { jobObject, record } from "./seen.ts";

test.each<[JobStatus, string]>([
  ["SUBMITTED", "JobSubmitted"],
  ["PENDING", "JobPending"],
  ["RUNNABLE", "JobRunnable"],
  ["STARTING", "JobStarting"],
  ["RUNNING", "JobRunning"],
])("a job that is %s has the reason %s, and its ID in the message", (status, reason) => {
  expect(statusText(status, "job-1")).toEqual({ reason, message: expect.stringContaining("job job-1 ") });
});

test("a job that can get no resources has AWS's words in its message, and no words that come and go", () => {
  const never =
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement is higher than that of the CE(s)";
  const passing = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - insufficient";
  expect(statusText("RUNNABLE", "job-1", never).message).toBe(
    `job job-1 waits for resources, and cannot get any: ${never}`,
  );
  expect(statusText("RUNNABLE", "job-1", passing)).toEqual(statusText("RUNNABLE", "job-1"));
  expect(statusText("RUNNING", "job-1", never)).toEqual(statusText("RUNNING", "job-1"));
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
