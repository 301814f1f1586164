import type { ObjectEvent } from "../../runtime/store.ts";
import type { Action } from "./action.ts";

/** What an action that succeeded is told as. */
export function eventsFor(action: Action): readonly ObjectEvent[] {
  switch (action.kind) {
    case "create":
      return [normal("Created", "Create", `asked AWS Batch for queue ${action.request.jobQueueName ?? ""}`)];
    case "update":
      return [
        normal(
          "Updated",
          "Update",
          `asked AWS Batch to change ${action.paths.join(", ")} of ${action.request.jobQueue ?? ""}`,
        ),
      ];
    case "tag":
      return [normal(tagReasons[action.purpose], tagActions[action.purpose], `changed the tags of ${action.name}`)];
    case "disable":
      return [normal("Disabled", "Delete", `${action.name} takes no new jobs`)];
    case "terminateJobs":
      return [
        {
          type: "Warning",
          reason: "JobsTerminated",
          action: "Delete",
          note: `terminated ${action.jobIds.length} jobs that outlived drain.timeoutSeconds in ${action.name}`,
        },
      ];
    case "delete":
      return [normal("Deleting", "Delete", `asked AWS Batch to delete queue ${action.name}`)];
  }
}

const tagReasons = {
  adopt: "Adopted",
  takeOver: "OwnershipUpdated",
  userTags: "TagsUpdated",
  retain: "Retained",
} as const;

const tagActions = { adopt: "Adopt", takeOver: "Adopt", userTags: "Update", retain: "Delete" } as const;

function normal(reason: string, action: string, note: string): ObjectEvent {
  return { type: "Normal", reason, action, note };
}
