import { measuredTimes, mediansOf } from "./measured.ts";

/**
 * Durations and strictness of AWS. Defaults are as in a real account; a test can change them while the simulation
 * runs. Sources: what was measured in AWS (`measured.json`), otherwise aws-batch documentation and reports.
 */
export interface Knobs {
  /** Time of one call, half before and half after it takes effect. 0: answered without a timer. */
  latencyMs: number;
  /** Timeout of a caller without an answer. */
  requestTimeoutMs: number;
  /** Maximum staleness of a read, random for each call. */
  stalenessMs: number;
  /** Maximum of records per page, for any `maxResults`. */
  pageSize: number;

  fargateValidMs: number;
  ec2ValidMs: number;
  /** A scaling, state, role or policy update. */
  scalingUpdateMs: number;
  /** An infrastructure update; longer while jobs run that may finish by the update policy. */
  infrastructureUpdateMs: number;
  deleteEnvironmentMs: number;
  /** How long a deleted record stays visible with status DELETED. */
  tombstoneMs: number;
  /** Creation, and any update, of a service environment; and its deletion. */
  serviceEnvironmentValidMs: number;
  deleteServiceEnvironmentMs: number;
  /** Creation, and any update, of a quota share; and its deletion. */
  quotaShareSettleMs: number;
  deleteQuotaShareMs: number;
  queueSettleMs: number;
  deleteQueueMs: number;
  /** How long AWS still sees the relation of queue and environment after a detachment has settled. */
  relationLagMs: number;
  /** Time until a change of a role or instance profile takes effect in other services. */
  iamPropagationMs: number;
  /** How long IAM's reads do not show a new role or instance profile, in addition to `stalenessMs`. */
  iamVisibleMs: number;
  /** Interval of new checks of an INVALID environment; undefined: only after an update. */
  invalidRecheckMs: number | undefined;

  maxComputeEnvironments: number;
  maxJobQueues: number;
  maxServiceEnvironments: number;
  /** Of one queue. */
  maxQuotaShares: number;
  /** Of roles, and of instance profiles. */
  maxRoles: number;

  /** How long a new job is SUBMITTED, before the scheduler evaluates it. */
  jobSubmittedMs: number;
  /** From the decision to place a job until an instance or a Fargate task is there for it. */
  ec2InstanceStartMs: number;
  fargateTaskStartMs: number;
  /** How long instances of an environment may fail to join its cluster before AWS finds it INVALID. */
  neverJoinedMs: number;
  /** An interface endpoint: from its creation to `available`, and from its deletion until it is gone. */
  endpointAvailableMs: number;
  endpointDeletedMs: number;
  /** A NAT gateway: until it is `available`, until it is `deleted`, and how long its record then stays. */
  natGatewayAvailableMs: number;
  natGatewayDeletedMs: number;
  natGatewayRecordMs: number;
  /** In STARTING, pulling the image. */
  containerStartMs: number;
  /** Duration of a job whose command the simulator does not know. */
  jobDurationMs: number;
  /** From the request to end a running job until it has ended. */
  jobStopMs: number;

  /** How long ListJobs does not show a new job, in addition to `stalenessMs`. */
  jobVisibleMs: number;
  /** From the moment a container prints a line until CloudWatch Logs shows it. */
  logDelayMs: number;
  /** How long a job that has ended can still be described. */
  endedJobMs: number;
  /** The longest that EventBridge takes to deliver an event to a queue, random for each; and CloudTrail to record a call. */
  eventDelayMs: number;
  callEventDelayMs: number;
  /** Of events: how many are lost, and how many are delivered twice, from 0 to 1. */
  eventLossShare: number;
  eventDoubleShare: number;
  /** How long a message that was received is not given to anybody else. */
  messageVisibilityMs: number;

  /** Maximum of remembered calls, changes of state and log streams, for simulations of weeks. */
  keptRecords: number;

  /** Only created roles and profiles exist; otherwise also the console's, and those that others than Batch assume. */
  strictIam: boolean;
  /** Whether service roles and instance profiles that the simulator does not know exist, unless they were removed. */
  otherRolesExist: boolean;
  /** Whether AWS's managed policies that the simulator does not list exist. */
  otherPoliciesExist: boolean;
  /** Instance types and families that exist in addition to those that the simulator lists. */
  otherInstanceTypes: ReadonlySet<string>;
  /** Whether an inferred `jobQueueType` also applies to later updates. */
  inferredQueueTypeFixed: boolean;
  /** Whether a service environment stays with NUM_INSTANCES, or with instance types, once it has them. */
  capacityUnitsFixed: boolean;
  /** Whether a queue with quota shares cannot be deleted; otherwise they go with it. */
  sharesKeepQueue: boolean;
  /** Whether the total of a NON_REPLENISHABLE consumable falls as jobs use it up. */
  usedUpLowersTotal: boolean;
}

export const defaultKnobs: Readonly<Knobs> = {
  latencyMs: 20,
  requestTimeoutMs: 10_000,
  stalenessMs: 3_000,
  pageSize: 100,
  fargateValidMs: 3_000,
  ec2ValidMs: 45_000,
  scalingUpdateMs: 10_000,
  infrastructureUpdateMs: 15 * 60_000,
  deleteEnvironmentMs: 90_000,
  tombstoneMs: 10 * 60_000,
  serviceEnvironmentValidMs: 3_000,
  deleteServiceEnvironmentMs: 10_000,
  quotaShareSettleMs: 2_000,
  deleteQuotaShareMs: 10_000,
  queueSettleMs: 5_000,
  deleteQueueMs: 60_000,
  relationLagMs: 15_000,
  iamPropagationMs: 10_000,
  iamVisibleMs: 2_000,
  invalidRecheckMs: undefined,
  maxComputeEnvironments: 50,
  maxJobQueues: 50,
  maxServiceEnvironments: 50,
  maxQuotaShares: 20,
  maxRoles: 1000,
  jobSubmittedMs: 0,
  ec2InstanceStartMs: 60_000,
  fargateTaskStartMs: 20_000,
  neverJoinedMs: 30 * 60_000,
  endpointAvailableMs: 60_000,
  endpointDeletedMs: 60_000,
  natGatewayAvailableMs: 90_000,
  natGatewayDeletedMs: 60_000,
  natGatewayRecordMs: 3_600_000,
  containerStartMs: 5_000,
  jobDurationMs: 60_000,
  jobStopMs: 5_000,
  jobVisibleMs: 0,
  logDelayMs: 1_000,
  endedJobMs: 7 * 24 * 3_600_000,
  eventDelayMs: 1_000,
  callEventDelayMs: 5_000,
  eventLossShare: 0,
  eventDoubleShare: 0,
  messageVisibilityMs: 30_000,
  keptRecords: 100_000,
  strictIam: false,
  otherRolesExist: false,
  otherPoliciesExist: false,
  otherInstanceTypes: new Set(),
  inferredQueueTypeFixed: true,
  capacityUnitsFixed: false,
  sharesKeepQueue: true,
  usedUpLowersTotal: true,
  ...mediansOf(measuredTimes),
};
