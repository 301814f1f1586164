import { counted } from "../../../api/words.ts";
import type { ObjectEvent } from "../../../runtime/store.ts";
import { jobsTerminated, normalEvent } from "../../pass/events.ts";
import type { Action, TagPurpose } from "./action.ts";

/** The events of an action that AWS accepted. */
export function eventsFor(action: Action): readonly ObjectEvent[] {
  switch (action.kind) {
    case "create":
      return [normalEvent("Created", "Create", `creating ${action.request.computeEnvironmentName ?? ""}`)];
    case "update":
      return [normalEvent("Updated", "Update", `updating ${action.paths.join(", ")} of ${action.name}`)];
    case "enable":
      return [normalEvent("Reactivated", "Update", `put ${action.name} back into service`)];
    case "revalidate":
      return [normalEvent("Revalidating", "Update", `revalidating ${action.name}`)];
    case "disable":
      return [normalEvent("Disabled", "Retire", `took ${action.name} out of service`)];
    case "terminateJobs":
      return [
        jobsTerminated(
          "Retire",
          `terminated ${counted(action.jobIds.length, "job")} that outlived drain.timeoutSeconds on ${action.name}`,
        ),
      ];
    case "delete":
      return [normalEvent("Deleting", "Delete", `deleting ${action.name}`)];
    case "repointForeign":
      return [normalEvent("QueuesSwitched", "Repoint", foreignNote(action))];
    case "tag":
      return tagEvents(action.purpose, action.items.map(({ name }) => name).join(", "));
  }
}

function foreignNote({ queue, request }: Extract<Action, { kind: "repointForeign" }>): string {
  const names = request.computeEnvironmentOrder?.map(({ computeEnvironment }) => computeEnvironment) ?? [];
  return `pointed queue ${queue}, which is not managed here, at ${names.join(", ")}`;
}

function tagEvents(purpose: TagPurpose, names: string): readonly ObjectEvent[] {
  switch (purpose) {
    case "adopt":
      return [normalEvent("Adopted", "Adopt", `adopted ${names}, which already existed`)];
    case "takeOver":
      return [normalEvent("OwnershipUpdated", "Adopt", `tagged ${names} as owned by this object`)];
    case "userTags":
      return [normalEvent("TagsUpdated", "Update", `changed the tags of ${names}`)];
    case "serving":
      return [normalEvent("QueuesSwitched", "Repoint", `${names} serves all queues`)];
    case "returned":
      return [
        {
          type: "Warning",
          reason: "RolledBack",
          action: "Repoint",
          note: `AWS found ${names} INVALID, so the queues go back to the predecessor`,
        },
      ];
    case "retain":
      return [normalEvent("Retained", "Delete", `kept ${names} in AWS, as deletionPolicy says`)];
    case "rollout":
    case "adoptedServing":
    case "retire":
    case "inUse":
    case "revive":
      return [];
  }
}
