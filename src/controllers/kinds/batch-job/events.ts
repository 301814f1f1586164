import { durationText } from "../../../api/words.ts";
import type { ObjectEvent } from "../../../runtime/store.ts";
import { normalEvent } from "../../pass/events.ts";
import type { Action } from "./action.ts";

/** The events of an action that succeeded. Pure. */
export function events(action: Action): readonly ObjectEvent[] {
  switch (action.kind) {
    case "intend":
      return [];
    case "submit": {
      const { jobName, jobQueue, jobDefinition } = action.request;
      return [normalEvent("Submitted", "Submit", `submitted ${jobName} to ${jobQueue} with ${jobDefinition}`)];
    }
    case "end": {
      const { jobId, purpose } = action;
      if (purpose !== "duplicate") return [normalEvent("Ended", "End", `asked AWS to end job ${jobId}`)];
      const note = `asked AWS to cancel job ${jobId}, a second one of this object`;
      return [{ type: "Warning", reason: "DuplicateEnded", action: "End", note }];
    }
    case "tag":
      return [normalEvent("TagsUpdated", "UpdateTags", `updated the tags of ${action.jobArn}`)];
    case "expire": {
      const after = durationText(action.ttlSeconds * 1000);
      return [normalEvent("Expired", "Delete", `deletes the object ${after} after its end (ttlSecondsAfterFinished)`)];
    }
  }
}
