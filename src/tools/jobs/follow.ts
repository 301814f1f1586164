import type { JobDetail } from "../../aws/batch.ts";
import type { LogsApi } from "../../aws/logs.ts";
import { type Clock, sleep } from "../../runtime/clock.ts";
import { describeJob, type Finding } from "./find.ts";
import { latestAttempt, logStreamsOf, requireAttempt } from "./log-streams.ts";
import { Patience } from "./patience.ts";
import { type LogLine, LogReader } from "./read-log.ts";
import { hasEnded, named } from "./words.ts";

/** What follows a job. */
export interface Following extends Finding {
  readonly clock: Clock;
  readonly logs: (region: string) => Promise<LogsApi>;
  readonly region: string;
  /** Called while the job has not ended. @throws CommandError if nothing goes on with it */
  readonly requireProgress: () => void;
}

/** What a command shows of a job while it goes on. */
export interface FollowView {
  /** Called with each new status, the first one included. */
  readonly status: (job: JobDetail) => void;
  /** Called with the reason when AWS does not answer for now. */
  readonly waits: (why: string) => void;
  /** Undefined: the log is not read. */
  readonly lines: ((lines: readonly LogLine[], attempt: number) => void) | undefined;
}

export interface FollowOptions {
  /** Of the job in what is shown; undefined: that in AWS. */
  readonly name: string | undefined;
  /** Of the log: only this attempt; undefined: this one and all later ones. */
  readonly attempt: number | undefined;
  /** Begin with so many lines; undefined: with the first line. */
  readonly tail: number | undefined;
}

/** Time between two reads of a job and its log. A log allows 10 reads a second in an account. */
const readMs = 2_000;
/** AWS shows a new job after a moment; one that it does not show by then does not exist. */
const unseenMs = 60_000;
/** Containers flush their last lines after the end of a job. */
const flushMs = 5_000;

/**
 * Follows a job until it has ended, and its log until no line comes any more.
 *
 * @returns the job at its end; undefined: AWS has not shown it for a minute
 * @throws AwsError, CommandError if the job has no log in CloudWatch Logs, had fewer attempts, or AWS does not answer for long
 */
export async function followJob(
  id: string,
  given: Following,
  view: FollowView,
  options: FollowOptions,
): Promise<JobDetail | undefined> {
  const { clock, signal } = given;
  const following = patient(given, new Patience(clock, signal, view.waits));
  const log = view.lines === undefined ? undefined : new FollowedLog(following, view.lines, options);
  let status: string | undefined;
  let seenAt = clock.monotonic();
  for (;;) {
    const described = await describeJob(id, following);
    const job = described === undefined ? undefined : named(described, options.name);
    if (job !== undefined) {
      seenAt = clock.monotonic();
      if (job.status !== status) view.status(job);
      status = job.status;
      await log?.read(job);
      if (hasEnded(job.status) || (job.attempts ?? []).length >= (options.attempt ?? Number.POSITIVE_INFINITY)) {
        if (log !== undefined) {
          await sleep(clock, flushMs, signal);
          await log.read(job);
          requireAttempt(job, options.attempt);
        }
        return job;
      }
    } else if (clock.monotonic() - seenAt > unseenMs) {
      return undefined;
    }
    given.requireProgress();
    await sleep(clock, readMs, signal);
  }
}

/** The same with reads that wait out what passes. */
function patient({ batch, logs, ...others }: Following, patience: Patience): Following {
  return {
    ...others,
    batch: {
      listJobs: (input, options) => patience.read(() => batch.listJobs(input, options)),
      describeJobs: (input, options) => patience.read(() => batch.describeJobs(input, options)),
    },
    async logs(region) {
      const ofRegion = await logs(region);
      return { getLogEvents: (input, options) => patience.read(() => ofRegion.getLogEvents(input, options)) };
    },
  };
}

/** The log of a job over its attempts. */
class FollowedLog {
  readonly #following: Following;
  readonly #show: (lines: readonly LogLine[], attempt: number) => void;
  readonly #options: FollowOptions;
  readonly #readers = new Map<string, { readonly reader: LogReader; readonly attempt: number }>();
  #attempt: number | undefined;

  constructor(
    following: Following,
    show: (lines: readonly LogLine[], attempt: number) => void,
    options: FollowOptions,
  ) {
    this.#following = following;
    this.#show = show;
    this.#options = options;
  }

  /** Shows the lines that came since the last call, of earlier attempts first. */
  async read(job: JobDetail): Promise<void> {
    const latest = latestAttempt(job);
    // Also before it runs, because a job without a log is refused at once.
    this.#attempt ??= this.#options.attempt ?? Math.max(1, latest);
    const until = this.#options.attempt ?? Math.max(this.#attempt, latest);
    for (let attempt = this.#attempt; attempt <= until; attempt++) await this.#open(job, attempt);
    for (const { reader, attempt } of this.#readers.values()) {
      const lines = await reader.next();
      if (lines.length > 0) this.#show(lines, attempt);
    }
  }

  async #open(job: JobDetail, attempt: number): Promise<void> {
    const { logs, region, signal } = this.#following;
    for (const stream of logStreamsOf(job, attempt)) {
      if (this.#readers.has(stream.stream)) continue;
      const reader = new LogReader(await logs(stream.region ?? region), stream, signal);
      this.#readers.set(stream.stream, { reader, attempt });
      if (attempt !== this.#attempt || this.#options.tail === undefined) continue;
      const lines = await reader.last(this.#options.tail);
      if (lines.length > 0) this.#show(lines, attempt);
    }
  }
}
