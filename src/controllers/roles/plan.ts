/** The roles that an object asks for. Pure. */

import type { RoleSeen } from "../../aws/iam-account.ts";
import type { Act, Blocked, ConditionDraft, FieldChange, Step, Wait } from "../agenda.ts";
import { marks } from "../marks.ts";
import { clusterTag, roleTag, type Tags } from "../ownership.ts";
import type { PartPlan } from "../part.ts";
import type { RolesAction } from "./action.ts";
import { removed } from "./delete.ts";
import type { DesiredRole } from "./desired.ts";
import { roleDifferences } from "./diff.ts";
import { documentFault } from "./documents.ts";
import { inlineLength, inlineLimit, refusalOf } from "./limits.ts";
import { roleOwnership } from "./ownership.ts";
import { awaited, repaired } from "./repair.ts";
import type { RolesSeen } from "./seen.ts";
import { takenOver } from "./take-over.ts";

type RolesStep = Act<RolesAction> | Wait | Blocked;
type Hindrance = Wait | Blocked;

/** How often a role at rest is read again, to find what others changed. */
const driftCheckMs = 30 * 60_000;
/** … or within this time, while IAM may still answer from before what was written to it. */
const unsettledCheckMs = 6000;
const settleCheckMs = 1000;
const readAgainMs = 60_000;
const partlyReadMs = 2000;

export interface RolesPlan extends Omit<PartPlan<RolesAction>, "tail"> {
  /** How roles differ from the spec. */
  readonly changes: readonly FieldChange[];
  /** The end of roles that the object uses no more, after everything else. */
  readonly tail?: readonly Step<RolesAction>[];
}

/** Roles before what uses them: nothing of the object goes on before its roles are as the spec says. */
export function rolesPlan(seen: RolesSeen): RolesPlan {
  const none = { steps: [], conditions: [], changes: [] };
  const { iam, limits, desiredRoles } = seen;
  if (iam.kind === "unneeded" && limits.kind === "unneeded") return none;
  const held = (step: Wait | Blocked) => ({ ...none, steps: [reported(seen, step)] });
  const refused = notAllowed(seen);
  if (refused !== undefined) return held(refused);
  // What serves goes on; but what it may have, and within which boundary, nobody knows now: its roles stay as they are.
  const unread = limitsUnread(seen);
  if (unread !== undefined) return held({ ...unread, holds: "writes" });
  if (iam.kind === "unneeded") return none;
  // Roles that cannot be read keep nothing from serving, but nothing new is made on their account.
  if (iam.kind === "unread") {
    const holds = desiredRoles.length === 0 ? "nothing" : "writes";
    return { ...none, steps: [{ ...unreadable(iam), holds, conditions: [unknown] }] };
  }
  const hindered = contested(seen) ?? faulty(seen) ?? taken(seen);
  if (hindered !== undefined) return held(hindered);
  const { next, changes } = madeOrMended(seen);
  const inUseByOthers = next === undefined ? undefined : leavingUsers(seen, next);
  if (inUseByOthers !== undefined) return held(inUseByOthers);
  const first = next ?? takenOver(seen);
  if (first !== undefined) return { ...none, steps: [{ ...reported(seen, first), holds: "writes" }], changes };
  // An edit that is taken back within seconds is as IAM had it before: that proves nothing yet.
  const checkInMs = seen.unsettledMs > 0 ? unsettledCheckMs : driftCheckMs;
  return {
    ...none,
    conditions: ready(seen),
    tail: listed(removed(seen, leftovers(seen), false)),
    ...(desiredRoles.length === 0 ? {} : { checkInMs }),
  };
}

/** On the way out, after what uses the roles. */
export function rolesRemoval(seen: RolesSeen): readonly Step<RolesAction>[] {
  if (seen.iam.kind === "unneeded") return [];
  if (seen.iam.kind === "unread") return [{ ...unreadable(seen.iam), conditions: [notReady] }];
  const names = [...new Set([...seen.claims, ...seen.desiredRoles.map(({ name }) => name)])].sort();
  return listed(removed(seen, names, true)).map((step) => reported(seen, step));
}

/** The agenda of what uses the roles. Before a wait that cannot end without a role, that role is made again. */
export function repairedFirst<Action>(
  agenda: readonly Step<Action>[],
  seen: RolesSeen,
): readonly Step<Action | RolesAction>[] {
  const last = agenda.at(-1);
  if (last?.kind !== "wait" && last?.kind !== "blocked") return agenda;
  const repair = repaired(seen, last) ?? awaited(seen, last);
  if (repair === undefined) return agenda;
  const step = reported(seen, repair);
  // What it replaces is still so: a predecessor that waits for its role is still on its way out.
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

/** Roles that the object has asked for, wishes no more, and does not use any more. */
function leftovers({ claims, desiredRoles, referred }: RolesSeen): readonly string[] {
  return claims.filter((claim) => !referred.has(claim) && desiredRoles.every(({ name }) => name !== claim));
}

function notAllowed({ desiredRoles, named, limits, place }: RolesSeen): Hindrance | undefined {
  if (limits.kind !== "read") return undefined;
  const refused = refusalOf(desiredRoles, named, limits.limits, place);
  if (refused === undefined) return undefined;
  // Nothing tells when a namespace is given other annotations.
  return { kind: "blocked", reason: "NotAllowed", message: refused.message, checkInMs: readAgainMs };
}

/** A shared role has the content of who still uses it, until the jobs of that one have ended. */
function leavingUsers({ iam, others }: RolesSeen, next: RolesStep): Hindrance | undefined {
  if (next.kind !== "act" || next.action.kind !== "writeRole" || iam.kind !== "read") return undefined;
  const { name } = next.action;
  const role = iam.roles.get(name);
  const user = (others.get(name) ?? []).find(({ stage }) => stage !== "uses");
  if (role === undefined || user === undefined || !changesContent(next.action.writes)) return undefined;
  const message = `role ${name} keeps its content until ${user.key}, which asks for it no more, is through with it: until no environment and no ACTIVE revision of it names the role, and its jobs have ended. To go on at once, give the role another name in spec.iam`;
  return {
    kind: "wait",
    reason: "RoleContentConflict",
    message,
    checkInMs: readAgainMs,
    stallsAfterMs: marks.sharedRoleStallsMs,
  };
}

function changesContent(writes: Extract<RolesAction, { kind: "writeRole" }>["writes"]): boolean {
  return writes.some(({ kind }) => !/^(?:tag|untag|create|addToProfile)/.test(kind));
}

/** Fail closed: without the namespace nobody knows what it may use. */
function limitsUnread({ limits, identity }: RolesSeen): Hindrance | undefined {
  if (limits.kind !== "unread") return undefined;
  return {
    kind: "wait",
    reason: "NamespaceUnreadable",
    message: `namespace ${identity.namespace} cannot be read (${limits.why}), so what roles it may use is unknown and nothing is made. Let the operator get, list and watch namespaces`,
    checkInMs: readAgainMs,
    stallsAfterMs: marks.unreadStallsMs,
  };
}

function contested({ conflicts }: RolesSeen): Hindrance | undefined {
  const [first] = conflicts;
  if (first === undefined) return undefined;
  const [field, rival] = first;
  return {
    kind: "blocked",
    reason: "RoleContentConflict",
    message: `${field}: ${rival} gives a role of the same name another content, and is older. Give both the same content, or one of them another name`,
    checkInMs: readAgainMs,
  };
}

/** What IAM would refuse without saying where it stands. */
function faulty({ desiredRoles }: RolesSeen): Hindrance | undefined {
  for (const { field, inlinePolicies } of desiredRoles) {
    for (const [policy, document] of Object.entries(inlinePolicies)) {
      const fault = documentFault(document);
      if (fault === undefined) continue;
      const message = `${field}.inlinePolicies[${JSON.stringify(policy)}] is no policy document: ${fault}`;
      return { kind: "blocked", reason: "InvalidPolicy", message };
    }
    const length = inlineLength(inlinePolicies);
    if (length > inlineLimit) {
      const message = `${field}.inlinePolicies have ${length} characters together, and IAM takes ${inlineLimit} without white space. Use a managed policy`;
      return { kind: "blocked", reason: "InvalidPolicy", message };
    }
  }
  return undefined;
}

/** A role or profile of this name that is somebody else's. */
function taken(seen: RolesSeen): Hindrance | undefined {
  if (seen.iam.kind !== "read") return undefined;
  for (const { name, field, profileArn, purpose, ownTags } of seen.desiredRoles) {
    const madeFor = seen.iam.roles.get(name)?.tags[roleTag];
    if (madeFor !== undefined && madeFor !== purpose) {
      return {
        kind: "blocked",
        reason: "RoleContentConflict",
        message: `${field}: role ${name} was made as the ${madeFor} role, and what runs by it may still do so: with other policies it would fail, or be allowed more than it should. Give another name in ${field}.name`,
        checkInMs: readAgainMs,
      };
    }
    const found = [
      { what: "role", tags: seen.iam.roles.get(name)?.tags },
      ...(profileArn === undefined ? [] : [{ what: "instance profile", tags: seen.iam.profiles.get(name)?.tags }]),
    ];
    for (const { what, tags } of found) {
      if (tags === undefined) continue;
      const owner = roleOwnership(tags, seen.identity);
      if (owner.kind === "ours" || owner.kind === "retained") continue;
      if (owner.kind === "otherCluster") {
        return {
          kind: "blocked",
          reason: "OwnedByOtherCluster",
          message: `${field}: ${what} ${name} belongs to the same object of another cluster with the same --cluster-name (uid ${owner.clusterUid}). If that cluster is gone, start the operator with --take-over-cluster-uid=${owner.clusterUid}; if not, give one of the two another --cluster-name`,
        };
      }
      const lostItsTags = tags[clusterTag] === undefined && seen.claims.includes(name);
      const next = lostItsTags
        ? `If it is the one that was made for this object, put its tags back (${tagsText(ownTags)}), for what the object has in AWS may run by it; if not, give another name in ${field}.name`
        : `Remove it, or give another name in ${field}.name`;
      return {
        kind: "blocked",
        reason: "RoleNameTaken",
        message: `${field}: ${what} ${name} exists and is not ours, so it is neither used nor changed. ${next}`,
        checkInMs: readAgainMs,
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

/** The first role that is not as wished; each is written by an act of its own. */
function madeOrMended(seen: RolesSeen): { readonly next?: RolesStep; readonly changes: readonly FieldChange[] } {
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
  // What IAM may not show yet keeps no other role waiting.
  const first = differing.find(({ desired }) => !seen.justWritten.has(desired.name)) ?? differing[0];
  const claims = [...new Set([...seen.claims, ...seen.unnoted, ...seen.desiredRoles.map(({ name }) => name)])].sort();
  if (claims.length > seen.claims.length) {
    const message = "the roles that are asked for, or still used, are noted on the object";
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
    doing === "create" ? "is made" : `is brought back to the spec (${writes.map(({ kind }) => kind).join(", ")})`;
  return {
    kind: "act",
    action: { kind: "writeRole", name, doing, writes },
    reason,
    message: `${field}: role ${name} ${what}`,
    // What IAM showed half an hour ago may be somebody else's by now.
  };
}

type Unread = Extract<RolesSeen["iam"], { kind: "unread" }>;

function againMs({ partly }: Unread): number {
  return partly === true ? partlyReadMs : readAgainMs;
}

function unreadable(iam: Unread): Wait {
  const { reason, message } = iam;
  return { kind: "wait", reason, message, checkInMs: againMs(iam), stallsAfterMs: marks.unreadStallsMs };
}

function ready({ desiredRoles }: RolesSeen): ConditionDraft[] {
  if (desiredRoles.length === 0) return [];
  const names = desiredRoles.map(({ name }) => name).join(", ");
  return [{ type: "RolesReady", status: "True", reason: "InSync", message: `as the spec says: ${names}` }];
}
