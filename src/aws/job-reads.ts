import { Fifo } from "../runtime/fifo.ts";
import { NamespaceTurns } from "../runtime/namespace-turns.ts";
import type { BatchApi } from "./batch-calls.ts";
import type { JobRecord } from "./job-record.ts";
import { jobRecord } from "./job-record.ts";
import { listed, pageSize } from "./listing.ts";

/** A job that somebody waits for. */
interface AskedJob {
  readonly jobId: string;
  /** Aborted: nobody waits for it any more. */
  readonly signal: AbortSignal;
  readonly resolve: (record: JobRecord | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads jobs now, for whoever needs them before a write. One call is out at a time: what is asked for meanwhile goes together in
 * the next one, up to 100 jobs, with namespaces in turn. So a thousand jobs that end at once cost some dozens of calls.
 *
 * Guarantees: the request for a job leaves after it was asked for. A call that fails is the failure of all that are in it.
 */
export class JobReads {
  readonly #batch: BatchApi;
  readonly #lifetime: AbortSignal;
  readonly #waiting = new NamespaceTurns<Fifo<AskedJob>>(() => new Fifo());
  #isOut = false;

  /** @param batch makes calls for all namespaces together */
  constructor(batch: BatchApi, lifetime: AbortSignal) {
    this.#batch = batch;
    this.#lifetime = lifetime;
  }

  /**
   * The jobs of these ids that AWS shows.
   * @param namespace for which they are read
   * @throws AwsError, the signal's reason
   */
  async read(jobIds: readonly string[], namespace: string, signal: AbortSignal): Promise<readonly JobRecord[]> {
    const asked = jobIds.map((jobId) => this.#ask(jobId, namespace, signal));
    if (!this.#isOut) void this.#readAll();
    const records = await Promise.all(asked);
    return records.filter((record) => record !== undefined);
  }

  #ask(jobId: string, namespace: string, signal: AbortSignal): Promise<JobRecord | undefined> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const stop = (): void => reject(signal.reason);
      const settled = <Value>(settle: (value: Value) => void): ((value: Value) => void) => {
        return (value) => {
          signal.removeEventListener("abort", stop);
          settle(value);
        };
      };
      signal.addEventListener("abort", stop, { once: true });
      this.#waiting.of(namespace).push({ jobId, signal, resolve: settled(resolve), reject: settled(reject) });
    });
  }

  /** Until nobody waits. Never rejects. */
  async #readAll(): Promise<void> {
    this.#isOut = true;
    for (let asked = this.#next(); asked.length > 0; asked = this.#next()) await this.#readOnce(asked);
    this.#isOut = false;
  }

  #next(): readonly AskedJob[] {
    const asked: AskedJob[] = [];
    while (asked.length < pageSize) {
      const one = this.#waiting.next(nextWanted);
      if (one === undefined) break;
      asked.push(one);
    }
    return asked;
  }

  async #readOnce(asked: readonly AskedJob[]): Promise<void> {
    try {
      const ids = [...new Set(asked.map(({ jobId }) => jobId))];
      const records = new Map((await describedJobs(this.#batch, ids, this.#lifetime)).map((one) => [one.jobId, one]));
      for (const { jobId, resolve } of asked) resolve(records.get(jobId));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}

/** Those that were given up leave the line without a place in a call. */
function nextWanted(line: Fifo<AskedJob>): AskedJob | undefined {
  let one = line.shift();
  while (one?.signal.aborted === true) one = line.shift();
  return one;
}

/** The jobs of these ids, at most 100, that AWS shows. @throws AwsError */
export async function describedJobs(
  batch: BatchApi,
  jobIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly JobRecord[]> {
  const { jobs } = await batch.describeJobs({ jobs: [...jobIds] }, { signal });
  return listed(jobs, "DescribeJobs").flatMap((job) => jobRecord(job) ?? []);
}
