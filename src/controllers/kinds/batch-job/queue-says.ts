/** What the JobQueue of a job that waits says about it. Pure. */

import { reportedCauses } from "../../../api/reasons/jobs.ts";
import type { JobQueue } from "../../../api/v1alpha1/job-queue.ts";
import { isMisconfiguration } from "../../../diagnosis/aws-reasons.ts";
import type { ReportedCode } from "../../../diagnosis/causes.ts";
import { conditionsOf } from "../../pass/conditions.ts";

/** Why the first job of a queue waits. */
export interface QueueSays {
  /** Whether no instance can ever run the job as it is configured. */
  readonly isMisconfigured: boolean;
  /** A sentence without a full stop. Of what passes by itself it has no numbers: they come and go. */
  readonly why: string;
}

/**
 * Why the job is not started, if it is the first one of the queue: all others wait behind it.
 *
 * A queue of another namespace says only what the reason means: its message names environments, subnets and more of others.
 *
 * @param jobId also of an array, of which a child is the first
 * @param namespace of the job
 * @returns undefined if it is not the first, or gets on
 */
export function saidOf(jobId: string, namespace: string, queue: JobQueue | undefined): QueueSays | undefined {
  const first = queue?.status?.jobs?.first?.jobId;
  if (queue === undefined || (first !== jobId && first?.startsWith(`${jobId}:`) !== true)) return undefined;
  const condition = conditionsOf(queue).find(({ type }) => type === "JobsProgressing");
  const isCause = condition !== undefined && Object.hasOwn(reportedCauses, condition.reason);
  if (!isCause || condition.status === "Unknown") return undefined;
  const code = condition.reason as ReportedCode;
  const means = reportedCauses[code].means.replaceAll("`", "");
  if (condition.status === "True") return { isMisconfigured: false, why: means };
  const isOwn = queue.metadata.namespace === namespace;
  const why = isOwn ? condition.message : `${means}; the condition JobsProgressing of its queue says more`;
  return { isMisconfigured: isMisconfiguration(code), why };
}
