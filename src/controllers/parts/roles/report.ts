/** Reports roles in status and events. Pure. */

import type { EventReason, Reason } from "../../../api/reasons.ts";
import type { ObjectEvent } from "../../../runtime/store.ts";
import type { ConditionDraft, Failure } from "../../pass/agenda.ts";
import { normalEvent } from "../../pass/events.ts";
import { isRolesAction, type RolesAction } from "./action.ts";
import type { RolesSeen } from "./seen.ts";

/** `status.roles`: the roles that exist. */
export function rolesReport({ desiredRoles, iam }: RolesSeen): Readonly<Record<string, unknown>> {
  if (iam.kind !== "read") return {};
  const roles = desiredRoles
    .filter(({ name }) => iam.roles.has(name))
    .map(({ purpose, name, arn }) => ({ purpose, name, arn }));
  return roles.length === 0 ? {} : { roles };
}

/** The condition of the roles after a write was refused: the role, the call, and the action that the operator lacks. */
export function rolesFailure(
  action: { readonly kind: string } | RolesAction,
  { kind, operation, message }: Failure,
  seen: RolesSeen,
): readonly ConditionDraft[] {
  const ofRole = isRolesAction(action) && action.kind === "writeRole";
  const lacking = kind === "denied" ? lackingAction(message) : undefined;
  const passes = lacking?.startsWith("iam:") ?? false;
  if (!ofRole && !(passes && seen.desiredRoles.length > 0)) return [];
  const role = ofRole ? ` for role ${action.name}` : "";
  const refused = `${operation}${role} was refused: ${message.replace(/[.]$/, "")}`;
  const why =
    kind !== "denied"
      ? ""
      : /Encoded authorization failure message/.test(message)
        ? ". AWS has encoded the reason: decode it with sts:DecodeAuthorizationMessage, from the event in CloudTrail"
        : `. The operator lacks ${lacking ?? operation}; iam-policy prints the policy that it needs`;
  return [{ type: "RolesReady", status: "False", reason: reasons[kind] ?? "Refused", message: `${refused}${why}` }];
}

const reasons: Readonly<Record<string, Reason>> = {
  denied: "AccessDenied",
  quota: "QuotaExceeded",
  invalid: "InvalidRequest",
  throttled: "Throttled",
  unavailable: "AWSUnavailable",
};

/** From AWS's sentence: `... is not authorized to perform: iam:CreateRole on resource: ...`. */
function lackingAction(message: string): string | undefined {
  return /not authorized to perform: ([a-z0-9-]+:\w+)/i.exec(message)?.[1];
}

/** The events of an action that succeeded. */
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
