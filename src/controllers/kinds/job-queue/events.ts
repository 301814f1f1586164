import { counted } from "../../../api/words.ts";
import type { ObjectEvent } from "../../../runtime/store.ts";
import { jobsTerminated, normalEvent } from "../../pass/events.ts";
import { tagEvent } from "../resource/events.ts";
import type { Action } from "./action.ts";

/** The events of an action that succeeded. */
export function eventsFor(action: Action): readonly ObjectEvent[] {
  switch (action.kind) {
    case "create":
      return [normalEvent("Created", "Create", `creating queue ${action.request.jobQueueName ?? ""}`)];
    case "update":
      return [
        normalEvent("Updated", "Update", `updating ${action.request.jobQueue ?? ""}: ${action.paths.join(", ")}`),
      ];
    case "tag":
      return [tagEvent(action)];
    case "disable":
      return [normalEvent("Disabled", "Delete", `${action.name} takes no new jobs`)];
    case "terminateJobs":
      return [
        jobsTerminated(
          "Delete",
          `terminated ${counted(action.jobIds.length, "job")} in ${action.name} that ran past drain.timeoutSeconds`,
        ),
      ];
    case "delete":
      return [normalEvent("Deleting", "Delete", `deleting queue ${action.name}`)];
  }
}
