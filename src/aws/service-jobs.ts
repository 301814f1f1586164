import type { BatchPart, Queue } from "./batch.ts";
import { AwsError } from "./errors.ts";
import { everyPage, listed } from "./listing.ts";
import type { UnfinishedJob } from "./unfinished-job.ts";

/** Jobs of SageMaker's queues, which AWS Batch lists apart from all others. */

type Status = UnfinishedJob["status"];

/** In this order a job that moves on while we list is met again; without capacity it falls back to RUNNABLE. */
const lifeOrder: readonly Status[] = [
  "SUBMITTED",
  "PENDING",
  "RUNNABLE",
  "SCHEDULED",
  "STARTING",
  "RUNNING",
  "RUNNABLE",
  "SCHEDULED",
];
/** From SCHEDULED on SageMaker has the job. */
const startedOrder: readonly Status[] = ["SCHEDULED", "STARTING", "RUNNING", "SCHEDULED"];

/** Whether a queue has jobs of SageMaker instead of jobs in containers. */
export function hasServiceJobs({
  jobQueueType,
  serviceEnvironmentOrder = [],
}: Pick<Queue, "jobQueueType" | "serviceEnvironmentOrder">): boolean {
  return jobQueueType === "SAGEMAKER_TRAINING" || serviceEnvironmentOrder.length > 0;
}

/**
 * The unfinished jobs of a queue of SageMaker.
 *
 * @param queue name or ARN
 * @throws AwsError when anything cannot be read: it never gives fewer jobs than there are
 */
export async function unfinishedServiceJobs(
  batch: BatchPart<"listServiceJobs">,
  queue: string,
  signal: AbortSignal,
): Promise<readonly UnfinishedJob[]> {
  return await jobsIn(batch, queue, lifeOrder, signal);
}

/**
 * The jobs of several queues of SageMaker that start or run; none of a queue that is not there (any more).
 *
 * @throws AwsError when anything else cannot be read
 */
export async function startedServiceJobs(
  batch: BatchPart<"listServiceJobs">,
  queues: readonly string[],
  signal: AbortSignal,
): Promise<readonly UnfinishedJob[]> {
  const jobs: UnfinishedJob[] = [];
  for (const queue of queues) {
    try {
      jobs.push(...(await jobsIn(batch, queue, startedOrder, signal)));
    } catch (error) {
      if (!(error instanceof AwsError && error.kind === "notFound")) throw error;
    }
  }
  return jobs;
}

/** A queue may have very many jobs. */
const mostPagesOfJobs = 10_000;

async function jobsIn(
  batch: BatchPart<"listServiceJobs">,
  queue: string,
  statuses: readonly Status[],
  signal: AbortSignal,
): Promise<readonly UnfinishedJob[]> {
  const jobs = new Map<string, UnfinishedJob>();
  for (const jobStatus of statuses) {
    const read = (nextToken: string | undefined) =>
      batch.listServiceJobs({ jobQueue: queue, jobStatus, nextToken }, { signal });
    const pages = everyPage("batch:ListServiceJobs", read, ({ nextToken }) => nextToken, { pages: mostPagesOfJobs });
    for await (const answer of pages) {
      for (const summary of listed(answer.jobSummaryList, "ListServiceJobs")) {
        const { jobId, jobName = "", status = jobStatus, startedAt, createdAt, quotaShareName: share } = summary;
        if (jobId === undefined) {
          const message = "AWS listed a job without its id";
          throw new AwsError("unknown", "batch:ListServiceJobs", "IncompleteAnswer", message);
        }
        const times = { startedAt: startedAt || undefined, createdAt: createdAt || undefined };
        jobs.set(jobId, { jobId, jobName, queue, status, ...times, ...(share === undefined ? {} : { share }) });
      }
    }
  }
  return [...jobs.values()];
}
