import type { Plan, Refusal } from "../../src/controllers/pass/agenda.ts";
import { type Choice, choose } from "../../src/controllers/pass/choose.ts";

/**
 * What follows from a plan.
 *
 * @param refusalOf what AWS said when an action was tried last; by default it has refused nothing
 * @param now wall ms; only refusals depend on it
 */
export function decided<Action>(
  plan: Plan<Action>,
  refusalOf?: (action: Action) => Refusal | undefined,
  now = 0,
): Choice<Action> {
  return choose(plan, now, refusalOf);
}
