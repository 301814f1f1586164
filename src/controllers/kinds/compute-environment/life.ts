/**
 * The door of compute environments, and their whole life: what one depends on, the environment itself, and what is left of it. Pure.
 *
 *     spec.state: DISABLED → limits of the namespace → network → roles → environment → unused roles
 *
 * Deletion is the same way back: the environments, then roles, then the finalizer.
 *
 * `plan.ts` decides about the environments: `environment-set.ts` says which one serves, `replacement.ts` creates a successor,
 * `retire.ts` ends the others. `observation.ts` reads all of it, `controller.ts` connects it to the pass.
 */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { asNamed } from "../../ownership/names.ts";
import { allowedStep } from "../../parts/allowed/limits.ts";
import { networkReferencePlan } from "../../parts/network-reference/plan.ts";
import { repairedFirst, rolesPlan, rolesRemoval } from "../../parts/roles/plan.ts";
import { type Change, earliestCheck, type Plan } from "../../pass/agenda.ts";
import { isSettled, type PartPlan, removedLast, withRoleChanges } from "../../pass/part-plan.ts";
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
  const core = planFor(seen.effective, seen.own, now);
  const { tail: unusedRoles = [], ...usedRoles } = roles;
  const reference = networkReferencePlan(seen.reference, object);
  return {
    change: changeOf(object, core.change, reference, roles.changes),
    agenda: [
      ...disabledFirst(seen.effective, seen.own, now),
      ...allowedStep(seen.allowed, object.metadata.namespace),
      ...reference.steps,
      ...roles.steps,
      ...repairedFirst(core.agenda, seen.roles),
      // Roles last: what may run by them is counted only when nothing else is left to do.
      ...unusedRoles,
    ],
    conditions: [core, reference, roles].flatMap(({ conditions }) => conditions),
    ...earliestCheck([core, reference, usedRoles]),
  };
}

/** The same way back. */
function deletion(seen: Whole, now: number): Plan<AnyAction> {
  const core = planFor(seen.effective, seen.own, now);
  const agenda = removedLast<AnyAction>(repairedFirst(core.agenda, seen.roles), () => rolesRemoval(seen.roles));
  return { ...core, agenda };
}

/** What the difference between the spec and AWS means, with the roles; nothing while the spec lacks something. */
function changeOf(
  { spec }: BatchComputeEnvironment,
  own: Change,
  network: PartPlan<AnyAction>,
  ofRoles: Change["changes"],
): Change {
  const [first] = network.isUnknown === true ? network.steps : [];
  if (first !== undefined && own.action !== "Create") {
    return { ...own, action: "None", reason: first.reason, changes: [] };
  }
  // What the network gives changes although nobody changed the spec or AWS.
  const given = spec.computeResources?.networkRef === undefined ? [] : givenPaths;
  const changes = own.changes.map((one) => (given.includes(one.path) ? { ...one, isReference: true as const } : one));
  return withRoleChanges({ ...own, changes }, ofRoles);
}

const givenPaths: readonly string[] = ["subnets", "securityGroupIds"].map((field) => `spec.computeResources.${field}`);

/** Whether nothing is left to do for the environments themselves. */
export function isThrough(effective: BatchComputeEnvironment, own: Observation["own"], now: number): boolean {
  return isSettled(planFor(effective, { ...own, refusals: new Map() }, now).agenda);
}
