/** Takes subnets and security groups from the network that an environment refers to. Pure. */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { sameSet } from "../../fields/compare.ts";
import { marks, settleCheckMs, unwatchedCheckMs } from "../../intervals.ts";
import type { Blocked, ConditionDraft, Wait } from "../../pass/agenda.ts";
import { nothingToDo, type PartPlan } from "../../pass/part-plan.ts";
import type { Given, NetworkReferenceSeen } from "./seen.ts";

const type = "ReferencesResolved";

/**
 * Holds everything until status names what the network gives: it records that before anything acts on it, so that every
 * part of the operator acts on the same, also after a crash. What was taken stays in effect while the network is not
 * Ready, or cannot be used any more; only nothing new is created with it.
 */
export function networkReferencePlan(seen: NetworkReferenceSeen, { status }: BatchComputeEnvironment): PartPlan<never> {
  if (seen.kind === "none") return nothingToDo;
  const taken = status?.network?.taken;
  const isUnknown = taken === undefined;
  const holds = isUnknown ? "everything" : "creation";
  const resolved: ConditionDraft = { type, status: "True", reason: "Resolved", message: "the network exists" };
  if (seen.kind === "ready") {
    if (isSame(taken, seen.given)) return { steps: [], conditions: [resolved] };
    const message = `subnets and security groups of ${seen.name} take effect in the next pass`;
    const wait: Wait = { kind: "wait", reason: "ResolvingSelection", message, checkInMs: settleCheckMs };
    return { steps: [wait], conditions: [resolved], isUnknown };
  }
  const { message } = seen;
  if (seen.kind === "awaited") {
    const wait: Wait = {
      kind: "wait",
      reason: "WaitingForNetwork",
      message,
      stallsAfterMs: marks.missingStallsMs,
      holds,
    };
    return { steps: [wait], conditions: [resolved], isUnknown };
  }
  const { reason } = seen;
  const step: Wait | Blocked =
    reason === "ReferenceNotFound" || reason === "NamespaceUnreadable"
      ? { kind: "wait", reason, message, stallsAfterMs: marks.missingStallsMs, holds }
      : { kind: "blocked", reason, message, checkInMs: unwatchedCheckMs, holds };
  return { steps: [step], conditions: [{ type, status: "False", reason, message }], isUnknown };
}

/** What status is to say of it. */
export function takenNow(seen: NetworkReferenceSeen, { spec, status }: BatchComputeEnvironment): Given | undefined {
  if (seen.kind === "ready") return seen.given;
  return spec.computeResources?.networkRef === undefined ? undefined : status?.network?.taken;
}

function isSame(taken: Given | undefined, given: Given): boolean {
  return (
    taken !== undefined &&
    sameSet(taken.subnets, given.subnets) &&
    sameSet(taken.securityGroupIds, given.securityGroupIds)
  );
}
