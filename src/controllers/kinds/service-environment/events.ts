import { ServiceEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { ObjectEvent } from "../../../runtime/store.ts";
import { normalEvent } from "../../pass/events.ts";
import { resourceEvent } from "../resource/events.ts";
import type { Action } from "./action.ts";

/** The events of an action that succeeded. */
export function eventsFor(action: Action): readonly ObjectEvent[] {
  if (action.kind === "disable") return [normalEvent("Disabled", "Delete", `no job starts in ${action.name} any more`)];
  if (action.kind === "retire") return [];
  return [resourceEvent(action, ServiceEnvironmentKind.noun)];
}
