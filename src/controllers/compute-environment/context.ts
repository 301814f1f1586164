import type { BatchComputeEnvironmentSpec } from "../../api/v1alpha1/compute-environment.ts";
import type { Environment } from "../../aws/batch.ts";
import type { Next } from "../decision.ts";
import { type Action, independentName } from "./action.ts";
import type { Fleet } from "./fleet.ts";
import type { Seen } from "./seen.ts";

/** What every rule is given. */
export interface Context {
  readonly spec: BatchComputeEnvironmentSpec;
  readonly seen: Seen;
  readonly ours: readonly Environment[];
  readonly fleet: Fleet;
  readonly now: number;
  /** Acts (`independentName`) that others go before, for AWS has refused them. */
  readonly passedOver: ReadonlySet<string>;
}

export function isPassedOver(next: Next<Action>, { passedOver }: Pick<Context, "passedOver">): boolean {
  const name = next.kind === "act" ? independentName(next.action) : undefined;
  return name !== undefined && passedOver.has(name);
}

/**
 * Of several steps side by side: an act, else what only a person can end, else a wait until the first is due. An act
 * that is passed over is none of them.
 */
export function together(all: readonly Next<Action>[], context: Pick<Context, "passedOver">): Next<Action> | undefined {
  const steps = all.filter((next) => !isPassedOver(next, context));
  const chosen =
    steps.find((next) => next.kind === "act") ??
    steps.find((next) => next.kind === "blocked") ??
    steps.find((next) => next.kind === "wait" && next.held === "forApproval") ??
    steps[0];
  return chosen === undefined ? undefined : inTime(chosen, steps);
}

/** A step; where it only waits, until the first of all these is due. */
export function inTime(next: Next<Action>, all: readonly Next<Action>[]): Next<Action> {
  if (next.kind !== "wait" && next.kind !== "blocked") return next;
  const dueInMs = all.flatMap((one) =>
    "recheckInMs" in one && one.recheckInMs !== undefined ? [one.recheckInMs] : [],
  );
  return dueInMs.length === 0 ? next : { ...next, recheckInMs: Math.min(...dueInMs) };
}

/** For messages. */
export function names(environments: readonly Environment[]): string {
  return environments.map((environment) => environment.computeEnvironmentName).join(", ");
}
