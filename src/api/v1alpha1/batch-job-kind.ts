import type { BatchKind } from "../batch-kind.ts";
import type { ReasonTable } from "../reasons/table.ts";
import { group, version } from "./group.ts";

const again = "to run it again, create another BatchJob, or delete this one and create it again";

/** Its reasons alone, in addition to those that it shares with other kinds. */
export const batchJobReasons = {
  Ready: {
    Succeeded: { status: "True", means: "the job ended with success" },
  },
  Complete: {
    Succeeded: { status: "True", means: "the job ended with success; an array with all its children" },
  },
  Failed: {
    JobFailed: {
      status: "True",
      means: "the job failed; the message has AWS's reason and the exit code",
    },
    JobCancelled: {
      status: "True",
      means: "the job was ended by `cancel: true`, or cancelled before it was submitted",
    },
    DependencyFailed: {
      status: "True",
      means: "a job that it depends on failed, and it was not submitted",
    },
  },
  Suspended: {
    Suspended: { status: "True", means: "`suspend: true` keeps the job from being submitted" },
  },
  SubmittedOnce: {
    DuplicateSubmission: {
      means:
        "AWS shows a second job of this object, which has started: AWS accepted a request whose answer was lost and that it did not show for more than a minute. The message names both",
      todo: "end the one that you do not need (`aws batch terminate-job`)",
    },
  },
  Kept: {
    Tracked: {
      status: "True",
      means:
        "the object stays although `ttlSecondsAfterFinished` is set: Argo CD, Flux or `local` has its manifest, and would create it and run the job again. An event says so too",
      todo: "remove the job from Git, or remove `ttlSecondsAfterFinished`",
    },
  },
  Reconciling: {
    Suspended: { means: "`suspend: true` keeps the job from being submitted", todo: "set `suspend: false`" },
    ReferenceNotFound: {
      means: "a queue, definition, consumable or job that it refers to does not exist; Stalled after 10 minutes",
      todo: "create it, or another job that refers to something that exists",
    },
    WaitingForQueue: {
      means: "the queue does not accept jobs yet; Stalled after 10 minutes",
      todo: "check the queue that the message names",
    },
    WaitingForDefinition: {
      means: "no revision is ACTIVE yet that matches the definition; Stalled after 10 minutes",
      todo: "check the definition that the message names",
    },
    WaitingForConsumable: {
      means: "AWS does not have a referenced consumable yet, or has not been asked for it; Stalled after 10 minutes",
      todo: "check the consumable that the message names",
    },
    WaitingForJob: { means: "a job that it depends on has not been submitted yet" },
    Submitting: { means: "the job is being submitted" },
    CheckingSubmission: {
      means:
        "it is unknown whether AWS accepted an earlier request: the operator searches for the job by its name, and submits it again only when AWS has shown none for 70 s",
    },
    JobSubmitted: { means: "AWS has the job, and evaluates its dependencies" },
    JobPending: { means: "the job waits for jobs that it depends on, or is an array whose children run" },
    JobRunnable: {
      means:
        "the job waits for resources; the message says why, with the fix, if the job is the first one of its queue, otherwise the condition JobsProgressing of the queue says what the first one waits for",
    },
    JobStarting: { means: "the job has resources, and its containers start" },
    JobRunning: { means: "the job runs" },
    JobNotShown: { means: "AWS does not show the job at this moment" },
    Tagging: { means: "tags are being written" },
    Ending: {
      means:
        "the job is being ended, as `cancel` or the deletion asks. AWS ends one that waits for others only after these",
    },
    Deleting: { means: "deletion: the finalizer is about to be removed" },
  },
  Stalled: {
    JobFailed: { means: "the job failed; the message has AWS's reason and the exit code", todo: again },
    JobCancelled: { means: "the job was cancelled", todo: again },
    DependencyFailed: {
      means: "a job that it depends on failed, and it was not submitted",
      todo: again,
    },
    DependencyUnknown: {
      means: "the result of a job that it depends on is unknown (`ResultUnknown`), and it was not submitted",
      todo: "delete that job and create it again, or this one and create it without that dependency",
    },
    DependencyCycle: {
      means: "jobs depend on each other in a circle, so none of them can be submitted",
      todo: "delete one of those that the message names, and create it without that dependency",
    },
    ResultUnknown: {
      means:
        "AWS has forgotten the job, a week after its end at the earliest, before the operator saw its result; or it may have forgotten it, or has ended it with its queue. It is neither a success nor submitted again",
      todo: again,
    },
    RegionMismatch: {
      means: "the queue or definition is in another region or account than the job",
      todo: "create another job, with the right `region` or another queue and definition",
    },
    NamespaceNotWatched: {
      means: "the operator does not watch the namespace of the queue or definition",
      todo: "add it to `--watch-namespace`",
    },
    ReferenceNotAllowed: {
      means:
        "the queue, definition or consumable belongs to another namespace, which does not let this one use it, or has the prefix of another namespace in its name and is not in AWS; or a job of `dependsOn.jobId` is not of this namespace",
      todo: "let its owner make it, and set `allowedNamespaces`; or create another job, which refers to one of this namespace",
    },
  },
  plan: {
    JobEnded: { means: "the job has ended" },
    NotSubmitted: { means: "the job has not been submitted" },
    InSync: { means: "AWS has the job" },
    TagsDiffer: { means: "only tags differ" },
    CancelRequested: { means: "`cancel` is true, and the job has not ended" },
    ObjectDeleted: { means: "the object is being deleted" },
  },
  event: {
    Submitted: { means: "a request to AWS" },
    Ended: { means: "a request to AWS that ends the job" },
    DuplicateEnded: { means: "warning: a second job of this object was ended before it started" },
    Expired: { means: "the operator deletes the object, as `ttlSecondsAfterFinished` says" },
    Deleted: { means: "the object was deleted" },
    Retained: { means: "the object was deleted, and its job runs on" },
  },
} as const satisfies ReasonTable;

export const BatchJobKind = {
  group,
  version,
  kind: "BatchJob",
  plural: "batchjobs",
  shortNames: ["bj"],
  expires: true,
  fixedSpec: true,
  noun: "job",
  description: "A job of AWS Batch: submitted once, followed to its end, and kept with its result.",
  columns: [
    {
      name: "STATUS",
      type: "string",
      description: "AWS's status of the job; FAILED also of one that was never submitted.",
      jsonPath: ".status.status",
    },
    { name: "QUEUE", type: "string", description: "Job queue in AWS.", jsonPath: ".status.jobQueue" },
    { name: "EXIT", type: "integer", description: "Exit code of the last attempt.", jsonPath: ".status.exitCode" },
    {
      name: "DURATION",
      type: "string",
      description: "Time from its start to its end.",
      jsonPath: ".status.duration",
    },
    { name: "JOB-ID", type: "string", description: "ID in AWS.", jsonPath: ".status.jobId", priority: 1 },
  ],
  selectable: [".spec.region"],
  awsName: { field: "jobName", maxLength: 91, endsWithUid: true },
  request: {
    call: "SubmitJob",
    maxBytes: 30_720,
    without: [
      "jobQueueRef",
      "jobDefinitionRef",
      "dependsOn",
      "suspend",
      "cancel",
      "ttlSecondsAfterFinished",
      "deletionPolicy",
      "region",
    ],
    apart: ["nodeOverrides.nodePropertyOverrides[].eksPropertiesOverride", "nodeOverrides"],
  },
  stub: {
    bulk: [
      "parameters",
      "containerOverrides",
      "nodeOverrides",
      "ecsPropertiesOverride",
      "eksPropertiesOverride",
      "retryStrategy",
      "consumableResourcePropertiesOverride",
    ],
  },
  references: [
    { to: "JobQueue", path: "jobQueueRef", awsPath: "jobQueue", fixed: true },
    { to: "JobDefinition", path: "jobDefinitionRef", awsPath: "jobDefinition", fixed: true },
    {
      to: "ConsumableResource",
      use: "holds",
      path: "consumableResourcePropertiesOverride.consumableResourceList[].consumableResourceRef",
      awsPath: "consumableResourcePropertiesOverride.consumableResourceList[].consumableResource",
      fixed: true,
    },
    {
      to: "ConsumableResource",
      use: "holds",
      path: "nodeOverrides.nodePropertyOverrides[].consumableResourcePropertiesOverride.consumableResourceList[].consumableResourceRef",
      awsPath:
        "nodeOverrides.nodePropertyOverrides[].consumableResourcePropertiesOverride.consumableResourceList[].consumableResource",
      fixed: true,
    },
    { to: "BatchJob", path: "dependsOn[].jobRef", fixed: true },
  ],
  conditions: ["Complete", "Failed", "Suspended", "SubmittedOnce", "Kept"],
  reasons: [batchJobReasons],
} as const satisfies BatchKind;
