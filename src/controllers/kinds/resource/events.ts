import type { ObjectEvent } from "../../../runtime/store.ts";
import { normalEvent } from "../../pass/events.ts";
import type { ResourceAction, TagAction } from "./action.ts";

/** The event of tags that were written. */
export function tagEvent({ purpose, name }: TagAction): ObjectEvent {
  return normalEvent(tagReasons[purpose], tagActions[purpose], `changed the tags of ${name}`);
}

const tagReasons = {
  adopt: "Adopted",
  takeOver: "OwnershipUpdated",
  userTags: "TagsUpdated",
  retain: "Retained",
} as const;

const tagActions = { adopt: "Adopt", takeOver: "Adopt", userTags: "Update", retain: "Delete" } as const;

/**
 * The event of an action that succeeded.
 *
 * @param noun of the kind
 */
export function resourceEvent(action: ResourceAction<unknown, unknown>, noun: string): ObjectEvent {
  switch (action.kind) {
    case "create":
      return normalEvent("Created", "Create", `creating ${noun} ${action.name}`);
    case "update":
      return normalEvent("Updated", "Update", `updating ${action.name}: ${action.paths.join(", ")}`);
    case "tag":
      return tagEvent(action);
    case "delete":
      return normalEvent("Deleting", "Delete", `deleting ${noun} ${action.name}`);
  }
}
