import type { GroupWrite } from "./writes.ts";

/** What is done about the security group of an object; the object's own actions have other kinds. */
export type GroupAction =
  | {
      readonly kind: "writeGroup";
      readonly vpcId: string;
      readonly doing: "make" | "mend" | "remove" | "retain";
      readonly writes: readonly GroupWrite[];
    }
  /** Notes on the object in which VPCs it has a group, before that is made. */
  | { readonly kind: "claimGroups"; readonly vpcIds: readonly string[] };

export function isGroupAction(action: { readonly kind: string }): action is GroupAction {
  return action.kind === "writeGroup" || action.kind === "claimGroups";
}
