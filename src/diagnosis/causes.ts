/** Why a job does not start, as codes: most are reasons of the condition JobsProgressing. */

import { diagnosedCauses, reportedCauses } from "../api/reasons/jobs.ts";
import type { ReasonText } from "../api/reasons/table.ts";

const causes = { ...reportedCauses, ...diagnosedCauses };

export type CauseCode = keyof typeof causes;

/** A reason of the condition JobsProgressing. */
export type ReportedCode = keyof typeof reportedCauses;

export const causeTable: Readonly<Record<CauseCode, ReasonText>> = causes;

/** All codes, in the order of the table. */
export const causeCodes = Object.keys(causes) as readonly CauseCode[];

/**
 * - `blocked`: a person has to fix something before the job can start.
 * - `waiting`: the job starts without action; reported so that nobody searches for an error.
 * - `other`: a finding that does not keep the first job waiting.
 */
export type CauseKind = "blocked" | "waiting" | "other";

export function causeKind(code: CauseCode): CauseKind {
  const { status } = causeTable[code];
  if (status === undefined) return "blocked";
  return status === "True" ? "waiting" : "other";
}

/** One thing that keeps jobs from starting, or explains why they wait. */
export interface Finding<Code extends CauseCode = CauseCode> {
  readonly code: Code;
  /** The problem with the affected names. One sentence without a full stop. */
  readonly sentence: string;
  /** What to do; empty if nothing. One sentence without a full stop. */
  readonly fix: string;
}

/** A finding that the condition JobsProgressing can report. */
export type Cause = Finding<ReportedCode>;
