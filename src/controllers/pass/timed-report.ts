/** When a condition turns by time alone: the only way to compare with a mark. Pure. */

import { lacksReference, needsPerson } from "../../aws/errors.ts";
import { marks } from "../intervals.ts";

/** Whether something has lasted at least `markMs` (ms). */
export type Reached = (markMs: number) => boolean;

/** The report now, and in how many ms it changes by time alone; undefined: never. */
export interface Timed<T> {
  readonly report: T;
  readonly turnsInMs: number | undefined;
}

/**
 * The report of `reportAt` on something that has lasted for `lastedMs`. It learns of time only by `reached`, so the marks that it
 * asked for in vain are all that can change its answer: no rule can turn a condition that the requeue does not know of.
 */
export function timedReport<T>(lastedMs: number, reportAt: (reached: Reached) => T): Timed<T> {
  let nextMarkMs = Number.POSITIVE_INFINITY;
  const report = reportAt((markMs) => {
    if (lastedMs >= markMs) return true;
    nextMarkMs = Math.min(nextMarkMs, markMs);
    return false;
  });
  return { report, turnsInMs: Number.isFinite(nextMarkMs) ? nextMarkMs - lastedMs : undefined };
}

/**
 * How long the same refusal lasts before only a person can be expected to end it, ms; undefined: it may end by itself.
 *
 * @param failure with `operation` as in `batch:RegisterJobDefinition`
 */
export function refusalStallsAfterMs(failure: {
  readonly kind: string;
  readonly operation: string;
}): number | undefined {
  const { kind } = failure;
  if (kind === "invalid" || kind === "quota") return 0;
  if (needsPerson(kind)) return marks.deniedStallsMs;
  if (kind === "notReady" || lacksReference(failure)) return marks.missingStallsMs;
  return kind === "inUse" ? marks.inUseStallsMs : undefined;
}
