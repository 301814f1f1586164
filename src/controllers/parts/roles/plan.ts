/**
 * The door of roles: plans the roles that an object requests. `desired.ts` computes them from the spec, `observe.ts` reads IAM,
 * `diff.ts` compares, `limits.ts` says what a namespace may use, `delete.ts` deletes what nothing uses any more. Pure.
 */

import type { RoleSeen } from "../../../aws/iam-account.ts";
import { marks, rereadCheckMs, rolesRestMs, settleCheckMs, shownCheckMs, unwatchedCheckMs } from "../../intervals.ts";
import { waitForNamespace } from "../../ownership/limits.ts";
import { clusterTag, roleTag, type Tags } from "../../ownership/ownership.ts";
import type { Blocked, ConditionDraft, FieldChange, Step, Wait } from "../../pass/agenda.ts";
import type { PartPlan, PartStep } from "../../pass/part-plan.ts";
import { otherClusterText } from "../../wording.ts";
import type { RolesAction } from "./action.ts";
import { removed } from "./delete.ts";
import type { DesiredRole } from "./desired.ts";
import { roleDifferences } from "./diff.ts";
import { inlineFaults } from "./inline.ts";
import { refusalOf } from "./limits.ts";
import { roleOwnership } from "./ownership.ts";
import { awaited, repaired } from "./repair.ts";
import type { RolesSeen } from "./seen.ts";
import { takenOver } from "./take-over.ts";

type RolesStep = PartStep<RolesAction>;
type Hindrance = Wait | Blocked;

export interface RolesPlan extends Omit<PartPlan<RolesAction>, "tail"> {
  /** How roles differ from the spec. */
  readonly changes: readonly FieldChange[];
  /** Deletes roles that the object no longer uses, after everything else. */
  readonly tail?: readonly Step<RolesAction>[];
}

/** Roles come first: nothing else of the object is written before its roles match the spec, and those that it refers to are Ready. */
export function rolesPlan(seen: RolesSeen): RolesPlan {
  const { hindrance } = seen;
  const own = ownRolesPlan(seen);
  return hindrance === undefined ? own : { ...own, steps: [...own.steps, hindrance] };
}

function ownRolesPlan(seen: RolesSeen): RolesPlan {
  const none = { steps: [], conditions: [], changes: [] };
  const { iam, limits, desiredRoles } = seen;
  if (iam.kind === "unneeded" && limits.kind === "unneeded") return none;
  const held = (step: Wait | Blocked) => ({ ...none, steps: [reported(seen, step)] });
  const refused = notAllowed(seen);
  if (refused !== undefined) return held(refused);
  // The object keeps serving. Its roles stay unchanged, because their limits and boundary are unknown.
  const unread = limitsUnread(seen);
  if (unread !== undefined) return held({ ...unread, holds: "writes" });
  if (iam.kind === "unneeded") return none;
  // Unreadable roles stop nothing that serves, but nothing that uses them is created.
  if (iam.kind === "unread") {
    const holds = desiredRoles.length === 0 ? "nothing" : "writes";
    return { ...none, steps: [{ ...unreadable(iam), holds, conditions: [unknown] }] };
  }
  const hindered = faulty(seen) ?? taken(seen);
  if (hindered !== undefined) return held(hindered);
  const { next, changes } = createdOrRepaired(seen);
  const first = next ?? takenOver(seen);
  if (first !== undefined) return { ...none, steps: [{ ...reported(seen, first), holds: "writes" }], changes };
  // IAM may show the state before an edit that was reverted within seconds, so a match proves nothing yet.
  const checkInMs = seen.unsettledMs > 0 ? shownCheckMs : rolesRestMs;
  return {
    ...none,
    conditions: ready(seen),
    tail: listed(removed(seen, leftovers(seen), false)),
    ...(desiredRoles.length === 0 ? {} : { checkInMs }),
  };
}

/** The steps of a deletion, after everything that uses the roles. */
export function rolesRemoval(seen: RolesSeen): readonly Step<RolesAction>[] {
  if (seen.iam.kind === "unneeded") return [];
  if (seen.iam.kind === "unread") return [{ ...unreadable(seen.iam), conditions: [notReady] }];
  const names = [...new Set([...seen.claims, ...seen.desiredRoles.map(({ name }) => name)])].sort();
  return listed(removed(seen, names, true)).map((step) => reported(seen, step));
}

/** The agenda of the object. Before a wait that cannot end without a role, the operator creates that role again. */
export function repairedFirst<Action>(
  agenda: readonly Step<Action>[],
  seen: RolesSeen,
): readonly Step<Action | RolesAction>[] {
  const last = agenda.at(-1);
  if (last?.kind !== "wait" && last?.kind !== "blocked") return agenda;
  const repair = repaired(seen, last) ?? awaited(seen, last);
  if (repair === undefined) return agenda;
  const step = reported(seen, repair);
  // The conditions of the replaced step still hold: a predecessor that waits for its role is still being deleted.
  return [...agenda.slice(0, -1), { ...step, conditions: [...(step.conditions ?? []), ...(last.conditions ?? [])] }];
}

const notReady = { type: "RolesReady", status: "False" } as const;
const unknown = { type: "RolesReady", status: "Unknown" } as const;

function listed(step: RolesStep | undefined): readonly RolesStep[] {
  return step === undefined ? [] : [step];
}

/** The step, reported by the condition of the roles as well. */
function reported<One extends RolesStep>({ iam, desiredRoles }: RolesSeen, step: One): One {
  if (iam.kind === "unneeded" && desiredRoles.length === 0 && step.reason !== "NotAllowed") return step;
  return { ...step, conditions: [step.reason === "NamespaceUnreadable" ? unknown : notReady] };
}

/** Roles that the object requested once, and neither requests nor uses now. */
function leftovers({ claims, desiredRoles, referred }: RolesSeen): readonly string[] {
  return claims.filter((claim) => !referred.has(claim) && desiredRoles.every(({ name }) => name !== claim));
}

function notAllowed({ desiredRoles, named, limits, place }: RolesSeen): Hindrance | undefined {
  if (limits.kind !== "read") return undefined;
  const refused = refusalOf(desiredRoles, named, limits.limits, place);
  if (refused === undefined) return undefined;
  // No watch reports a change of the namespace's annotations.
  return { kind: "blocked", reason: "NotAllowed", message: refused.message, checkInMs: unwatchedCheckMs };
}

/** Fails closed: without the namespace its limits are unknown. */
function limitsUnread({ limits, identity }: RolesSeen): Hindrance | undefined {
  if (limits.kind !== "unread") return undefined;
  return waitForNamespace(identity.namespace, limits.why, "roles it may use, and creates nothing");
}

/** Faults that IAM would refuse without naming the field. */
function faulty({ desiredRoles }: RolesSeen): Hindrance | undefined {
  for (const { field, inlinePolicies } of desiredRoles) {
    const [fault] = inlineFaults(inlinePolicies);
    if (fault === undefined) continue;
    const { policy, message } = fault;
    const of = policy === undefined ? "" : `[${JSON.stringify(policy)}]`;
    return { kind: "blocked", reason: "InvalidPolicy", message: `${field}.inlinePolicies${of} ${message}` };
  }
  return undefined;
}

/** A foreign role or profile has this name. */
function taken(seen: RolesSeen): Hindrance | undefined {
  if (seen.iam.kind !== "read") return undefined;
  for (const { name, field, otherName, profileArn, purpose, ownTags } of seen.desiredRoles) {
    const madeFor = seen.iam.roles.get(name)?.tags[roleTag];
    if (madeFor !== undefined && madeFor !== purpose) {
      return {
        kind: "blocked",
        reason: "RoleContentConflict",
        message: `${field}: role ${name} was created as the ${madeFor} role and may still be in use: with other policies its users would fail, or be allowed too much: ${otherName}`,
        checkInMs: unwatchedCheckMs,
      };
    }
    const found = [
      { what: "role", one: seen.iam.roles.get(name) },
      ...(profileArn === undefined ? [] : [{ what: "instance profile", one: seen.iam.profiles.get(name) }]),
    ];
    for (const { what, one } of found) {
      if (one === undefined) continue;
      const owner = roleOwnership(one, { ...seen, repairForeign: false });
      if (owner.kind === "ours" || owner.kind === "retained") continue;
      if (owner.kind === "otherCluster") {
        return {
          kind: "blocked",
          reason: "OwnedByOtherCluster",
          message: `${field}: ${otherClusterText(`${what} ${name}`, owner)}`,
        };
      }
      const lostItsTags = one.tags[clusterTag] === undefined && seen.claims.includes(name);
      const next = lostItsTags
        ? `If the operator created it for this object, restore its tags (${tagsText(ownTags)}), because the object's resources may use it; if not, ${otherName}`
        : `Delete it, or ${otherName}${seen.adopts === undefined ? "" : ", or adopt it by spec.roleName and spec.adoptionPolicy, if this namespace may adopt that name"}`;
      return {
        kind: "blocked",
        reason: "RoleNameTaken",
        message: `${field}: ${what} ${name} exists and does not belong to the operator, which neither uses nor changes it. ${next}`,
        checkInMs: unwatchedCheckMs,
      };
    }
  }
  return undefined;
}

function tagsText(tags: Tags): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}

/** The write of the first role that differs from the desired one. Each role is a write of its own. */
function createdOrRepaired(seen: RolesSeen): { readonly next?: RolesStep; readonly changes: readonly FieldChange[] } {
  if (seen.iam.kind !== "read") return { changes: [] };
  const { roles, profiles } = seen.iam;
  const differing = seen.desiredRoles
    .map((desired) => {
      const role = roles.get(desired.name);
      const found = roleDifferences(desired, role, profiles.get(desired.name), seen.ignoreTagKeys, seen.mark);
      return { desired, role, found };
    })
    .filter(({ found }) => found.length > 0);
  const changes = differing.flatMap(({ found }) =>
    found.map(({ path, why }): FieldChange => ({ path, kind: "update", why })),
  );
  // A role that IAM may not show yet holds back no other role.
  const first = differing.find(({ desired }) => !seen.justWritten.has(desired.name)) ?? differing[0];
  const claims = [...new Set([...seen.claims, ...seen.unnoted, ...seen.desiredRoles.map(({ name }) => name)])].sort();
  if (claims.length > seen.claims.length) {
    const message = "noting on the object the roles that it requests or still uses";
    return {
      changes,
      next: { kind: "act", action: { kind: "claimRoles", claims }, reason: "CreatingRole", message },
    };
  }
  if (first === undefined) return { changes };
  return {
    changes,
    next: written(
      seen,
      first.desired,
      first.role,
      first.found.map(({ write }) => write),
    ),
  };
}

function written(
  seen: RolesSeen,
  { name, field }: DesiredRole,
  role: RoleSeen | undefined,
  writes: Extract<RolesAction, { kind: "writeRole" }>["writes"],
): RolesStep {
  const doing = role === undefined ? "create" : "repair";
  const reason = doing === "create" ? "CreatingRole" : "RepairingRole";
  if (seen.justWritten.has(name)) {
    const message = `${field}: waiting for IAM to show what was written to role ${name}`;
    return { kind: "wait", reason, message, checkInMs: settleCheckMs };
  }
  const what =
    doing === "create"
      ? `creating role ${name}`
      : `changing role ${name} to match the spec (${writes.map(({ kind }) => kind).join(", ")})`;
  return {
    kind: "act",
    action: { kind: "writeRole", name, doing, writes },
    reason,
    message: `${field}: ${what}`,
  };
}

type Unread = Extract<RolesSeen["iam"], { kind: "unread" }>;

function againMs({ partly }: Unread): number {
  return partly === true ? rereadCheckMs : unwatchedCheckMs;
}

function unreadable(iam: Unread): Wait {
  const { reason, message } = iam;
  return { kind: "wait", reason, message, checkInMs: againMs(iam), stallsAfterMs: marks.unreadStallsMs };
}

function ready({ desiredRoles }: RolesSeen): ConditionDraft[] {
  if (desiredRoles.length === 0) return [];
  const names = desiredRoles.map(({ name }) => name).join(", ");
  return [{ type: "RolesReady", status: "True", reason: "InSync", message: `in sync with the spec: ${names}` }];
}
