import type { Next, Outcome } from "./decision.ts";
import { Corrections } from "./drift.ts";
import { FieldHistory } from "./field-history.ts";
import { InVain } from "./in-vain.ts";

/** What one process knows of one object beyond what can be read: only ages, never steps. */
export interface Memory {
  reason: string;
  since: number;
  /** The last refusal, and the generation it was of: what is told while the next try is prepared. */
  refused: { readonly outcome: Outcome; readonly generation: number } | undefined;
  readonly corrections: Corrections;
  readonly fields: FieldHistory;
  readonly inVain: InVain;
}

/** @param now wall ms */
export function newMemory(now: number): Memory {
  return {
    reason: "",
    since: now,
    refused: undefined,
    corrections: new Corrections(),
    fields: new FieldHistory(),
    inVain: new InVain(),
  };
}

/** Milliseconds for which the object has had this reason. */
export function lasted(memory: Memory, reason: string, now: number): number {
  if (memory.reason !== reason) {
    memory.reason = reason;
    memory.since = now;
  }
  return now - memory.since;
}

/**
 * What there is to tell. While a try that AWS refused waits only for a listing before the next one, the refusal
 * stands: otherwise status would go to and fro, and a refusal would never grow old.
 */
export function standing(memory: Memory, next: Next<unknown>, outcome: Outcome, generation: number): Outcome {
  if (outcome.kind === "failed") memory.refused = { outcome, generation };
  if (outcome.kind !== "none") {
    // The live read before a try says nothing of what comes of it.
    if (outcome.kind === "done") memory.refused = undefined;
    return outcome;
  }
  const stands = next.kind === "wait" && next.confirmsAbsence === true && memory.refused?.generation === generation;
  if (!stands) memory.refused = undefined;
  return memory.refused?.outcome ?? outcome;
}
