/**
 * The door of job definitions, and their whole life: roles, then revisions, and the same way back. `plan.ts` decides about
 * revisions; two bodies are the same when their normal forms are (`normalise.ts`, `normal-form.ts`); `body.ts` is what is
 * registered. Pure.
 */

import type { JobDefinition } from "../../../api/v1alpha1/job-definition.ts";
import { asNamed } from "../../ownership/names.ts";
import type { RolesAction } from "../../parts/roles/action.ts";
import { repairedFirst, rolesPlan, rolesRemoval } from "../../parts/roles/plan.ts";
import type { WithRoles } from "../../parts/roles/with-roles.ts";
import { earliestCheck, type Plan } from "../../pass/agenda.ts";
import { isSettled, removedLast, withRoleChanges } from "../../pass/part-plan.ts";
import type { Action } from "./action.ts";
import { plan } from "./plan.ts";
import type { Seen } from "./seen.ts";

export function planOf(
  { object: effective, own, roles: seen }: WithRoles<JobDefinition, Seen>,
  now: number,
): Plan<Action | RolesAction> {
  const core = plan(effective, own, now);
  const agenda = repairedFirst(core.agenda, seen);
  if (own.directives.deleting) return { ...core, agenda: removedLast(agenda, () => rolesRemoval(seen)) };
  const { steps, tail = [], conditions, changes, ...checks } = rolesPlan(seen);
  const whole: Plan<Action | RolesAction> = {
    change: withRoleChanges(core.change, changes),
    agenda: [...steps, ...agenda, ...tail],
    conditions: [...core.conditions, ...conditions],
    ...earliestCheck([checks]),
  };
  return asNamed(whole, own.nameSeen, own.identity.namespace);
}

/** Whether nothing is left to do for the revisions themselves. */
export function isThrough(effective: JobDefinition, seen: Seen, now: number): boolean {
  return isSettled(plan(effective, seen, now).agenda);
}
