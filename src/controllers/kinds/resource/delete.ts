/** Deletion of an object with one resource in AWS: what comes before AWS is asked to delete it. Pure. */

import { abandonAnnotation, withinAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type { KindName } from "../../../api/v1alpha1/kinds.ts";
import type { Described } from "../../../aws/effects.ts";
import { marks, settleCheckMs } from "../../intervals.ts";
import { ownershipOf, retainedMark } from "../../ownership/ownership.ts";
import { releaseTags } from "../../ownership/tags.ts";
import type { Step, Wait } from "../../pass/agenda.ts";
import { keptForOtherCluster } from "../../wording.ts";
import type { TagAction } from "./action.ts";
import type { ResourceSeen } from "./seen.ts";

/** AWS shows nothing of an object, but the last writes may not be visible yet. */
export const confirming: Step<never> = {
  kind: "wait",
  reason: "Deleting",
  message: "confirming that all AWS resources are gone",
  checkInMs: settleCheckMs,
};

/**
 * The step of a deletion. What is not ours stays as it is, and so does what Retain keeps, but for its tags.
 *
 * @param remove the step for a resource that is ours and is to be deleted
 */
export function deletion<R extends Described, Action>(
  seen: ResourceSeen<R>,
  remove: (record: R) => Step<Action>,
): Step<Action | TagAction> {
  const { record, name } = seen;
  if (seen.lostIn !== undefined) return lost(name, seen.lostIn);
  if (record === undefined) {
    return seen.absent
      ? { kind: "release", reason: "Deleted", message: `${name} no longer exists in AWS` }
      : confirming;
  }
  const ownership = ownershipOf(record.tags, seen.identity);
  if (ownership.kind === "otherCluster") {
    return {
      kind: "blocked",
      reason: "OwnedByOtherCluster",
      message: keptForOtherCluster(name, ownership, "deleted"),
    };
  }
  if (ownership.kind !== "ours") {
    // An adoption that got no answer may have made it ours.
    if (!seen.isSettled) {
      const message = `confirming that ${name} is not managed by this object`;
      return { kind: "wait", reason: "Deleting", message, checkInMs: settleCheckMs };
    }
    return {
      kind: "release",
      reason: "Released",
      message: `${name} is not managed by this object and stays unchanged`,
    };
  }
  if (!seen.directives.retain) return remove(record);
  const change = releaseTags(record.tags, retainedMark(seen.identity));
  return {
    kind: "act",
    action: { kind: "tag", purpose: "retain", name, arn: seen.arn, change },
    reason: "Retaining",
    message: `${name} stays in AWS (deletionPolicy: Retain)`,
  };
}

/** AWS still creates the resource, or deletes it already; undefined: neither. */
export function changing(name: string, status: string | undefined): Wait | undefined {
  if (status === "CREATING") return { kind: "wait", reason: "Deleting", message: `${name} is being created` };
  if (status === "DELETING") return { kind: "wait", reason: "Deleting", message: `${name} is being deleted` };
  return undefined;
}

/** Others use the resource: only a person can end that. @param message says who, and what to do */
export function inUse(message: string): Wait {
  return { kind: "wait", reason: "InUse", message, stallsAfterMs: marks.inUseStallsMs };
}

/** The object has the finalizer, so AWS may have what it made, and nothing says where. */
function lost(name: string, outer: KindName): Step<never> {
  return {
    kind: "wait",
    reason: "ReferenceNotFound",
    message: `AWS may have ${name}, and nothing says in which ${outer}: that object does not exist, and the annotation ${withinAnnotation} of this one is missing. Create the ${outer} again, or give the annotation the name that it has in AWS; if AWS does not have ${name}, delete with ${abandonAnnotation}: "true"`,
    stallsAfterMs: marks.missingStallsMs,
  };
}
