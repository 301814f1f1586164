/** What the JobQueue of a job that waits says about it. Pure. */

import { reportedCauses } from "../../api/reasons/jobs.ts";
import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import { conditionsOf } from "../conditions.ts";

/** Why the first job of a queue waits. */
export interface QueueSays {
  /** Whether a person has to fix something. */
  readonly isBlocked: boolean;
  /** A sentence without a full stop, with the fix. Of what passes by itself it has no numbers: they come and go. */
  readonly why: string;
}

/**
 * Why the job is not started, if it is the first one of the queue: all others wait behind it.
 *
 * @param jobId also of an array, of which a child is the first
 * @returns undefined if it is not the first, or gets on
 */
export function saidOf(jobId: string, queue: JobQueue | undefined): QueueSays | undefined {
  const first = queue?.status?.jobs?.first?.jobId;
  if (queue === undefined || (first !== jobId && first?.startsWith(`${jobId}:`) !== true)) return undefined;
  const condition = conditionsOf(queue).find(({ type }) => type === "JobsProgressing");
  const isCause = condition !== undefined && Object.hasOwn(reportedCauses, condition.reason);
  if (!isCause || condition.status === "Unknown") return undefined;
  const { means } = reportedCauses[condition.reason as keyof typeof reportedCauses];
  if (condition.status === "False") return { isBlocked: true, why: condition.message };
  return { isBlocked: false, why: means.replaceAll("`", "") };
}
