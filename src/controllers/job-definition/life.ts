/** The whole life of a job definition: its roles, then its revisions, and the same way back. Pure. */

import type { JobDefinition } from "../../api/v1alpha1/job-definition.ts";
import type { Plan } from "../agenda.ts";
import type { RolesAction } from "../roles/action.ts";
import type { WithRoles } from "../roles/part.ts";
import { repairedFirst, rolesPlan, rolesRemoval } from "../roles/plan.ts";
import type { Action } from "./action.ts";
import { plan } from "./plan.ts";
import type { Seen } from "./seen.ts";

export function planOf(
  { object: effective, own, roles: seen }: WithRoles<JobDefinition, Seen>,
  now: number,
): Plan<Action | RolesAction> {
  const core = plan(effective, own, now);
  const agenda = repairedFirst(core.agenda, seen);
  const last = agenda.at(-1);
  if (own.directives.deleting) {
    if (last?.kind !== "release") return { ...core, agenda };
    return { ...core, agenda: [...agenda.slice(0, -1), ...rolesRemoval(seen), last] };
  }
  const { steps, tail = [], conditions, checkInMs, changes } = rolesPlan(seen);
  const ofRoles = core.change.action === "None" ? ({ action: "Update", reason: "RolesDiffer" } as const) : {};
  return {
    change:
      changes.length === 0
        ? core.change
        : { ...core.change, ...ofRoles, changes: [...changes, ...core.change.changes] },
    agenda: [...steps, ...agenda, ...tail],
    conditions: [...core.conditions, ...conditions],
    ...(checkInMs === undefined ? {} : { checkInMs }),
  };
}

/** Whether nothing is left to do for the revisions themselves. */
export function isThrough(effective: JobDefinition, seen: Seen, now: number): boolean {
  return plan(effective, seen, now).agenda.every(({ kind }) => kind === "serves" || kind === "release");
}
