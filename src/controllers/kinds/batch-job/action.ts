import type { SubmitJobRequest } from "../../../aws/batch.ts";
import type { TagChange } from "../../../aws/region.ts";

/** The writes of the controller of jobs. */
export type Action =
  /** Notes on the object that a request follows; when is added by `act`, for a plan knows no time of writing. */
  | { readonly kind: "intend"; readonly attempt: number; readonly queue: string }
  | { readonly kind: "submit"; readonly attempt: number; readonly request: SubmitJobRequest }
  | {
      readonly kind: "end";
      readonly jobId: string;
      readonly purpose: EndPurpose;
      /** For AWS, which shows it as the reason of the status. */
      readonly reason: string;
    }
  | { readonly kind: "tag"; readonly jobArn: string; readonly change: TagChange }
  /** Deletes the object, whose job has finished. */
  | { readonly kind: "expire"; readonly ttlSeconds: number };

/** A duplicate is ended only while it has not started. */
export type EndPurpose = "cancel" | "deletion" | "duplicate";
