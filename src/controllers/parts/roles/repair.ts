/** Creates a service role again, or repairs it, while AWS needs it to delete an environment. Pure. */

import type { RoleSeen } from "../../../aws/iam-account.ts";
import { marks, settleCheckMs, unwatchedCheckMs } from "../../intervals.ts";
import { roleTag } from "../../ownership/ownership.ts";
import type { Blocked, Wait } from "../../pass/agenda.ts";
import type { PartStep } from "../../pass/part-plan.ts";
import type { RolesAction, RoleWrite } from "./action.ts";
import { type DesiredRole, desiredRolesOf } from "./desired.ts";
import { roleDifferences } from "./diff.ts";
import { type Limits, namedRefusal, refusalOf } from "./limits.ts";
import { purposePath, roleName } from "./names.ts";
import { roleOwnership } from "./ownership.ts";
import type { RolesSeen } from "./seen.ts";

type RolesStep = PartStep<RolesAction>;

/**
 * The repair of the first stranded role, or why there is none; undefined: none is missing or incomplete.
 *
 * @param own what the object waits for, which cannot end before
 */
export function repaired(seen: RolesSeen, own: Wait | Blocked): RolesStep | undefined {
  const repairs = [...seen.stranded].map(([arn, role]) => repairOf(seen, arn, role));
  const repair = repairs.find(({ writes }) => writes.length > 0);
  if (repair === undefined) return undefined;
  const { arn, role, desired, writes } = repair;
  const barred = barrier(seen, arn);
  if (barred !== undefined) {
    // As long as the object waits for something else, nobody has to act.
    if (own.kind === "wait") return undefined;
    return {
      kind: "blocked",
      reason: "ServiceRoleMissing",
      message: `${own.message}. ${barred}`,
      checkInMs: unwatchedCheckMs,
    };
  }
  const reason = "RepairingServiceRole";
  const fault = role === undefined ? "was deleted" : "lacks its policies or its trust policy";
  const what = role === undefined ? "creates it again" : "repairs it";
  const message = `service role ${arn} ${fault}, but AWS needs it to delete the environment: the operator ${what}, and deletes it afterwards`;
  if (!seen.claims.includes(desired.name)) {
    const claims = [...seen.claims, desired.name].sort();
    return { kind: "act", action: { kind: "claimRoles", claims }, reason, message };
  }
  if (seen.justWritten.has(desired.name)) return { kind: "wait", reason, message, checkInMs: settleCheckMs };
  return {
    kind: "act",
    action: { kind: "writeRole", name: desired.name, doing: "restore", writes },
    reason,
    message,
  };
}

interface Repair {
  readonly arn: string;
  readonly role: RoleSeen | undefined;
  readonly desired: DesiredRole;
  /** Empty: it lacks nothing, or the operator may not change it. */
  readonly writes: readonly RoleWrite[];
}

/** Creates a missing role. Adds to a role of ours only what an interrupted creation, or somebody, left out. */
function repairOf(seen: RolesSeen, arn: string, role: RoleSeen | undefined): Repair {
  const desired = lostRole(seen, arn);
  const writes = roleDifferences(desired, role, undefined, [], "").map(({ write }) => write);
  if (role === undefined) return { arn, role, desired, writes };
  const isOurs = roleOwnership(role, seen).kind === "ours" && role.tags[roleTag] === desired.purpose;
  const lacking = writes.filter(({ kind }) => kind === "attach" || kind === "putInline" || kind === "putTrust");
  return { arn, role, desired, writes: isOurs && barrier(seen, arn) === undefined ? lacking : [] };
}

/**
 * The role exists again, and AWS has not been asked again yet. Nobody has to act, unless it takes unusually long.
 */
export function awaited(seen: RolesSeen, own: Wait | Blocked): Wait | undefined {
  if (own.kind !== "blocked") return undefined;
  const [again] = [...seen.stranded].filter(
    ([, role]) => role !== undefined && roleOwnership(role, seen).kind === "ours",
  );
  if (again === undefined) return undefined;
  return {
    kind: "wait",
    reason: "RepairingServiceRole",
    message: `service role ${again[0]} exists again; the operator asks AWS every 5 minutes to delete the environment`,
    ...(own.checkInMs === undefined ? {} : { checkInMs: own.checkInMs }),
    stallsAfterMs: marks.repairStallsMs,
  };
}

/** Why the operator may not create the role again, with the next step. */
function barrier({ identity, claims, repairForeign, limits, place }: RolesSeen, arn: string): string | undefined {
  const { name, path } = partsOf(arn);
  const own = roleName(identity.cluster.name, identity.namespace, {
    kind: "object",
    name: identity.name,
    purpose: "service",
  });
  if (limits.kind === "unread")
    return `The operator does not know whether it may create ${arn} again, because it cannot read the namespace`;
  if (path === purposePath(identity.cluster.name, "service") && (name === own || claims.includes(name)))
    return undefined;
  if (!repairForeign) {
    return `Its service role ${arn} was deleted, and the operator did not create it: create it again, or set spec.iam.repairMissingServiceRole: true`;
  }
  if (limits.kind !== "read")
    return `The operator does not know whether it may create ${arn} again, because it cannot read the namespace`;
  return roleBarrier(arn, limits.limits, place);
}

function roleBarrier(arn: string, limits: Limits, place: RolesSeen["place"]): string | undefined {
  return namedRefusal({ field: "spec.serviceRole", kind: "role", value: arn }, limits, place)?.message;
}

/** The desired role if it is allowed, or else the default service role. */
function lostRole(seen: RolesSeen, arn: string): DesiredRole {
  const { identity, place, limits } = seen;
  const desired = seen.desiredRoles.find((desired) => desired.arn === arn);
  const mayBe = limits.kind === "read" && desired !== undefined;
  if (mayBe && refusalOf([desired], [], limits.limits, place) === undefined) return desired;
  const boundary = limits.kind === "read" ? limits.limits.boundary?.arn : undefined;
  const [plain] = desiredRolesOf({ serviceRole: {} }, identity, place, boundary);
  if (plain === undefined) throw new Error("a service role in the spec is not among the desired roles");
  return { ...plain, ...partsOf(arn), arn };
}

function partsOf(arn: string): { readonly name: string; readonly path: string } {
  const resource = arn.slice(arn.indexOf(":role/") + ":role".length);
  const cut = resource.lastIndexOf("/") + 1;
  return { path: resource.slice(0, cut), name: resource.slice(cut) };
}
