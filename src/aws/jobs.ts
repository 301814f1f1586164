import type { BatchApi, JobDetail, JobStatus, JobSummary, ListJobsRequest } from "./batch.ts";
import { AwsError } from "./errors.ts";
import { listed, pageSize } from "./listing.ts";
import { ecsClusterIn } from "./names.ts";
import type { UnfinishedJob, UnfinishedStatus } from "./region.ts";

/** In this order a job that moves on while we list is met again. */
const lifeOrder: readonly UnfinishedStatus[] = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"];

/** What is kept of a summary: a queue may have a hundred thousand jobs. */
interface Listed extends Omit<UnfinishedJob, "queue" | "cluster"> {
  readonly isArray: boolean;
  readonly isMultiNode: boolean;
}

/**
 * The jobs of a queue in the given states, the children of array and multi-node jobs included, with the ECS clusters
 * in which those that start or run lie.
 *
 * @param queue name or ARN
 * @throws AwsError when anything cannot be read: it never gives fewer jobs than there are
 */
export async function unfinishedJobs(
  batch: BatchApi,
  queue: string,
  states: readonly UnfinishedStatus[],
  signal: AbortSignal,
): Promise<readonly UnfinishedJob[]> {
  const wanted = new Set<JobStatus>(states);
  const jobs = new Map<string, Listed>();
  const list = (source: Source, inStates: ReadonlySet<JobStatus>, parentId: string | undefined) =>
    readAll(batch, source, inOrder(inStates), parentId, jobs, signal);

  // An array job is PENDING while its children run: it must be known although nobody asked for PENDING.
  await list({ jobQueue: queue }, new Set([...wanted, "PENDING"]), undefined);
  const parents = [...jobs.values()].filter(({ parentId, status }) => parentId === undefined && status !== "SUBMITTED");
  for (const { jobId, isArray, isMultiNode, status } of parents) {
    if (isArray) await list({ arrayJobId: jobId }, wanted, jobId);
    if (isMultiNode && isPlaced(status)) await list({ multiNodeJobId: jobId }, wanted, jobId);
  }

  const placed = [...jobs.values()].filter(({ status }) => isPlaced(status));
  const clusters = await clustersOf(
    batch,
    placed.map(({ jobId }) => jobId),
    signal,
  );
  const wholes = clustersOfWholes(placed, clusters);
  const asked = [...jobs.values()].filter(({ status }) => wanted.has(status));
  return asked.map(({ isArray: _array, isMultiNode: _nodes, ...job }) => ({
    ...job,
    queue,
    cluster: clusters.get(job.jobId) ?? onlyOneOf(wholes.get(job.jobId)),
  }));
}

function isPlaced(status: JobStatus): boolean {
  return status === "STARTING" || status === "RUNNING";
}

type Source = Pick<ListJobsRequest, "jobQueue" | "arrayJobId" | "multiNodeJobId">;

/** A job that falls back to RUNNABLE for its next attempt while we list is met by a second look. */
function inOrder(states: ReadonlySet<JobStatus>): readonly JobStatus[] {
  const order = lifeOrder.filter((status) => states.has(status));
  return states.has("RUNNING") && states.has("RUNNABLE") ? [...order, "RUNNABLE"] : order;
}

async function readAll(
  batch: BatchApi,
  source: Source,
  statuses: readonly JobStatus[],
  parentId: string | undefined,
  jobs: Map<string, Listed>,
  signal: AbortSignal,
): Promise<void> {
  for (const status of statuses) {
    let nextToken: string | undefined;
    do {
      const answer = await batch.listJobs({ ...source, jobStatus: status, nextToken }, { signal });
      for (const summary of listed(answer.jobSummaryList, "ListJobs")) {
        const { jobId } = summary;
        if (jobId === undefined) throw incomplete("ListJobs", "AWS listed a job without its id");
        const ofParent = parentId ?? jobs.get(jobId)?.parentId ?? parentIn(jobId);
        jobs.set(jobId, listedAs({ ...summary, jobId, status: summary.status ?? status }, ofParent));
      }
      nextToken = answer.nextToken === "" ? undefined : answer.nextToken;
    } while (nextToken !== undefined);
  }
}

function listedAs(
  summary: JobSummary & { readonly jobId: string; readonly status: JobStatus },
  parentId: string | undefined,
): Listed {
  const { jobId, jobName = "", status, startedAt, createdAt, jobDefinition } = summary;
  return {
    jobId,
    jobName,
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

async function clustersOf(
  batch: BatchApi,
  jobIds: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const clusters = new Map<string, string>();
  for (let start = 0; start < jobIds.length; start += pageSize) {
    const answer = await batch.describeJobs({ jobs: jobIds.slice(start, start + pageSize) }, { signal });
    for (const job of listed(answer.jobs, "DescribeJobs")) {
      const cluster = clusterOf(job);
      if (job.jobId !== undefined && cluster !== undefined) clusters.set(job.jobId, cluster);
    }
  }
  return clusters;
}

/** Where the job's present attempt lies; an attempt that is over says nothing about that. */
function clusterOf(job: JobDetail): string | undefined {
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
function clustersOfWholes(
  placed: readonly Listed[],
  clusters: ReadonlyMap<string, string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const wholes = new Map<string, Set<string>>();
  for (const { jobId, parentId } of placed) {
    const cluster = clusters.get(jobId);
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
