import type { Tags } from "../../ownership/ownership.ts";
import type { NewGroup } from "../new-group.ts";
import type { Direction, Rule } from "./rules.ts";

/** The writes to EC2 that the security group of an object needs, as plain data. */

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
