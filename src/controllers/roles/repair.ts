/** A service role that AWS needs to tear an environment down is made again, or gets back what it lacks. Pure. */

import type { RoleSeen } from "../../aws/iam-account.ts";
import type { Act, Blocked, Wait } from "../agenda.ts";
import { marks } from "../marks.ts";
import { roleTag } from "../ownership.ts";
import type { RolesAction } from "./action.ts";
import { type DesiredRole, desiredRolesOf } from "./desired.ts";
import { roleDifferences } from "./diff.ts";
import { type Limits, namedRefusal, refusalOf } from "./limits.ts";
import { roleName, rolePath } from "./names.ts";
import { roleOwnership } from "./ownership.ts";
import type { RolesSeen } from "./seen.ts";
import type { RoleWrite } from "./writes.ts";

type RolesStep = Act<RolesAction> | Wait | Blocked;

const settleCheckMs = 1000;

/**
 * The repair of the first stranded role, or why there is none; undefined: none is missing, or lacks anything.
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
    // As long as something else is waited for, nobody has to hurry.
    if (own.kind === "wait") return undefined;
    return { kind: "blocked", reason: "ServiceRoleMissing", message: `${own.message}. ${barred}`, checkInMs: 60_000 };
  }
  const reason = "RepairingServiceRole";
  const fault = role === undefined ? "is gone" : "lacks what was attached to it";
  const what = role === undefined ? "made again" : "mended";
  const message = `service role ${arn} ${fault}, and AWS needs it to delete the environment: it is ${what}, used, and removed`;
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
  /** Empty: it lacks nothing, or is not to be touched. */
  readonly writes: readonly RoleWrite[];
}

/** One that is gone is made again. One of ours gets what its making broke off before, or somebody took away; no more. */
function repairOf(seen: RolesSeen, arn: string, role: RoleSeen | undefined): Repair {
  const desired = lostRole(seen, arn);
  const writes = roleDifferences(desired, role, undefined, [], "").map(({ write }) => write);
  if (role === undefined) return { arn, role, desired, writes };
  const isOurs = roleOwnership(role.tags, seen.identity).kind === "ours" && role.tags[roleTag] === desired.purpose;
  const lacking = writes.filter(({ kind }) => kind === "attach" || kind === "putInline" || kind === "putTrust");
  return { arn, role, desired, writes: isOurs && barrier(seen, arn) === undefined ? lacking : [] };
}

/**
 * The role is there again, and AWS has not been asked again yet: nobody has to do anything, unless it takes unusually
 * long.
 */
export function awaited({ stranded, identity }: RolesSeen, own: Wait | Blocked): Wait | undefined {
  if (own.kind !== "blocked") return undefined;
  const [again] = [...stranded].filter(
    ([, role]) => role !== undefined && roleOwnership(role.tags, identity).kind === "ours",
  );
  if (again === undefined) return undefined;
  return {
    kind: "wait",
    reason: "RepairingServiceRole",
    message: `service role ${again[0]} was made again, and AWS is asked again every 5 minutes to delete the environment`,
    ...(own.checkInMs === undefined ? {} : { checkInMs: own.checkInMs }),
    stallsAfterMs: marks.repairStallsMs,
  };
}

/** Why the role is not made again, with the way out. */
function barrier({ identity, claims, repairForeign, limits, place }: RolesSeen, arn: string): string | undefined {
  const { name, path } = partsOf(arn);
  const own = roleName(identity.cluster.name, identity.namespace, {
    kind: "object",
    name: identity.name,
    purpose: "service",
  });
  if (limits.kind === "unread") return `Whether ${arn} may be made again is unknown: the namespace cannot be read`;
  if (path === rolePath(identity.cluster.name) && (name === own || claims.includes(name))) return undefined;
  if (!repairForeign) {
    return `Its service role ${arn} is gone and was not made here: make it again, or set spec.iam.repairMissingServiceRole: true`;
  }
  if (limits.kind !== "read") return `Whether ${arn} may be made again is unknown: the namespace cannot be read`;
  return roleBarrier(arn, limits.limits, place);
}

function roleBarrier(arn: string, limits: Limits, place: RolesSeen["place"]): string | undefined {
  return namedRefusal({ field: "spec.serviceRole", kind: "role", value: arn }, limits, place)?.message;
}

/** As it is wished and may be, or else with what every service role has. */
function lostRole(seen: RolesSeen, arn: string): DesiredRole {
  const { identity, place, limits } = seen;
  const desired = seen.desiredRoles.find((desired) => desired.arn === arn);
  const mayBe = limits.kind === "read" && desired !== undefined;
  if (mayBe && refusalOf([desired], [], limits.limits, place) === undefined) return desired;
  const boundary = limits.kind === "read" ? limits.limits.permissionsBoundary : undefined;
  const [plain] = desiredRolesOf({ serviceRole: {} }, identity, place, boundary);
  if (plain === undefined) throw new Error("a service role that is given is wished");
  return { ...plain, ...partsOf(arn), arn };
}

function partsOf(arn: string): { readonly name: string; readonly path: string } {
  const resource = arn.slice(arn.indexOf(":role/") + ":role".length);
  const cut = resource.lastIndexOf("/") + 1;
  return { path: resource.slice(0, cut), name: resource.slice(cut) };
}
