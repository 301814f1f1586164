import type { BatchComputeEnvironmentSpec } from "../../api/v1alpha1/compute-environment.ts";
import type { Environment } from "../../aws/batch.ts";
import type { Step } from "../agenda.ts";
import type { Action } from "./action.ts";
import type { EnvironmentSet } from "./environment-set.ts";
import type { Seen } from "./seen.ts";

/** What every rule is given. */
export interface Context {
  readonly spec: BatchComputeEnvironmentSpec;
  readonly seen: Seen;
  readonly ours: readonly Environment[];
  readonly set: EnvironmentSet;
  readonly now: number;
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
  const dueInMs = all.flatMap((one) => ("checkInMs" in one && one.checkInMs !== undefined ? [one.checkInMs] : []));
  return dueInMs.length === 0 ? next : { ...next, checkInMs: Math.min(...dueInMs) };
}

/** For messages. */
export function names(environments: readonly Environment[]): string {
  return environments.map((environment) => environment.computeEnvironmentName).join(", ");
}
