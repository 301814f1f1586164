/** Keeps IAM roles as the objects that stand for them say: a role of its own is all that such an object has. */

import type { BatchRole } from "../../api/v1alpha1/batch-role.ts";
import { BatchRoleKind } from "../../api/v1alpha1/kinds.ts";
import type { Reconciler } from "../../runtime/object-reconciler.ts";
import { shortHash } from "../fields/fingerprint.ts";
import { shownForSureMs } from "../intervals.ts";
import { asNamed, type NameSeen, notAdoptable } from "../ownership/names.ts";
import { nameSeen } from "../ownership/names-seen.ts";
import { actOnRoles } from "../parts/roles/act.ts";
import type { RolesAction } from "../parts/roles/action.ts";
import { roleDifferences } from "../parts/roles/diff.ts";
import { observeRoles } from "../parts/roles/observe.ts";
import { roleOwnership } from "../parts/roles/ownership.ts";
import { rolesPlan, rolesRemoval } from "../parts/roles/plan.ts";
import { rolesEvents, rolesFailure } from "../parts/roles/report.ts";
import type { RolesSeen } from "../parts/roles/seen.ts";
import { newRolesMemory } from "../parts/roles/with-roles.ts";
import { type Change, earliestCheck, type Plan, type Step, type Wait } from "../pass/agenda.ts";
import { readyOf } from "../pass/conditions.ts";
import { type Directives, directivesOf } from "../pass/directives.ts";
import { reconcilerOf } from "../pass/pass.ts";
import type { Ports } from "../ports.ts";
import { refreshRegions, usedBy } from "./batch-role/users.ts";

/** Everything that the plan of a role is computed from. */
export interface Seen {
  readonly roles: RolesSeen;
  readonly directives: Directives;
  readonly nameSeen: NameSeen;
  /** Time (ms) until IAM is sure to show what was written to the role, also by the process before; 0 or less: it is. */
  readonly settlesInMs: number;
  /** What a deletion waits for; undefined: nothing uses the role, or it stays in IAM. */
  readonly used: Step<never> | undefined;
}

const user = { kind: BatchRoleKind, awsName: ({ metadata }: BatchRole) => metadata.name, named: () => [] };

/** By default a name has a hash of cluster, namespace and object: nobody else gives it, and nothing is to be adopted. */
const ownName: NameSeen = { kind: "allowed", mayAdopt: false, adoptableBy: "" };

/** Reconciles the objects of the kind. */
export function batchRoles(ports: Ports): Reconciler {
  const memory = newRolesMemory();
  const unusedSince = new Map<string, number>();
  return reconcilerOf<BatchRole, Seen, RolesAction>(
    {
      kind: BatchRoleKind,
      async observe(object, region, signal) {
        const beganAt = memory.beganAt ?? ports.clock.monotonic();
        memory.beganAt = beganAt;
        const inAws = { stranded: [], used: [], doubted: false };
        const read = await observeRoles(object, region, { user, ...inAws }, { ports, memory }, signal);
        const directives = directivesOf(object, ports.settings);
        const isNamed = object.spec.roleName !== undefined;
        const name = isNamed ? await nameSeen(object, BatchRoleKind, ports, signal) : ownName;
        const roles = withAdoption(completed(object, read, ports.clock.now()), directives, name);
        const isAsked = directives.deleting && !directives.retain && removes(roles);
        const used = isAsked ? await usedBy(object, roles, { ports, unusedSince }, signal) : undefined;
        const settlesInMs = Math.max(roles.unsettledMs, beganAt + shownForSureMs - ports.clock.monotonic());
        return { roles, directives, nameSeen: name, settlesInMs, used };
      },
      async refresh(object, _region, sinceMs, signal) {
        memory.readAfter.set(object.metadata.uid, sinceMs);
        if (object.metadata.deletionTimestamp !== undefined) await refreshRegions(ports, signal);
      },
      plan: planFor,
      act: (action, object, _region, signal) => actOnRoles(action, object, BatchRoleKind, { ports, memory }, signal),
      status: (object, { roles }) => report(object, roles),
      events: rolesEvents,
      hasOwn: ({ roles }) => removes(roles),
      conditionsOfFailure: (action, failure, { roles }) => rolesFailure(action, failure, roles),
    },
    ports,
  );
}

/** With what only deletions and other objects with roles have. */
function completed(
  { metadata: { deletionTimestamp } }: BatchRole,
  read: Awaited<ReturnType<typeof observeRoles>>,
  now: number,
): RolesSeen {
  return {
    ...read,
    referred: new Set(),
    usedInRegion: new Set(),
    jobs: { kind: "counted", count: 0 },
    goingForMs: deletionTimestamp === undefined ? undefined : now - Date.parse(deletionTimestamp),
    adopts: false,
  };
}

/** Whether a role without an owner becomes the object's. */
function withAdoption(roles: RolesSeen, { adoptionPolicy }: Directives, name: NameSeen): RolesSeen {
  if (adoptionPolicy === "Never" || name.kind !== "allowed" || notAdoptable(name) !== undefined) return roles;
  return { ...roles, adopts: adoptionPolicy === "IfExists" || changedIn(roles).length === 0 };
}

/** The parts in which the role differs from the spec, tags aside. */
function changedIn({ iam, desiredRoles, ignoreTagKeys, mark }: RolesSeen): readonly string[] {
  if (iam.kind !== "read") return [];
  return desiredRoles
    .flatMap((desired) => {
      const { name } = desired;
      return roleDifferences(desired, iam.roles.get(name), iam.profiles.get(name), ignoreTagKeys, mark);
    })
    .flatMap(({ path, write }) => (/^(?:un)?tag/.test(write.kind) ? [] : [path]));
}

/** Whether IAM has something that is the object's own. */
function removes({ iam, desiredRoles, ...seen }: RolesSeen): boolean {
  if (iam.kind !== "read") return false;
  return desiredRoles
    .flatMap(({ name }) => [iam.roles.get(name), iam.profiles.get(name)])
    .some((found) => found !== undefined && roleOwnership(found, seen).kind === "ours");
}

/** The whole life of a role: it is made and kept as the spec says, and deleted after everything that uses it. Pure. */
export function planFor(object: BatchRole, seen: Seen): Plan<RolesAction> {
  const { roles, directives, nameSeen: name, used } = seen;
  const id = shortHash([roles.identity.cluster.name, roles.identity.namespace, roles.identity.name, object.spec]);
  if (directives.deleting) {
    const message = `${namesOf(roles)} is no longer a role of this object`;
    const removal: readonly Step<RolesAction>[] = used === undefined ? rolesRemoval(roles) : [used];
    const change: Change = { action: "Delete", id, reason: "ObjectDeleted", changes: [] };
    return { change, agenda: [...removal, { kind: "release", reason: "Released", message }], conditions: [] };
  }
  const { steps: next, conditions: shown, changes, ...checks } = rolesPlan(roles);
  const unsettled = next.length === 0 ? unsettledStep(object, seen) : undefined;
  const [steps, conditions] = unsettled === undefined ? [next, shown] : [[unsettled], []];
  const isThere = isMade(object, roles);
  // What was never made serves nothing, whatever holds its creation; nor does a new spec before it is carried out.
  const agenda: readonly Step<RolesAction>[] = isThere
    ? [
        // IAM has been found to be as this very spec says.
        ...(readyOf(object).isReady ? steps : steps.map(heldWhole)),
        { kind: "serves", reason: "Available", message: `IAM has ${namesOf(roles)} as the spec says` },
      ]
    : steps.map(heldWhole);
  const change: Change =
    changes.length === 0
      ? { action: "None", id, reason: "InSync", changes }
      : { action: isThere ? "Update" : "Create", id, reason: isThere ? "RolesDiffer" : "NotInAWS", changes };
  const plan: Plan<RolesAction> = { change, agenda, conditions, ...earliestCheck([checks]) };
  return asNamed(plan, name, roles.identity.namespace);
}

/**
 * A match proves nothing for a new spec while IAM may show the state before an edit that this one takes back: who refers to the
 * role would take it for having, or lacking, what it does not.
 */
function unsettledStep(object: BatchRole, { roles, settlesInMs: checkInMs }: Seen): Wait | undefined {
  if (checkInMs <= 0 || roles.iam.kind !== "read" || readyOf(object).isReady) return undefined;
  const message = `waiting until IAM is sure to show what was written to ${namesOf(roles)}`;
  const conditions = [{ type: "RolesReady", status: "False" }] as const;
  // What was made a moment ago is not repaired, unless it was found to differ since.
  const isNew = roles.desiredRoles.some((desired) => roles.absenceUnproven.has(desired.name));
  const reason = isNew && readyOf(object).ready?.reason !== "RepairingRole" ? "CreatingRole" : "RepairingRole";
  return { kind: "wait", reason, message, checkInMs, conditions };
}

/** The step, on which everything waits. */
function heldWhole({ holds: _writes, ...step }: Step<RolesAction> & { readonly holds?: unknown }): Step<RolesAction> {
  return step as Step<RolesAction>;
}

function namesOf({ desiredRoles }: RolesSeen): string {
  return desiredRoles.map(({ name }) => name).join(", ");
}

/** Whether the role exists; while IAM cannot be read, whether it did. */
function isMade({ status }: BatchRole, { iam, desiredRoles }: RolesSeen): boolean {
  if (iam.kind !== "read") return status?.arn !== undefined;
  return desiredRoles.every(
    ({ name, profileArn }) => iam.roles.has(name) && (profileArn === undefined || iam.profiles.has(name)),
  );
}

function report(object: BatchRole, roles: RolesSeen): Readonly<Record<string, unknown>> {
  if (!isMade(object, roles)) return {};
  return Object.assign(
    {},
    ...roles.desiredRoles.map(({ name, arn, profileArn }) => ({
      name,
      arn,
      ...(profileArn === undefined ? {} : { profileArn }),
    })),
  );
}
