import type { Clock } from "../runtime/clock.ts";
import { jsonEqual } from "../runtime/json-equal.ts";
import type { Random } from "../runtime/random.ts";
import type { BatchApi } from "./batch-calls.ts";
import { Alarm, keepReading, ReadHealth } from "./cadence.ts";
import { stalenessMs } from "./effects.ts";
import { AwsError } from "./errors.ts";
import type { Announcements } from "./hint.ts";
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
  readonly announcements: Announcements;
}

/** Two calls a second at most, with the other reads of a region: ten thousand jobs are read once in 53 s. */
const betweenCallsMs = 530;
/** The same for jobs that just run or wait where events announce their ends: ten thousand are read once in 400 s. */
const betweenAnnouncedCallsMs = 4000;
/** While something is about to change. */
const soonMs = 2000;
/** How long after it was submitted a job is about to change. */
const newForMs = 30_000;
/** A job that just runs or waits. */
const restMs = 10_000;
/** The same where events announce its end. */
const announcedRestMs = 300_000;
/** For so long after a hint AWS may answer from before what it was about. */
const hintedForMs = stalenessMs + 1000;
/** Of the places in a call, those that hints leave to jobs that are due anyway. */
const placesOfDue = 20;
/** A job that AWS has not shown for some minutes: it may have forgotten it. */
const missingMs = 300_000;
const missingForMs = 120_000;

interface Following {
  readonly jobId: string;
  readonly followedAt: number;
  readonly job: FollowedJob;
  /** Monotonic ms. */
  readonly dueAt: number;
  /** Until when it is read as one of which something was heard, monotonic ms. */
  readonly hintedUntil: number;
}

const unseen: FollowedJob = { record: undefined, missingSince: undefined };

/**
 * Reads the jobs of objects by hundreds. Namespaces take turns for the places in a call; within one, those go first that
 * were never read, then those that have been due the longest.
 */
export class FollowedJobs implements Pick<JobsOfObjects, "follow" | "unfollow"> {
  readonly #options: FollowedJobsOptions;
  readonly #health: ReadHealth;
  readonly #alarm: Alarm;
  /** By owner. */
  readonly #entries = new Map<string, Following>();
  /** By job: the owners that follow it. */
  readonly #owners = new Map<string, Set<string>>();
  #calledAt = Number.NEGATIVE_INFINITY;

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
    this.unfollow(owner);
    this.#entries.set(owner, { jobId, followedAt, job, dueAt: followedAt, hintedUntil: Number.NEGATIVE_INFINITY });
    this.#owners.set(jobId, (this.#owners.get(jobId) ?? new Set()).add(owner));
    this.#alarm.ring();
    return job;
  }

  unfollow(owner: string): void {
    const { jobId = "" } = this.#entries.get(owner) ?? {};
    this.#entries.delete(owner);
    const others = this.#owners.get(jobId);
    others?.delete(owner);
    if (others?.size === 0) this.#owners.delete(jobId);
  }

  /** Whether it is the job of an object. */
  has(jobId: string): boolean {
    return this.#owners.has(jobId);
  }

  /** A job may have another state than was last read: it is read at once, and again until AWS is sure to show that. */
  hear(jobId: string): void {
    const now = this.#options.clock.monotonic();
    this.#change(jobId, (entry) => ({ ...entry, dueAt: now, hintedUntil: now + hintedForMs }));
  }

  /** A child of the job has another state: the job is read as if nothing announced its end. */
  hearOfChild(jobId: string): void {
    const now = this.#options.clock.monotonic();
    this.#change(jobId, (entry) => ({ ...entry, dueAt: Math.min(entry.dueAt, now + restMs) }));
  }

  /** Events are not trusted any more: what they might not have announced is read now. */
  distrust(): void {
    const now = this.#options.clock.monotonic();
    for (const [owner, entry] of this.#entries) {
      this.#entries.set(owner, { ...entry, dueAt: Math.min(entry.dueAt, now) });
    }
    this.#alarm.ring();
  }

  /** Keeps what an answer shows of the jobs that were asked for, and reports what is different. */
  note(asked: readonly (readonly [owner: string, jobId: string])[], records: readonly JobRecord[]): void {
    const { announcements, clock } = this.#options;
    const now = clock.monotonic();
    const trusts = announcements.trusts("jobs");
    const byId = new Map(records.map((record) => [record.jobId, record]));
    this.#options.cache.update(() => {
      const changed = asked.flatMap(([owner, jobId]) => {
        const entry = this.#entries.get(owner);
        if (entry?.jobId !== jobId) return [];
        const job = seenNow(entry.job, byId.get(jobId), now);
        this.#entries.set(owner, { ...entry, job, dueAt: now + pauseMs(entry, job, { now, trusts }) });
        if (isEnd(entry.job, job)) announcements.onEnd(jobId);
        return jsonEqual(entry.job, job) ? [] : owner;
      });
      return { ...noChange, followed: changed };
    });
  }

  /** The job was written: it is about to change. */
  expectChange(jobId: string): void {
    const { announcements, clock } = this.#options;
    const now = clock.monotonic();
    const hinted = announcements.trusts("jobs") ? { hintedUntil: now + hintedForMs } : {};
    this.#change(jobId, (entry) => ({ ...entry, followedAt: now, dueAt: now, ...hinted }));
  }

  #change(jobId: string, changed: (entry: Following) => Following): void {
    for (const owner of this.#owners.get(jobId) ?? []) {
      const entry = this.#entries.get(owner);
      if (entry !== undefined) this.#entries.set(owner, changed(entry));
    }
    this.#alarm.ring();
  }

  #due(): number {
    const { announcements, clock } = this.#options;
    const now = clock.monotonic();
    const pause = announcements.trusts("jobs") ? betweenAnnouncedCallsMs : betweenCallsMs;
    let first = Number.POSITIVE_INFINITY;
    for (const [, entry] of this.#waiting()) {
      const pauseMs = isUrgent(entry, now) ? betweenCallsMs : pause;
      first = Math.min(first, Math.max(entry.dueAt, this.#calledAt + pauseMs));
    }
    return Math.max(first, this.#health.retryAt ?? Number.NEGATIVE_INFINITY);
  }

  #waiting(): readonly [owner: string, entry: Following][] {
    return [...this.#entries].filter(([, { job }]) => job.record === undefined || !hasEnded(job.record));
  }

  async #read(): Promise<void> {
    const { clock, lifetime } = this.#options;
    this.#calledAt = clock.monotonic();
    const asked = inTurn(this.#waiting(), clock.monotonic());
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

/** What is heard of, or was never read. */
function isUrgent({ job, hintedUntil }: Following, now: number): boolean {
  return now < hintedUntil || job.record === undefined;
}

/**
 * As many as a call takes: of those that are due, first those of which something was heard, but for some places. The first of
 * each namespace goes before the second of any; what is not due yet only fills up a call. Which namespace was read last,
 * their due times say.
 */
function inTurn(
  waiting: readonly [owner: string, entry: Following][],
  now: number,
): readonly [owner: string, Following][] {
  const isHeard = ([, { dueAt, hintedUntil }]: readonly [string, Following]): boolean =>
    dueAt <= now && now < hintedUntil;
  const [heard = [], others = []] = [true, false].map((is) =>
    byTurn(
      waiting.filter((one) => isHeard(one) === is),
      now,
    ),
  );
  const due = others.filter(([, { dueAt }]) => dueAt <= now).length;
  const places = pageSize - Math.min(placesOfDue, due);
  return [...heard.slice(0, places), ...others, ...heard.slice(places)].slice(0, pageSize);
}

/** Whether AWS was asked about it: a job that was submitted a moment ago is read before all that are known. */
function wasAsked({ job }: Following): boolean {
  return job.record !== undefined || job.missingSince !== undefined;
}

function byTurn(
  waiting: readonly [owner: string, entry: Following][],
  now: number,
): readonly [owner: string, Following][] {
  const before = new Map<string, number>();
  return waiting
    .toSorted(([, left], [, right]) => Number(wasAsked(left)) - Number(wasAsked(right)) || left.dueAt - right.dueAt)
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

/** Whether a read shows the end of a job that was read before. */
function isEnd({ record: before }: FollowedJob, { record }: FollowedJob): boolean {
  return before !== undefined && !hasEnded(before) && record !== undefined && hasEnded(record);
}

function pauseMs(
  { followedAt, hintedUntil }: Following,
  { record, missingSince }: FollowedJob,
  { now, trusts }: { readonly now: number; readonly trusts: boolean },
): number {
  const isNew = now - followedAt < newForMs;
  if (missingSince !== undefined && !(record === undefined && isNew))
    return now - missingSince < missingForMs ? restMs : missingMs;
  if (record === undefined || now < hintedUntil) return soonMs;
  if (trusts) return announcedRestMs;
  const changesSoon = record.status === "STARTING" || record.isEnding;
  return changesSoon || isNew ? soonMs : restMs;
}
