import type { GroupWrite } from "./writes.ts";

/** An action on the security group of an object. The object's own actions have other kinds. */
export type GroupAction =
  | {
      readonly kind: "writeGroup";
      readonly vpcId: string;
      readonly doing: "create" | "repair" | "delete" | "retain";
      readonly writes: readonly GroupWrite[];
    }
  /** Notes on the object in which VPCs it has a group, before the group is created. */
  | { readonly kind: "claimGroups"; readonly vpcIds: readonly string[] };

export function isGroupAction(action: { readonly kind: string }): action is GroupAction {
  return action.kind === "writeGroup" || action.kind === "claimGroups";
}
