/** Reasons that objects of every kind can have. */

import type { ReasonTable } from "./table.ts";

export const everyKindReasons = {
  Ready: {
    Pending: {
      status: "Unknown",
      means: "no operator has seen the object yet",
      todo: "if it lasts: check whether the operator runs, and watches this namespace",
    },
    Paused: {
      status: "Unknown",
      means: "the annotation `awsbatch.dev/paused` holds back the change in the message",
      todo: "remove the annotation",
    },
    DryRun: {
      status: "Unknown",
      means: "the annotation `awsbatch.dev/dry-run` holds back the change in the message",
      todo: "remove the annotation",
    },
  },
  Synced: {
    ReadFromAWS: {
      status: "True",
      means:
        "the status is as fresh as the last read of AWS, at most a minute old at rest; throttled or unanswered reads are reported after half a minute",
    },
  },
  Contested: {
    ChangedOutside: {
      means:
        "a field was changed outside Kubernetes three times in 15 minutes, after AWS matched the spec. A warning event `Contested` reports it. From then on the operator reverts the field once in 15 minutes; meanwhile Ready is False with the reason `Contested`",
      todo: "find the other writer, or leave the field out of the spec",
    },
  },
  Reconciling: {
    NamespaceUnreadable: {
      means:
        "the operator cannot read what the namespace may use, so it writes nothing; Stalled after 5 minutes. An object at rest stays Ready",
      todo: "let the operator get, list and watch namespaces",
    },
  },
  Stalled: {
    NotAllowed: {
      means:
        "the namespace may not use what the spec names, such as an AWS name with the prefix of another namespace, or a region that is not in `--allowed-regions` or one too many after 40; the message names it, and the list that does not have it",
      todo: "use another, or ask the operator's administrator; an object that exists in AWS is deleted once its region is allowed again, or with `awsbatch.dev/abandon`",
      todoIfFixed:
        "create another object that names something else, or ask the operator's administrator: the spec of this one cannot be changed",
    },
    LocationMismatch: {
      means: "the object was created in another account or region, or with another --names-with-cluster",
      todo: "restore the operator's credentials, region and flag",
    },
  },
  event: {
    TagsUpdated: { means: "a request to AWS" },
    DriftCorrected: { means: "the operator reverted a change made outside Kubernetes" },
    Abandoned: { means: "warning: finalizer removed, AWS resources kept; the note lists them" },
  },
} as const satisfies ReasonTable;
