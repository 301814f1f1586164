import type { BatchApi, JobDetail, JobStatus, JobSummary, ListJobsRequest } from "./batch.ts";
import { AwsError } from "./errors.ts";
import { listed, pageSize } from "./listing.ts";
import { ecsClusterIn } from "./names.ts";
import type { UnfinishedJob, UnfinishedStatus } from "./region.ts";

/** In this order a job that moves on while we list is met again. */
const lifeOrder: readonly UnfinishedStatus[] = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"];

interface Listed {
  readonly summary: JobSummary & { readonly jobId: string };
  readonly status: JobStatus;
  readonly parentId: string | undefined;
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
  for (const { summary, status } of parents) {
    const { jobId, arrayProperties, nodeProperties } = summary;
    if (arrayProperties?.size !== undefined) await list({ arrayJobId: jobId }, wanted, jobId);
    const started = status === "STARTING" || status === "RUNNING";
    if (nodeProperties?.numNodes !== undefined && started) await list({ multiNodeJobId: jobId }, wanted, jobId);
  }

  const placed = [...jobs.values()].filter(({ status }) => status === "STARTING" || status === "RUNNING");
  const clusters = await clustersOf(
    batch,
    placed.map(({ summary }) => summary.jobId),
    signal,
  );
  const asked = [...jobs.values()].filter(({ status }) => wanted.has(status));
  return asked.map(({ summary, status, parentId }) => ({
    jobId: summary.jobId,
    jobName: summary.jobName ?? "",
    queue,
    status,
    startedAt: summary.startedAt || undefined,
    createdAt: summary.createdAt || undefined,
    cluster: clusters.get(summary.jobId) ?? clusterOfChildren(summary.jobId, jobs, clusters),
    parentId,
    ...(summary.jobDefinition ? { definition: summary.jobDefinition } : {}),
  }));
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
        const known = jobs.get(jobId);
        jobs.set(jobId, {
          summary: { ...summary, jobId },
          status: summary.status ?? status,
          parentId: parentId ?? known?.parentId ?? parentIn(summary),
        });
      }
      nextToken = answer.nextToken === "" ? undefined : answer.nextToken;
    } while (nextToken !== undefined);
  }
}

/** The parent's id in a child's: `<parent>:<index>` of an array, `<parent>#<node>` of a multi-node job. */
function parentIn({ jobId }: JobSummary): string | undefined {
  return /^(.+)[:#]\d+$/.exec(jobId ?? "")?.[1];
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

/** A multi-node job as a whole has no task; all its nodes lie in one environment. */
function clusterOfChildren(
  parentId: string,
  jobs: ReadonlyMap<string, Listed>,
  clusters: ReadonlyMap<string, string>,
): string | undefined {
  const found = new Set<string>();
  for (const [jobId, listed] of jobs) {
    const cluster = listed.parentId === parentId ? clusters.get(jobId) : undefined;
    if (cluster !== undefined) found.add(cluster);
  }
  const [only] = found;
  return found.size === 1 ? only : undefined;
}

function incomplete(operation: string, message: string): AwsError {
  return new AwsError("unknown", `batch:${operation}`, "IncompleteAnswer", message);
}
