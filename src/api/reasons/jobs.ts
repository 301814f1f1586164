/** Why the jobs of a queue do not start; each has its entry in docs/jobs-not-starting.md, which a test checks. */

import type { ReasonTable, ReasonText } from "./table.ts";

/**
 * Causes that the condition JobsProgressing reports.
 *
 * - without a status: a person has to fix something before the job can start
 * - True: the job starts without anybody's doing; reported so that nobody searches for a fault
 * - Unknown: it does not keep the first job from starting, but is worth knowing
 */
export const reportedCauses = {
  QueueInvalid: { means: "AWS marked the queue as INVALID", todo: "fix what AWS names" },
  NoEnvironment: { means: "an environment that the queue names does not exist any more", todo: "name one that exists" },
  EnvironmentDisabled: { means: "the compute environment is DISABLED", todo: "set its `state: ENABLED`" },
  EnvironmentInvalid: {
    means: "AWS marked the compute environment as INVALID; the message has AWS's words",
    todo: "fix what they name",
  },
  QuotaReached: { means: "a quota of the account is used up", todo: "ask AWS for more, or use less" },
  ServiceRolePermissions: {
    means: "the service role of Batch lacks permissions",
    todo: "use the service-linked role, or attach AWSBatchServiceRole",
  },
  PlatformMismatch: {
    means: "the job is made for another platform (EC2, Fargate, EKS) than the environments",
    todo: "submit it to another queue, or change the job definition's `platformCapabilities`",
  },
  MultiNodeUnsupported: {
    means: "a multi-node job on SPOT or Fargate, where AWS runs none",
    todo: "use an EC2 environment",
  },
  MaxVcpusTooSmall: {
    means: "the job needs more vCPUs than `maxvCpus` allows",
    todo: "raise `maxvCpus`, or ask for less",
  },
  ArchitectureMismatch: {
    means: "the job is for another processor architecture than the instance types",
    todo: "use instance types of that architecture, or change `runtimePlatform`",
  },
  NoInstanceTypeFits: {
    means: "no instance type that the environments may use holds the job's vCPUs, memory and GPUs",
    todo: "add a larger type to `instanceTypes`, or ask for less",
  },
  MemoryTooTight: {
    means: "the job asks for nearly all memory of its instance type; system and agent take a part of that",
    todo: "ask for at most 92 % of the machine's memory, or use a larger type",
  },
  InstanceConfigurationUnsupported: {
    means: "the instance types are not offered in the zones of the subnets, or Batch does not support them",
    todo: "use other types, or subnets in other zones",
  },
  InsufficientCapacity: {
    means: "EC2 has no such capacity now, or not at the Spot price",
    todo: "allow more instance types and zones, or a second environment with on-demand capacity",
  },
  NetworkUnreachable: {
    means: "instances cannot join their cluster: the network, or something that they start with, is not as it must be",
    todo: "see the condition `NetworkReady` of the environment, or `diagnose`",
  },
  ImagePullFailed: {
    means: "an earlier attempt could not pull its image",
    todo: "fix the image's name, its permissions or the path to its registry",
  },
  TaskInitializationFailed: {
    means: "an earlier attempt could not be prepared: secrets, logs or the network interface",
    todo: "fix what ECS names: often the execution role or the path to the endpoints",
  },
  InstancesDoNotJoin: {
    means: "AWS has asked for instances, and no job has started on one for a quarter of an hour",
    todo: "check network path, instance role, AMI and EC2 quota, in this order",
  },
  ConsumableResourceUsed: {
    means: "the job waits for a consumable resource",
    todo: "check which jobs hold it, or raise its quantity",
  },
  Undetermined: {
    means: "AWS says that the job is blocked, and neither AWS nor the operator knows why",
    todo: "run `diagnose`; check the ECS cluster and the Auto Scaling activity of the environment",
  },
  NotScaled: {
    means: "for a quarter of an hour AWS has not asked for capacity, and gives no reason",
    todo: "check the service role, EC2 or Fargate quotas, and AWS's health",
  },
  EnvironmentChanging: { status: "True", means: "the environment is being made or updated" },
  AtCapacity: {
    status: "True",
    means: "other jobs use up `maxvCpus`; the job starts when one of them ends",
    todo: "raise `maxvCpus` when that takes too long",
  },
  HigherPriority: {
    status: "True",
    means: "`maxvCpus` is used up, and another queue with a higher priority goes first",
    todo: "raise this queue's `priority`, or give it an environment of its own",
  },
  FairShareTurn: {
    status: "True",
    means: "capacity is used up, and the scheduling policy decides whose turn it is",
    todo: "raise `maxvCpus`, or change weights and reservation in the policy",
  },
  ScalingUp: { status: "True", means: "instances are on their way" },
  JobsUnread: { status: "Unknown", means: "AWS denies reading the jobs", todo: "allow what the message names" },
} as const satisfies Readonly<Record<string, ReasonText>>;

/** Causes that only `diagnose` reports; other conditions have them, or none. */
export const diagnosedCauses = {
  QueueDisabled: {
    status: "Unknown",
    means: "the queue is DISABLED: it takes no new jobs",
    todo: "set `state: ENABLED`",
  },
  Dependencies: {
    status: "True",
    means: "jobs wait in PENDING for other jobs, which have to succeed first",
    todo: "check the jobs that they depend on",
  },
} as const satisfies Readonly<Record<string, ReasonText>>;

export const jobsReasons = {
  JobsProgressing: { Progressing: { status: "True", means: "jobs are starting" }, ...reportedCauses },
} as const satisfies ReasonTable;
