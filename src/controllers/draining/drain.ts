/**
 * The door of draining: waiting for jobs before what runs or holds them is deleted, as `spec.drain` says. `retired.ts` is the
 * mark that goes before a DISABLED state, and `queue-order.ts` what a queue's order names. Pure.
 */

import type { BatchComputeEnvironmentSpec } from "../../api/v1alpha1/batch-compute-environment.ts";
import { counted } from "../../api/words.ts";
import type { ActiveJob } from "../../aws/region.ts";
import { countingCheckMs, drainCheckMs, laterMs, terminateAgainMs, uncountedCheckMs } from "../intervals.ts";
import type { Act, Wait } from "../pass/agenda.ts";
import type { Unread } from "../pass/unread.ts";

export type JobsSeen<Job = ActiveJob> =
  | {
      readonly kind: "read";
      readonly remaining: readonly Job[];
      /** For how long every count was zero, ms: wall clocks jump, and a job would be taken for ended. */
      readonly zeroForMs: number | undefined;
      /** When this process last terminated jobs here, wall ms: they take a while to end. */
      readonly terminatedAt?: number | undefined;
    }
  | Unread;

/** What is drained. */
export interface Drained<Job> {
  readonly name: string;
  /** Its jobs are `on ce-1`, or `in q-1`. */
  readonly where: string;
  readonly jobs: JobsSeen<Job> | undefined;
  readonly policy: BatchComputeEnvironmentSpec["drain"];
  /** When it went out of service, wall ms; NaN where that is not known. */
  readonly since: number;
  /** How far apart two counts of zero jobs lie, ms. */
  readonly emptyForMs: number;
  /** Follows the message that jobs are waited for, and ends it. */
  readonly hint?: string;
}

/**
 * - `empty`: no job is left, by two counts
 * - `overdue`: the caller terminates these jobs, or says why not
 */
type Draining<Job> =
  | { readonly kind: "empty" }
  | Wait
  | { readonly kind: "overdue"; readonly remaining: readonly Job[]; readonly terminatedAt: number | undefined };

export function drained<Job>(what: Drained<Job>, now: number): Draining<Job> {
  const { name, where, jobs, policy, since, emptyForMs, hint = "" } = what;
  const checkMs = laterMs(now - since, drainCheckMs);
  if (jobs === undefined) return waits(`the jobs ${where} are being counted`, countingCheckMs);
  if (jobs.kind === "unread") {
    return waits(
      `the operator cannot count the jobs ${where}, so it keeps ${name}: ${jobs.why}`,
      laterMs(now - since, uncountedCheckMs),
    );
  }
  const { remaining, terminatedAt, zeroForMs = 0 } = jobs;
  if (remaining.length === 0) {
    const restMs = emptyForMs - zeroForMs;
    return restMs <= 0 ? { kind: "empty" } : waits(`no job is left ${where}; counting once more to be sure`, restMs);
  }
  const waiting = `${name} waits for ${jobsText(remaining)} to end`;
  if (policy?.policy !== "Terminate") {
    return waits(`${waiting}; no job is terminated (drain.policy: Wait)${hint}`, checkMs);
  }
  const endsAt = since + (policy.timeoutSeconds ?? 0) * 1000;
  if (now >= endsAt) return { kind: "overdue", remaining, terminatedAt };
  const restMs = Number.isNaN(endsAt) ? checkMs : Math.min(checkMs, endsAt - now);
  return waits(`${waiting}; the operator terminates them at drain.timeoutSeconds`, restMs);
}

/** Terminates jobs that are overdue; again where they still run a while after the last time. */
export function terminated(
  { name, where }: Pick<Drained<unknown>, "name" | "where">,
  { remaining, terminatedAt = Number.NEGATIVE_INFINITY }: Extract<Draining<unknown>, { kind: "overdue" }>,
  jobIds: readonly string[],
  now: number,
): Wait | Act<{ readonly kind: "terminateJobs"; readonly name: string; readonly jobIds: readonly string[] }> {
  const againMs = terminatedAt + terminateAgainMs - now;
  if (againMs > 0) {
    const are = jobIds.length === 1 ? "is" : "are";
    return waits(`${name} waits for ${jobsText(remaining)}, which ${are} being terminated`, againMs);
  }
  const which = jobIds.length === remaining.length ? "" : `${jobIds.length} of `;
  return {
    kind: "act",
    action: { kind: "terminateJobs", name, jobIds: jobIds.toSorted() },
    reason: "Terminating",
    message: `terminating ${which}${jobsText(remaining)} ${where} that ran past drain.timeoutSeconds (drain.policy: Terminate)`,
  };
}

/** A wait for jobs. */
export function waits(message: string, checkInMs: number): Wait {
  return { kind: "wait", reason: "Draining", message, checkInMs };
}

/** For messages, e.g. `3 jobs`. */
export function jobsText(jobs: readonly unknown[]): string {
  return counted(jobs.length, "job");
}
