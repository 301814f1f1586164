/**
 * The door of networks of environments: takes subnets and security groups from the network that an environment refers to, and
 * keeps them in status. `former.ts` says what happens with fields from before there were networks. Pure.
 */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { sameSet } from "../../fields/compare.ts";
import { marks, settleCheckMs, unwatchedCheckMs } from "../../intervals.ts";
import type { Blocked, ConditionDraft, Wait } from "../../pass/agenda.ts";
import { nothingToDo, type PartPlan } from "../../pass/part-plan.ts";
import { withMembers } from "../../pass/status-fields.ts";
import { givenTo, hasNetwork, refusedFields } from "./former.ts";
import type { Given, NetworkReferenceSeen } from "./seen.ts";

const type = "ReferencesResolved";

/**
 * Holds everything until status names what the network gives: it records that before anything acts on it, so that every
 * part of the operator acts on the same, also after a crash. What was taken stays in effect while the network is not
 * Ready, or cannot be used any more; only nothing new is created with it.
 */
export function networkReferencePlan(seen: NetworkReferenceSeen, object: BatchComputeEnvironment): PartPlan<never> {
  const refused = refusedFields(object);
  if (refused !== undefined) return { steps: [refused], conditions: [], isUnknown: true };
  if (seen.kind === "none") return nothingToDo;
  const taken = givenTo(object);
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

/** The fields of status with what the object has taken. */
export function withTakenStatus(fields: Fields, seen: NetworkReferenceSeen, object: BatchComputeEnvironment): Fields {
  const before = hasNetwork(object.spec) ? givenTo(object) : undefined;
  return withMembers(fields, "network", { taken: seen.kind === "ready" ? seen.given : before });
}

type Fields = Readonly<Record<string, unknown>>;

function isSame(taken: Given | undefined, given: Given): boolean {
  return (
    taken !== undefined &&
    sameSet(taken.subnets, given.subnets) &&
    sameSet(taken.securityGroupIds, given.securityGroupIds)
  );
}
