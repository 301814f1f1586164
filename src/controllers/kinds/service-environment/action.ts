import type { CreateServiceEnvironmentRequest, UpdateServiceEnvironmentRequest } from "../../../aws/batch.ts";
import type { DisableAction, ResourceAction } from "../resource/action.ts";

/** The writes of the service-environment controller. */
export type Action =
  | ResourceAction<CreateServiceEnvironmentRequest, UpdateServiceEnvironmentRequest>
  /** Sets the mark that goes before: see `../retired.ts`. undefined: takes it off. */
  | { readonly kind: "retire"; readonly name: string; readonly arn: string; readonly mark: string | undefined }
  | DisableAction<UpdateServiceEnvironmentRequest>;
