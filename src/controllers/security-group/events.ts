import type { ObjectEvent } from "../../runtime/store.ts";
import type { GroupAction } from "./action.ts";
import { ruleText } from "./rules.ts";
import type { GroupWrite } from "./writes.ts";

/** What an action that succeeded is told as. */
export function groupEvents(action: GroupAction): readonly ObjectEvent[] {
  if (action.kind === "claimGroups") return [];
  const reasons = {
    make: "SecurityGroupCreated",
    mend: "SecurityGroupRepaired",
    remove: "SecurityGroupDeleted",
    retain: "SecurityGroupRetained",
  } as const;
  const note = `asked EC2 in ${action.vpcId}: ${action.writes.map(words).join("; ")}`.slice(0, 1024);
  return [{ type: "Normal", reason: reasons[action.doing], action: "Reconcile", note }];
}

function words(write: GroupWrite): string {
  switch (write.kind) {
    case "create":
      return `to make the security group ${write.name}`;
    case "authorize":
      return `to allow ${write.rules.map(ruleText).join(", ")} in ${write.groupId}`;
    case "revoke":
      return `to allow ${write.rules.map(ruleText).join(", ")} no longer in ${write.groupId}`;
    case "tag":
      return `to change the tags of ${write.groupId}`;
    case "delete":
      return `to delete ${write.groupId}`;
  }
}
