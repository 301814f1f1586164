/** Reasons of the kind JobDefinition alone. */

import type { ReasonTable } from "../reasons/table.ts";

export const jobDefinitionReasons = {
  Ready: {
    Available: { status: "True", means: "the highest ACTIVE revision belongs to this object and matches the spec" },
  },
  Reconciling: {
    CheckingRevisions: { means: "the operator waits for a listing that shows whether revisions of the name exist" },
    Registering: { means: "a revision is being registered" },
    Tagging: { means: "tags are being written" },
    Contested: { means: "see [Contested](#contested)", todo: "find the other writer" },
    Deregistering: {
      means: "superseded revisions are being deregistered, or during a deletion all revisions of this object",
    },
    Deleting: { means: "deletion: no revision is left, and the finalizer is about to be removed" },
    Retaining: { means: "deletion: the operator removes its tags and leaves the revisions ACTIVE" },
  },
  Stalled: {
    NotAdopted: {
      means:
        "ACTIVE revisions of the name exist that the operator did not register; the message says why it does not adopt them",
      todo: "choose another name, or adopt them",
    },
    RevisionContested: {
      means: "another writer registers revisions above ours; jobs submitted by name use theirs",
      todo: "find the writer (CloudTrail: RegisterJobDefinition), or choose another name",
    },
  },
  plan: {
    NotInAWS: { means: "no revision of the name is ACTIVE" },
    FieldsDiffer: { means: "the highest ACTIVE revision differs from the spec" },
    TagsDiffer: { means: "only tags differ" },
    OwnershipTagsDiffer: { means: "revisions exist and only get the tags of this object" },
    ObjectDeleted: { means: "the object is being deleted" },
  },
  event: {
    Registered: { means: "a request to AWS" },
    Deregistered: { means: "a request to AWS" },
    Adopted: { means: "revisions now have the tags of this object" },
    OwnershipUpdated: { means: "revisions now have the tags of this object" },
    Deleted: { means: "the object was deleted" },
    Retained: { means: "the object was deleted" },
  },
} as const satisfies ReasonTable;
