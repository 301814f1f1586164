import type {
  CreateComputeEnvironmentRequest,
  UpdateComputeEnvironmentRequest,
  UpdateJobQueueRequest,
} from "../../aws/batch.ts";
import type { TagChange } from "../../aws/region.ts";
import type { Rollout } from "./rollout.ts";

/** The writes of the compute-environment controller. */
export type Action =
  | { readonly kind: "create"; readonly request: CreateComputeEnvironmentRequest }
  | {
      readonly kind: "update";
      readonly name: string;
      readonly arn: string;
      readonly request: UpdateComputeEnvironmentRequest;
      /** Fresh instances, of which the tags tell before and after. */
      readonly rollout: Rollout | undefined;
      readonly paths: readonly string[];
    }
  | { readonly kind: "tag"; readonly purpose: TagPurpose; readonly items: readonly TagItem[] }
  | { readonly kind: "enable"; readonly name: string; readonly request: UpdateComputeEnvironmentRequest }
  /** Changes nothing: AWS looks at an INVALID environment again when it is updated. */
  | { readonly kind: "revalidate"; readonly name: string; readonly request: UpdateComputeEnvironmentRequest }
  | { readonly kind: "disable"; readonly name: string; readonly request: UpdateComputeEnvironmentRequest }
  | { readonly kind: "terminateJobs"; readonly name: string; readonly jobIds: readonly string[] }
  | { readonly kind: "delete"; readonly name: string }
  | { readonly kind: "repointForeign"; readonly queue: string; readonly request: UpdateJobQueueRequest };

export interface TagItem {
  readonly name: string;
  readonly arn: string;
  readonly change: TagChange;
}

export type TagPurpose =
  | "adopt"
  | "takeOver"
  | "userTags"
  | "rollout"
  | "serving"
  | "retire"
  | "revive"
  | "returned"
  | "retain";
