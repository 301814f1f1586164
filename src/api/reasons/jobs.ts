/** Why the jobs of a queue do not start; each has a section in docs/jobs-not-starting.md, which a test checks. */

import type { ReasonTable, ReasonText } from "./table.ts";

/**
 * Causes that the condition JobsProgressing reports.
 *
 * - without a status: a person has to fix something before the job can start
 * - True: the job starts without action; reported so that nobody searches for an error
 * - Unknown: a finding that does not keep the first job waiting
 */
export const reportedCauses = {
  QueueInvalid: { means: "AWS marked the queue as INVALID", todo: "fix what AWS names" },
  NoEnvironment: {
    means: "the queue references an environment that does not exist any more",
    todo: "reference an existing one",
  },
  EnvironmentDisabled: { means: "the compute environment is DISABLED", todo: "set its `state: ENABLED`" },
  EnvironmentInvalid: {
    means: "AWS marked the compute environment as INVALID",
    todo: "fix what AWS's words in the message name",
  },
  QuotaReached: { means: "a quota of the account is used up", todo: "ask AWS for more, or use less" },
  ServiceRolePermissions: {
    means: "the service role of Batch lacks permissions",
    todo: "use the service-linked role, or attach AWSBatchServiceRole",
  },
  PlatformMismatch: {
    means: "the job definition is for another platform (EC2, Fargate, EKS) than the environments",
    todo: "submit it to another queue, or change the job definition's `platformCapabilities`",
  },
  MultiNodeUnsupported: {
    means: "AWS does not run multi-node jobs on SPOT or Fargate",
    todo: "use an EC2 environment",
  },
  MaxVcpusTooSmall: {
    means: "the job needs more vCPUs than `maxvCpus` allows",
    todo: "raise `maxvCpus`, or request less",
  },
  ArchitectureMismatch: {
    means: "the job is for another CPU architecture than the instance types",
    todo: "use instance types of that architecture, or change `runtimePlatform`",
  },
  NoInstanceTypeFits: {
    means: "no instance type of the environments has the vCPUs, memory and GPUs that the job needs",
    todo: "add a larger type to `instanceTypes`, or request less",
  },
  MemoryTooTight: {
    means: "the job requests nearly all memory of its instance type, but system and agent need a part of it",
    todo: "request at most 92 % of the instance's memory, or use a larger type",
  },
  InstanceConfigurationUnsupported: {
    means: "the instance types are not offered in the zones of the subnets, or Batch does not support them",
    todo: "use other types, or subnets in other zones",
  },
  InsufficientCapacity: {
    means: "EC2 has no capacity of these types now, or not at the Spot price",
    todo: "allow more instance types and zones, or a second environment with on-demand capacity",
  },
  NetworkUnreachable: {
    means: "instances cannot join their cluster because of the network or their launch settings",
    todo: "check the condition `NetworkReady` of the environment, or run `diagnose`",
  },
  ImagePullFailed: {
    means: "an earlier attempt could not pull its image",
    todo: "fix the image's name, its permissions or the path to its registry",
  },
  TaskInitializationFailed: {
    means: "ECS could not prepare an earlier attempt: secrets, logs or the network interface",
    todo: "fix what ECS names: often the execution role or the path to the endpoints",
  },
  InstancesDoNotJoin: {
    means: "AWS requested instances, but no job has started on one for 15 minutes",
    todo: "check network path, instance role, AMI and EC2 quota, in this order",
  },
  ConsumableResourceShort: {
    means:
      "the job needs a consumable resource that does not exist, has less in total than the job needs, or is used up",
    todo: "create it, or raise its quantity",
  },
  CauseUnknown: {
    means: "AWS reports that the job is blocked, but neither AWS nor the operator knows why",
    todo: "run `diagnose`; check the ECS cluster and the Auto Scaling activity of the environment",
  },
  CapacityNotRequested: {
    means: "AWS has requested no capacity for 15 minutes, and gives no reason",
    todo: "check the service role, EC2 or Fargate quotas, and AWS's health",
  },
  EnvironmentChanging: { status: "True", means: "the environment is being created or updated" },
  AtCapacity: {
    status: "True",
    means: "other jobs use up `maxvCpus`; the job starts when one of them ends",
    todo: "raise `maxvCpus` if that takes too long",
  },
  HigherPriority: {
    status: "True",
    means: "`maxvCpus` is used up, and another queue with a higher priority goes first",
    todo: "raise this queue's `priority`, or give it a separate environment",
  },
  FairShareTurn: {
    status: "True",
    means: "capacity is used up, and the scheduling policy decides which job is next",
    todo: "raise `maxvCpus`, or change weights and reservation in the policy",
  },
  ConsumableResourceUsed: {
    status: "True",
    means: "other jobs hold a consumable resource; the job starts when one of them ends",
    todo: "raise its `totalQuantity` if that takes too long",
  },
  ScalingUp: { status: "True", means: "instances are starting" },
  JobsNotReadable: { status: "Unknown", means: "AWS denies reading jobs", todo: "allow what the message names" },
} as const satisfies Readonly<Record<string, ReasonText>>;

/** Causes that only `diagnose` reports. */
export const diagnosedCauses = {
  ServiceEnvironmentTooSmall: {
    means: "the training job needs more instances than its service environment is limited to",
    todo: "raise its `capacityLimits`, or request less",
  },
  QuotaShareTooSmall: {
    means: "the training job needs more instances than its quota share has and may borrow",
    todo: "raise the share's `capacityLimits`, or request less",
  },
  QuotaShareInvalid: {
    means: "AWS marked the quota share of the job as INVALID",
    todo: "check its `capacityLimits`, and those of the service environment",
  },
  ServiceEnvironmentUsed: {
    status: "True",
    means: "other training jobs use up the service environment; the job starts when one of them ends",
    todo: "raise its `capacityLimits` if that takes too long",
  },
  QuotaShareUsed: {
    status: "True",
    means: "other jobs use up the quota share of the job, and it can borrow no more",
    todo: "raise the share's `capacityLimits` if that takes too long",
  },
  QuotaShareDisabled: {
    status: "Unknown",
    means: "a quota share of the queue is DISABLED: it accepts no new jobs",
    todo: "set its `state: ENABLED`",
  },
  QueueDisabled: {
    status: "Unknown",
    means: "the queue is DISABLED: it accepts no new jobs",
    todo: "set `state: ENABLED`",
  },
  Dependencies: {
    status: "True",
    means: "jobs wait in PENDING for other jobs, which must succeed first",
    todo: "check the jobs that they depend on",
  },
} as const satisfies Readonly<Record<string, ReasonText>>;

export const jobsReasons = {
  JobsProgressing: { Progressing: { status: "True", means: "jobs are starting" }, ...reportedCauses },
} as const satisfies ReasonTable;
