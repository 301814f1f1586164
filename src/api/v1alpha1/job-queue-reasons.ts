/** Reasons of the kind JobQueue alone. */

import type { ReasonTable } from "../reasons/table.ts";

export const jobQueueReasons = {
  Ready: {
    Available: { status: "True", means: "VALID and ENABLED, and at least one of its environments is usable" },
    Disabled: { status: "True", means: "VALID and DISABLED: it accepts no new jobs" },
  },
  Reconciling: {
    Creating: {
      means: "the queue is being created, or an earlier one of the name is still being deleted",
    },
    WaitingForEnvironment: {
      means: "no environment is VALID yet, or a referenced one is changing; Stalled after 10 minutes",
      todo: "check the environments that the message names",
    },
    PartlyServing: {
      means: "jobs run, but the queue lacks an entry that the message names; Stalled after 10 minutes",
      todo: "check that environment",
    },
    NoUsableEnvironment: {
      means: "no job can start, because none of its environments is ENABLED and VALID; Stalled after 10 minutes",
      todo: "enable or fix one",
    },
    WouldLeaveNoEnvironment: {
      means:
        "the new order would leave no usable environment, so the current order stays, and follows replacements; Stalled after 10 minutes",
      todo: "enable one of those that the message names",
    },
    ReferenceNotFound: {
      means: "an entry references an object that does not exist; Stalled after 10 minutes",
      todo: "create it, or correct the name",
    },
    Contested: { means: "see [Contested](#contested)", todo: "find the other writer" },
    Disabling: { means: "deletion: the queue accepts no new jobs from now on" },
    Draining: { means: "deletion: the operator waits for its jobs, as `.spec.drain` says" },
  },
  Stalled: {
    NotOwned: {
      means: "a queue of the name exists that the operator did not create",
      todo: "choose another name, or adopt it",
    },
    SchedulingPolicyFixed: {
      means: "AWS cannot add a scheduling policy to a queue, or remove it",
      todo: "revert the field, or create another queue",
    },
    JobQueueTypeFixed: {
      means: "AWS cannot change the type of a queue",
      todo: "revert the field, or create another queue",
    },
    Invalid: { means: "AWS marked the queue as INVALID; the message has AWS's words", todo: "fix what they name" },
    ReferenceNotAllowed: {
      means:
        "the environment's `allowedNamespaces` does not let this namespace use it, by reference or by its AWS name",
      todo: "ask its owner to allow it",
    },
    NamespaceNotWatched: {
      means: "the operator does not watch the namespace of the environment",
      todo: "add it to `--watch-namespace`",
    },
    NamespaceUnreadable: {
      means:
        "the environment's `allowedNamespaces` selects by labels, and the operator may not read the labels of this namespace; environments that the queue already has stay",
      todo: "let the operator get, list and watch namespaces",
    },
    RegionMismatch: {
      means: "the environment is in another region, or its ARN is of another region or account",
      todo: "reference one in the queue's region and account",
    },
  },
  ReferencesResolved: {
    Resolved: { status: "True", means: "every entry of the order resolves" },
  },
  plan: {
    NotOwned: { means: "another object owns the queue of the name, and the operator does not change it" },
    FieldsDiffer: { means: "the fields in `changes` differ" },
  },
  event: {
    Released: { means: "the object was deleted without a queue of its own" },
  },
} as const satisfies ReasonTable;
