import type { JobDetail, JobSummary } from "./batch.ts";
import type { BatchApi } from "./batch-calls.ts";
import { jobRecord } from "./job-record.ts";
import { clusterOf, detailsOf, type Source, summariesOf } from "./jobs.ts";
import type { FailedJob, FailedSince } from "./region.ts";

/**
 * The jobs of some queues that have FAILED since a moment, also children of arrays that still run. Two calls for each queue and
 * one for each of its arrays, and one for a hundred failed jobs.
 *
 * @throws AwsError when anything cannot be read
 */
export async function failedJobs(
  batch: BatchApi,
  { queues, since, anyExitCode }: FailedSince,
  signal: AbortSignal,
): Promise<readonly FailedJob[]> {
  const ids = new Set<string>();
  for (const jobQueue of queues) {
    const sources: Source[] = [{ jobQueue }];
    // An array job is PENDING while its children run.
    for await (const job of summariesOf(batch, { jobQueue }, "PENDING", signal))
      if (isArray(job)) sources.push({ arrayJobId: job.jobId });
    for (const source of sources) {
      for await (const job of summariesOf(batch, source, "FAILED", signal)) {
        const { jobId, container, nodeProperties, stoppedAt = 0 } = job;
        if (stoppedAt < since) continue;
        if (isArray(job)) sources.push({ arrayJobId: jobId });
        // The whole has no task; all its nodes lie in one environment.
        else if (nodeProperties?.numNodes !== undefined) ids.add(`${jobId}#0`);
        else if (anyExitCode || container?.exitCode === undefined) ids.add(jobId);
      }
    }
  }
  const failed: FailedJob[] = [];
  for await (const job of detailsOf(batch, [...ids], signal)) {
    const one = failedJob(job);
    if (one !== undefined) failed.push(one);
  }
  return failed;
}

function isArray({ arrayProperties }: JobSummary): boolean {
  return arrayProperties?.size !== undefined;
}

/** Undefined: AWS describes it without what a job has. */
function failedJob(job: JobDetail): FailedJob | undefined {
  const record = jobRecord(job);
  if (record === undefined) return undefined;
  const { jobId, exitCode, reason, statusReason, isEnding } = record;
  const words = [reason, statusReason].filter((text) => text !== undefined && text !== "");
  return { jobId, cluster: clusterOf(job), exitCode, reason: words.join("; "), isEnded: isEnding };
}
