import type { Clock } from "../runtime/clock.ts";
import { jsonEqual } from "../runtime/json-equal.ts";
import type { Random } from "../runtime/random.ts";
import type { BatchApi, SubmitJobRequest } from "./batch.ts";
import { Alarm, keepReading, ReadHealth } from "./cadence.ts";
import { AwsError } from "./errors.ts";
import { hasEnded, type JobRecord, jobRecord } from "./job-record.ts";
import type { FollowedJob, JobsOfObjects, NamedJob, SubmittedJob } from "./jobs-of-objects.ts";
import { everyPage, listed, pageSize } from "./listing.ts";
import { noChange, type RegionCache } from "./region-cache.ts";
import type { TagChange } from "./tag-calls.ts";

export interface FollowedJobsOptions {
  readonly batch: BatchApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly cache: RegionCache;
  readonly lifetime: AbortSignal;
}

/** Two calls a second at most, with the other reads of a region: ten thousand jobs are read once in 53 s. */
const betweenCallsMs = 530;
/** While something is about to change. */
const soonMs = 2000;
/** How long after it was submitted a job is about to change. */
const newForMs = 30_000;
/** A job that just runs or waits. */
const restMs = 10_000;
/** A job that AWS has not shown for some minutes: it may have forgotten it. */
const missingMs = 300_000;
const missingForMs = 120_000;

interface Entry {
  readonly jobId: string;
  readonly followedAt: number;
  readonly job: FollowedJob;
  /** Monotonic ms. */
  readonly dueAt: number;
}

const unseen: FollowedJob = { record: undefined, missingSince: undefined };

/** Reads the jobs of objects by hundreds, whichever have been due the longest. */
export class FollowedJobs implements JobsOfObjects {
  readonly #options: FollowedJobsOptions;
  readonly #health: ReadHealth;
  readonly #alarm: Alarm;
  /** By owner. */
  readonly #entries = new Map<string, Entry>();
  #nextCallAt = Number.NEGATIVE_INFINITY;

  constructor(options: FollowedJobsOptions) {
    this.#options = options;
    this.#health = new ReadHealth(options.clock, options.random);
    this.#alarm = new Alarm(options.clock);
  }

  /** Resolves when the lifetime ends. */
  run(): Promise<void> {
    const { clock, lifetime } = this.#options;
    return keepReading(clock, { due: () => this.#due(), read: () => this.#read(), alarm: this.#alarm }, lifetime);
  }

  follow(owner: string, jobId: string, shown?: JobRecord): FollowedJob {
    const known = this.#entries.get(owner);
    if (known?.jobId === jobId) return known.job;
    const followedAt = this.#options.clock.monotonic();
    const job = shown === undefined ? unseen : { record: shown, missingSince: undefined };
    this.#entries.set(owner, { jobId, followedAt, job, dueAt: followedAt });
    this.#alarm.ring();
    return job;
  }

  unfollow(owner: string): void {
    this.#entries.delete(owner);
  }

  async read(owner: string, jobId: string, signal: AbortSignal): Promise<FollowedJob> {
    this.follow(owner, jobId);
    this.#note([[owner, jobId]], await this.described([jobId], signal));
    return this.#entries.get(owner)?.job ?? unseen;
  }

  async named(
    queue: string,
    name: string,
    how: "exactly" | "prefix",
    signal: AbortSignal,
  ): Promise<readonly NamedJob[] | undefined> {
    const { batch } = this.#options;
    const filters = [{ name: "JOB_NAME", values: [how === "prefix" ? `${name}*` : name] }];
    const read = (nextToken: string | undefined) => batch.listJobs({ jobQueue: queue, filters, nextToken }, { signal });
    const found: NamedJob[] = [];
    try {
      for await (const page of everyPage("batch:ListJobs", read, ({ nextToken }) => nextToken)) {
        for (const summary of listed(page.jobSummaryList, "ListJobs")) {
          const { jobId, jobName, status, statusReason, createdAt = 0 } = summary;
          if (jobId === undefined || jobName === undefined || status === undefined) continue;
          const isMeant = how === "prefix" ? jobName.startsWith(name) : jobName === name;
          const isEnding = summary.isCancelled === true || summary.isTerminated === true;
          if (isMeant) found.push({ jobId, jobName, status, statusReason, createdAt, isEnding });
        }
      }
    } catch (error) {
      if (error instanceof AwsError && error.kind === "notFound") return undefined;
      throw error;
    }
    return found.sort((left, right) => left.createdAt - right.createdAt || (left.jobId < right.jobId ? -1 : 1));
  }

  async described(jobIds: readonly string[], signal: AbortSignal): Promise<readonly JobRecord[]> {
    const { jobs } = await this.#options.batch.describeJobs({ jobs: [...jobIds] }, { signal });
    return listed(jobs, "DescribeJobs").flatMap((job) => jobRecord(job) ?? []);
  }

  async failedChildren(jobId: string, signal: AbortSignal): Promise<readonly number[]> {
    const { batch } = this.#options;
    const read = (nextToken: string | undefined) =>
      batch.listJobs({ arrayJobId: jobId, jobStatus: "FAILED", nextToken }, { signal });
    const indices: number[] = [];
    for await (const page of everyPage("batch:ListJobs", read, ({ nextToken }) => nextToken)) {
      for (const { arrayProperties } of listed(page.jobSummaryList, "ListJobs")) {
        if (arrayProperties?.index !== undefined) indices.push(arrayProperties.index);
      }
    }
    return indices.sort((left, right) => left - right);
  }

  async submit(request: SubmitJobRequest, signal: AbortSignal): Promise<SubmittedJob> {
    const { jobId, jobArn } = await this.#options.batch.submitJob(request, { signal });
    if (jobId !== undefined) return { jobId, jobArn };
    throw new AwsError("unknown", "batch:SubmitJob", "IncompleteAnswer", "AWS accepted a job without giving its id");
  }

  async cancel(jobId: string, reason: string, signal: AbortSignal): Promise<void> {
    await this.#options.batch.cancelJob({ jobId, reason }, { signal });
    this.#expectChange(jobId);
  }

  async terminate(jobId: string, reason: string, signal: AbortSignal): Promise<void> {
    await this.#options.batch.terminateJob({ jobId, reason }, { signal });
    this.#expectChange(jobId);
  }

  async changeTags(jobArn: string, { set, remove }: TagChange, signal: AbortSignal): Promise<void> {
    const { batch } = this.#options;
    if (Object.keys(set).length > 0) await batch.tagResource({ resourceArn: jobArn, tags: set }, { signal });
    if (remove.length > 0) await batch.untagResource({ resourceArn: jobArn, tagKeys: [...remove] }, { signal });
    this.#expectChange(jobArn.slice(jobArn.lastIndexOf("/") + 1));
  }

  #expectChange(jobId: string): void {
    const now = this.#options.clock.monotonic();
    for (const [owner, entry] of this.#entries) {
      if (entry.jobId === jobId) this.#entries.set(owner, { ...entry, followedAt: now, dueAt: now });
    }
    this.#alarm.ring();
  }

  #due(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const [, { dueAt }] of this.#waiting()) first = Math.min(first, dueAt);
    return Math.max(first, this.#nextCallAt, this.#health.retryAt ?? Number.NEGATIVE_INFINITY);
  }

  #waiting(): readonly [owner: string, entry: Entry][] {
    return [...this.#entries].filter(([, { job }]) => job.record === undefined || !hasEnded(job.record));
  }

  async #read(): Promise<void> {
    const { clock, lifetime } = this.#options;
    this.#nextCallAt = clock.monotonic() + betweenCallsMs;
    const asked = this.#waiting()
      .toSorted(([, left], [, right]) => left.dueAt - right.dueAt)
      .slice(0, pageSize);
    if (asked.length === 0) return;
    try {
      const records = await this.described([...new Set(asked.map(([, { jobId }]) => jobId))], lifetime);
      this.#health.works();
      this.#note(
        asked.map(([owner, { jobId }]) => [owner, jobId]),
        records,
      );
    } catch (error) {
      if (error instanceof AwsError && !lifetime.aborted) this.#health.fails(error);
      throw error;
    }
  }

  /** Keeps what an answer shows of the jobs that were asked for, and reports what is different. */
  #note(asked: readonly (readonly [owner: string, jobId: string])[], records: readonly JobRecord[]): void {
    const now = this.#options.clock.monotonic();
    const byId = new Map(records.map((record) => [record.jobId, record]));
    this.#options.cache.update(() => {
      const changed = asked.flatMap(([owner, jobId]) => {
        const entry = this.#entries.get(owner);
        if (entry?.jobId !== jobId) return [];
        const job = seenNow(entry.job, byId.get(jobId), now);
        this.#entries.set(owner, { ...entry, job, dueAt: now + pauseMs(entry, job, now) });
        return jsonEqual(entry.job, job) ? [] : owner;
      });
      return { ...noChange, followed: changed };
    });
  }
}

/** A job that is left out of an answer is known all the same: AWS may leave it out for a moment. */
function seenNow(
  { record: before, missingSince }: FollowedJob,
  record: JobRecord | undefined,
  now: number,
): FollowedJob {
  if (record === undefined) return { record: before, missingSince: missingSince ?? now };
  // AWS may answer from before the end.
  if (before !== undefined && hasEnded(before) && !hasEnded(record)) return { record: before, missingSince: undefined };
  return { record, missingSince: undefined };
}

function pauseMs({ followedAt }: Entry, { record, missingSince }: FollowedJob, now: number): number {
  if (missingSince !== undefined) return now - missingSince < missingForMs ? restMs : missingMs;
  const changesSoon = record === undefined || record.status === "STARTING" || record.isEnding;
  return changesSoon || now - followedAt < newForMs ? soonMs : restMs;
}
