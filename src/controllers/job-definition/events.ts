import type { ObjectEvent } from "../../runtime/store.ts";
import type { Action, DeregisterPurpose, TagPurpose } from "./action.ts";

/** What an action that succeeded is told as. Pure. */
export function events(action: Action): readonly ObjectEvent[] {
  switch (action.kind) {
    case "register":
      return [normal("Registered", "Register", `registered a new revision of ${action.name}`)];
    case "deregister":
      return [
        normal("Deregistered", "Deregister", `deregistered ${action.names.join(", ")}: ${purposes[action.purpose]}`),
      ];
    case "tag": {
      const { reason, words } = tagWords[action.purpose];
      return [normal(reason, "Tag", `${words} ${action.items.map(({ name }) => name).join(", ")}`)];
    }
  }
}

const purposes: Readonly<Record<DeregisterPurpose, string>> = {
  history: "superseded, and beyond what is kept",
  deletion: "the object is deleted",
};

const tagWords: Readonly<Record<TagPurpose, { readonly reason: string; readonly words: string }>> = {
  adopt: { reason: "Adopted", words: "took over" },
  takeOver: { reason: "OwnershipUpdated", words: "wrote the present identity of this object on" },
  userTags: { reason: "TagsUpdated", words: "changed the tags of" },
  retain: { reason: "Retained", words: "took the owner off" },
};

function normal(reason: string, action: string, note: string): ObjectEvent {
  return { type: "Normal", reason, action, note };
}
