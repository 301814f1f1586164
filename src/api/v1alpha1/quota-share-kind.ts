import type { BatchKind } from "../batch-kind.ts";
import { namedReasons } from "../reasons/named.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { resourceReasons } from "../reasons/resource.ts";
import type { ReasonTable } from "../reasons/table.ts";
import { group, version } from "./group.ts";

/** Its reasons alone, in addition to those that it shares with other kinds. */
const quotaShareReasons = {
  Ready: {
    Available: { status: "True", means: "VALID and ENABLED, as the spec says" },
    Disabled: { status: "True", means: "VALID and DISABLED: it accepts no new jobs" },
    AwaitingApproval: {
      means:
        "a change would let AWS end jobs of the share, and `.spec.drain` does not allow that; the message lists the change and the jobs",
      todo: "wait until the share has no jobs, approve the change with the annotation, or set `drain.policy: Terminate`",
    },
  },
  Reconciling: {
    WaitingForQueue: {
      means: "AWS does not have the queue yet, or the queue is not VALID; Stalled after 10 minutes",
      todo: "check the queue that the message names",
    },
    ReferenceNotFound: {
      means:
        "the spec names a queue that does not exist; in deletion: the object of the queue does not exist, and the annotation `awsbatch.dev/within` is missing, so that nothing says where AWS has the share; Stalled after 10 minutes",
      todo: "create it, or create another object with the right name; in deletion do what the message says",
    },
    Disabling: { means: "deletion: the share accepts no new jobs from now on" },
    Draining: { means: "deletion: the operator waits for the jobs of the share, as `.spec.drain` says" },
  },
  Stalled: {
    QueueUnsuited: {
      means:
        "AWS allows quota shares only in a queue of type SAGEMAKER_TRAINING with a policy with `quotaSharePolicy` and a service environment with limits by instance type; the message says what the queue lacks",
      todo: "fix the queue, or use another one in a new object",
    },
    QueueFixed: {
      means: "the share was created in a queue that has another name in AWS than the one that the spec names now",
      todo: "restore the name of that queue, or create another object for the other queue",
    },
    Invalid: {
      means: "AWS marked the share as INVALID; AWS gives no reason for that",
      todo: "check the queue, its service environment, and the capacity limits of both",
    },
    ReferenceNotAllowed: {
      means: "the `allowedNamespaces` of the queue does not let this namespace use it, by reference or by its AWS name",
      todo: "ask its owner to allow it",
    },
    NamespaceNotWatched: {
      means: "the operator does not watch the namespace of the queue",
      todo: "add it to `--watch-namespace`",
    },
    RegionMismatch: {
      means: "the queue is in another region, or its ARN is of another region or account",
      todo: "create another object that names a queue in its own region and account",
    },
  },
  ReferencesResolved: {
    Resolved: { status: "True", means: "the queue exists, and may be used" },
  },
  event: {
    AwaitingApproval: { means: "a step waits for a person; the note says how to approve it" },
    Disabled: { means: "step of a deletion" },
    JobsTerminated: { means: "warning: jobs are terminated with the share, as `drain.policy: Terminate` says" },
  },
} as const satisfies ReasonTable;

export const QuotaShareKind = {
  group,
  version,
  kind: "QuotaShare",
  plural: "quotashares",
  shortNames: ["bqs"],
  noun: "quota share",
  description:
    "An AWS Batch quota share: the part of a queue's capacity that SageMaker training jobs of one share have.",
  columns: [
    { name: "STATE", type: "string", description: "ENABLED or DISABLED, in AWS.", jsonPath: ".status.state" },
    { name: "STATUS", type: "string", description: "AWS's status.", jsonPath: ".status.status" },
    { name: "QUEUE", type: "string", description: "Job queue in AWS.", jsonPath: ".status.jobQueue", priority: 1 },
  ],
  selectable: [".spec.region", ".spec.jobQueue"],
  awsName: { field: "quotaShareName", maxLength: 128, within: "JobQueue" },
  records: "quotaShares",
  references: [{ to: "JobQueue", path: "jobQueueRef", awsPath: "jobQueue", fixed: true, use: "share of" }],
  conditions: ["ReferencesResolved"],
  reasons: [ownedReasons, resourceReasons, namedReasons, quotaShareReasons],
} as const satisfies BatchKind;
