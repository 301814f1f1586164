import type { CreateSchedulingPolicyRequest, UpdateSchedulingPolicyRequest } from "../../../aws/batch.ts";
import type { ResourceAction } from "../resource/action.ts";

/** The writes of the scheduling-policy controller. */
export type Action = ResourceAction<CreateSchedulingPolicyRequest, UpdateSchedulingPolicyRequest>;
