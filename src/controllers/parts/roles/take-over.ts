/** Updates the tags of roles that the spec no longer requests and that have an earlier identity of the object. Pure. */

import type { ProfileSeen, RoleSeen } from "../../../aws/iam-account.ts";
import { clusterUidTag, type Identity, uidTag } from "../../ownership/ownership.ts";
import type { Act } from "../../pass/agenda.ts";
import type { RolesAction, RoleWrite } from "./action.ts";
import { roleOwnership } from "./ownership.ts";
import type { RolesSeen } from "./seen.ts";

/**
 * The first role that needs new tags; undefined: none. A role may be in use for days, and at its deletion the operator
 * may run without the flag that takes a lost cluster over.
 */
export function takenOver({
  iam,
  claims,
  desiredRoles,
  justWritten,
  identity,
}: RolesSeen): Act<RolesAction> | undefined {
  if (iam.kind !== "read") return undefined;
  for (const name of claims) {
    if (justWritten.has(name) || desiredRoles.some((desired) => desired.name === name)) continue;
    const writes = [
      ...retagging("tagRole", iam.roles.get(name), identity),
      ...retagging("tagProfile", iam.profiles.get(name), identity),
    ];
    if (writes.length === 0) continue;
    return {
      kind: "act",
      action: { kind: "writeRole", name, doing: "repair", writes },
      reason: "RepairingRole",
      message: `taking over role ${name}, which is still used`,
    };
  }
  return undefined;
}

function retagging(
  kind: "tagRole" | "tagProfile",
  found: RoleSeen | ProfileSeen | undefined,
  identity: Identity,
): readonly RoleWrite[] {
  if (found === undefined) return [];
  const owner = roleOwnership(found, { identity, repairForeign: false });
  if (owner.kind !== "ours" || !owner.retag) return [];
  return [{ kind, name: found.name, tags: { [clusterUidTag]: identity.cluster.uid, [uidTag]: identity.uid } }];
}
