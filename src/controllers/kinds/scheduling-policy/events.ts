import { SchedulingPolicyKind } from "../../../api/v1alpha1/kinds.ts";
import type { ObjectEvent } from "../../../runtime/store.ts";
import { resourceEvent } from "../resource/events.ts";
import type { Action } from "./action.ts";

/** The events of an action that succeeded. */
export function eventsFor(action: Action): readonly ObjectEvent[] {
  return [resourceEvent(action, SchedulingPolicyKind.noun)];
}
