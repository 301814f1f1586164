import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import { batchJobReasons } from "../../../src/api/v1alpha1/batch-job-kind.ts";
import { BatchComputeEnvironmentKind, JobQueueKind, kinds } from "../../../src/api/v1alpha1/kinds.ts";
import {
  type Counting,
  collectingNotReady,
  countingAwsStatuses,
  countingConditions,
  countingDeletions,
  countingReplacements,
} from "../../../src/operator/run/object-counts.ts";

const now = Date.UTC(2026, 0, 1);

function countOf<Result>(counting: Counting<Result>, objects: readonly KubeObject[]): Result {
  for (const object of objects) counting.add(object);
  return counting.result();
}

function objectOf(kind: string, status: unknown): KubeObject {
  const metadata = { name: "x", namespace: "n", uid: "u", resourceVersion: "1", generation: 1 };
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind,
    metadata: { ...metadata, creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: {},
    status,
  };
}

test("objects are counted by condition; what somebody else wrote into a status makes no label", () => {
  const withConditions = (...conditions: readonly (readonly [string, string])[]): KubeObject =>
    objectOf("JobQueue", { conditions: conditions.map(([type, status]) => ({ type, status })) });
  const counts = countOf(countingConditions(JobQueueKind), [
    withConditions(["Ready", "True"]),
    withConditions(["Ready", "False"], ["Stalled", "True"], ["Invented", "True"]),
    withConditions(["Ready", "False"], ["Reconciling", "True"], ["Stalled", "Perhaps"]),
    objectOf("JobQueue", undefined),
  ]);
  expect(counts.filter(({ objects }) => objects > 0)).toEqual([
    { condition: "Ready", status: "True", objects: 1 },
    { condition: "Ready", status: "False", objects: 2 },
    { condition: "Reconciling", status: "True", objects: 1 },
    { condition: "Stalled", status: "True", objects: 1 },
  ]);
});

test("every condition that a kind declares is counted, and no other", () => {
  const counted = (kind: (typeof kinds)[number]): readonly string[] =>
    countOf(countingConditions(kind), [])
      .filter(({ status, objects }) => status === "False" && objects === 0)
      .map(({ condition }) => condition);
  expect(counted(BatchComputeEnvironmentKind)).toEqual(expect.arrayContaining(["Ready", "UpdateAvailable"]));
  expect(counted(JobQueueKind)).toContain("JobsProgressing");
  expect(counted(JobQueueKind)).not.toContain("EndpointsReady");
  for (const kind of kinds) expect(counted(kind)).toEqual(expect.arrayContaining(["Ready", ...kind.conditions]));
});

test("environments on their way out are counted by step, with the age of the oldest", () => {
  const leaving = (...predecessors: readonly object[]) => objectOf("BatchComputeEnvironment", { predecessors });
  const counts = countOf(countingReplacements(now), [
    leaving(
      { name: "a", step: "Draining", since: "2025-12-31T23:00:00Z" },
      { name: "b", step: "Draining", since: "2025-12-31T23:59:00Z" },
    ),
    leaving({ name: "c", step: "Soaking" }, { name: "d", step: "Sleeping", since: "2025-12-31T23:59:59Z" }),
    objectOf("BatchComputeEnvironment", undefined),
    objectOf("JobQueue", { predecessors: [{ name: "e", step: "Draining" }] }),
  ]);
  expect(counts.filter(({ count }) => count > 0)).toEqual([
    { step: "Soaking", count: 1, oldestMs: 0 },
    { step: "Draining", count: 2, oldestMs: 3_600_000 },
    { step: "Other", count: 1, oldestMs: 1000 },
  ]);
});

test("objects are counted by AWS's own status; what is not in AWS counts nowhere, nor what AWS never says", () => {
  const counts = countOf(countingAwsStatuses(), [
    objectOf("JobQueue", { status: "VALID" }),
    objectOf("JobQueue", { status: "INVALID" }),
    objectOf("JobQueue", { status: "INVALID" }),
    objectOf("JobQueue", { status: "Invented" }),
    objectOf("JobQueue", {}),
    objectOf("JobQueue", undefined),
  ]);
  expect(counts.filter(({ objects }) => objects > 0)).toEqual([
    { status: "VALID", objects: 1 },
    { status: "INVALID", objects: 2 },
  ]);
  expect(counts).toHaveLength(7);
});

test("deletions are counted, with the age of the oldest", () => {
  const deleted = (deletionTimestamp: string): KubeObject => {
    const object = objectOf("JobQueue", undefined);
    return { ...object, metadata: { ...object.metadata, deletionTimestamp } };
  };
  expect(countOf(countingDeletions(now), [objectOf("JobQueue", undefined)])).toEqual({ objects: 0, oldestMs: 0 });
  expect(
    countOf(countingDeletions(now), [
      deleted("2025-12-31T23:59:00Z"),
      deleted("2025-12-31T23:00:00Z"),
      objectOf("JobQueue", {}),
    ]),
  ).toEqual({ objects: 2, oldestMs: 3_600_000 });
  expect(countOf(countingDeletions(now), [deleted("2026-01-01T00:00:05Z")])).toEqual({ objects: 1, oldestMs: 0 });
});

test("what is not Ready is named, longest first and 100 of them at most", () => {
  const ready = (status: string, lastTransitionTime: string, reason = "Creating"): KubeObject =>
    objectOf("JobQueue", { conditions: [{ type: "Ready", status, reason, lastTransitionTime }] });
  const at = (text: string): number => Date.parse(text);
  expect(
    countOf(collectingNotReady(), [
      ready("True", "2025-12-31T23:00:00Z"),
      ready("False", "2025-12-31T23:50:00Z"),
      ready("Unknown", "2025-12-31T23:40:00Z", "Paused"),
      ready("False", "not a time"),
      ready("False", "2025-12-31T23:30:00Z", "JobRunning"),
      ready("False", "2025-12-31T23:30:00Z", "JobFailed"),
      ready("False", "2025-12-31T23:59:00Z", "with spaces and more"),
      objectOf("JobQueue", {}),
      objectOf("JobQueue", undefined),
    ]),
  ).toEqual([
    { namespace: "n", name: "x", reason: "Paused", since: at("2025-12-31T23:40:00Z") },
    { namespace: "n", name: "x", reason: "Creating", since: at("2025-12-31T23:50:00Z") },
    { namespace: "n", name: "x", reason: "Other", since: at("2025-12-31T23:59:00Z") },
  ]);
  expect(
    countOf(
      collectingNotReady(),
      Array.from({ length: 150 }, () => ready("False", "2025-12-31T23:50:00Z")),
    ),
  ).toHaveLength(100);
});

test("of jobs only those are named whose course is not what it should be", () => {
  const reasons = [...Object.keys(batchJobReasons.Reconciling), ...Object.keys(batchJobReasons.Stalled)];
  const jobs = reasons.map((reason) =>
    objectOf("BatchJob", {
      conditions: [{ type: "Ready", status: "False", reason, lastTransitionTime: "2025-12-31T23:50:00Z" }],
    }),
  );
  expect(new Set(countOf(collectingNotReady(), jobs).map(({ reason }) => reason))).toEqual(
    new Set([
      "ReferenceNotFound",
      "WaitingForQueue",
      "WaitingForDefinition",
      "WaitingForConsumable",
      "Submitting",
      "CheckingSubmission",
      "JobNotShown",
      "Tagging",
      "Ending",
      "Deleting",
      "DependencyUnknown",
      "DependencyCycle",
      "ResultUnknown",
      "RegionMismatch",
      "NamespaceNotWatched",
      "ReferenceNotAllowed",
    ]),
  );
});
