/**
 * The door of compute environments, and their whole life: what one depends on, the environment itself, and what is left of it. Pure.
 *
 *     spec.state: DISABLED → limits of the namespace → network → selection → group → endpoints → their leftovers → roles → environment → unused roles
 *
 * Deletion is the same way back: the environments, then roles, endpoints and group, then the finalizer.
 *
 * `plan.ts` decides about the environments: `environment-set.ts` says which one serves, `replacement.ts` creates a successor,
 * `retire.ts` ends the others. `observation.ts` reads all of it, `controller.ts` connects it to the pass.
 */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { asNamed } from "../../ownership/names.ts";
import { allowedStep } from "../../parts/allowed/limits.ts";
import { creationOf, endpointsPlan, endpointsRemoval } from "../../parts/endpoints/plan.ts";
import { whileCreating } from "../../parts/network/report.ts";
import { networkReferencePlan } from "../../parts/network-reference/plan.ts";
import { repairedFirst, rolesPlan, rolesRemoval } from "../../parts/roles/plan.ts";
import { groupPlan, groupRemoval } from "../../parts/security-group/plan.ts";
import { selectedPaths } from "../../parts/selection/fill.ts";
import { selectionPlan } from "../../parts/selection/plan.ts";
import { type Change, earliestCheck, type Plan } from "../../pass/agenda.ts";
import { isSettled, type PartPlan, removedLast, together, withRoleChanges } from "../../pass/part-plan.ts";
import type { AnyAction, Observation } from "./environment-object.ts";
import { disabledFirst, planFor } from "./plan.ts";
import type { Seen } from "./seen.ts";

/** @param refusals by `independentName`: what AWS refused of an action when it was tried last */
export function planOf(
  object: BatchComputeEnvironment,
  seen: Observation,
  now: number,
  refusals: Seen["refusals"] = new Map(),
): Plan<AnyAction> {
  const whole = { ...seen, own: { ...seen.own, refusals } };
  if (object.metadata.deletionTimestamp !== undefined) return deletion(whole, now);
  return asNamed(upkeep(object, whole, now), seen.own.nameSeen, object.metadata.namespace);
}

type Whole = Observation & { readonly own: Seen };

function upkeep(object: BatchComputeEnvironment, seen: Whole, now: number): Plan<AnyAction> {
  const roles = rolesPlan(seen.roles);
  const group = groupPlan(seen.group);
  const endpoints = endpointsPlan(seen.endpoints);
  const own = { ...seen.own, network: whileCreating(seen.own.network, creationOf(endpoints)) };
  const core = planFor(seen.effective, own, now);
  const selection = selectionPlan(seen.selection, object, now);
  const { tail: unusedRoles = [], ...usedRoles } = roles;
  const reference = networkReferencePlan(seen.reference, object);
  const network = together<AnyAction>([reference, selection, group, endpoints]);
  const leftovers = [...(endpoints.tail ?? []), ...(group.tail ?? [])];
  return {
    change: changeOf(object, core.change, [reference, selection, group], roles.changes),
    agenda: [
      ...disabledFirst(seen.effective, seen.own, now),
      ...allowedStep(seen.allowed, object.metadata.namespace),
      ...network.steps,
      // What the object no longer uses is removed, whatever its roles and environments wait for.
      ...leftovers.map((step) => ({ ...step, holds: "nothing" as const })),
      ...roles.steps,
      ...repairedFirst(core.agenda, seen.roles),
      // Roles last: what may run by them is counted only when nothing else is left to do.
      ...unusedRoles,
    ],
    conditions: [
      ...core.conditions,
      ...[reference, roles, endpoints, group, selection].flatMap(({ conditions }) => conditions),
    ],
    ...earliestCheck([core, network, usedRoles]),
  };
}

/** The same way back. */
function deletion(seen: Whole, now: number): Plan<AnyAction> {
  const core = planFor(seen.effective, seen.own, now);
  const agenda = removedLast<AnyAction>(repairedFirst(core.agenda, seen.roles), () => [
    ...rolesRemoval(seen.roles),
    ...endpointsRemoval(seen.endpoints),
    ...groupRemoval(seen.group),
  ]);
  return { ...core, agenda };
}

/** What the difference between the spec and AWS means, with the roles; nothing while the spec lacks something. */
function changeOf(
  { spec, ...object }: BatchComputeEnvironment,
  own: Change,
  parts: readonly PartPlan<AnyAction>[],
  ofRoles: Change["changes"],
): Change {
  const lacking = parts.find(({ steps, isUnknown }) => isUnknown === true && steps.length > 0);
  const [first] = lacking?.steps ?? [];
  if (first !== undefined && own.action !== "Create") {
    return { ...own, action: "None", reason: first.reason, changes: [] };
  }
  const selected = selectedPaths({ spec, ...object });
  const changes = own.changes.map((one) =>
    selected.includes(one.path) ? { ...one, isReference: true as const } : one,
  );
  return withRoleChanges({ ...own, changes }, ofRoles);
}

/** Whether nothing is left to do for the environments themselves. */
export function isThrough(effective: BatchComputeEnvironment, own: Observation["own"], now: number): boolean {
  return isSettled(planFor(effective, { ...own, refusals: new Map() }, now).agenda);
}
