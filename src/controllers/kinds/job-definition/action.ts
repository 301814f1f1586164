import type { TagChange } from "../../../aws/region.ts";

/** The writes of the job-definition controller. */
export type Action =
  /** The body comes from the spec; when it was registered is added by `act`, for a plan knows no time of writing. */
  | {
      readonly kind: "register";
      readonly name: string;
      readonly fingerprint: string;
      readonly tags: Readonly<Record<string, string>>;
      /** Wall ms: the time of registering that it is given is no earlier. */
      readonly notBefore?: number;
    }
  /** `names` are `name:revision`, oldest first, so that jobs submitted by name use the newest until the end. */
  | { readonly kind: "deregister"; readonly purpose: DeregisterPurpose; readonly names: readonly string[] }
  | { readonly kind: "tag"; readonly purpose: TagPurpose; readonly items: readonly TagItem[] };

export interface TagItem {
  /** `name:revision`. */
  readonly name: string;
  readonly arn: string;
  readonly change: TagChange;
}

export type DeregisterPurpose = "history" | "deletion";

export type TagPurpose = "adopt" | "takeOver" | "userTags" | "retain";
