import type { JobDetail, JobStatus, JobSummary, ListJobsRequest, Queue } from "./batch.ts";
import type { BatchApi } from "./batch-calls.ts";
import { AwsError } from "./errors.ts";
import { everyPage, listed, pageSize } from "./listing.ts";
import { ecsClusterIn } from "./names.ts";
import type { ActiveJob, UnfinishedJob, UnfinishedStatus } from "./region.ts";
import { hasServiceJobs } from "./service-jobs.ts";

/**
 * In this order a job that moves on while we list is met again; one that falls back to RUNNABLE for its next attempt is
 * met by the second read.
 */
const lifeOrder: readonly UnfinishedStatus[] = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "RUNNABLE"];
const placedOrder: readonly UnfinishedStatus[] = ["STARTING", "RUNNING"];

/** What is kept of a summary: a queue may have a hundred thousand jobs. */
interface ListedSummary extends UnfinishedJob {
  readonly status: JobStatus;
  readonly parentId: string | undefined;
  readonly isArray: boolean;
  readonly isMultiNode: boolean;
}

/**
 * The names of the queues in which jobs are counted. SageMaker's have neither compute environments nor job definitions;
 * their jobs are listed by another call, and AWS may refuse this one: no job would be counted then.
 */
export function queuesOfJobs(queues: ReadonlyMap<string, Queue>): readonly string[] {
  return [...queues].flatMap(([name, queue]) => (hasServiceJobs(queue) ? [] : [name]));
}

/**
 * The unfinished jobs of a queue, by a few calls however large its arrays are: an array or multi-node job is one job,
 * for AWS keeps it unfinished until the last of its children has ended.
 *
 * @param queue name or ARN
 * @throws AwsError when anything cannot be read: it never gives fewer jobs than there are
 */
export async function unfinishedJobs(
  batch: BatchApi,
  queue: string,
  signal: AbortSignal,
): Promise<readonly UnfinishedJob[]> {
  const jobs = new Map<string, ListedSummary>();
  await readAll(batch, { jobQueue: queue }, lifeOrder, { queue, jobs }, signal);
  return [...jobs.values()].map(({ parentId: _parent, isArray: _array, isMultiNode: _nodes, ...job }) => job);
}

/**
 * The jobs of a queue that start or run, the children of array and multi-node jobs included, with the ECS clusters in
 * which they lie. Two calls and more for each array job that has begun: in a queue with hundreds of them it takes
 * minutes.
 *
 * @param queue name or ARN
 * @throws AwsError when anything cannot be read: it never gives fewer jobs than there are
 */
export async function activeJobs(batch: BatchApi, queue: string, signal: AbortSignal): Promise<readonly ActiveJob[]> {
  const jobs = new Map<string, ListedSummary>();
  // An array job is PENDING while its children run.
  await readAll(batch, { jobQueue: queue }, ["PENDING", ...placedOrder], { queue, jobs }, signal);
  const parents = [...jobs.values()].filter((job) => job.isArray || (job.isMultiNode && isPlaced(job.status)));
  for (const { jobId, isArray } of parents) {
    const source = isArray ? { arrayJobId: jobId } : { multiNodeJobId: jobId };
    await readAll(batch, source, placedOrder, { queue, jobs, parentId: jobId }, signal);
  }
  const placed = [...jobs.values()]
    .filter(({ status }) => isPlaced(status))
    .map(({ isArray: _array, isMultiNode: _nodes, ...job }) => ({ ...job, cluster: undefined }));
  return located(placed, await described(batch, placed, signal));
}

/**
 * Those of the jobs that still start or run, with the ECS clusters in which they lie now: by one call for a hundred.
 * @throws AwsError when anything cannot be read
 */
export async function stillActive(
  batch: BatchApi,
  jobs: readonly ActiveJob[],
  signal: AbortSignal,
): Promise<readonly ActiveJob[]> {
  const details = await described(batch, jobs, signal);
  const active = jobs.flatMap((job) => {
    const status = details.get(job.jobId)?.status;
    return status !== undefined && isPlaced(status) ? [{ ...job, status }] : [];
  });
  return located(active, details);
}

function isPlaced(status: JobStatus): boolean {
  return status === "STARTING" || status === "RUNNING";
}

/** A queue may have a million jobs. */
const mostPagesOfJobs = 10_000;

export type Source = Pick<ListJobsRequest, "jobQueue" | "arrayJobId" | "multiNodeJobId">;

/** Where the summaries go. */
interface Target {
  readonly queue: string;
  readonly jobs: Map<string, ListedSummary>;
  readonly parentId?: string;
}

async function readAll(
  batch: BatchApi,
  source: Source,
  statuses: readonly UnfinishedStatus[],
  { queue, jobs, parentId }: Target,
  signal: AbortSignal,
): Promise<void> {
  for (const status of statuses) {
    for await (const summary of summariesOf(batch, source, status, signal)) {
      const { jobId } = summary;
      const ofParent = parentId ?? jobs.get(jobId)?.parentId ?? parentIn(jobId);
      jobs.set(jobId, listedAs(summary, queue, ofParent));
    }
  }
}

/** A job as a listing shows it. */
type Summary = JobSummary & { readonly jobId: string; readonly status: JobStatus };

/**
 * The jobs of a queue, or the children of a job, with a status.
 * @throws AwsError when anything cannot be read
 */
export async function* summariesOf(
  batch: BatchApi,
  source: Source,
  status: JobStatus,
  signal: AbortSignal,
): AsyncGenerator<Summary> {
  const read = (nextToken: string | undefined) =>
    batch.listJobs({ ...source, jobStatus: status, nextToken }, { signal });
  const pages = everyPage("batch:ListJobs", read, ({ nextToken }) => nextToken, { pages: mostPagesOfJobs });
  for await (const answer of pages) {
    for (const summary of listed(answer.jobSummaryList, "ListJobs")) {
      const { jobId } = summary;
      if (jobId === undefined) throw incomplete("ListJobs", "AWS listed a job without its id");
      yield { ...summary, jobId, status: summary.status ?? status };
    }
  }
}

function listedAs(summary: Summary, queue: string, parentId: string | undefined): ListedSummary {
  const { jobId, jobName = "", status, startedAt, createdAt, jobDefinition } = summary;
  return {
    jobId,
    jobName,
    queue,
    status,
    startedAt: startedAt || undefined,
    createdAt: createdAt || undefined,
    parentId,
    ...(jobDefinition ? { definition: jobDefinition } : {}),
    isArray: summary.arrayProperties?.size !== undefined,
    isMultiNode: summary.nodeProperties?.numNodes !== undefined,
  };
}

/** The parent's id in a child's: `<parent>:<index>` of an array, `<parent>#<node>` of a multi-node job. */
function parentIn(jobId: string): string | undefined {
  return /^(.+)[:#]\d+$/.exec(jobId)?.[1];
}

/** Status and cluster by job. */
type Details = ReadonlyMap<string, { readonly status: JobStatus | undefined; readonly cluster: string | undefined }>;

async function described(
  batch: BatchApi,
  jobs: readonly { readonly jobId: string }[],
  signal: AbortSignal,
): Promise<Details> {
  const details = new Map<string, { readonly status: JobStatus | undefined; readonly cluster: string | undefined }>();
  const ids = jobs.map(({ jobId }) => jobId);
  for await (const job of detailsOf(batch, ids, signal)) {
    if (job.jobId !== undefined) details.set(job.jobId, { status: job.status, cluster: clusterOf(job) });
  }
  return details;
}

/**
 * What AWS shows of jobs, by one call for a hundred.
 * @throws AwsError when anything cannot be read
 */
export async function* detailsOf(
  batch: BatchApi,
  ids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<JobDetail> {
  for (let start = 0; start < ids.length; start += pageSize) {
    const answer = await batch.describeJobs({ jobs: ids.slice(start, start + pageSize) }, { signal });
    yield* listed(answer.jobs, "DescribeJobs");
  }
}

function located(jobs: readonly ActiveJob[], details: Details): readonly ActiveJob[] {
  const wholes = clustersOfWholes(jobs, details);
  return jobs.map((job) => {
    const cluster = details.get(job.jobId)?.cluster ?? onlyOneOf(wholes.get(job.jobId));
    return { ...job, cluster };
  });
}

/** Where the job's present attempt lies, or its last one; an attempt that is over says nothing about the present one. */
export function clusterOf(job: JobDetail): string | undefined {
  const attempt = job.attempts?.findLast(({ stoppedAt }) => !stoppedAt);
  const places = [
    job.container,
    ...(job.ecsProperties?.taskProperties ?? []),
    attempt?.container,
    ...(attempt?.taskProperties ?? []),
  ];
  for (const place of places) {
    const cluster = ecsClusterIn(place?.taskArn) ?? ecsClusterIn(place?.containerInstanceArn);
    if (cluster !== undefined) return cluster;
  }
  return undefined;
}

/** By parent. A multi-node job as a whole has no task; all its nodes lie in one environment. */
function clustersOfWholes(placed: readonly ActiveJob[], details: Details): ReadonlyMap<string, ReadonlySet<string>> {
  const wholes = new Map<string, Set<string>>();
  for (const { jobId, parentId } of placed) {
    const cluster = details.get(jobId)?.cluster;
    if (parentId === undefined || cluster === undefined) continue;
    wholes.set(parentId, (wholes.get(parentId) ?? new Set()).add(cluster));
  }
  return wholes;
}

function onlyOneOf(clusters: ReadonlySet<string> = new Set()): string | undefined {
  const [only] = clusters;
  return clusters.size === 1 ? only : undefined;
}

function incomplete(operation: string, message: string): AwsError {
  return new AwsError("unknown", `batch:${operation}`, "IncompleteAnswer", message);
}
