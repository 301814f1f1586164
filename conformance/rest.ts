/** When what a call changes has settled. A quota share is read by its ARN, which a creation only answers. */

import type { Outcome } from "./facts/compare.ts";
import type { Call } from "./facts/row.ts";

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

/** A resource with a status: which call describes it. */
interface Subject {
  readonly read: Call;
  readonly list: string | undefined;
}

type Input = Readonly<Record<string, unknown>> & { readonly quotaShareArn?: string };

const listed = {
  ComputeEnvironment: "computeEnvironment",
  JobQueue: "jobQueue",
  ServiceEnvironment: "serviceEnvironment",
} as const;

const inMotion = new Set(["CREATING", "UPDATING", "DELETING"]);
const firstPauseMs = 1000;
const longestPauseMs = 10_000;
/** A read may come from before the write: a status counts once it has been read for this long. */
const steadyMs = 4000;
/** Longer than AWS needs for an infrastructure update without jobs. */
const longestMs = 45 * 60_000;

/** Undefined for a call after which nothing moves: a definition, a policy, a tag, a job. */
function subjectOf({ operation, input }: Call): Subject | undefined {
  const given = input as Input;
  const kind = operation.replace(/^(Create|Update|Delete)/, "");
  if (kind === "QuotaShare") {
    const { quotaShareArn } = given;
    const read = { operation: "DescribeQuotaShare", input: { quotaShareArn } };
    return quotaShareArn === undefined ? undefined : { read, list: undefined };
  }
  const member = listed[kind as keyof typeof listed];
  if (member === undefined || kind === operation) return undefined;
  const name = given[`${member}Name`] ?? given[member];
  return { read: { operation: `Describe${kind}s`, input: { [`${member}s`]: [name] } }, list: `${member}s` };
}

function statusIn({ list }: Subject, { error, answer }: Outcome): string {
  if (error !== undefined) {
    if (error.message.endsWith("does not exist")) return "gone";
    throw new Error(`${error.name}: ${error.message}`);
  }
  const one = list === undefined ? answer : (answer as Readonly<Record<string, readonly object[]>>)[list]?.at(0);
  return one === undefined ? "gone" : String((one as Input)["status"]);
}

/**
 * Waits until what a call has changed is in no state on the way to another.
 * @returns undefined for a call after which nothing moves
 * @throws Error if AWS refuses the reads, or after three quarters of an hour
 */
export async function untilAtRest(call: Call, ask: Ask, time: Time): Promise<Rest | undefined> {
  const subject = subjectOf(call);
  if (subject === undefined) return undefined;
  const start = time.now();
  let steady: Rest | undefined;
  for (;;) {
    const status = statusIn(subject, await ask(subject.read.operation, subject.read.input));
    const afterMs = time.now() - start;
    if (inMotion.has(status)) steady = undefined;
    else if (steady?.status !== status) steady = { status, afterMs };
    else if (afterMs - steady.afterMs >= steadyMs) return steady;
    if (afterMs > longestMs) throw new Error(`${subject.read.operation} still says ${status} after 45 minutes`);
    await time.pause(Math.min(longestPauseMs, Math.max(firstPauseMs, afterMs / 10)));
  }
}
