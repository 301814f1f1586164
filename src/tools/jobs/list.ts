import type { JobSummary } from "../../aws/batch.ts";
import type { BatchApi } from "../../aws/batch-calls.ts";
import { AwsError } from "../../aws/errors.ts";
import { nameIn } from "../../aws/names.ts";
import { hasServiceJobs } from "../../aws/service-jobs.ts";
import { rangesText } from "../../controllers/kinds/batch-job/formats.ts";
import { queuesThere } from "../../diagnosis/words.ts";
import { CommandError } from "../../operator/io.ts";
import { shell } from "../../runtime/shell.ts";

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
  /** Of an array: the indices of the children that failed, as ranges; `…` at the end: of more. */
  readonly failedIndices?: string | undefined;
  /** Of an array: why it is unknown which of its children failed. */
  readonly failedIndicesUnread?: string | undefined;
  /** Wall times (ms). An object is created before its job, and by the clock of the API server. */
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly stoppedAt: number | undefined;
}

export interface JobList {
  /** The newest first. */
  readonly jobs: readonly ListedJob[];
  /** Whether there are older ones. */
  readonly more: boolean;
  /** Of so many older arrays AWS was not asked which of their children failed. */
  readonly arraysUnasked?: number | undefined;
}

/** What one call gives in the order of time. */
const newestMax = 100;
const failedMax = 1000;
/** Each costs a call. */
const askedArraysMax = 25;
/** Of a list of indices, in characters. */
const indicesMax = 4096;

/** Queues and their jobs in a region. */
interface Listing {
  readonly batch: Pick<BatchApi, "listJobs" | "describeJobQueues">;
  readonly region: string;
  readonly signal: AbortSignal;
}

/**
 * The newest jobs of a queue, or of all queues but those of SageMaker, by one call for each queue, and one for each of the
 * newest arrays of which children failed.
 *
 * @param failed only those that failed
 * @throws AwsError, CommandError if there is no such queue
 */
export async function listJobs(
  listing: Listing,
  { queue, failed }: { readonly queue: string | undefined; readonly failed: boolean },
): Promise<JobList> {
  const { batch, signal } = listing;
  const queues = queue === undefined ? await queueNames(listing) : [await queueName(queue, listing)];
  const lists = await Promise.all(
    queues.map(async (name) => {
      const chosen = failed
        ? { jobStatus: "FAILED" as const, maxResults: failedMax }
        : { filters: [{ name: "AFTER_CREATED_AT", values: ["0"] }], maxResults: newestMax };
      const { jobSummaryList = [], nextToken } = await batch.listJobs({ jobQueue: name, ...chosen }, { signal });
      return { jobs: jobSummaryList.map((job) => listedJob(job, name)), more: nextToken !== undefined };
    }),
  );
  const jobs = lists.flatMap((list) => list.jobs).toSorted((left, right) => right.createdAt - left.createdAt);
  return { ...(await withFailedChildren(jobs, listing)), more: lists.some(({ more }) => more) };
}

async function withFailedChildren(
  jobs: readonly ListedJob[],
  listing: Listing,
): Promise<Pick<JobList, "jobs" | "arraysUnasked">> {
  const arrays = jobs.filter(({ children = {} }) => (children["FAILED"] ?? 0) > 0);
  const read = new Map<ListedJob, ListedJob>();
  for (const array of arrays.slice(0, askedArraysMax)) {
    try {
      read.set(array, { ...array, failedIndices: await failedIndicesOf(array, listing) });
    } catch (error) {
      if (!(error instanceof AwsError) || listing.signal.aborted) throw error;
      read.set(array, { ...array, failedIndicesUnread: `${error.operation}: ${error.message}` });
    }
  }
  const unasked = arrays.length - askedArraysMax;
  return {
    jobs: jobs.map((job) => read.get(job) ?? job),
    ...(unasked > 0 ? { arraysUnasked: unasked } : {}),
  };
}

/** Of the first thousand, in one call. Undefined: AWS shows none. @throws AwsError */
async function failedIndicesOf({ id }: ListedJob, { batch, signal }: Listing): Promise<string | undefined> {
  const request = { arrayJobId: id, jobStatus: "FAILED" as const, maxResults: failedMax };
  const { jobSummaryList = [], nextToken } = await batch.listJobs(request, { signal });
  const indices = jobSummaryList.flatMap(({ arrayProperties }) => arrayProperties?.index ?? []);
  if (indices.length === 0) return undefined;
  const text = rangesText(
    indices.toSorted((left, right) => left - right),
    indicesMax,
  );
  return nextToken === undefined || text.endsWith("…") ? text : `${text},…`;
}

/** The names of all queues but those of SageMaker. @throws AwsError */
export async function queueNames({ batch, signal }: Omit<Listing, "region">): Promise<readonly string[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await batch.describeJobQueues({ nextToken }, { signal });
    const listed = (page.jobQueues ?? []).filter((one) => !hasServiceJobs(one));
    names.push(...listed.map(({ jobQueueName = "" }) => jobQueueName));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return names;
}

/** The name of a queue that there is. @param queue name or ARN */
async function queueName(queue: string, listing: Listing): Promise<string> {
  const { batch, region, signal } = listing;
  const { jobQueues: [found] = [] } = await batch.describeJobQueues({ jobQueues: [queue] }, { signal });
  const name = nameIn(queue);
  if (found === undefined) {
    throw new CommandError(`there is no job queue ${name} in ${region}: ${queuesThere(await queueNames(listing))}`);
  }
  if (!hasServiceJobs(found)) return name;
  const call = shell`aws batch list-service-jobs --job-queue ${name} --region ${region}`;
  throw new CommandError(`queue ${name} has jobs of SageMaker, which AWS Batch lists apart: ${call}`);
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
