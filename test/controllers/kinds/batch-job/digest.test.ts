import { expect, it, test } from "vitest";
import type { Condition, KubeObject } from "../../../../src/api/object.ts";
import type { BatchJobStatus } from "../../../../src/api/v1alpha1/batch-job.ts";
import { digestOf } from "../../../../src/controllers/kinds/batch-job/digest.ts";
import { jobObject } from "./seen.ts";

const at = "2026-01-01T00:00:00Z";
const complete: Condition = {
  type: "Complete",
  status: "True",
  reason: "Succeeded",
  message: "job 1 succeeded",
  lastTransitionTime: at,
  observedGeneration: 1,
};
const status: BatchJobStatus = {
  observedGeneration: 1,
  jobId: "1",
  status: "SUCCEEDED",
  statusReason: "Essential container in task exited",
  jobQueue: "q",
  exitCode: 0,
  createdAt: at,
  startedAt: at,
  stoppedAt: at,
  attempts: [
    { startedAt: at, stoppedAt: at, exitCode: 1 },
    { startedAt: at, stoppedAt: at, exitCode: 0 },
  ],
  conditions: [complete],
};
const finished = jobObject(
  { parameters: { a: "1" }, tags: { b: "2" }, cancel: true, deletionPolicy: "Retain" },
  status,
);

it("of a job with a result is what its deletion, conditions, metrics and other objects need", () => {
  expect(digestOf(finished)).toEqual({
    ...finished,
    isDigest: true,
    spec: { cancel: true, deletionPolicy: "Retain" },
    status: {
      observedGeneration: 1,
      jobId: "1",
      status: "SUCCEEDED",
      jobQueue: "q",
      createdAt: at,
      startedAt: at,
      stoppedAt: at,
      attempts: [{ startedAt: at }],
      conditions: [complete],
    },
  });
});

test("a job that was never submitted has a digest once it has failed", () => {
  const failed: Condition = { ...complete, type: "Failed", reason: "DependencyFailed" };
  expect(digestOf(jobObject({ parameters: { a: "1" } }, { conditions: [failed] }))).toMatchObject({
    isDigest: true,
    spec: {},
    status: { conditions: [failed] },
  });
});

it.each<[string, KubeObject]>([
  ["has no status", jobObject()],
  ["runs", jobObject({}, { ...status, status: "RUNNING", conditions: [] })],
  [
    "has a result that nobody knows",
    jobObject({}, { conditions: [{ ...complete, type: "Stalled", reason: "ResultUnknown" }] }),
  ],
  ["is a digest already", digestOf(finished)],
])("is the object itself where the job %s", (_what, object) => {
  expect(digestOf(object)).toBe(object);
});
