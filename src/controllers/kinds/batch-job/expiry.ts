/** When the object of a finished job is deleted (`ttlSecondsAfterFinished`). Pure. */

import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import { farthestCheckMs } from "../../intervals.ts";
import type { Act, ConditionDraft } from "../../pass/agenda.ts";
import { conditionsOf } from "../../pass/conditions.ts";
import type { Directives } from "../../pass/directives.ts";
import type { Action } from "./action.ts";
import { isUnknown, recordedResult } from "./result.ts";
import { trackerOf } from "./tracker.ts";

export type Expiry =
  /** It stays: nobody asks for its deletion, or an annotation holds writes. */
  | { readonly kind: "never" }
  | { readonly kind: "kept"; readonly condition: ConditionDraft }
  | { readonly kind: "later"; readonly checkInMs: number }
  | { readonly kind: "due"; readonly act: Act<Action> };

/**
 * What becomes of an object whose job has finished.
 *
 * @param notBefore wall time (ms) before which its result was not known
 * @param now wall ms
 */
export function expiryOf(
  object: BatchJob,
  { paused, dryRun }: Pick<Directives, "paused" | "dryRun">,
  notBefore: number,
  now: number,
): Expiry {
  const { ttlSecondsAfterFinished: ttlSeconds } = object.spec;
  if (ttlSeconds === undefined) return { kind: "never" };
  const tracker = trackerOf(object.metadata);
  if (tracker !== undefined) {
    const message = `ttlSecondsAfterFinished does not delete this object: ${tracker} has its manifest, and would create it and run the job again. Remove the job there, or remove ttlSecondsAfterFinished`;
    return { kind: "kept", condition: { type: "Kept", status: "True", reason: "Tracked", message } };
  }
  if (paused || dryRun) return { kind: "never" };
  const finishedAt = Math.max(reportedAt(object) ?? now, notBefore);
  const leftMs = finishedAt + ttlSeconds * 1000 - now;
  // A result that no status has yet is written first.
  if (leftMs > 0 || reportedAt(object) === undefined) {
    return { kind: "later", checkInMs: Math.min(Math.max(0, leftMs), farthestCheckMs) };
  }
  const message = `deleting this object: its job finished more than ${ttlSeconds} s ago (ttlSecondsAfterFinished)`;
  return { kind: "due", act: { kind: "act", action: { kind: "expire", ttlSeconds }, reason: "Deleting", message } };
}

/** Since when the status has the result, or that it is unknown, wall ms; undefined: it does not have it yet. */
function reportedAt(object: BatchJob): number | undefined {
  const types = [
    ...(recordedResult(object) === undefined ? [] : ["Complete", "Failed"]),
    ...(isUnknown(object) ? ["Stalled"] : []),
  ];
  const found = conditionsOf(object).find(({ type, status }) => types.includes(type) && status === "True");
  return found === undefined ? undefined : Date.parse(found.lastTransitionTime);
}
