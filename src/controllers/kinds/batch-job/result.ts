/** How a job ended, as its object keeps it (docs/decisions/0044-what-a-job-remembers.md). Pure. */

import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import { hasEnded, type JobRecord } from "../../../aws/job-record.ts";
import { conditionsOf } from "../../pass/conditions.ts";
import { withoutRequestIds } from "../../wording.ts";
import { rangesText } from "./formats.ts";
import { remedyFor } from "./remedies.ts";

export type Result =
  | { readonly kind: "complete"; readonly message: string }
  | { readonly kind: "failed"; readonly reason: FailedReason; readonly message: string };

export type FailedReason = "JobFailed" | "JobCancelled" | "DependencyFailed";

const failedReasons: readonly string[] = ["JobFailed", "JobCancelled", "DependencyFailed"] satisfies FailedReason[];

/** The result in the status of an object; undefined: it has none yet. */
export function recordedResult(object: BatchJob): Result | undefined {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (status !== "True") continue;
    if (type === "Complete") return { kind: "complete", message };
    if (type === "Failed" && isFailedReason(reason)) return { kind: "failed", reason, message };
  }
  return undefined;
}

/** Whether the status of an object says that the result of its job is unknown. */
export function isUnknown(object: BatchJob): boolean {
  return conditionsOf(object).some(
    ({ type, status, reason }) => type === "Stalled" && status === "True" && reason === "ResultUnknown",
  );
}

/** Whether the status of an object names a second job of it, which had started. */
export function isDoubled(object: BatchJob): boolean {
  return conditionsOf(object).some(({ type, status }) => type === "SubmittedOnce" && status === "False");
}

function isFailedReason(reason: string): reason is FailedReason {
  return failedReasons.includes(reason);
}

/** How many children of an array failed of which AWS does not list the index. */
export function unlistedChildren({ array }: JobRecord, failedChildren: readonly number[]): number {
  return Math.max(0, (array?.counts["FAILED"] ?? 0) - failedChildren.length);
}

/** The result of a job in AWS; undefined: it has not ended. */
export function resultOf(job: JobRecord, failedChildren: readonly number[], cancel: boolean): Result | undefined {
  if (!hasEnded(job)) return undefined;
  if (job.status === "SUCCEEDED") return { kind: "complete", message: `job ${job.jobId} succeeded` };
  // AWS marks the job that it was asked to end, but not always the parent of children that end with it.
  const isCancelled = cancel && (job.isEnding || job.array !== undefined);
  const reason = isCancelled ? "JobCancelled" : "JobFailed";
  const unlisted = unlistedChildren(job, failedChildren);
  const missing =
    unlisted === 0 ? "" : `. AWS does not list ${unlisted} of them: status.array.failedIndices is not complete`;
  return { kind: "failed", reason, message: `${failureText(job, failedChildren)}${missing}` };
}

/** Of a message, in characters: status.array.failedIndices has more. */
const indicesLimit = 200;

/** AWS's words, the exit code, and the next step where one is known. */
function failureText(job: JobRecord, failedChildren: readonly number[]): string {
  const { statusReason, reason, exitCode, array } = job;
  const failed = array?.counts["FAILED"];
  const which = failedChildren.length === 0 ? "" : `: ${rangesText(failedChildren, indicesLimit)}`;
  const facts = [
    ...(statusReason === undefined ? [] : [withoutRequestIds(statusReason)]),
    ...(reason === undefined || reason === statusReason ? [] : [withoutRequestIds(reason)]),
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(failed === undefined ? [] : [`${failed} of ${array?.size} children failed${which}`]),
  ];
  const why = facts.length === 0 ? "AWS gives no reason" : facts.join("; ");
  const remedy = remedyFor(job);
  return [`job ${job.jobId} failed: ${why.replace(/[.]$/, "")}`, ...(remedy === undefined ? [] : [remedy])].join(". ");
}
