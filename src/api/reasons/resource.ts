/** Reasons of the kinds with AWS resources that are updated in place. */

import type { ReasonTable } from "./table.ts";

export const resourceReasons = {
  Reconciling: {
    UpdatingOwnership: { means: "the tags of this object are being written to the {noun}" },
    Updating: { means: "the {noun} is being updated" },
    UpdatingTags: { means: "the tags of the {noun} are being updated" },
    Deleting: { means: "deletion: AWS deletes the {noun}" },
    Retaining: { means: "deletion: the operator removes its tags and leaves the {noun} in AWS" },
  },
  Stalled: {
    NotAdoptable: {
      means: "the {noun} exists, and the namespace may not adopt its name",
      todo: "choose another name, or widen `--adoptable-names` or the namespace's annotation `awsbatch.dev/adoptable-names`",
    },
    NotMatching: {
      means: "the {noun} exists and differs, and `adoptionPolicy` is IfMatching",
      todo: "make the spec equal, or use IfExists",
    },
  },
  plan: {
    InSync: { means: "AWS matches the spec" },
    NotInAWS: { means: "the {noun} does not exist yet" },
    TagsDiffer: { means: "only tags differ" },
    OwnershipTagsDiffer: { means: "the {noun} exists and only gets the tags of this object" },
    ObjectDeleted: { means: "the object is being deleted" },
    LocationMismatch: { means: "nothing is planned in another account or region" },
  },
  event: {
    Created: { means: "a request to AWS" },
    Updated: { means: "a request to AWS" },
    Adopted: { means: "the {noun} now has the tags of this object" },
    OwnershipUpdated: { means: "the {noun} now has the tags of this object" },
    Deleting: { means: "steps of a deletion" },
    Deleted: { means: "steps of a deletion" },
    Retained: { means: "steps of a deletion" },
  },
} as const satisfies ReasonTable;
