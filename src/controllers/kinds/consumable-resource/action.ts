import type { CreateConsumableResourceRequest, UpdateConsumableResourceRequest } from "../../../aws/batch.ts";
import type { ResourceAction } from "../resource/action.ts";

/** A quantity that is set, and then noted in the tags: a pass that ends in between sets it again. */
export interface QuantitySetting {
  readonly request: UpdateConsumableResourceRequest;
  readonly arn: string;
  /** The value of `quantitySetTag`. */
  readonly note: string;
}

/** The writes of the consumable-resource controller. */
export type Action = ResourceAction<CreateConsumableResourceRequest, QuantitySetting>;
