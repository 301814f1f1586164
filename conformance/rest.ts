/** When what calls change has settled, and jobs run. A quota share is read by its ARN, which a creation only answers. */

import type { Outcome } from "./facts/compare.ts";
import type { Call, JobPhase } from "./facts/row.ts";

/** Asks AWS Batch once, and again while it throttles. */
export type Ask = (operation: string, input: object) => Promise<Outcome>;

/** Time, as far as a run needs it. */
export interface Time {
  /** Monotonic milliseconds. */
  now(): number;
  /** Rejects when the run is interrupted. */
  pause(milliseconds: number): Promise<void>;
}

/** How a resource ended up: `gone` once AWS does not describe it any more. */
export interface Rest {
  /** e.g. `VALID`, `INVALID`, `DELETED`, `gone`. */
  readonly status: string;
  /** From the start of the wait to the first reading of this status, milliseconds. */
  readonly afterMs: number;
}

interface Wait {
  readonly read: Read;
  /** A name or an ARN. */
  readonly reference: string;
  readonly start: number;
  readonly settled: (rest: Rest) => void;
  readonly failed: (error: unknown) => void;
  /** What was read last, and since when. */
  steady?: Rest;
}

type Item = Readonly<Record<string, unknown>>;

/** How resources of one kind are read. */
interface Read {
  /** How many at a time. */
  readonly atATime: number;
  readonly call: (references: readonly string[]) => Call;
  readonly items: (answer: Item) => readonly Item[];
  /** The member of a description that has its name. */
  readonly nameMember: string;
}

const reads: Readonly<Record<string, Read>> = {
  ComputeEnvironment: readOf("ComputeEnvironment", "computeEnvironment"),
  JobQueue: readOf("JobQueue", "jobQueue"),
  ServiceEnvironment: readOf("ServiceEnvironment", "serviceEnvironment"),
  QuotaShare: {
    atATime: 1,
    call: ([quotaShareArn]) => ({ operation: "DescribeQuotaShare", input: { quotaShareArn } }),
    items: (answer) => [answer],
    nameMember: "quotaShare",
  },
};

const inMotion = new Set(["CREATING", "UPDATING", "DELETING"]);
/** A read may come from before the write: a status counts once it has been read for this long. */
const steadyMs = 4000;
/** Longer than an instance needs to start. */
const longestJobMs = 20 * 60_000;
/** Longer than AWS needs for an infrastructure update without jobs. */
const longestMs = 45 * 60_000;

/** Waits until what calls have changed is on the way to no other state, with one read for all of a kind. */
export class Settling {
  readonly #ask: Ask;
  readonly #time: Time;
  readonly #waits = new Set<Wait>();
  #isReading = false;

  constructor(ask: Ask, time: Time) {
    this.#ask = ask;
    this.#time = time;
  }

  /**
   * @returns undefined for a call after which nothing moves
   * @throws Error if AWS refuses the reads, or after three quarters of an hour
   */
  async atRest({ operation, input }: Call): Promise<Rest | undefined> {
    const kind = operation.replace(/^(Create|Update|Delete)/, "");
    const read = kind === operation ? undefined : reads[kind];
    if (read === undefined) return undefined;
    const { nameMember } = read;
    const given = input as Item;
    const reference = given[`${nameMember}Arn`] ?? given[`${nameMember}Name`] ?? given[nameMember];
    if (typeof reference !== "string") return undefined;
    return new Promise((settled, failed) => {
      this.#waits.add({ read, reference, start: this.#time.now(), settled, failed });
      if (!this.#isReading) void this.#readUntilSettled();
    });
  }

  async #readUntilSettled(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#waits.size > 0) {
        for (const [read, waits] of Map.groupBy(this.#waits, (one) => one.read)) {
          for (let from = 0; from < waits.length; from += read.atATime) {
            await this.#read(read, waits.slice(from, from + read.atATime));
          }
        }
        if (this.#waits.size > 0) await this.#time.pause(steadyMs);
      }
    } catch (error) {
      for (const { failed } of this.#waits) failed(error);
      this.#waits.clear();
    } finally {
      this.#isReading = false;
    }
  }

  async #read(read: Read, waits: readonly Wait[]): Promise<void> {
    const { operation, input } = read.call([...new Set(waits.map(({ reference }) => reference))]);
    const { error, answer = {} } = await this.#ask(operation, input);
    if (error !== undefined && !error.message.endsWith("does not exist")) {
      throw new Error(`${operation}: ${error.name}: ${error.message}`);
    }
    const items = error === undefined ? read.items(answer as Item) : [];
    for (const wait of waits) {
      const afterMs = this.#time.now() - wait.start;
      const status = statusOf(wait, items);
      if (inMotion.has(status)) delete wait.steady;
      else if (wait.steady?.status !== status) wait.steady = { status, afterMs };
      else if (afterMs - wait.steady.afterMs >= steadyMs) {
        this.#waits.delete(wait);
        wait.settled(wait.steady);
        continue;
      }
      if (afterMs <= longestMs) continue;
      this.#waits.delete(wait);
      wait.failed(new Error(`${operation} still says ${status} of ${wait.reference} after 45 minutes`));
    }
  }
}

/**
 * Waits until a job runs, or has ended.
 * @throws Error if it has ended before it ran, if AWS refuses the read, or after twenty minutes
 */
export async function jobReached(phase: JobPhase, jobId: string, ask: Ask, time: Time): Promise<void> {
  const start = time.now();
  for (;;) {
    const { error, answer } = await ask("DescribeJobs", { jobs: [jobId] });
    if (error !== undefined) throw new Error(`DescribeJobs: ${error.name}: ${error.message}`);
    const [job] = (answer as { jobs?: { status?: string; statusReason?: string }[] }).jobs ?? [];
    const status = job?.status ?? "not described";
    const hasEnded = status === "SUCCEEDED" || status === "FAILED";
    if (phase === "ended" ? hasEnded : status === "RUNNING") return;
    if (hasEnded) throw new Error(`the job is ${status} before it was seen to run: ${job?.statusReason ?? ""}`);
    if (time.now() - start > longestJobMs) {
      throw new Error(`the job is ${status} after 20 minutes: instances need a subnet with a way to the internet`);
    }
    await time.pause(steadyMs);
  }
}

function readOf(kind: string, nameMember: string): Read {
  const list = `${nameMember}s`;
  return {
    atATime: 100,
    call: (references) => ({ operation: `Describe${kind}s`, input: { [list]: references } }),
    items: (answer) => (answer[list] ?? []) as readonly Item[],
    nameMember,
  };
}

/** What is DELETED is described for a while, also next to another resource of its name. */
function statusOf({ read, reference }: Wait, items: readonly Item[]): string {
  const { atATime, nameMember } = read;
  const isIt = (item: Item): boolean =>
    atATime === 1 || item[`${nameMember}Name`] === reference || item[`${nameMember}Arn`] === reference;
  const found = items.filter(isIt);
  const status = (found.find((item) => item["status"] !== "DELETED") ?? found[0])?.["status"];
  return typeof status === "string" ? status : "gone";
}
