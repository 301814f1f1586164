import type { Clock } from "../runtime/clock.ts";
import { jsonEqual } from "../runtime/json-equal.ts";
import type { Random } from "../runtime/random.ts";
import type { BatchApi } from "./batch-calls.ts";
import { Alarm, keepReading, ReadHealth } from "./cadence.ts";
import { AwsError } from "./errors.ts";
import { describedJobs } from "./job-reads.ts";
import { hasEnded, type JobRecord } from "./job-record.ts";
import type { FollowedJob, JobsOfObjects } from "./jobs-of-objects.ts";
import { pageSize } from "./listing.ts";
import { noChange, type RegionCache } from "./region-cache.ts";

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

interface Following {
  readonly jobId: string;
  readonly followedAt: number;
  readonly job: FollowedJob;
  /** Monotonic ms. */
  readonly dueAt: number;
}

const unseen: FollowedJob = { record: undefined, missingSince: undefined };

/**
 * Reads the jobs of objects by hundreds. Namespaces take turns for the places in a call; within one, those go first that
 * have been due the longest.
 */
export class FollowedJobs implements Pick<JobsOfObjects, "follow" | "unfollow"> {
  readonly #options: FollowedJobsOptions;
  readonly #health: ReadHealth;
  readonly #alarm: Alarm;
  /** By owner. */
  readonly #entries = new Map<string, Following>();
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

  /** Keeps what an answer shows of the jobs that were asked for, and reports what is different. */
  note(asked: readonly (readonly [owner: string, jobId: string])[], records: readonly JobRecord[]): void {
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

  /** The job was written: it is about to change. */
  expectChange(jobId: string): void {
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

  #waiting(): readonly [owner: string, entry: Following][] {
    return [...this.#entries].filter(([, { job }]) => job.record === undefined || !hasEnded(job.record));
  }

  async #read(): Promise<void> {
    const { clock, lifetime } = this.#options;
    this.#nextCallAt = clock.monotonic() + betweenCallsMs;
    const asked = inTurn(this.#waiting(), clock.monotonic()).slice(0, pageSize);
    if (asked.length === 0) return;
    try {
      const jobIds = new Set(asked.map(([, { jobId }]) => jobId));
      const records = await describedJobs(this.#options.batch, [...jobIds], lifetime);
      this.#health.works();
      this.note(
        asked.map(([owner, { jobId }]) => [owner, jobId]),
        records,
      );
    } catch (error) {
      if (error instanceof AwsError && !lifetime.aborted) this.#health.fails(error);
      throw error;
    }
  }
}

/**
 * The first of each namespace that is due goes before the second of any; what is not due yet only fills up a call.
 * Which namespace was read last, their due times say.
 */
function inTurn(
  waiting: readonly [owner: string, entry: Following][],
  now: number,
): readonly [owner: string, Following][] {
  const before = new Map<string, number>();
  return waiting
    .toSorted(([, left], [, right]) => left.dueAt - right.dueAt)
    .map((one) => {
      const [owner, { dueAt }] = one;
      const namespace = owner.slice(0, owner.indexOf("/"));
      const place = before.get(namespace) ?? 0;
      before.set(namespace, place + 1);
      return { one, place: dueAt > now ? Number.POSITIVE_INFINITY : place };
    })
    .toSorted((left, right) => (left.place === right.place ? 0 : left.place - right.place))
    .map(({ one }) => one);
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

function pauseMs({ followedAt }: Following, { record, missingSince }: FollowedJob, now: number): number {
  if (missingSince !== undefined) return now - missingSince < missingForMs ? restMs : missingMs;
  const changesSoon = record === undefined || record.status === "STARTING" || record.isEnding;
  return changesSoon || now - followedAt < newForMs ? soonMs : restMs;
}
