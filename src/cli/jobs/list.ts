import type { BatchApi, JobSummary } from "../../aws/batch.ts";
import { nameIn } from "../../aws/names.ts";
import { hasServiceJobs } from "../../aws/service-jobs.ts";
import { CommandError } from "../io.ts";

/** A job in a list. */
export interface ListedJob {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly exitCode: number | undefined;
  /** Of an array: how many children are in each status. */
  readonly children: Readonly<Record<string, number>> | undefined;
  /** Wall times (ms). */
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly stoppedAt: number | undefined;
}

export interface JobList {
  /** The newest first. */
  readonly jobs: readonly ListedJob[];
  /** Whether there are older ones. */
  readonly more: boolean;
}

/** What one call gives in the order of time. */
const newestMax = 100;
const failedMax = 1000;

/**
 * The newest jobs of a queue, or of all queues but those of SageMaker, by one call for each queue.
 *
 * @param failed only those that failed
 * @throws AwsError, CommandError if there is no such queue
 */
export async function listJobs(
  { batch, signal }: { readonly batch: Pick<BatchApi, "listJobs" | "describeJobQueues">; readonly signal: AbortSignal },
  { queue, failed }: { readonly queue: string | undefined; readonly failed: boolean },
): Promise<JobList> {
  const queues = await queuesFor(batch, queue, signal);
  const lists = await Promise.all(
    queues.map(async (name) => {
      const chosen = failed
        ? { jobStatus: "FAILED" as const, maxResults: failedMax }
        : { filters: [{ name: "AFTER_CREATED_AT", values: ["0"] }], maxResults: newestMax };
      const { jobSummaryList = [], nextToken } = await batch.listJobs({ jobQueue: name, ...chosen }, { signal });
      return { jobs: jobSummaryList.map((job) => listedJob(job, name)), more: nextToken !== undefined };
    }),
  );
  return {
    jobs: lists.flatMap(({ jobs }) => jobs).toSorted((left, right) => right.createdAt - left.createdAt),
    more: lists.some(({ more }) => more),
  };
}

async function queuesFor(
  batch: Pick<BatchApi, "describeJobQueues">,
  queue: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const given = queue === undefined ? {} : { jobQueues: [queue] };
    const page = await batch.describeJobQueues({ ...given, nextToken }, { signal });
    const found = page.jobQueues ?? [];
    if (queue !== undefined && found.some(hasServiceJobs)) {
      const call = `aws batch list-service-jobs --job-queue ${nameIn(queue)}`;
      throw new CommandError(`queue ${nameIn(queue)} has jobs of SageMaker, which AWS Batch lists apart: ${call}`);
    }
    const listed = found.filter((one) => !hasServiceJobs(one));
    names.push(...listed.map(({ jobQueueName = "" }) => jobQueueName));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  if (queue !== undefined && names.length === 0)
    throw new CommandError(`there is no job queue ${queue} in this region`);
  return names.map(nameIn);
}

function listedJob(job: JobSummary, queue: string): ListedJob {
  const { jobId = "", jobName = "", status = "", statusReason, container, arrayProperties, createdAt = 0 } = job;
  const children = Object.entries(arrayProperties?.statusSummary ?? {}).filter(([, count]) => count > 0);
  const reason = [statusReason, container?.reason].filter((one) => one !== undefined && one !== "").join(": ");
  return {
    id: jobId,
    name: jobName,
    queue,
    status,
    reason: reason === "" ? undefined : reason,
    exitCode: container?.exitCode,
    children: children.length === 0 ? undefined : Object.fromEntries(children),
    createdAt,
    startedAt: job.startedAt === 0 ? undefined : job.startedAt,
    stoppedAt: job.stoppedAt,
  };
}
