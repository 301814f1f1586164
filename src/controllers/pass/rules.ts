/** A kind's list of rules. Pure. */

import type { Step } from "./agenda.ts";

/** The steps of one rule; none where it does not apply. */
export type Rule<Context, Action> = (context: Context) => readonly Step<Action>[] | Step<Action> | undefined;

/** The steps of rules in order, up to the first step that holds everything. Later rules are not asked. */
export function untilHeld<Context, Action>(
  rules: readonly Rule<Context, Action>[],
  context: Context,
): readonly Step<Action>[] {
  const steps: Step<Action>[] = [];
  for (const rule of rules) {
    steps.push(...[rule(context) ?? []].flat());
    if (steps.some(holdsEverything)) break;
  }
  return steps;
}

export function holdsEverything<Action>(step: Step<Action>): boolean {
  return step.kind === "serves" || step.kind === "release" || (step.holds ?? "everything") === "everything";
}
