/**
 * How long AWS takes and how strict it is. Defaults are what people see in a real account; a test may change any of
 * them while the world runs. Sources: aws-batch documentation and measured behaviour.
 */
export interface Knobs {
  /** Time of one call, half before and half after it takes effect. 0: answered without a timer. */
  latencyMs: number;
  /** How long a caller waits for an answer that never comes. */
  requestTimeoutMs: number;
  /** A read answers as of up to this long ago, chosen anew for each call. */
  stalenessMs: number;
  /** Most records of one page, whatever `maxResults` asks for. */
  pageSize: number;

  fargateValidMs: number;
  ec2ValidMs: number;
  /** A scaling, state, role or policy update. */
  scalingUpdateMs: number;
  /** An infrastructure update; longer while jobs run that the update policy lets finish. */
  infrastructureUpdateMs: number;
  deleteEnvironmentMs: number;
  /** How long the record of something deleted stays visible with status DELETED. */
  tombstoneMs: number;
  queueSettleMs: number;
  deleteQueueMs: number;
  /** How long after a detachment has settled AWS still sees the relation of queue and environment. */
  relationLagMs: number;
  /** How long until a change of a role or instance profile counts for other services. */
  iamPropagationMs: number;
  /** For how long IAM's own reads do not show a role or instance profile that was just made, beside `stalenessMs`. */
  iamVisibleMs: number;
  /** An INVALID environment is looked at again this often; undefined: only an update does that. */
  invalidRecheckMs: number | undefined;

  maxComputeEnvironments: number;
  maxJobQueues: number;
  /** Of roles, and of instance profiles. */
  maxRoles: number;

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
  /** Of a job that says nothing about its length. */
  jobDurationMs: number;
  /** From the request to end a running job until it has ended. */
  jobStopMs: number;

  /** How long a job that has ended can still be described. */
  endedJobMs: number;
  /** How many calls and how many changes of state are remembered, so that a world may run for weeks. */
  keptRecords: number;

  /** Only roles and profiles that were made exist; otherwise every well-formed name does, unless taken away. */
  strictIam: boolean;
  /** Whether a `jobQueueType` that AWS inferred at creation binds later updates. */
  inferredQueueTypeFixed: boolean;
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
  queueSettleMs: 5_000,
  deleteQueueMs: 60_000,
  relationLagMs: 15_000,
  iamPropagationMs: 10_000,
  iamVisibleMs: 2_000,
  invalidRecheckMs: undefined,
  maxComputeEnvironments: 50,
  maxJobQueues: 50,
  maxRoles: 1000,
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
  endedJobMs: 7 * 24 * 3_600_000,
  keptRecords: 100_000,
  strictIam: false,
  inferredQueueTypeFixed: true,
};
