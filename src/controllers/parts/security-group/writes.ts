import type { Tags } from "../../ownership/ownership.ts";
import type { NewGroup } from "../new-group.ts";
import type { Direction, Rule } from "./rules.ts";

/** The writes to EC2 that the security group of a network needs, as plain data. */

export interface GroupAction {
  readonly kind: "writeGroup";
  readonly vpcId: string;
  readonly doing: "create" | "repair" | "delete" | "retain";
  readonly writes: readonly GroupWrite[];
}

export type GroupWrite =
  | ({ readonly kind: "create" } & NewGroup)
  | {
      readonly kind: "authorize" | "revoke";
      readonly groupId: string;
      readonly direction: Direction;
      readonly rules: readonly Rule[];
    }
  | { readonly kind: "tag"; readonly groupId: string; readonly set: Tags; readonly remove: readonly string[] }
  | { readonly kind: "delete"; readonly groupId: string };
