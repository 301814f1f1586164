/**
 * Moments that are noted in tags, and compared with each other: which environment is newer, which served last. The
 * clocks of two replicas differ, by minutes perhaps, and another one may go on where the first has ended. Pure.
 */

import { timestamp } from "../../pass/conditions.ts";

/** @returns ms since the epoch; before everything where nothing, or nothing that is a date, is noted */
export function momentOf(noted: string | undefined): number {
  const moment = Date.parse(noted ?? "");
  return Number.isNaN(moment) ? Number.NEGATIVE_INFINITY : moment;
}

/** The note (RFC 3339, whole seconds) of what happens now, and so after all `earlier` (ms), whatever this clock says. */
export function momentAfter(now: number, earlier: readonly number[]): string {
  const least = Math.max(...earlier.map((moment) => moment + 1000), Number.NEGATIVE_INFINITY);
  return timestamp(Math.max(now, least));
}
