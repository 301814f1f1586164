import type { CreateQuotaShareRequest, UpdateQuotaShareRequest } from "../../../aws/batch.ts";
import type { DisableAction, UpkeepAction } from "../resource/action.ts";

/** The writes of the quota-share controller. */
export type Action =
  | UpkeepAction<CreateQuotaShareRequest, UpdateQuotaShareRequest>
  | DisableAction<UpdateQuotaShareRequest>
  | {
      readonly kind: "delete";
      readonly name: string;
      readonly arn: string;
      /** The unfinished jobs, which AWS ends with the share. */
      readonly jobIds: readonly string[];
    };
