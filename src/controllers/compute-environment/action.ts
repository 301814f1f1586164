import type {
  CreateComputeEnvironmentRequest,
  UpdateComputeEnvironmentRequest,
  UpdateJobQueueRequest,
} from "../../aws/batch.ts";
import type { TagChange } from "../../aws/region.ts";

/** The writes of the compute-environment controller. */
export type Action =
  | { readonly kind: "create"; readonly request: CreateComputeEnvironmentRequest }
  /** `tags` follow a successful update: what the update fulfils is remembered on the environment. */
  | {
      readonly kind: "update";
      readonly name: string;
      readonly arn: string;
      readonly request: UpdateComputeEnvironmentRequest;
      readonly tags: TagChange | undefined;
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

export type TagPurpose = "adopt" | "takeOver" | "userTags" | "serving" | "retire" | "revive" | "returned" | "retain";
