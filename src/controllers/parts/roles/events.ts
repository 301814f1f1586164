/** The events of an action on roles that succeeded. Pure. */

import type { EventReason } from "../../../api/reasons.ts";
import type { ObjectEvent } from "../../../runtime/store.ts";
import { normalEvent } from "../../pass/events.ts";
import type { RolesAction } from "./action.ts";

export function rolesEvents(action: RolesAction): readonly ObjectEvent[] {
  if (action.kind === "claimRoles") return [];
  const { name, doing, writes } = action;
  const [reason, what] = results[doing];
  const parts = doing === "repair" ? ` (${[...new Set(writes.map(({ kind }) => kind))].join(", ")})` : "";
  return [normalEvent(reason, "Reconcile", `role ${name} ${what}${parts}`)];
}

const results: Readonly<Record<Extract<RolesAction, { kind: "writeRole" }>["doing"], readonly [EventReason, string]>> =
  {
    create: ["RoleCreated", "was created"],
    repair: ["RoleRepaired", "was changed to match the spec"],
    restore: ["ServiceRoleRepaired", "was created again, or repaired, because AWS needs it to delete the environment"],
    release: ["RoleRetained", "was left in AWS"],
    delete: ["RoleDeleted", "was deleted"],
  };
