import type { BatchKind } from "../batch-kind.ts";
import { drainedReasons } from "../reasons/drained.ts";
import { networkReasons } from "../reasons/network.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { resourceReasons } from "../reasons/resource.ts";
import { rolesReasons } from "../reasons/roles.ts";
import type { ReasonTable } from "../reasons/table.ts";
import { group, version } from "./group.ts";

/** Its reasons alone, in addition to those that it shares with other kinds. */
const computeEnvironmentReasons = {
  Ready: {
    Available: { status: "True", means: "AWS serves this generation" },
    Disabled: {
      status: "True",
      means: "VALID, and DISABLED because the spec says so; the message names the queues that have no environment left",
    },
  },
  Reconciling: {
    Adopting: { means: "the environment to adopt is still changing" },
    Creating: { means: "an environment is being created" },
    Revalidating: {
      means:
        "AWS marked the environment as INVALID 30 minutes ago (5 if it could not use a role that the operator manages), and the operator lets AWS validate it again",
    },
    Reactivating: {
      means: "an older environment matches the spec again and is put back into service",
    },
    ReferenceNotFound: {
      means: "the spec references an object that does not exist; Stalled after 10 minutes",
      todo: "create it, or correct the name",
    },
    ResolvingSelection: {
      means: "the network of `networkRef` gives other subnets or security groups, which take effect in the next pass",
    },
    WaitingForNetwork: {
      means: "the network of `networkRef` is not Ready; what is in AWS stays as it is. Stalled after 10 minutes",
      todo: "check the network that the message names",
    },
    WaitingForRole: {
      means:
        "a BatchRole that the spec refers to does not exist, is not Ready or is being deleted, and what AWS has stays (Stalled after 10 minutes); or AWS cannot use a role yet, which happens just after its creation",
      todo: "check the BatchRole that the message names; if AWS cannot use the role: its trust policy",
    },
    AwaitingApproval: {
      means: "a step in `holdBefore`, or the replacement of an adopted environment, waits for approval",
      todo: "annotate as the message says",
    },
    WaitingForOtherReplacements: {
      means:
        "`--max-concurrent-replacements` (3) other objects have successors that do not serve yet; those that wait for a person, for a queue that is being deleted, or for longer than 15 minutes for the job of `verify`, do not count; or a replacement of a namespace that has fewer under way goes first, or one that has waited longer",
    },
    QuotaNearlyReached: {
      means: "49 or 50 environments exist in the region; Stalled after 10 minutes",
      todo: "delete one that is not needed",
    },
    NamespaceLimitReached: {
      means:
        "the namespace has as many environments in the region as `--max-environments-per-namespace`, or the annotation of the Namespace, allows; Stalled after 10 minutes",
      todo: "delete one that is not needed, or wait for replacements that are under way",
    },
    EnvironmentLimitReached: {
      means:
        "8 environments of the object exist in AWS: jobs, approvals or soak times keep its predecessors; Stalled after 10 minutes",
      todo: "change the spec less often, or end the jobs that keep them",
    },
    QueuePaused: {
      means: "a queue that would have to be switched is paused or a dry run",
      todo: "remove the annotation that the message names",
    },
    QueueBeingDeleted: {
      means:
        "the successor is ready, and only queues that are being deleted still reference the predecessor: they keep it until their jobs have ended",
      todo: "nothing; or terminate those jobs",
    },
    Verifying: {
      means: "the job of `replacement.verify` is to succeed on the new environment before a queue names it",
      todo: "if the message names an obstacle: fix it",
    },
    WaitingForDefinition: {
      means:
        "the definition of `replacement.verify` has no revision yet that the job may run; Stalled after 10 minutes",
      todo: "check the JobDefinition that the message names",
    },
    WaitingForConsumable: {
      means:
        "a consumable that the job of `replacement.verify` holds is not there yet, or may not be used; Stalled after 10 minutes",
      todo: "check the ConsumableResource that the message names",
    },
    SwitchingQueues: {
      means: "queues are being switched to the successor",
      todo: "if the message names an obstacle: fix it",
    },
    RollingBack: {
      means:
        "the queues roll back from a successor that became INVALID, or on which jobs fail (`replacement.rollback`)",
    },
    TargetDisabled: {
      means: "somebody disabled the successor in AWS; Stalled after 10 minutes",
      todo: "enable it, or set the state in the spec",
    },
    WouldLeaveNoEnvironment: {
      means: "the write would leave a queue without an enabled environment; Stalled after 10 minutes",
      todo: "enable one of those that the message names",
    },
    Contested: {
      means:
        "see [Contested](#contested); or AWS accepted the same update three times, possibly that of a foreign queue, but still reports the old values, so the operator sends it once in 15 minutes",
      todo: "find the other writer, or put the values that AWS reports into the spec",
    },
    InUse: {
      means: "deletion: a queue still references the environment",
      todo: "delete the queue, or remove the environment from its order",
    },
    Disabling: { means: "deletion: the environment is being disabled" },
    Draining: {
      means:
        "deletion: the operator waits for its jobs, as `.spec.drain` says. On EKS AWS never reports where a job runs: the operator waits for all jobs that were submitted before the environment was retired, and terminates none",
      todo: "on EKS: terminate those that should not continue (`aws batch terminate-job`)",
    },
  },
  ReferencesResolved: {
    Resolved: { status: "True", means: "every reference resolves to an object that this one may use" },
  },
  Stalled: {
    RoleSharedByName: {
      means:
        "`iam` has a `name`, by which objects shared a role before there were BatchRoles; what AWS has stays, and nothing is written",
      todo: "apply the BatchRole that the message names, and refer to it",
    },
    NetworkFieldsRefused: {
      means:
        "the spec selects subnets or security groups, or has a group or endpoints made, by fields from before there were BatchNetworks; what AWS has stays, and nothing is written",
      todo: "apply the BatchNetwork that the message has, and refer to it by `networkRef`",
    },
    ReferenceNotAllowed: {
      means:
        "the `allowedNamespaces` of an object that the spec references does not let this namespace use it, or a BatchRole has another `purpose`; what AWS has stays",
      todo: "ask its owner to allow it, or refer to another one",
    },
    NamespaceNotWatched: {
      means: "the operator does not watch the namespace of an object that the spec references",
      todo: "add it to `--watch-namespace`",
    },
    RegionMismatch: {
      means: "an object that the spec references is in another region",
      todo: "refer to one in the region of this object",
    },
    ReplacementNeeded: {
      means: "`replacement.policy` is Never, and AWS cannot make the change in place",
      todo: "revert the field, or allow the replacement",
    },
    ImageTypeEnded: {
      means:
        "a new environment is needed, and AWS creates none with its own images of Amazon Linux 2; nothing was created, and what serves goes on",
      todo: "set an `imageType` of Amazon Linux 2023, or undo what needs a new environment and change `imageType` in place",
    },
    SpecNotApplied: {
      means:
        "an environment was created from this exact spec, but AWS reports different values, so the operator creates no other one for an hour; while AWS still creates it, under Reconciling",
      todo: "put the values that AWS reports into the spec, or report it",
    },
    OwnershipTagsLost: {
      means:
        "two or more environments created from this exact spec have lost the tags of this object, so the operator creates no more; queues continue with the environments that they reference",
      todo: "stop the tool that removes the tags; return each environment as the message says, or delete it",
    },
    UpdateNotApplied: {
      means:
        "AWS accepted the same update three times but still reports the old values; because it replaces instances, the operator does not send it again by itself",
      todo: "put the values that AWS reports into the spec, or find the other writer; a new value of `awsbatch.dev/reconcile-requested-at` sends it once more",
    },
    UnmanagedQueue: {
      means: "a queue that the operator does not manage references the environment",
      todo: "its owner removes it from the queue, or `foreignQueues: Repoint` with `--allow-foreign-repoint`",
    },
    ReferencedByName: {
      means: "a JobQueue references the environment by its AWS name",
      todo: "use `computeEnvironmentRef` there",
    },
    QueueIncompatible: {
      means: "AWS would not accept the successor in a queue that references this one",
      todo: "as the message says: another queue, or keep the type",
    },
    Invalid: {
      means: "AWS marked the environment as INVALID; the message has AWS's words, and which environment keeps serving",
      todo: "correct the spec, or the role that it names",
    },
    RolledBack: {
      means:
        "rolled back from this environment after it was INVALID, or after jobs failed on it; it is VALID now but stays unused",
      todo: "change the spec or `rolloutToken`, or approve another attempt as the message says",
    },
    VerificationFailed: {
      means:
        "the job of `replacement.verify` did not succeed on the new environment in time, so no queue was handed over; what served before goes on, and the new environment is kept for an hour",
      todo: "as the message says: fix the cause and change the spec or the definition, or approve another attempt",
    },
    DeleteFailed: {
      means:
        "AWS cannot delete the environment, usually because its service role lost its permissions; [RolesReady](#rolesready) reports a deleted role",
      todo: "restore the role's policy",
    },
  },
  Retiring: {
    Standby: { means: "only in `predecessors`: usable but unused, until the target serves" },
    Soaking: { means: "it stays ready until a job runs on the successor, or the time is over" },
    AwaitingApproval: {
      means: "`holdBefore: [Delete]`: it stays ready until approved",
      todo: "annotate as the message says",
    },
    InUse: { means: "a queue references it again", todo: "remove it from the queue's order" },
  },
  UpdateAvailable: {
    ImageUpdateAvailable: {
      means: "the message names the image types of `computeResources.ec2Configuration`",
      todo: "set `.spec.rolloutToken` to a new value, or `imageUpdates.policy: Automatic`",
    },
    TemplateUpdateAvailable: {
      means: "`$Latest` or `$Default` of the launch template is a newer version than the instances were made for",
      todo: "set `.spec.rolloutToken` to a new value, or `imageUpdates.launchTemplateVersions: Follow`",
    },
    LaunchTemplateUnread: {
      means: "`imageUpdates.launchTemplateVersions` is Follow, and EC2 does not say what the versions are",
      todo: "as the message says: allow `ec2:DescribeLaunchTemplateVersions`, or correct the reference",
    },
    UpdateScheduled: {
      means: "`imageUpdates` allows the operator to take what is newer; the message says when it does",
    },
    AwaitingApproval: {
      means: "`imageUpdates.approval`: what is newer is not taken before it is approved",
      todo: "annotate as the message says",
    },
    InvalidWindow: {
      means: "a window of `imageUpdates` has a schedule or a time zone that does not exist, so nothing newer is taken",
      todo: "correct it",
    },
  },
  plan: {
    FieldsDiffer: { means: "the fields in `changes` differ and can be changed in place" },
    ReplacementRequired: { means: "the fields in `changes` differ, and a new environment is needed" },
  },
  event: {
    AwaitingApproval: { means: "a step waits for a person; the note says how to approve it" },
    QueuesSwitched: { means: "the successor serves a queue, or all queues" },
    RolledBack: {
      means: "warning: the queues roll back from a successor that AWS marked as INVALID, or on which jobs fail",
    },
    Verifying: { means: "the job of `replacement.verify` was submitted to the new environment" },
    Verified: { means: "the job of `replacement.verify` succeeded on the new environment" },
    VerificationFailed: { means: "warning: the job of `replacement.verify` did not succeed on the new environment" },
    Revalidating: { means: "a request to AWS to validate the environment again" },
    Reactivated: { means: "an older environment is back in service" },
  },
} as const satisfies ReasonTable;

export const BatchComputeEnvironmentKind = {
  group,
  version,
  kind: "BatchComputeEnvironment",
  plural: "batchcomputeenvironments",
  shortNames: ["bce"],
  noun: "environment",
  description: "An AWS Batch compute environment: the capacity that runs jobs.",
  columns: [
    { name: "TYPE", type: "string", description: "Kind of capacity.", jsonPath: ".spec.computeResources.type" },
    { name: "STATE", type: "string", description: "ENABLED or DISABLED, in AWS.", jsonPath: ".status.state" },
    { name: "STATUS", type: "string", description: "AWS's status.", jsonPath: ".status.status" },
    { name: "MAXVCPUS", type: "integer", description: "Maximum vCPUs.", jsonPath: ".spec.computeResources.maxvCpus" },
  ],
  selectable: [".spec.region", ".spec.type", ".spec.computeResources.type"],
  // AWS allows 128 characters; an environment created for an object gets a suffix of up to 18.
  awsName: { field: "computeEnvironmentName", maxLength: 110, isPrefix: true },
  records: "computeEnvironments",
  references: [
    { to: "BatchRole", path: "serviceRoleRef", use: "has the role" },
    { to: "BatchRole", path: "computeResources.instanceRoleRef", use: "has the role" },
    { to: "BatchRole", path: "computeResources.spotFleetRoleRef", use: "has the role" },
    { to: "BatchNetwork", path: "computeResources.networkRef" },
    { to: "JobDefinition", path: "replacement.verify.jobDefinitionRef", use: "is verified by a job of", later: true },
  ],
  conditions: ["ReferencesResolved", "Retiring", "RolesReady", "NetworkReady", "UpdateAvailable"],
  reasons: [ownedReasons, resourceReasons, drainedReasons, rolesReasons, networkReasons, computeEnvironmentReasons],
  usesRoles: true,
} as const satisfies BatchKind;
