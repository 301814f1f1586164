import type { LongReadOptions } from "./long-read.ts";
import type { JobsCounted } from "./region.ts";
import { SharedRead } from "./shared-read.ts";

/** For so long (ms) after its end a count serves others who ask: whoever waits for jobs, or watches them, asks each minute. */
const sharedForMs = 50_000;

/**
 * Counts of jobs that objects wait for, or watch. A count takes a call for each status: a hundred quota shares of one queue that
 * are drained share one, and so do service environments. Only objects of one namespace do, for its calls are made for that
 * namespace, and another one would wait for its turns.
 */
export class SharedCounts<Job> {
  readonly #clock: LongReadOptions["clock"];
  readonly #reads = new Map<string, SharedRead<readonly Job[]>>();

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
    read: () => Promise<readonly Job[]>,
    signal: AbortSignal,
  ): Promise<JobsCounted<Job>> {
    const key = JSON.stringify(what);
    for (const [other, { isIdle }] of this.#reads) if (isIdle) this.#reads.delete(other);
    const shared = this.#reads.get(key) ?? new SharedRead({ clock: this.#clock, sharedForMs, read });
    this.#reads.set(key, shared);
    const { answer: jobs, begunAt, endedAt } = await shared.of(from, signal);
    return { jobs, begunAt, endedAt };
  }
}
