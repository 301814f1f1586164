import type { BatchApi } from "./batch-calls.ts";
import { AwsError } from "./errors.ts";
import { unfinishedJobs } from "./jobs.ts";
import { type LongReadOptions, longRead } from "./long-read.ts";
import { revisionIn } from "./names.ts";
import { SharedRead } from "./shared-read.ts";

/** For so long (ms) after its end a count serves others who ask. */
const sharedForMs = 60_000;

/** Unfinished jobs by the ARN of the revision that they run, which is that of the children of an array too. */
export type RevisionCounts = ReadonlyMap<string, number>;

/**
 * The unfinished jobs of one queue; none when there is no such queue (any more).
 * @throws AwsError when they cannot be read
 */
async function countedByRevision(batch: BatchApi, queue: string, signal: AbortSignal): Promise<RevisionCounts> {
  const counts = new Map<string, number>();
  try {
    for (const { definition = "" } of await unfinishedJobs(batch, queue, signal)) {
      if (revisionIn(definition) !== undefined) counts.set(definition, (counts.get(definition) ?? 0) + 1);
    }
  } catch (error) {
    if (!(error instanceof AwsError && error.kind === "notFound")) throw error;
  }
  return counts;
}

export interface DefinitionJobsOptions extends LongReadOptions {
  readonly lifetime: AbortSignal;
  /**
   * The names of the queues in which jobs are counted, by a listing that begins no earlier than this call.
   * @throws AwsError when they cannot be listed
   */
  readonly listQueues: (signal: AbortSignal) => Promise<readonly string[]>;
}

/**
 * Counts jobs for whoever waits until none runs a definition any more. A definition without an ACTIVE revision gets no
 * new jobs, so a count that began after the last of them went stays good: a hundred definitions that go together are
 * one read of each queue, not a hundred. Each count lists the queues again: one created since the last count may
 * have such jobs, one created later gets none.
 */
export class DefinitionJobs {
  readonly #counts: SharedRead<RevisionCounts>;

  constructor(options: DefinitionJobsOptions) {
    const { clock, lifetime, listQueues } = options;
    const read = async () => await countedInAll(longRead(options), await listQueues(lifetime), lifetime);
    this.#counts = new SharedRead({ clock, sharedForMs, read });
  }

  /**
   * @param from monotonic ms, may be a little ahead: counts that began earlier may not show all jobs of this definition
   * @throws AwsError when the queues, or the jobs of one, cannot be read
   */
  async of(definition: string, from: number, signal: AbortSignal): Promise<number> {
    const counts = await this.byRevision(from, signal);
    return [...counts].reduce((sum, [arn, count]) => (revisionIn(arn)?.name === definition ? sum + count : sum), 0);
  }

  /** All of them; see `of`. */
  async byRevision(from: number, signal: AbortSignal): Promise<RevisionCounts> {
    return (await this.#counts.of(from, signal)).answer;
  }
}

/**
 * Unfinished jobs of several queues.
 * @throws AwsError when the jobs of one cannot be read
 */
async function countedInAll(batch: BatchApi, queues: readonly string[], signal: AbortSignal): Promise<RevisionCounts> {
  const all = new Map<string, number>();
  for (const queue of queues) {
    for (const [arn, count] of await countedByRevision(batch, queue, signal)) {
      all.set(arn, (all.get(arn) ?? 0) + count);
    }
  }
  return all;
}
