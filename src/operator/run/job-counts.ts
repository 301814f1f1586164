/** What metrics say of BatchJob objects, from their status, which others can write too. Pure. */

import type { KubeObject } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { recordedResult } from "../../controllers/kinds/batch-job/result.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import type { Counting } from "./object-counts.ts";

/** AWS's statuses, and that of an object without a job in AWS. */
export const jobStatuses = [
  "NotSubmitted",
  "SUBMITTED",
  "PENDING",
  "RUNNABLE",
  "STARTING",
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
] as const;

export const jobResults = ["Complete", "JobFailed", "JobCancelled", "DependencyFailed", "ResultUnknown"] as const;

export type JobResult = (typeof jobResults)[number];

/** The jobs of one queue. */
export interface JobsOfQueue {
  /** Name of the queue in AWS; empty: not known yet. */
  readonly queue: string;
  readonly counts: ReadonlyMap<(typeof jobStatuses)[number], number>;
  /** Age of the RUNNABLE job that was submitted first, ms; 0 without any. */
  readonly oldestRunnableMs: number;
}

/**
 * Objects by queue and status.
 * @param labelOf the queue's name as a label
 * @param now wall time, ms
 */
export function countingJobs(labelOf: (queue: string) => string, now: number): Counting<readonly JobsOfQueue[]> {
  const queues = new Map<string, { readonly counts: Map<(typeof jobStatuses)[number], number>; oldest: number }>();
  return {
    add(object) {
      const { status, jobQueue = "", jobId, createdAt = "" } = (object as BatchJob).status ?? {};
      const shown = jobId === undefined ? "NotSubmitted" : jobStatuses.find((known) => known === status);
      if (shown === undefined) return;
      const queue = labelOf(jobQueue);
      const found = queues.get(queue) ?? { counts: new Map(), oldest: now };
      queues.set(queue, found);
      found.counts.set(shown, (found.counts.get(shown) ?? 0) + 1);
      const submittedAt = Date.parse(createdAt);
      if (shown === "RUNNABLE" && submittedAt < found.oldest) found.oldest = submittedAt;
    },
    result: () => [...queues].map(([queue, { counts, oldest }]) => ({ queue, counts, oldestRunnableMs: now - oldest })),
  };
}

/** How a job ended. */
export interface JobEnd {
  /** Name of the queue in AWS; empty: it was never submitted. */
  readonly queue: string;
  readonly result: JobResult;
  /** From its submission to the start of its first attempt, ms; undefined: it has not started, e.g. an array. */
  readonly waitedMs: number | undefined;
  /** From the start of its last attempt to its end, ms. */
  readonly ranMs: number | undefined;
}

/** The end that a change of an object shows; undefined: it shows none, or the object is seen for the first time. */
export function endShownBy(before: KubeObject | undefined, after: KubeObject | undefined): JobEnd | undefined {
  if (before === undefined || after === undefined || resultShown(before) !== undefined) return undefined;
  const result = resultShown(after);
  if (result === undefined) return undefined;
  const { jobQueue = "", createdAt, startedAt, stoppedAt, attempts = [] } = (after as BatchJob).status ?? {};
  return {
    queue: jobQueue,
    result,
    waitedMs: between(createdAt, attempts[0]?.startedAt ?? startedAt),
    ranMs: between(startedAt, stoppedAt),
  };
}

function resultShown(object: KubeObject): JobResult | undefined {
  const recorded = recordedResult(object as BatchJob);
  if (recorded !== undefined) return recorded.kind === "complete" ? "Complete" : recorded.reason;
  const isUnknown = conditionsOf(object).some(({ type, reason }) => type === "Ready" && reason === "ResultUnknown");
  return isUnknown ? "ResultUnknown" : undefined;
}

function between(from: string | undefined, to: string | undefined): number | undefined {
  const passed = Date.parse(to ?? "") - Date.parse(from ?? "");
  return Number.isNaN(passed) ? undefined : Math.max(0, passed);
}
