import type { ObjectEvent } from "../../runtime/store.ts";
import type { Action, TagPurpose } from "./action.ts";

/** The events of an action that AWS accepted. */
export function eventsFor(action: Action): readonly ObjectEvent[] {
  switch (action.kind) {
    case "create":
      return [normal("Created", "Create", `creating ${action.request.computeEnvironmentName ?? ""}`)];
    case "update":
      return [normal("Updated", "Update", `updating ${action.paths.join(", ")} of ${action.name}`)];
    case "enable":
      return [normal("Reactivated", "Update", `put ${action.name} back into service`)];
    case "revalidate":
      return [normal("Revalidating", "Update", `revalidating ${action.name}`)];
    case "disable":
      return [normal("Disabled", "Retire", `took ${action.name} out of service`)];
    case "terminateJobs":
      return [
        {
          type: "Warning",
          reason: "JobsTerminated",
          action: "Retire",
          note: `terminated ${action.jobIds.length} jobs that outlived drain.timeoutSeconds on ${action.name}`,
        },
      ];
    case "delete":
      return [normal("Deleting", "Delete", `deleting ${action.name}`)];
    case "repointForeign":
      return [normal("QueuesSwitched", "Repoint", foreignNote(action))];
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
      return [normal("Adopted", "Adopt", `adopted ${names}, which already existed`)];
    case "takeOver":
      return [normal("OwnershipUpdated", "Adopt", `tagged ${names} as owned by this object`)];
    case "userTags":
      return [normal("TagsUpdated", "Update", `changed the tags of ${names}`)];
    case "serving":
      return [normal("QueuesSwitched", "Repoint", `${names} serves all queues`)];
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
      return [normal("Retained", "Delete", `kept ${names} in AWS, as deletionPolicy says`)];
    case "rollout":
    case "retire":
    case "inUse":
    case "revive":
      return [];
  }
}

function normal(reason: string, action: string, note: string): ObjectEvent {
  return { type: "Normal", reason, action, note };
}
