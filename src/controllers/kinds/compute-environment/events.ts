import { counted } from "../../../api/words.ts";
import type { ObjectEvent } from "../../../runtime/store.ts";
import { jobsTerminated, normalEvent } from "../../pass/events.ts";
import type { Action } from "./action.ts";
import { causeOfReturn } from "./rollback.ts";

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
    case "verification":
      return verificationEvents(action);
    case "repointForeign":
      return [normalEvent("QueuesSwitched", "Repoint", foreignNote(action))];
    case "tag":
      return tagEvents(action);
  }
}

function verificationEvents({ name, call }: Extract<Action, { kind: "verification" }>): readonly ObjectEvent[] {
  const { kind } = call;
  if (kind !== "submitJob") return [];
  return [normalEvent("Verifying", "Verify", `submitted a job of ${call.request.jobDefinition} to verify ${name}`)];
}

function foreignNote({ queue, request }: Extract<Action, { kind: "repointForeign" }>): string {
  const names = request.computeEnvironmentOrder?.map(({ computeEnvironment }) => computeEnvironment) ?? [];
  return `pointed queue ${queue}, which is not managed here, at ${names.join(", ")}`;
}

function tagEvents({ purpose, items }: Extract<Action, { kind: "tag" }>): readonly ObjectEvent[] {
  const names = items.map(({ name }) => name).join(", ");
  switch (purpose) {
    case "adopt":
      return [normalEvent("Adopted", "Adopt", `adopted ${names}, which already existed`)];
    case "takeOver":
      return [normalEvent("OwnershipUpdated", "Adopt", `tagged ${names} as owned by this object`)];
    case "userTags":
      return [normalEvent("TagsUpdated", "Update", `changed the tags of ${names}`)];
    case "serving":
      return [normalEvent("QueuesSwitched", "Repoint", `${names} serves all queues`)];
    case "returned": {
      const [cause] = items.flatMap(({ change }) => causeOfReturn({ tags: change.set }) ?? []);
      const found = cause === undefined ? `AWS found ${names} INVALID` : `${names} took over, and ${cause}`;
      const note = `${found}, so the queues go back to the predecessor`;
      return [{ type: "Warning", reason: "RolledBack", action: "Repoint", note }];
    }
    case "verified":
      return [normalEvent("Verified", "Verify", `the job that verifies ${names} has succeeded`)];
    case "retain":
      return [normalEvent("Retained", "Delete", `kept ${names} in AWS, as deletionPolicy says`)];
    case "rollout":
    case "adoptedServing":
    case "retire":
    case "inUse":
    case "revive":
    // The condition Stalled, which follows, is an event of its own.
    case "verificationFailed":
    case "verificationNoted":
      return [];
  }
}
