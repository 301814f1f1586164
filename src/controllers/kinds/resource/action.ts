import type { TagChange } from "../../../aws/region.ts";

/** A write of tags. */
export interface TagAction {
  readonly kind: "tag";
  readonly purpose: "adopt" | "takeOver" | "userTags" | "retain";
  readonly name: string;
  readonly arn: string;
  readonly change: TagChange;
}

/** Takes a resource out of service, before its deletion. */
export interface DisableAction<Update> {
  readonly kind: "disable";
  readonly name: string;
  readonly request: Update;
}

/** The writes that keep one resource as its object says, by the requests that create and update it. */
export type UpkeepAction<Create, Update> =
  | { readonly kind: "create"; readonly name: string; readonly request: Create }
  | { readonly kind: "update"; readonly name: string; readonly request: Update; readonly paths: readonly string[] }
  | TagAction;

/** The deletion of a resource. */
export interface DeleteAction {
  readonly kind: "delete";
  readonly name: string;
  readonly arn: string;
  /** The unfinished jobs that AWS ends with it. */
  readonly jobIds?: readonly string[];
}

/** The writes of a kind with one resource that is deleted without further ado. */
export type ResourceAction<Create, Update> = UpkeepAction<Create, Update> | DeleteAction;
