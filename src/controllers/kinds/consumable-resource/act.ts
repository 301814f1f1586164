import type { BatchRegion } from "../../../aws/region.ts";
import { quantitySetTag } from "../../ownership/ownership.ts";
import type { Action } from "./action.ts";

/** Carries out one action. @throws AwsError when AWS refuses it */
export async function act(action: Action, region: BatchRegion, signal: AbortSignal): Promise<void> {
  switch (action.kind) {
    case "create":
      return region.createConsumableResource(action.request, signal);
    case "update": {
      const { request, arn, note } = action.request;
      await region.updateConsumableResource(request, signal);
      return region.changeTags(arn, { set: { [quantitySetTag]: note }, remove: [] }, signal);
    }
    case "tag":
      return region.changeTags(action.arn, action.change, signal);
    case "delete":
      return region.deleteConsumableResource(action.name, signal);
  }
}
