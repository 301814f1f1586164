import type { JobDetail, JobStatus } from "./batch.ts";
import type { BatchApi } from "./batch-calls.ts";
import type { AwsError } from "./errors.ts";
import { type JobNeeds, jobNeeds } from "./job-needs.ts";
import { listed } from "./listing.ts";

/** How the jobs of one queue get on, by a bounded number of reads, however many there are. */

export interface JobCount {
  readonly count: number;
  /** There are more than were counted. */
  readonly more: boolean;
}

/** The job that is to be placed next. */
export interface HeadJob {
  readonly jobId: string;
  /** Wall time (ms) since when it has been the first. */
  readonly since: number;
  /** As described; undefined before it was asked for, or when AWS does not know it any more. */
  readonly described: DescribedJob | undefined;
}

/** What of a job's description is kept: never its command or environment. */
export interface DescribedJob {
  /** Wall time (ms) of the description. */
  readonly at: number;
  readonly name: string;
  readonly definition: string;
  /** Wall time (ms). */
  readonly createdAt: number | undefined;
  readonly status: JobStatus | undefined;
  readonly statusReason: string | undefined;
  readonly share: string | undefined;
  /** Why earlier attempts ended, oldest first. */
  readonly attempts: readonly { readonly statusReason: string | undefined; readonly reason: string | undefined }[];
  readonly dependsOn: readonly string[];
  readonly needs: JobNeeds;
}

export interface QueueJobs {
  /** Wall time (ms) at which the read began. */
  readonly readAt: number;
  readonly runnable: JobCount;
  /** Of the last full read; undefined when none has been needed yet. */
  readonly starting: JobCount | undefined;
  readonly running: JobCount | undefined;
  readonly head: HeadJob | undefined;
}

/** What is known of the jobs of a queue. */
export type JobsSeen =
  | { readonly kind: "read"; readonly jobs: QueueJobs }
  /** AWS refuses the read since `since` (wall ms). */
  | { readonly kind: "unread"; readonly error: AwsError; readonly since: number };

export interface ReadJobs {
  readonly jobs: QueueJobs;
  /** Calls that it took. */
  readonly calls: number;
}

/** AWS shows no more than so many jobs of the front. */
const frontLimit = 100;
const listLimit = 1000;
/** From then on the first job is read in detail. */
const detailsAfterMs = 2 * 60_000;
/** AWS's reason may come later than the first detailed read. */
const rereadMs = 10 * 60_000;

/**
 * One call when jobs come and go; about three more when the same job has been first for 2 minutes, again every 10.
 *
 * @param queue name or ARN
 * @param close `always`: also when nothing seems wrong
 * @throws AwsError
 */
export async function readJobsOf(
  batch: BatchApi,
  queue: string,
  {
    clockNow,
    before,
    close = "whenWaiting",
  }: {
    /** Wall time (ms) by the own clock; AWS's counts when it is ahead. */
    readonly clockNow: number;
    readonly before?: QueueJobs | undefined;
    readonly close?: "whenWaiting" | "always";
  },
  signal: AbortSignal,
): Promise<ReadJobs> {
  const { frontOfQueue } = await batch.getJobQueueSnapshot({ jobQueue: queue }, { signal });
  const front = frontOfQueue?.jobs ?? [];
  const now = Math.max(clockNow, frontOfQueue?.lastUpdatedAt ?? 0);
  const first = front[0];
  const jobId = first?.jobArn?.split("/").at(-1);
  const listed: JobCount = { count: front.length, more: front.length >= frontLimit };
  const known = before?.head?.jobId === jobId ? before?.head?.described : undefined;
  const since = first?.earliestTimeAtPosition ?? now;
  const head = jobId === undefined ? undefined : { jobId, since, described: known };
  const light: QueueJobs = {
    readAt: now,
    runnable: listed,
    starting: head === undefined ? undefined : before?.starting,
    running: head === undefined ? undefined : before?.running,
    head,
  };
  const waits = head !== undefined && now - head.since >= detailsAfterMs;
  const due = waits && (known === undefined || now - known.at >= rereadMs);
  if (!due && close !== "always") return { jobs: light, calls: 1 };

  let calls = 1;
  const count = async (jobStatus: JobStatus): Promise<JobCount> => {
    calls++;
    return await countJobs(batch, queue, jobStatus, signal);
  };
  const starting = await count("STARTING");
  const running = await count("RUNNING");
  const runnable = listed.more ? await count("RUNNABLE") : listed;
  if (head === undefined) return { jobs: { ...light, starting, running }, calls };
  calls++;
  const { jobs = [] } = await batch.describeJobs({ jobs: [head.jobId] }, { signal });
  const [detail] = jobs;
  const described = detail === undefined ? undefined : describedJob(detail, now);
  return { jobs: { ...light, runnable, starting, running, head: { ...head, described } }, calls };
}

/** Jobs of a queue in one state, by one call. @throws AwsError */
export async function countJobs(
  batch: BatchApi,
  queue: string,
  jobStatus: JobStatus,
  signal: AbortSignal,
): Promise<JobCount> {
  const answer = await batch.listJobs({ jobQueue: queue, jobStatus, maxResults: listLimit }, { signal });
  const more = answer.nextToken !== undefined && answer.nextToken !== "";
  return { count: listed(answer.jobSummaryList, "ListJobs").length, more };
}

/** @param at wall time (ms) of the description */
export function describedJob(detail: JobDetail, at: number): DescribedJob {
  return {
    at,
    name: detail.jobName ?? "",
    definition: detail.jobDefinition?.split("/").at(-1) ?? "",
    createdAt: detail.createdAt || undefined,
    status: detail.status,
    statusReason: detail.statusReason || undefined,
    share: detail.shareIdentifier,
    attempts: (detail.attempts ?? []).map(({ statusReason, container, taskProperties }) => ({
      statusReason,
      reason: container?.reason ?? taskProperties?.flatMap((task) => task.containers ?? [])[0]?.reason,
    })),
    dependsOn: (detail.dependsOn ?? []).flatMap(({ jobId }) => (jobId === undefined ? [] : [jobId])),
    needs: jobNeeds(detail),
  };
}

/** `12`, `1000 or more`. */
export function countText({ count, more }: JobCount): string {
  return more ? `${count} or more` : `${count}`;
}
