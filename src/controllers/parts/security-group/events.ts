import type { ObjectEvent } from "../../../runtime/store.ts";
import { normalEvent } from "../../pass/events.ts";
import { ruleText } from "./rules.ts";
import type { GroupAction, GroupWrite } from "./writes.ts";

/** The event of an action that succeeded. */
export function groupEvent(action: GroupAction): ObjectEvent {
  const reasons = {
    create: "SecurityGroupCreated",
    repair: "SecurityGroupRepaired",
    delete: "SecurityGroupDeleted",
    retain: "SecurityGroupRetained",
  } as const;
  const note = `${action.vpcId}: ${action.writes.map(words).join("; ")}`.slice(0, 1024);
  return normalEvent(reasons[action.doing], "Reconcile", note);
}

function words(write: GroupWrite): string {
  switch (write.kind) {
    case "create":
      return `created the security group ${write.name}`;
    case "authorize":
      return `added rules to ${write.groupId}: ${write.rules.map(ruleText).join(", ")}`;
    case "revoke":
      return `revoked rules of ${write.groupId}: ${write.rules.map(ruleText).join(", ")}`;
    case "tag":
      return `changed the tags of ${write.groupId}`;
    case "delete":
      return `deleted ${write.groupId}`;
  }
}
