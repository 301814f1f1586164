/** Why a job does not start, as codes: most are reasons of the condition JobsProgressing. */

import { diagnosedCauses, reportedCauses } from "../api/reasons/jobs.ts";
import type { ReasonText } from "../api/reasons/table.ts";

const causes = { ...reportedCauses, ...diagnosedCauses };

export type CauseCode = keyof typeof causes;

export const causeTable: Readonly<Record<CauseCode, ReasonText>> = causes;

/** In the order of the table. */
export const causeCodes = Object.keys(causes) as readonly CauseCode[];

/**
 * - `blocked`: a person has to fix something before the job can start.
 * - `waiting`: the job starts without anybody's doing; reported so that nobody searches for a fault.
 * - `beside`: it does not keep the first job from starting, but is worth knowing.
 */
export type CauseKind = "blocked" | "waiting" | "beside";

export function causeKind(code: CauseCode): CauseKind {
  const { status } = causeTable[code];
  if (status === undefined) return "blocked";
  return status === "True" ? "waiting" : "beside";
}

/** One thing that keeps jobs from starting, or explains why they wait. */
export interface Finding {
  readonly code: CauseCode;
  /** What is wrong, with the names that it is about. One sentence without its full stop. */
  readonly sentence: string;
  /** What to do; empty when there is nothing to be done. One sentence without its full stop. */
  readonly fix: string;
}
