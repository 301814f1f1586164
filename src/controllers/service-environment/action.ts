import type { CreateServiceEnvironmentRequest, UpdateServiceEnvironmentRequest } from "../../aws/batch.ts";
import type { DisableAction, ResourceAction } from "../resource/action.ts";

/** The writes of the service-environment controller. */
export type Action =
  | ResourceAction<CreateServiceEnvironmentRequest, UpdateServiceEnvironmentRequest>
  | DisableAction<UpdateServiceEnvironmentRequest>;
