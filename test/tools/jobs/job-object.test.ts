import { describe, expect, test } from "vitest";
import type { BatchJob, BatchJobStatus } from "../../../src/api/v1alpha1/batch-job.ts";
import { intentAnnotation } from "../../../src/controllers/kinds/batch-job/intent.ts";
import {
  courseOf,
  isInQueue,
  jobOf,
  listedObject,
  recordedStream,
  submittedText,
} from "../../../src/tools/jobs/job-object.ts";

function job(status: BatchJobStatus | undefined, annotations: Readonly<Record<string, string>> = {}): BatchJob {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "BatchJob",
    metadata: {
      name: "hello",
      namespace: "team",
      uid: "uid-1",
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      annotations,
    },
    spec: { jobQueueRef: { name: "main" }, jobDefinitionRef: { name: "hello" } },
    ...(status === undefined ? {} : { status }),
  };
}

const condition = (type: "Ready" | "Failed", reason: string, message: string) => ({
  type,
  status: type === "Failed" ? ("True" as const) : ("False" as const),
  reason,
  message,
  lastTransitionTime: "2026-01-01T00:00:00Z",
  observedGeneration: 1,
});

describe("the job of an object", () => {
  test("has the ID in its status", () => {
    expect(jobOf(job({ jobId: "id" }))).toEqual({ kind: "id", id: "id" });
  });

  test("is found by its name when the status is lost", () => {
    const intent = intentAnnotation({ uid: "uid-1", attempt: 1, at: 0, by: "a", queue: "team_main" });
    expect(jobOf(job(undefined, intent))).toEqual({ kind: "name", name: "team_hello_uid-1", queue: "team_main" });
  });

  test("is not there before the operator submits it, and the object says why", () => {
    expect(() => jobOf(job(undefined))).toThrow(/^BatchJob team\/hello has not been submitted yet$/);
    const conditions = [condition("Ready", "WaitingForQueue", "it is not there")];
    expect(() => jobOf(job({ conditions }))).toThrow("submitted yet: WaitingForQueue: it is not there");
  });

  test("will never be there of one that failed before, also where the operator had made its note", () => {
    const intent = intentAnnotation({ uid: "uid-1", attempt: 1, at: 0, by: "a", queue: "team_main" });
    const conditions = [condition("Failed", "DependencyFailed", "split failed")];
    expect(() => jobOf(job({ conditions }, intent))).toThrow(
      /^BatchJob team\/hello was never submitted: split failed$/,
    );
  });
});

test("a job is in the queue that its spec refers to, by the name of the JobQueue, its name or ARN in AWS", () => {
  const submitted = job({ jobQueue: "team_main" });
  const asked = [undefined, "main", "team_main", "arn:aws:batch:us-east-1:123456789012:job-queue/team_main", "other"];
  expect(asked.map((queue) => isInQueue(submitted, queue))).toEqual([true, true, true, true, false]);
  expect(isInQueue({ ...job(undefined), spec: { jobQueue: "plain", jobDefinition: "a" } }, "plain")).toBe(true);
});

test("a job that no operator has seen says so", () => {
  expect(courseOf(job(undefined))).toEqual({ text: "waits for an operator", end: undefined });
});

test("the log of a forgotten job is where its status says", () => {
  const logs = { group: "/aws/batch/job", stream: "last", url: "https://console" };
  const recorded = job({ logs, attempts: [{ logStream: "first" }, {}] });
  const stream = (attempt?: number) => recordedStream(recorded, attempt)?.stream;
  expect([stream(), stream(1), stream(2)]).toEqual(["last", "first", undefined]);
  expect(recordedStream(job({}), undefined)).toBeUndefined();
});

describe("an object in the list of jobs", () => {
  test("shows what its status has", () => {
    const status: BatchJobStatus = {
      jobId: "id",
      jobQueue: "team_main",
      status: "FAILED",
      exitCode: 3,
      createdAt: "2026-01-01T00:00:10Z",
      startedAt: "2026-01-01T00:00:20Z",
      stoppedAt: "2026-01-01T00:00:30Z",
      array: { size: 2, counts: [{ status: "FAILED", count: 2 }] },
      conditions: [condition("Failed", "JobFailed", "it failed")],
    };
    expect(listedObject(job(status))).toEqual({
      id: "id",
      name: "team/hello",
      queue: "team_main",
      status: "FAILED",
      reason: "it failed",
      exitCode: 3,
      children: { FAILED: 2 },
      createdAt: Date.parse("2026-01-01T00:00:00Z"),
      startedAt: Date.parse("2026-01-01T00:00:20Z"),
      stoppedAt: Date.parse("2026-01-01T00:00:30Z"),
    });
  });

  test("that was not submitted has the queue of its spec, and fails also without a job", () => {
    expect(listedObject(job(undefined))).toMatchObject({
      id: "",
      queue: "main",
      status: "-",
      createdAt: 1767225600000,
    });
    const conditions = [condition("Failed", "DependencyFailed", "split failed")];
    expect(listedObject(job({ conditions }))).toMatchObject({ status: "FAILED", reason: "split failed" });
    const waiting = [condition("Ready", "WaitingForQueue", "it is not there")];
    expect(listedObject(job({ conditions: waiting })).reason).toBe("WaitingForQueue: it is not there");
    expect(listedObject(job({ conditions: waiting, status: "RUNNING" })).reason).toBeUndefined();
  });

  test("that failed has AWS's words, which are shorter than the condition", () => {
    const statusReason = "Essential container in task exited";
    const conditions = [condition("Failed", "JobFailed", `job id failed: ${statusReason}; exit code 137`)];
    const reason = "OutOfMemoryError: Container killed due to memory usage";
    const status = { conditions, status: "FAILED", statusReason, attempts: [{ statusReason, reason }] };
    expect(listedObject(job(status)).reason).toBe(`${statusReason}: ${reason}`);
    expect(listedObject(job({ ...status, attempts: [] })).reason).toBe(statusReason);
  });
});

test("an object that no operator has seen is new, although its schema gives it a condition", () => {
  const unseen = {
    ...condition("Ready", "Pending", "The operator has not seen this object yet"),
    observedGeneration: 0,
  };
  expect(submittedText(job({ conditions: [unseen] }), "created")).toBe("is created: the operator submits its job");
});
