/**
 * Keeps the operator from creating one environment after the other: for a spec that AWS never reports as requested, and
 * where somebody removes our tags from each. Otherwise each pass would create one more, until the quota of the region is
 * used up. Pure.
 */

import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { isRetired } from "../../draining/retired.ts";
import { creationEveryMs, unwatchedCheckMs } from "../../intervals.ts";
import { ownershipOf, retainedFromTag, retainedMark } from "../../ownership/ownership.ts";
import type { Step } from "../../pass/agenda.ts";
import { names } from "./context.ts";
import { type Difference, differences } from "./diff.ts";
import { createdAt, needsReplacement, newestFirst } from "./environment-set.ts";
import { attemptAt } from "./request.ts";
import type { Seen } from "./seen.ts";

type Spec = BatchComputeEnvironmentSpec;
type Blocked = Extract<Step<never>, { kind: "blocked" }>;

/** However often a person asks for one more within the hour: more would use up the quota of the region. */
const madeAtMost = 3;
const shownLength = 80;
/** Somebody may have taken one from the object on purpose, and keeps it. */
const tagsLostAtMost = 1;

/**
 * Those of `existing` that were created within the last hour for the current desired state, the newest first. None of
 * them is a target, so AWS reports different values for each. What AWS found INVALID has its own rules.
 */
export function madeInVain(seen: Seen, existing: readonly Environment[], now: number): readonly Environment[] {
  return existing
    .filter((environment) => {
      const { computeEnvironmentName: name, status } = environment;
      const forThisPlan = attemptAt(seen.planId, seen.baseName, name) > 0;
      const inService = status !== "INVALID" && status !== "DELETING" && !isRetired(environment);
      return forThisPlan && inService && restMs(environment, now) > 0;
    })
    .toSorted(newestFirst);
}

/** Why no further environment is created now; undefined: one may be created. */
export function creationBackOff(
  spec: Spec,
  seen: Seen,
  existing: readonly Environment[],
  now: number,
): Extract<Step<never>, { kind: "wait" | "blocked" }> | undefined {
  const made = madeInVain(seen, existing, now);
  const [newest] = made;
  if (newest === undefined || (made.length === 1 && mayHaveBeenChanged(spec, newest))) return undefined;
  if (made.length < madeAtMost && seen.madeBefore.has(newest.computeEnvironmentName)) return undefined;
  const name = newest.computeEnvironmentName;
  const different = differences(spec, newest)
    .filter(({ kind }) => kind === "replacement")
    .map(differenceText);
  return {
    // AWS may still report other values for what it is creating.
    kind: newest.status === "CREATING" ? "wait" : "blocked",
    reason: "SpecNotApplied",
    message: `${name} was created from this spec, but AWS reports different values: ${different.join(", ")}. Change the spec to what AWS reports, or report a bug; the operator tries again one hour after this attempt`,
    checkInMs: Math.min(...made.map((environment) => restMs(environment, now))),
  };
}

/**
 * Why no further environment is created where several exist that were created for the current desired state and no longer
 * have an owner; undefined: one may be created.
 */
export function ownershipTagsLost({ planId, baseName, identity, environments }: Seen): Blocked | undefined {
  const left = environments.filter(({ computeEnvironmentName: name, status, tags }) => {
    const isMadeForThis = attemptAt(planId, baseName, name) > 0 && status !== "DELETING";
    return isMadeForThis && ownershipOf(tags, identity).kind === "foreign";
  });
  if (left.length <= tagsLostAtMost) return undefined;
  return {
    kind: "blocked",
    reason: "OwnershipTagsLost",
    message: `${names(left)} were created for this object but lost their awsbatch.dev/* tags; no more are created until that is resolved. Find out what removes the tags, then return each environment with the tag ${retainedFromTag}: "${retainedMark(identity)}", or delete it`,
    // No event wakes this object when an environment without its tags changes.
    checkInMs: unwatchedCheckMs,
  };
}

/**
 * A desired state in between may have had an update policy, and may have changed the instances in place, which cannot be
 * reverted now. Only one more environment shows whether it did.
 */
function mayHaveBeenChanged(spec: Spec, environment: Environment): boolean {
  return !needsReplacement({ ...spec, updatePolicy: spec.updatePolicy ?? {} }, environment);
}

/** Until an hour has passed since its creation; without a date it has. */
function restMs(environment: Environment, now: number): number {
  return createdAt(environment) + creationEveryMs - now;
}

function differenceText({ path, from }: Difference): string {
  return from === undefined || from.length > shownLength ? path : `${path} (in AWS: ${from})`;
}
