import type { TagChange } from "../../aws/region.ts";

/** A write of tags. */
export interface TagAction {
  readonly kind: "tag";
  readonly purpose: "adopt" | "takeOver" | "userTags" | "retain";
  readonly name: string;
  readonly arn: string;
  readonly change: TagChange;
}
