/** What an action on roles that succeeded is told as. Pure. */

import type { ObjectEvent } from "../../runtime/store.ts";
import type { RolesAction } from "./action.ts";

export function rolesEvents(action: RolesAction): readonly ObjectEvent[] {
  if (action.kind === "claimRoles") return [];
  const { name, doing, writes } = action;
  const [reason, what] = told[doing];
  const parts = doing === "mend" ? ` (${[...new Set(writes.map(({ kind }) => kind))].join(", ")})` : "";
  return [{ type: "Normal", reason, action: "Reconcile", note: `role ${name} ${what}${parts}` }];
}

const told: Readonly<Record<Extract<RolesAction, { kind: "writeRole" }>["doing"], readonly [string, string]>> = {
  make: ["RoleCreated", "was made"],
  mend: ["RoleRepaired", "was brought back to the spec"],
  repair: [
    "ServiceRoleRepaired",
    "was made again, or got back what it lacked, for AWS needs it to delete the environment",
  ],
  release: ["RoleRetained", "was left in AWS"],
  remove: ["RoleDeleted", "was removed"],
};
