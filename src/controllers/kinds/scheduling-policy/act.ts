import type { BatchRegion } from "../../../aws/region.ts";
import type { Action } from "./action.ts";

/** Carries out one action. @throws AwsError when AWS refuses it */
export async function act(action: Action, region: BatchRegion, signal: AbortSignal): Promise<void> {
  switch (action.kind) {
    case "create":
      return region.createSchedulingPolicy(action.request, signal);
    case "update":
      return region.updateSchedulingPolicy(action.request, signal);
    case "tag":
      return region.changeTags(action.arn, action.change, signal);
    case "delete":
      return region.deleteSchedulingPolicy(action.arn, signal);
  }
}
