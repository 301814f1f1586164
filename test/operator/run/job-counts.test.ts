import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import { countingJobs, endShownBy } from "../../../src/operator/run/job-counts.ts";

const now = Date.UTC(2026, 0, 1);

function job(status: object | undefined): KubeObject {
  const metadata = { name: "x", namespace: "n", uid: "u", resourceVersion: "1", generation: 1 };
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "BatchJob",
    metadata: { ...metadata, creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: {},
    status,
  };
}

const condition = (type: string, status: string, reason: string) => ({ type, status, reason, message: "m" });
const running = job({ jobId: "1", jobQueue: "q", status: "RUNNING" });
const failed = condition("Failed", "True", "JobFailed");

test("jobs are counted by queue and status, with the age of the oldest RUNNABLE one", () => {
  const runnable = (createdAt: string) => job({ jobId: "1", jobQueue: "q", status: "RUNNABLE", createdAt });
  const counting = countingJobs((queue) => queue.toUpperCase(), now);
  for (const one of [
    runnable("2025-12-31T23:59:00Z"),
    runnable("2025-12-31T23:00:00Z"),
    runnable("2025-12-31T23:30:00Z"),
    runnable("not a time"),
    running,
    job({ jobId: "2", jobQueue: "other", status: "FAILED", createdAt: "2025-01-01T00:00:00Z" }),
    job({ jobId: "3", jobQueue: "q", status: "Invented" }),
    job({}),
    job(undefined),
  ])
    counting.add(one);
  expect(counting.result()).toEqual([
    {
      queue: "Q",
      counts: new Map([
        ["RUNNABLE", 4],
        ["RUNNING", 1],
      ]),
      oldestRunnableMs: 3_600_000,
    },
    { queue: "OTHER", counts: new Map([["FAILED", 1]]), oldestRunnableMs: 0 },
    { queue: "", counts: new Map([["NotSubmitted", 2]]), oldestRunnableMs: 0 },
  ]);
});

test("an end is shown once, with the wait for the first attempt and the run time of the last", () => {
  const ended = job({
    jobId: "1",
    jobQueue: "q",
    status: "FAILED",
    createdAt: "2026-01-01T00:00:00Z",
    startedAt: "2026-01-01T00:10:00Z",
    stoppedAt: "2026-01-01T00:10:30Z",
    attempts: [{ startedAt: "2026-01-01T00:01:00Z" }, { startedAt: "2026-01-01T00:10:00Z" }],
    conditions: [failed],
  });
  expect(endShownBy(running, ended)).toEqual({ queue: "q", result: "JobFailed", waitedMs: 60_000, ranMs: 30_000 });
  expect(endShownBy(ended, ended)).toBeUndefined();
  expect(endShownBy(undefined, ended)).toBeUndefined();
  expect(endShownBy(ended, undefined)).toBeUndefined();
  expect(endShownBy(job(undefined), running)).toBeUndefined();
});

test.each([
  ["Complete", condition("Complete", "True", "Succeeded")],
  ["JobCancelled", condition("Failed", "True", "JobCancelled")],
  ["DependencyFailed", condition("Failed", "True", "DependencyFailed")],
  ["ResultUnknown", condition("Ready", "False", "ResultUnknown")],
])("%s is a result, also of a job without times", (result, shown) => {
  const end = { queue: "", result, waitedMs: undefined, ranMs: undefined };
  expect(endShownBy(job(undefined), job({ conditions: [shown] }))).toEqual(end);
});

test("what somebody else wrote into a status is not a result", () => {
  expect(endShownBy(running, job({ conditions: [condition("Failed", "True", "Invented")] }))).toBeUndefined();
});
