import type { ObjectEvent } from "../../../runtime/store.ts";
import { jobsText } from "../../draining/drain.ts";
import { jobsTerminated, normalEvent } from "../../pass/events.ts";
import type { DeleteAction, DisableAction, TagAction, UpkeepAction } from "./action.ts";

/** The events of an action that succeeded; of writes that only one kind has there are none. */
export function resourceEvents<Action extends { readonly kind: string }>(
  action: Action,
  noun: string,
  disabled = takesNoJobs,
): readonly ObjectEvent[] {
  const known = action as { readonly kind: string } as
    | UpkeepAction<unknown, unknown>
    | DisableAction<unknown>
    | DeleteAction;
  switch (known.kind) {
    case "create":
      return [normalEvent("Created", "Create", `creating ${noun} ${known.name}`)];
    case "update":
      return [normalEvent("Updated", "Update", `updating ${known.name}: ${known.paths.join(", ")}`)];
    case "tag":
      return [tagEvent(known)];
    case "disable":
      return [normalEvent("Disabled", "Delete", disabled(known.name))];
    case "delete":
      return [normalEvent("Deleting", "Delete", `deleting ${noun} ${known.name}`), ...jobsEnded(known)];
    default:
      return [];
  }
}

/** The event of tags that were written. */
export function tagEvent({ purpose, name }: TagAction): ObjectEvent {
  return normalEvent(tagReasons[purpose], tagActions[purpose], `changed the tags of ${name}`);
}

function takesNoJobs(name: string): string {
  return `${name} takes no new jobs`;
}

function jobsEnded({ name, jobIds = [] }: DeleteAction): readonly ObjectEvent[] {
  if (jobIds.length === 0) return [];
  return [jobsTerminated("Delete", `AWS terminates ${jobsText(jobIds)} of ${name}, which is being deleted`)];
}

const tagReasons = {
  adopt: "Adopted",
  takeOver: "OwnershipUpdated",
  userTags: "TagsUpdated",
  retain: "Retained",
} as const;

const tagActions = { adopt: "Adopt", takeOver: "Adopt", userTags: "Update", retain: "Delete" } as const;
