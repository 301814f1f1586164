import type { ObjectEvent } from "../../runtime/store.ts";
import { normalEvent } from "../events.ts";
import type { TagAction } from "./action.ts";

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
