/** Why a job does not start, as codes; each has its entry in docs/jobs-not-starting.md, which a test checks. */

export interface Cause {
  /**
   * - `blocked`: a person has to mend something before the job can start.
   * - `waiting`: the job starts without anybody's doing; told so that nobody looks for a fault.
   * - `beside`: it does not keep the first job from starting, but is worth knowing.
   */
  readonly kind: "blocked" | "waiting" | "beside";
  /** In a few words, for tables. */
  readonly means: string;
  readonly fix: string;
}

const causes = {
  QueueInvalid: {
    kind: "blocked",
    means: "AWS found the queue INVALID",
    fix: "mend what AWS names",
  },
  QueueDisabled: {
    kind: "beside",
    means: "the queue is DISABLED: it takes no new jobs",
    fix: "set `state: ENABLED`",
  },
  NoEnvironment: {
    kind: "blocked",
    means: "an environment that the queue names does not exist any more",
    fix: "name one that exists",
  },
  EnvironmentDisabled: {
    kind: "blocked",
    means: "the compute environment is DISABLED",
    fix: "set its `state: ENABLED`",
  },
  EnvironmentInvalid: {
    kind: "blocked",
    means: "AWS found the compute environment INVALID; the message has AWS's words",
    fix: "mend what they name",
  },
  QuotaReached: {
    kind: "blocked",
    means: "a quota of the account is used up",
    fix: "ask AWS for more, or use less",
  },
  ServiceRolePermissions: {
    kind: "blocked",
    means: "the service role of Batch lacks permissions",
    fix: "use the service-linked role, or attach AWSBatchServiceRole",
  },
  PlatformMismatch: {
    kind: "blocked",
    means: "the job is made for another platform (EC2, Fargate, EKS) than the environments",
    fix: "submit it to another queue, or change the job definition's `platformCapabilities`",
  },
  MultiNodeUnsupported: {
    kind: "blocked",
    means: "a multi-node job on SPOT or Fargate, where AWS runs none",
    fix: "use an EC2 environment",
  },
  MaxVcpusTooSmall: {
    kind: "blocked",
    means: "the job needs more vCPUs than `maxvCpus` allows",
    fix: "raise `maxvCpus`, or ask for less",
  },
  ArchitectureMismatch: {
    kind: "blocked",
    means: "the job is for another processor architecture than the instance types",
    fix: "use instance types of that architecture, or change `runtimePlatform`",
  },
  NoInstanceTypeFits: {
    kind: "blocked",
    means: "no instance type that the environments may use holds the job's vCPUs, memory and GPUs",
    fix: "add a larger type to `instanceTypes`, or ask for less",
  },
  MemoryTooTight: {
    kind: "blocked",
    means: "the job asks for nearly all memory of its instance type; system and agent take a part of that",
    fix: "ask for at most 92 % of the machine's memory, or use a larger type",
  },
  InstanceConfigurationUnsupported: {
    kind: "blocked",
    means: "the instance types are not offered in the zones of the subnets, or Batch does not support them",
    fix: "use other types, or subnets in other zones",
  },
  InsufficientCapacity: {
    kind: "blocked",
    means: "EC2 has no such capacity now, or not at the Spot price",
    fix: "allow more instance types and zones, or a second environment with on-demand capacity",
  },
  NetworkUnreachable: {
    kind: "blocked",
    means: "instances cannot join their cluster: the network, or something that they start with, is not as it must be",
    fix: "see the condition `NetworkReady` of the environment, or `diagnose`",
  },
  ImagePullFailed: {
    kind: "blocked",
    means: "an earlier attempt could not pull its image",
    fix: "mend the image's name, its permissions or the way to its registry",
  },
  TaskInitializationFailed: {
    kind: "blocked",
    means: "an earlier attempt could not be prepared: secrets, logs or the network interface",
    fix: "mend what ECS names: often the execution role or the way to the endpoints",
  },
  InstancesDoNotJoin: {
    kind: "blocked",
    means: "AWS has asked for instances, and no job has started on one for a quarter of an hour",
    fix: "look at network path, instance role, AMI and EC2 quota, in this order",
  },
  ConsumableResourceUsed: {
    kind: "blocked",
    means: "the job waits for a consumable resource",
    fix: "look who holds it, or raise its quantity",
  },
  Undetermined: {
    kind: "blocked",
    means: "AWS says that the job is blocked, and neither AWS nor the operator knows why",
    fix: "run `diagnose`; look at the ECS cluster and the Auto Scaling activity of the environment",
  },
  NotScaled: {
    kind: "blocked",
    means: "for a quarter of an hour AWS has not asked for capacity, and gives no reason",
    fix: "look at the service role, at EC2 or Fargate quotas, and at AWS's health",
  },
  EnvironmentChanging: {
    kind: "waiting",
    means: "the environment is being made or updated",
    fix: "",
  },
  AtCapacity: {
    kind: "waiting",
    means: "other jobs use up `maxvCpus`; the job starts when one of them ends",
    fix: "raise `maxvCpus` when that takes too long",
  },
  HigherPriority: {
    kind: "waiting",
    means: "`maxvCpus` is used up, and another queue with a higher priority goes first",
    fix: "raise this queue's `priority`, or give it an environment of its own",
  },
  FairShareTurn: {
    kind: "waiting",
    means: "capacity is used up, and the scheduling policy decides whose turn it is",
    fix: "raise `maxvCpus`, or change weights and reservation in the policy",
  },
  ScalingUp: {
    kind: "waiting",
    means: "instances are on their way",
    fix: "",
  },
  Dependencies: {
    kind: "waiting",
    means: "jobs wait in PENDING for other jobs, which have to succeed first",
    fix: "look at the jobs that they depend on",
  },
  JobsUnread: {
    kind: "beside",
    means: "AWS refuses to tell about jobs",
    fix: "allow what the message names",
  },
} as const satisfies Readonly<Record<string, Cause>>;

export type CauseCode = keyof typeof causes;

export const causeTable: Readonly<Record<CauseCode, Cause>> = causes;

/** In the order of the table. */
export const causeCodes = Object.keys(causes) as readonly CauseCode[];

/** One thing that keeps jobs from starting, or explains why they wait. */
export interface Finding {
  readonly code: CauseCode;
  /** What is wrong, with the names that it is about. One sentence without its full stop. */
  readonly sentence: string;
  /** What to do; empty when there is nothing to be done. One sentence without its full stop. */
  readonly fix: string;
}
