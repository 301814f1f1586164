import type { BatchRegion } from "../../../aws/region.ts";
import { requireUnnamed } from "../../draining/unnamed.ts";
import { memoryKey } from "../../ownership/naming.ts";
import { retiredAtTag } from "../../ownership/ownership.ts";
import type { Action } from "./action.ts";
import type { Memory } from "./observe.ts";

/** Carries out one action. @throws AwsError when AWS refuses it */
export async function act(
  action: Action,
  region: BatchRegion,
  { marks }: Pick<Memory, "marks">,
  signal: AbortSignal,
): Promise<void> {
  const unnamed = (): void => requireUnnamed("service-environment", action.name, region);
  switch (action.kind) {
    case "create":
      return region.createServiceEnvironment(action.request, signal);
    case "update":
      return region.updateServiceEnvironment(action.request, signal);
    case "disable":
      return region.updateServiceEnvironment(action.request, signal, unnamed);
    case "tag":
      return region.changeTags(action.arn, action.change, signal);
    case "retire":
      if (action.mark === undefined) return region.changeTags(action.arn, { set: {}, remove: [retiredAtTag] }, signal);
      marks.written.set(memoryKey(region, action.name), action.mark);
      return region.changeTags(action.arn, { set: { [retiredAtTag]: action.mark }, remove: [] }, signal);
    case "delete":
      return region.deleteServiceEnvironment(action.arn, signal, unnamed);
  }
}
