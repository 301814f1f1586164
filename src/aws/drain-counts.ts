import type { LongReadOptions } from "./long-read.ts";
import type { JobsCounted } from "./region.ts";
import { SharedRead } from "./shared-read.ts";
import type { UnfinishedJob } from "./unfinished-job.ts";

/** For so long (ms) after its end a count serves others who ask: whoever waits for jobs asks each minute. */
const sharedForMs = 50_000;

type Counting = () => Promise<readonly UnfinishedJob[]>;

/**
 * The counts of jobs that deletions wait for. A count takes a call for each status: a hundred quota shares of one queue that
 * are drained share one, and so do service environments. Only objects of one namespace do, for its calls are made for that
 * namespace, and another one would wait for its turns.
 */
export class DrainCounts {
  readonly #clock: LongReadOptions["clock"];
  readonly #reads = new Map<string, SharedRead<readonly UnfinishedJob[]>>();

  constructor(clock: LongReadOptions["clock"]) {
    this.#clock = clock;
  }

  /**
   * @param what is counted, and for which namespace
   * @param from monotonic ms, not ahead: counts that began earlier decide nothing for this caller
   * @param read counts now
   * @throws whatever `read` throws
   */
  async of(
    what: readonly string[],
    from: number,
    read: Counting,
    signal: AbortSignal,
  ): Promise<JobsCounted<UnfinishedJob>> {
    const key = JSON.stringify(what);
    for (const [other, { isIdle }] of this.#reads) if (isIdle) this.#reads.delete(other);
    const shared = this.#reads.get(key) ?? new SharedRead({ clock: this.#clock, sharedForMs, read });
    this.#reads.set(key, shared);
    const { answer: jobs, begunAt, endedAt } = await shared.of(from, signal);
    return { jobs, begunAt, endedAt };
  }
}
