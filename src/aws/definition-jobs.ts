import { abortable } from "../runtime/abort.ts";
import type { Clock } from "../runtime/clock.ts";
import type { BatchApi } from "./batch.ts";
import { AwsError } from "./errors.ts";
import { unfinishedJobs } from "./jobs.ts";
import { revisionIn } from "./names.ts";
import type { UnfinishedStatus } from "./region.ts";

const unfinished: readonly UnfinishedStatus[] = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"];

/** For so long (ms) a count serves others who ask. */
const sharedForMs = 60_000;

/** Unfinished jobs by the name of their job definition. */
export type DefinitionCounts = ReadonlyMap<string, number>;

/**
 * The unfinished jobs of one queue; none when there is no such queue (any more).
 * @throws AwsError when they cannot be read
 */
export async function countedByDefinition(
  batch: BatchApi,
  queue: string,
  signal: AbortSignal,
): Promise<DefinitionCounts> {
  const counts = new Map<string, number>();
  try {
    for (const { definition = "" } of await unfinishedJobs(batch, queue, unfinished, signal)) {
      const name = revisionIn(definition)?.name;
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  } catch (error) {
    if (!(error instanceof AwsError && error.kind === "notFound")) throw error;
  }
  return counts;
}

export interface DefinitionJobsOptions {
  readonly batch: BatchApi;
  readonly clock: Clock;
  readonly lifetime: AbortSignal;
}

/**
 * Counts jobs for whoever waits until none runs a definition any more. A definition without an ACTIVE revision gets no
 * new jobs, so a count that began after the last of them went stays good: a hundred definitions that go together are
 * one look at each queue, not a hundred.
 */
export class DefinitionJobs {
  readonly #options: DefinitionJobsOptions;
  readonly #counts = new Map<string, { readonly begunAt: number; readonly counts: Promise<DefinitionCounts> }>();

  constructor(options: DefinitionJobsOptions) {
    this.#options = options;
  }

  /**
   * @param from monotonic ms: counts that began earlier may not show all jobs of this definition
   * @throws AwsError when the jobs of a queue cannot be read
   */
  async of(definition: string, queues: Iterable<string>, from: number, signal: AbortSignal): Promise<number> {
    let count = 0;
    for (const queue of queues) count += (await abortable(this.#countsOf(queue, from), signal)).get(definition) ?? 0;
    return count;
  }

  #countsOf(queue: string, from: number): Promise<DefinitionCounts> {
    const { batch, clock, lifetime } = this.#options;
    const begunAt = clock.monotonic();
    const known = this.#counts.get(queue);
    if (known !== undefined && known.begunAt >= from && known.begunAt > begunAt - sharedForMs) return known.counts;
    const counts = countedByDefinition(batch, queue, lifetime);
    this.#counts.set(queue, { begunAt, counts });
    counts.catch(() => {
      if (this.#counts.get(queue)?.counts === counts) this.#counts.delete(queue);
    });
    return counts;
  }
}
