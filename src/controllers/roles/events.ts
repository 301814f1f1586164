/** What an action on roles that succeeded is told as. Pure. */

import type { ObjectEvent } from "../../runtime/store.ts";
import type { RolesAction } from "./action.ts";

export function rolesEvents(action: RolesAction): readonly ObjectEvent[] {
  if (action.kind === "claimRoles") return [];
  const { name, doing, writes } = action;
  const [reason, what] = reported[doing];
  const parts = doing === "repair" ? ` (${[...new Set(writes.map(({ kind }) => kind))].join(", ")})` : "";
  return [{ type: "Normal", reason, action: "Reconcile", note: `role ${name} ${what}${parts}` }];
}

const reported: Readonly<Record<Extract<RolesAction, { kind: "writeRole" }>["doing"], readonly [string, string]>> = {
  create: ["RoleCreated", "was made"],
  repair: ["RoleRepaired", "was brought back to the spec"],
  restore: [
    "ServiceRoleRepaired",
    "was made again, or got back what it lacked, for AWS needs it to delete the environment",
  ],
  release: ["RoleRetained", "was left in AWS"],
  delete: ["RoleDeleted", "was removed"],
};
