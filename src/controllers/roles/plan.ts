/** What comes first: the roles that an object wishes, or the object itself. Pure. */

import type { RoleSeen } from "../../aws/iam-account.ts";
import { lookedAtAgain } from "../again.ts";
import type { Decision, FieldChange, News, Next } from "../decision.ts";
import { marks } from "../marks.ts";
import { clusterTag, roleTag, type Tags } from "../ownership.ts";
import type { RolesAction } from "./action.ts";
import { removed } from "./delete.ts";
import { roleDifferences } from "./diff.ts";
import { documentFault } from "./documents.ts";
import { inlineLength, inlineLimit, refusalOf } from "./limits.ts";
import { roleOwnership } from "./ownership.ts";
import { awaited, repaired } from "./repair.ts";
import type { RolesSeen } from "./seen.ts";
import { takenOver } from "./take-over.ts";
import type { RoleWish } from "./wish.ts";

type RolesNext = Next<RolesAction>;
type Hindrance = Extract<Next<never>, { kind: "wait" | "blocked" }>;

/** How often a role at rest is read again, to find what others changed. */
const driftLookMs = 30 * 60_000;
/** … or within this time, while IAM may still answer from before what was written to it. */
const unsettledLookMs = 6000;
const settleLookMs = 1000;
const readAgainMs = 60_000;
const partlyReadMs = 2000;

/**
 * Roles before what uses them, and on the way out after it: the object's own decision goes on only when its roles are as
 * wished, and its release only when they are gone.
 */
export function planWithRoles<Action>(
  own: Decision<Action>,
  seen: RolesSeen,
  deleting: boolean,
): Decision<Action | RolesAction> {
  if (seen.iam.kind === "unneeded" && seen.limits.kind === "unneeded") return own;
  return deleting ? onTheWayOut(own, seen) : inUse(own, seen);
}

function inUse<Action>(own: Decision<Action>, seen: RolesSeen): Decision<Action | RolesAction> {
  const refused = notAllowed(seen);
  if (refused !== undefined) return instead(own, seen, refused);
  const unread = limitsUnread(seen);
  if (unread !== undefined && own.next.kind !== "settled") return instead(own, seen, unread);
  if (seen.iam.kind === "unneeded") return own;
  // What serves goes on; but what it may have, and within which boundary, nobody knows now: its roles stay as they are.
  if (unread !== undefined) return unchecked(own, unread);
  if (seen.iam.kind === "unread") return unreadable(own, seen, seen.iam);
  const hindered = contested(seen) ?? faulty(seen) ?? taken(seen);
  if (hindered !== undefined) return instead(own, seen, hindered);
  const { next, changes } = madeOrMended(seen);
  const inUseByOthers = next === undefined ? undefined : leavingUsers(seen, next);
  if (inUseByOthers !== undefined) return instead(own, seen, inUseByOthers);
  if (next !== undefined) {
    const change =
      own.change.action === "None" ? { ...own.change, action: "Update" as const, reason: "RolesDiffer" } : own.change;
    const told = { ...own, change: { ...change, changes: [...changes, ...own.change.changes] } };
    return instead(told, seen, next, own.serving);
  }
  const retagged = takenOver(seen);
  if (retagged !== undefined) return instead(own, seen, retagged, own.serving);
  const mended = repaired(seen, own.next) ?? awaited(seen, own.next);
  if (mended !== undefined) return instead(own, seen, mended, own.serving);
  if (own.next.kind !== "settled") return { ...own, news: [...own.news, ...ready(seen)] };
  const surplus = removed(seen, leftovers(seen), false);
  if (surplus !== undefined) return { ...own, next: surplus, news: [...own.news, ...ready(seen)] };
  const { recheckInMs = driftLookMs } = own.next;
  // An edit that is taken back within seconds is as IAM had it before: that proves nothing yet.
  const lookMs = seen.unsettledMs > 0 ? unsettledLookMs : driftLookMs;
  const recheck = seen.wishes.length === 0 ? {} : { recheckInMs: Math.min(lookMs, recheckInMs) };
  return { ...own, next: { ...own.next, ...recheck }, news: [...own.news, ...ready(seen)] };
}

/** The reverse: what uses the roles first. Only a role whose absence keeps that from going is made again. */
function onTheWayOut<Action>(own: Decision<Action>, seen: RolesSeen): Decision<Action | RolesAction> {
  if (own.next.kind !== "release") {
    const mended = repaired(seen, own.next) ?? awaited(seen, own.next);
    return mended === undefined ? own : instead(own, seen, mended);
  }
  if (seen.iam.kind === "unneeded") return own;
  if (seen.iam.kind === "unread") {
    const { reason, message } = seen.iam;
    const next = {
      kind: "wait",
      reason,
      message,
      recheckInMs: againMs(seen.iam),
      stalledAfterMs: marks.unreadStallsMs,
    } as const;
    return instead(own, seen, next);
  }
  const next = removed(seen, [...new Set([...seen.claims, ...seen.wishes.map(({ name }) => name)])].sort(), true);
  return next === undefined ? own : instead(own, seen, next);
}

/** Roles that the object has asked for, wishes no more, and does not use any more. */
function leftovers({ claims, wishes, referred }: RolesSeen): readonly string[] {
  return claims.filter((claim) => !referred.has(claim) && wishes.every(({ name }) => name !== claim));
}

function notAllowed({ wishes, named, limits, place }: RolesSeen): Hindrance | undefined {
  if (limits.kind !== "read") return undefined;
  const refused = refusalOf(wishes, named, limits.limits, place);
  if (refused === undefined) return undefined;
  // Nothing tells when a namespace is given other annotations.
  return { kind: "blocked", reason: "NotAllowed", message: refused.message, recheckInMs: readAgainMs };
}

/** A shared role has the content of who still uses it, until the jobs of that one have ended. */
function leavingUsers({ iam, others }: RolesSeen, next: RolesNext): Hindrance | undefined {
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
    recheckInMs: readAgainMs,
    stalledAfterMs: marks.sharedRoleStallsMs,
  };
}

function changesContent(writes: Extract<RolesAction, { kind: "writeRole" }>["writes"]): boolean {
  return writes.some(({ kind }) => !/^(?:tag|untag|create|addToProfile)/.test(kind));
}

function unchecked<Action>(
  own: Decision<Action>,
  { reason, message, recheckInMs = readAgainMs }: Hindrance,
): Decision<Action | RolesAction> {
  const news: News = { type: "RolesReady", status: "Unknown", reason, message };
  return { ...lookedAtAgain(own, recheckInMs), news: [...own.news, news] };
}

/** Fail closed: without the namespace nobody knows what it may use. */
function limitsUnread({ limits, identity }: RolesSeen): Hindrance | undefined {
  if (limits.kind !== "unread") return undefined;
  return {
    kind: "wait",
    reason: "NamespaceUnreadable",
    message: `namespace ${identity.namespace} cannot be read (${limits.why}), so what roles it may use is unknown and nothing is made. Let the operator get, list and watch namespaces`,
    recheckInMs: readAgainMs,
    stalledAfterMs: marks.unreadStallsMs,
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
    recheckInMs: readAgainMs,
  };
}

/** What IAM would refuse without saying where it stands. */
function faulty({ wishes }: RolesSeen): Hindrance | undefined {
  for (const { field, inlinePolicies } of wishes) {
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
  for (const { name, field, profileArn, purpose, ownTags } of seen.wishes) {
    const madeFor = seen.iam.roles.get(name)?.tags[roleTag];
    if (madeFor !== undefined && madeFor !== purpose) {
      return {
        kind: "blocked",
        reason: "RoleContentConflict",
        message: `${field}: role ${name} was made as the ${madeFor} role, and what runs by it may still do so: with other policies it would fail, or be allowed more than it should. Give another name in ${field}.name`,
        recheckInMs: readAgainMs,
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
        recheckInMs: readAgainMs,
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
function madeOrMended(seen: RolesSeen): { readonly next?: RolesNext; readonly changes: readonly FieldChange[] } {
  if (seen.iam.kind !== "read") return { changes: [] };
  const { roles, profiles } = seen.iam;
  const differing = seen.wishes
    .map((wish) => {
      const role = roles.get(wish.name);
      const found = roleDifferences(wish, role, profiles.get(wish.name), seen.ignoreTagKeys, seen.mark);
      return { wish, role, found };
    })
    .filter(({ found }) => found.length > 0);
  const changes = differing.flatMap(({ found }) =>
    found.map(({ path, why }): FieldChange => ({ path, kind: "update", why })),
  );
  // What IAM may not show yet keeps no other role waiting.
  const first = differing.find(({ wish }) => !seen.justWritten.has(wish.name)) ?? differing[0];
  const claims = [...new Set([...seen.claims, ...seen.unnoted, ...seen.wishes.map(({ name }) => name)])].sort();
  if (claims.length > seen.claims.length) {
    const message = "the roles that are asked for, or still used, are noted on the object";
    return {
      changes,
      next: { kind: "act", action: { kind: "claimRoles", claims }, reason: "MakingRole", message, irreversible: false },
    };
  }
  if (first === undefined) return { changes };
  return {
    changes,
    next: written(
      seen,
      first.wish,
      first.role,
      first.found.map(({ write }) => write),
    ),
  };
}

function written(
  seen: RolesSeen,
  { name, field }: RoleWish,
  role: RoleSeen | undefined,
  writes: Extract<RolesAction, { kind: "writeRole" }>["writes"],
): RolesNext {
  const doing = role === undefined ? "make" : "mend";
  const reason = doing === "make" ? "MakingRole" : "MendingRole";
  if (seen.justWritten.has(name)) {
    const message = `${field}: waiting for IAM to show what was written to role ${name}`;
    return { kind: "wait", reason, message, recheckInMs: settleLookMs };
  }
  const what =
    doing === "make" ? "is made" : `is brought back to the spec (${writes.map(({ kind }) => kind).join(", ")})`;
  return {
    kind: "act",
    action: { kind: "writeRole", name, doing, writes },
    reason,
    message: `${field}: role ${name} ${what}`,
    // What IAM showed half an hour ago may be somebody else's by now.
    irreversible: true,
  };
}

type Unread = Extract<RolesSeen["iam"], { kind: "unread" }>;

function againMs({ partly }: Unread): number {
  return partly === true ? partlyReadMs : readAgainMs;
}

/** Roles that cannot be read keep nothing from serving, but nothing new is made on their account. */
function unreadable<Action>(own: Decision<Action>, seen: RolesSeen, iam: Unread): Decision<Action | RolesAction> {
  const { reason, message } = iam;
  const news: News = { type: "RolesReady", status: "Unknown", reason, message };
  if (own.next.kind === "settled") {
    return { ...own, next: { ...own.next, recheckInMs: againMs(iam) }, news: [...own.news, news] };
  }
  if (own.next.kind !== "act" || seen.wishes.length === 0) return { ...own, news: [...own.news, news] };
  const recheckInMs = againMs(iam);
  const next = { kind: "wait", reason, message, recheckInMs, stalledAfterMs: marks.unreadStallsMs } as const;
  return { ...own, next, serving: false, news: [...own.news, news] };
}

/** What the roles ask for in place of the object's own step, told by the condition of the roles as well. */
function instead<Action>(
  own: Decision<Action>,
  seen: RolesSeen,
  next: RolesNext,
  serving = false,
): Decision<Action | RolesAction> {
  const told = seen.iam.kind !== "unneeded" || seen.wishes.length > 0 || next.reason === "NotAllowed";
  const status = next.kind === "wait" && next.reason === "NamespaceUnreadable" ? "Unknown" : "False";
  const news: News[] = told ? [{ type: "RolesReady", status, reason: next.reason, message: next.message }] : [];
  return { ...own, next, serving, news: [...own.news, ...news] };
}

function ready({ wishes }: RolesSeen): News[] {
  if (wishes.length === 0) return [];
  const names = wishes.map(({ name }) => name).join(", ");
  return [{ type: "RolesReady", status: "True", reason: "AsWished", message: `as the spec says: ${names}` }];
}
