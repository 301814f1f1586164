import { QuotaShareKind } from "../../../api/v1alpha1/kinds.ts";
import type { ObjectEvent } from "../../../runtime/store.ts";
import { jobsText } from "../../draining/drain.ts";
import { jobsTerminated, normalEvent } from "../../pass/events.ts";
import { resourceEvent } from "../resource/events.ts";
import type { Action } from "./action.ts";

/** The events of an action that succeeded. */
export function eventsFor(action: Action): readonly ObjectEvent[] {
  const { name } = action;
  if (action.kind === "disable") return [normalEvent("Disabled", "Delete", `${name} takes no new jobs`)];
  const event = resourceEvent(action, QuotaShareKind.noun);
  if (action.kind !== "delete" || action.jobIds.length === 0) return [event];
  const note = `AWS terminates ${jobsText(action.jobIds)} of ${name}, which is being deleted`;
  return [event, jobsTerminated("Delete", note)];
}
