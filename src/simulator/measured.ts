/** Durations that a run of `npm run conformance` has measured in AWS, and somebody has accepted. */

import type { Random } from "../runtime/random.ts";
import json from "./measured.json" with { type: "json" };

/** Milliseconds. */
export interface MeasuredTime {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** e.g. `[AWS 2026-11-30]`. */
  readonly source: string;
}

/** By knob; `--accept` writes them. */
export const measuredTimes: Readonly<Record<string, MeasuredTime>> = json;

/** The medians, by knob. */
export function mediansOf(times: Readonly<Record<string, MeasuredTime>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(times).map(([knob, { median }]) => [knob, median]));
}

/** As the knob says; where it says what was measured, anywhere in the spread that was seen. */
export function drawn(ms: number, measured: MeasuredTime | undefined, random: Random): number {
  if (measured === undefined || ms !== measured.median) return ms;
  return Math.round(measured.min + random() * (measured.max - measured.min));
}
