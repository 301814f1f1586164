import type { BatchKind } from "../batch-kind.ts";
import { drainedReasons } from "../reasons/drained.ts";
import { jobsReasons } from "../reasons/jobs.ts";
import { namedReasons } from "../reasons/named.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { resourceReasons } from "../reasons/resource.ts";
import type { ReasonTable } from "../reasons/table.ts";
import { group, version } from "./group.ts";

/** Its reasons alone, in addition to those that it shares with other kinds. */
const jobQueueReasons = {
  Ready: {
    Available: { status: "True", means: "VALID and ENABLED, and at least one of its environments is usable" },
    Disabled: { status: "True", means: "VALID and DISABLED: it accepts no new jobs" },
  },
  Reconciling: {
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
    WaitingForPolicy: {
      means:
        "AWS does not have the referenced scheduling policy yet, or has not been asked for it; Stalled after 10 minutes",
      todo: "check the policy that the message names",
    },
    ReferenceNotFound: {
      means: "the spec references an object that does not exist; Stalled after 10 minutes",
      todo: "create it, or correct the name",
    },
    Disabling: { means: "deletion: the queue accepts no new jobs from now on" },
    Draining: { means: "deletion: the operator waits for its jobs, as `.spec.drain` says" },
  },
  Stalled: {
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
        "the `allowedNamespaces` of the environment, service environment or policy does not let this namespace use it, by reference or by its AWS name",
      todo: "ask its owner to allow it",
    },
    NamespaceNotWatched: {
      means: "the operator does not watch the namespace of the environment, service environment or policy",
      todo: "add it to `--watch-namespace`",
    },
    NamespaceUnreadable: {
      means:
        "the `allowedNamespaces` of the environment, service environment or policy selects by labels, and the operator may not read the labels of this namespace; what the queue already has stays",
      todo: "let the operator get, list and watch namespaces",
    },
    RegionMismatch: {
      means:
        "the environment, service environment or policy is in another region, or its ARN is of another region or account",
      todo: "reference one in the queue's region and account",
    },
  },
  ReferencesResolved: {
    Resolved: { status: "True", means: "every reference resolves" },
  },
} as const satisfies ReasonTable;

export const JobQueueKind = {
  group,
  version,
  kind: "JobQueue",
  plural: "jobqueues",
  shortNames: ["bjq"],
  noun: "queue",
  description: "An AWS Batch job queue: jobs wait in it for compute environments.",
  columns: [
    { name: "PRIORITY", type: "integer", description: "Priority; higher goes first.", jsonPath: ".spec.priority" },
    { name: "STATE", type: "string", description: "ENABLED or DISABLED, in AWS.", jsonPath: ".status.state" },
    { name: "STATUS", type: "string", description: "AWS's status.", jsonPath: ".status.status" },
  ],
  selectable: [".spec.region", ".spec.jobQueueType"],
  awsName: { field: "jobQueueName", maxLength: 128 },
  records: "jobQueues",
  references: [
    {
      to: "BatchComputeEnvironment",
      path: "computeEnvironmentOrder[].computeEnvironmentRef",
      awsPath: "computeEnvironmentOrder[].computeEnvironment",
    },
    {
      to: "ServiceEnvironment",
      path: "serviceEnvironmentOrder[].serviceEnvironmentRef",
      awsPath: "serviceEnvironmentOrder[].serviceEnvironment",
    },
    { to: "SchedulingPolicy", path: "schedulingPolicyRef", awsPath: "schedulingPolicyArn", use: "scheduling policy" },
  ],
  conditions: ["ReferencesResolved", "JobsProgressing"],
  reasons: [ownedReasons, resourceReasons, drainedReasons, namedReasons, jobsReasons, jobQueueReasons],
} as const satisfies BatchKind;
