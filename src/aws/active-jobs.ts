import { DeadlineExceeded, withDeadline } from "../runtime/abort.ts";
import { sleep } from "../runtime/clock.ts";
import type { BatchApi } from "./batch-calls.ts";
import { AwsError } from "./errors.ts";
import { activeJobs } from "./jobs.ts";
import { type LongReadOptions, longRead } from "./long-read.ts";
import type { ActiveJob, JobsCounted } from "./region.ts";

/** For so long (ms) after its beginning a count is waited for. */
const waitedForMs = 20_000;

export interface ActiveJobCountsOptions extends LongReadOptions {
  readonly lifetime: AbortSignal;
  /** The names of all queues that have such jobs, as known now. */
  readonly queues: () => readonly string[];
}

interface Count {
  /** Monotonic ms. */
  readonly begunAt: number;
  readonly outcome: Promise<JobsCounted<ActiveJob>>;
  /** Resolves when there is an outcome, whichever it is. */
  readonly ended: Promise<void>;
}

/** The counts of the same queues. */
interface Counts {
  running: Count | undefined;
  /** One that was not waited for, and has ended no longer ago than it took. */
  last: Count | undefined;
}

/**
 * Counts of the jobs that start or run, each with a life of its own: where queues have hundreds of array jobs one takes
 * longer than a reconcile may, and if it ended with the reconcile it would start again each time and never end. There is one at a time
 * of the same queues. Whoever needs one that began later waits for the end of the one under way; what that showed is
 * kept for the others meanwhile.
 */
export class ActiveJobCounts {
  readonly #options: ActiveJobCountsOptions;
  readonly #counts = new Map<string, Counts>();

  constructor(options: ActiveJobCountsOptions) {
    this.#options = options;
  }

  /**
   * @param from monotonic ms, not ahead: counts that began earlier decide nothing for this caller
   * @returns undefined while it is being counted
   * @throws AwsError when anything cannot be read
   */
  async of(
    queues: readonly string[] | "all",
    from: number,
    signal: AbortSignal,
  ): Promise<JobsCounted<ActiveJob> | undefined> {
    for (;;) {
      const counts = this.#countsOf(queues);
      if (counts.last !== undefined && counts.last.begunAt >= from) return await counts.last.outcome;
      counts.running ??= this.#begin(counts, queues);
      const count = counts.running;
      if (!(await this.#endsInTime(count, signal))) return undefined;
      if (count.begunAt >= from) return await count.outcome;
    }
  }

  #countsOf(queues: readonly string[] | "all"): Counts {
    const key = keyOf(queues);
    const counts = this.#counts.get(key) ?? { running: undefined, last: undefined };
    this.#counts.set(key, counts);
    return counts;
  }

  async #endsInTime({ begunAt, ended }: Count, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    const restMs = begunAt + waitedForMs - clock.monotonic();
    try {
      await withDeadline(clock, restMs, signal, "a count of jobs", () => ended);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DeadlineExceeded) return false;
      throw error;
    }
  }

  #begin(counts: Counts, queues: readonly string[] | "all"): Count {
    const { clock, lifetime } = this.#options;
    const begunAt = clock.monotonic();
    const outcome = this.#counted(queues).then((jobs) => ({ jobs, begunAt, endedAt: clock.monotonic() }));
    const tidy = (): void => {
      if (counts.last === undefined && counts.running === undefined) this.#counts.delete(keyOf(queues));
    };
    const forget = (): void => {
      if (counts.last !== count) return;
      counts.last = undefined;
      tidy();
    };
    const settle = (): void => {
      counts.running = undefined;
      const tookMs = clock.monotonic() - begunAt;
      if (tookMs >= waitedForMs) {
        counts.last = count;
        sleep(clock, tookMs, lifetime).then(forget, forget);
      }
      tidy();
    };
    const count: Count = { begunAt, outcome, ended: outcome.then(settle, settle) };
    return count;
  }

  async #counted(given: readonly string[] | "all"): Promise<readonly ActiveJob[]> {
    // A queue that is made later gives no job to what has taken none since before.
    const queues = given === "all" ? this.#options.queues() : given;
    return await activeJobsIn(longRead(this.#options), queues, this.#options.lifetime);
  }
}

function keyOf(queues: readonly string[] | "all"): string {
  return queues === "all" ? queues : JSON.stringify(queues);
}

/**
 * The jobs of several queues that start or run; none of a queue that is not there (any more).
 * @throws AwsError when anything else cannot be read
 */
async function activeJobsIn(
  batch: BatchApi,
  queues: readonly string[],
  signal: AbortSignal,
): Promise<readonly ActiveJob[]> {
  const lists: (readonly ActiveJob[])[] = [];
  for (const queue of queues) {
    try {
      lists.push(await activeJobs(batch, queue, signal));
    } catch (error) {
      if (!(error instanceof AwsError && error.kind === "notFound")) throw error;
    }
  }
  return lists.flat();
}
