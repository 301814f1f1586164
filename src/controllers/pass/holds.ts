import type { Kind, KubeObject } from "../../api/object.ts";
import type { Reason } from "../../api/reasons.ts";
import { abandonAnnotation, dryRunAnnotation, pausedAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { Ports } from "../ports.ts";
import type { Blocked } from "./agenda.ts";
import type { Choice } from "./choose.ts";
import type { Directives } from "./directives.ts";

/** Whether finalizer and location are recorded; an object in deletion can get neither any more. */
export function isMarked(directives: Directives): boolean {
  return directives.deleting || (directives.finalized && directives.location !== undefined);
}

/** A choice that waits as an annotation says, and reports what it would do; undefined: no annotation holds it. */
export function heldByAnnotation<Action>(
  choice: Choice<Action>,
  { paused, dryRun }: Pick<Directives, "paused" | "dryRun">,
): Choice<Action> | undefined {
  const { next } = choice;
  if (paused && next.kind !== "serves") return held(choice, "Paused", "paused by annotation");
  if (dryRun && (next.kind === "act" || next.kind === "release")) {
    return held(choice, "DryRun", "dry-run by annotation");
  }
  return undefined;
}

function held<Action>(choice: Choice<Action>, reason: Reason, why: string): Choice<Action> {
  const message = `${why}; without it: ${choice.next.message}`;
  return {
    ...choice,
    next: { kind: "wait", until: { kind: "annotation" }, reason, message },
    instead: undefined,
  };
}

/**
 * Why nothing is done to an object that was made in another account or region; undefined: it was made here.
 *
 * @param isGlobal what AWS has of it is in no region
 */
export function misplacement(
  directives: Directives,
  region: Pick<BatchRegion, "account" | "region">,
  isGlobal = false,
): Choice<never> | undefined {
  const here = `${region.account}/${region.region}`;
  const { location = here } = directives;
  if (location === here || (isGlobal && location.startsWith(`${region.account}/`))) return undefined;
  return blocked({
    reason: "LocationMismatch",
    message: `this object was made in account/region ${location}, but the credentials and region in force are ${here}; nothing is written there. Give the operator back its credentials and region, or delete the object with awsbatch.dev/abandon: "true"`,
  });
}

/** A choice of nothing but that step, for an object that is not observed. */
export function blocked(step: Omit<Blocked, "kind">): Choice<never> {
  return {
    next: { kind: "blocked", ...step },
    change: { action: "None", id: "", reason: step.reason, changes: [] },
    serving: false,
    conditions: [],
    refused: [],
    instead: undefined,
  };
}

/** Whether both are the same object with the same spec, as much in deletion as the other. */
export function isSameSpec(left: KubeObject, right: KubeObject): boolean {
  const [a, b] = [left.metadata, right.metadata];
  return a.uid === b.uid && a.generation === b.generation && a.deletionTimestamp === b.deletionTimestamp;
}

const holding = [pausedAnnotation, dryRunAnnotation, abandonAnnotation];

/** Whether the watch shows no later edit of an object, and nobody holds it or lets it go since. */
export function isStillDesired(kind: Kind, object: KubeObject, { objects }: Pick<Ports, "objects">): boolean {
  const shown = objects.get(kind, object.metadata);
  if (shown?.metadata.uid !== object.metadata.uid) return false;
  const { generation, annotations } = shown.metadata;
  // One that was read live may be ahead of the watch.
  if (generation > object.metadata.generation) return false;
  return holding.every((key) => annotations?.[key] === object.metadata.annotations?.[key]);
}
