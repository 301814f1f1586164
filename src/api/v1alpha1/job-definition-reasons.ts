/** Reasons of the kind JobDefinition alone. */

import type { ReasonTable } from "../reasons/table.ts";

export const jobDefinitionReasons = {
  Ready: {
    Available: { status: "True", means: "the highest ACTIVE revision belongs to this object and matches the spec" },
  },
  Reconciling: {
    CheckingRevisions: { means: "the operator waits for a listing that shows whether revisions of the name exist" },
    WaitingForConsumable: {
      means: "AWS does not have a referenced consumable yet, or has not been asked for it; Stalled after 10 minutes",
      todo: "check the consumable that the message names",
    },
    ReferenceNotFound: {
      means: "the spec references a consumable that does not exist; Stalled after 10 minutes",
      todo: "create it, or correct the name",
    },
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
    ReferenceNotAllowed: {
      means:
        "the `allowedNamespaces` of the consumable does not let this namespace use it, by reference or by its AWS name; the revision that AWS has stays",
      todo: "ask its owner to allow it",
    },
    NamespaceNotWatched: {
      means: "the operator does not watch the namespace of the consumable",
      todo: "add it to `--watch-namespace`",
    },
    NamespaceUnreadable: {
      means:
        "the `allowedNamespaces` of the consumable selects by labels, and the operator may not read the labels of this namespace; the revision that AWS has stays",
      todo: "let the operator get, list and watch namespaces",
    },
    RegionMismatch: {
      means: "the consumable is in another region, or its ARN is of another region or account",
      todo: "reference one in the definition's region and account",
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
