/** When no further environment is created: too many for one spec cannot be taken away. Pure. */

import type { Step } from "../../pass/agenda.ts";
import { creates } from "../../pass/choose.ts";
import { type Action, independentName } from "./action.ts";
import type { Context } from "./context.ts";
import { attemptAt } from "./request.ts";

/** The number of environments for one spec that may exist although AWS does not delete them. */
const stuckAtMost = 3;

/**
 * No further environment is created while that many, created for this very spec, cannot be deleted: they would fill the quota of
 * the region.
 */
export function withoutCrowding(steps: readonly Step<Action>[], { seen }: Context): readonly Step<Action>[] {
  const stuck = steps.filter((step) => {
    if (step.kind !== "act" || !seen.refusals.has(independentName(step.action) ?? "")) return false;
    const name = leavingName(step.action);
    return name !== undefined && attemptAt(seen.planId, seen.baseName, name) > 0;
  });
  return stuck.length < stuckAtMost ? steps : steps.filter((step) => !creates(step));
}

/** The environment that an action takes out of service. */
function leavingName(action: Action): string | undefined {
  switch (action.kind) {
    case "disable":
    case "terminateJobs":
    case "delete":
      return action.name;
    case "tag":
      return action.purpose === "retire" ? action.items[0]?.name : undefined;
    default:
      return undefined;
  }
}
