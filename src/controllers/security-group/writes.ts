import type { Direction, Rule } from "./rules.ts";

/** The writes to EC2 that the security group of an object needs, as plain data. */

export type Tags = Readonly<Record<string, string>>;

export type GroupWrite =
  | {
      readonly kind: "create";
      readonly vpcId: string;
      readonly name: string;
      readonly description: string;
      readonly tags: Tags;
    }
  | {
      readonly kind: "authorize" | "revoke";
      readonly groupId: string;
      readonly direction: Direction;
      readonly rules: readonly Rule[];
    }
  | { readonly kind: "tag"; readonly groupId: string; readonly set: Tags; readonly remove: readonly string[] }
  | { readonly kind: "delete"; readonly groupId: string };
