/**
 * What keeps the operator from making one environment after the other: for a wish that AWS never describes as it was
 * asked, and where somebody takes our tags off each. With each look a further one would be made, until the region has
 * room for none. Pure.
 */

import type { BatchComputeEnvironmentSpec } from "../../api/v1alpha1/compute-environment.ts";
import type { Environment } from "../../aws/batch.ts";
import type { Step } from "../agenda.ts";
import { ownershipOf, retainedFromTag, retainedMark } from "../ownership.ts";
import { names } from "./context.ts";
import { type Difference, differences } from "./diff.ts";
import { createdAt, isRetired, needsReplacement, newestFirst } from "./environment-set.ts";
import { attemptAt } from "./request.ts";
import type { Seen } from "./seen.ts";

type Spec = BatchComputeEnvironmentSpec;
type Blocked = Extract<Step<never>, { kind: "blocked" }>;

const attemptEveryMs = 60 * 60_000;
/** However often a person asks for one more within the hour: they would come to be as many as the region has room for. */
const madeAtMost = 3;
const shownLength = 80;
/** One may have been taken from the object on purpose, and is left to whoever did that. */
const disownedAtMost = 1;
const disownedLookMs = 60_000;

/**
 * Those of `standing` that were made within the last hour for the wish as it is now, the newest first. None of them
 * is a target, so AWS describes each otherwise. What AWS found INVALID has its own rules.
 */
export function madeInVain(seen: Seen, standing: readonly Environment[], now: number): readonly Environment[] {
  return standing
    .filter((environment) => {
      const { computeEnvironmentName: name, status } = environment;
      const forThisPlan = attemptAt(seen.planId, seen.baseName, name) > 0;
      const inService = status !== "INVALID" && status !== "DELETING" && !isRetired(environment);
      return forThisPlan && inService && restMs(environment, now) > 0;
    })
    .toSorted(newestFirst);
}

/** Why no further environment is made now; undefined: one may be. */
export function creationBackOff(
  spec: Spec,
  seen: Seen,
  standing: readonly Environment[],
  now: number,
): Extract<Step<never>, { kind: "wait" | "blocked" }> | undefined {
  const made = madeInVain(seen, standing, now);
  const [newest] = made;
  if (newest === undefined || (made.length === 1 && mayHaveBeenChanged(spec, newest))) return undefined;
  if (made.length < madeAtMost && seen.madeBefore.has(newest.computeEnvironmentName)) return undefined;
  const name = newest.computeEnvironmentName;
  const different = differences(spec, newest)
    .filter(({ kind }) => kind === "replacement")
    .map(told);
  return {
    // What AWS is still making it may yet describe otherwise.
    kind: newest.status === "CREATING" ? "wait" : "blocked",
    reason: "SpecNotApplied",
    message: `${name} was created from this spec, but AWS reports different values: ${different.join(", ")}. Change the spec to what AWS reports, or report a bug; the operator tries again one hour after this attempt`,
    checkInMs: Math.min(...made.map((environment) => restMs(environment, now))),
  };
}

/**
 * Why no further environment is made where several stand that were made for the wish as it is now and have no owner any
 * more; undefined: one may be made.
 */
export function disowned({ planId, baseName, identity, environments }: Seen): Blocked | undefined {
  const left = environments.filter(({ computeEnvironmentName: name, status, tags }) => {
    const isMadeForThis = attemptAt(planId, baseName, name) > 0 && status !== "DELETING";
    return isMadeForThis && ownershipOf(tags, identity).kind === "foreign";
  });
  if (left.length <= disownedAtMost) return undefined;
  return {
    kind: "blocked",
    reason: "OwnershipTagsLost",
    message: `${names(left)} were created for this object but lost their awsbatch.dev/* tags; no more are created until that is resolved. Find out what removes the tags, then return each environment with the tag ${retainedFromTag}: "${retainedMark(identity)}", or delete it`,
    // Nothing wakes this object when what bears no tags of it changes.
    checkInMs: disownedLookMs,
  };
}

/**
 * A wish in between may have had an update policy, and so have changed the instances in place, to which the way back
 * is barred now. Whether it was so, only one more environment tells.
 */
function mayHaveBeenChanged(spec: Spec, environment: Environment): boolean {
  return !needsReplacement({ ...spec, updatePolicy: spec.updatePolicy ?? {} }, environment);
}

/** Until an hour has passed since it was made; without a date it has. */
function restMs(environment: Environment, now: number): number {
  return createdAt(environment) + attemptEveryMs - now;
}

function told({ path, from }: Difference): string {
  return from === undefined || from.length > shownLength ? path : `${path} (in AWS: ${from})`;
}
