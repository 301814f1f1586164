import type { Environment } from "../../../aws/batch.ts";
import { ownershipOf } from "../../ownership/ownership.ts";
import { earliestCheck, type Step } from "../../pass/agenda.ts";
import type { Action } from "./action.ts";
import { type EnvironmentSet, environmentSetOf, withBegun } from "./environment-set.ts";
import type { EffectiveSpec } from "./image-updates.ts";
import type { Seen } from "./seen.ts";

/** What every rule is given. */
export interface Context {
  readonly spec: EffectiveSpec;
  readonly seen: Seen;
  readonly ours: readonly Environment[];
  readonly set: EnvironmentSet;
  readonly now: number;
}

/** The environments of an object, from all that the region has. */
export function oursOf(seen: Pick<Seen, "environments" | "identity">): readonly Environment[] {
  return seen.environments.filter(({ tags }) => ownershipOf(tags, seen.identity).kind === "ours");
}

/** The order in which AWS lists means nothing; a plan and its words must not hang on it. */
export function inNameOrder(seen: Seen): Seen {
  return {
    ...seen,
    environments: seen.environments.toSorted((left, right) =>
      left.computeEnvironmentName < right.computeEnvironmentName ? -1 : 1,
    ),
    queues: seen.queues.toSorted((left, right) => (left.queue.jobQueueName < right.queue.jobQueueName ? -1 : 1)),
  };
}

export function contextOf(given: EffectiveSpec, listed: Seen, now: number): Context {
  const seen = inNameOrder(listed);
  const ours = oursOf(seen);
  const spec = withBegun(given, ours);
  return { spec, seen, ours, set: environmentSetOf(spec, ours, seen.planId), now };
}

/**
 * Steps of several environments or queues side by side: all acts, of which AWS may refuse each without harm to the
 * others; then what only a person can end, an approval, or the first wait, until the first of all is due.
 */
export function sideBySide(all: readonly Step<Action>[]): readonly Step<Action>[] {
  const acts = all.flatMap((step) => (step.kind === "act" ? { ...step, holds: "nothing" as const } : []));
  const last =
    all.find((step) => step.kind === "blocked") ??
    all.find((step) => step.kind === "wait" && step.until?.kind === "approval") ??
    all.find((step) => step.kind !== "act");
  return last === undefined ? acts : [...acts, inTime(last, all)];
}

/** A step; where it only waits, until the first of all these is due. */
export function inTime(next: Step<Action>, all: readonly Step<Action>[]): Step<Action> {
  if (next.kind !== "wait" && next.kind !== "blocked") return next;
  return { ...next, ...earliestCheck(all.flatMap((one) => (one.kind === "act" || one.kind === "release" ? [] : one))) };
}

/** For messages. */
export function names(environments: readonly Environment[]): string {
  return environments.map((environment) => environment.computeEnvironmentName).join(", ");
}
