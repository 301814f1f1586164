import type { EventReason } from "../../../api/reasons.ts";
import type { ObjectEvent } from "../../../runtime/store.ts";
import { normalEvent } from "../../pass/events.ts";
import type { Action, DeregisterPurpose, TagPurpose } from "./action.ts";

/** The events of an action that succeeded. Pure. */
export function events(action: Action): readonly ObjectEvent[] {
  switch (action.kind) {
    case "register":
      return [normalEvent("Registered", "Register", `registered a new revision of ${action.name}`)];
    case "deregister":
      return [
        normalEvent(
          "Deregistered",
          "Deregister",
          `deregistered ${action.names.join(", ")}: ${purposes[action.purpose]}`,
        ),
      ];
    case "tag": {
      const { reason, words } = tagWords[action.purpose];
      return [normalEvent(reason, "Tag", `${words} ${action.items.map(({ name }) => name).join(", ")}`)];
    }
  }
}

const purposes: Readonly<Record<DeregisterPurpose, string>> = {
  history: "superseded and over revisionHistoryLimit",
  deletion: "the object is deleted",
};

const tagWords: Readonly<Record<TagPurpose, { readonly reason: EventReason; readonly words: string }>> = {
  adopt: { reason: "Adopted", words: "adopted" },
  takeOver: { reason: "OwnershipUpdated", words: "wrote the current identity of this object to" },
  userTags: { reason: "TagsUpdated", words: "changed the tags of" },
  retain: { reason: "Retained", words: "removed the owner from" },
};
