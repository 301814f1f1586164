import type { BatchComputeEnvironmentSpec } from "../../api/v1alpha1/compute-environment.ts";
import type { Environment } from "../../aws/batch.ts";
import type { Next } from "../decision.ts";
import type { Action } from "./action.ts";
import type { Fleet } from "./fleet.ts";
import type { Seen } from "./seen.ts";

/** What every rule is given. */
export interface Context {
  readonly spec: BatchComputeEnvironmentSpec;
  readonly seen: Seen;
  readonly ours: readonly Environment[];
  readonly fleet: Fleet;
  readonly now: number;
}

/** Of several steps side by side: an act, else what only a person can end, else a wait until the first is due. */
export function together(steps: readonly Next<Action>[]): Next<Action> | undefined {
  const chosen =
    steps.find((next) => next.kind === "act") ??
    steps.find((next) => next.kind === "blocked") ??
    steps.find((next) => next.kind === "wait" && next.held === "forApproval") ??
    steps[0];
  if (chosen?.kind !== "wait" && chosen?.kind !== "blocked") return chosen;
  const dueInMs = steps.flatMap((next) =>
    "recheckInMs" in next && next.recheckInMs !== undefined ? [next.recheckInMs] : [],
  );
  return dueInMs.length === 0 ? chosen : { ...chosen, recheckInMs: Math.min(...dueInMs) };
}

/** For messages. */
export function names(environments: readonly Environment[]): string {
  return environments.map((environment) => environment.computeEnvironmentName).join(", ");
}
