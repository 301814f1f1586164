/**
 * The door of the simulator: one account in one region, put together from its parts. `world.ts` has time and changes, `wire.ts`
 * what every call goes through (latency, faults, stale reads), `batch.ts` the API of AWS Batch; each resource has a file.
 * `start.ts` is the entry for others, `http.ts` serves it. `model` is AWS's own model of requests.
 */

import type { ComputeResource, SubmitJobRequest, SubmitJobResponse } from "@aws-sdk/client-batch";
import type { SecurityGroup, VpcEndpoint } from "@aws-sdk/client-ec2";
import type { PutEventsRequest, PutEventsResponse } from "@aws-sdk/client-eventbridge";
import type { GetCallerIdentityResponse } from "@aws-sdk/client-sts";
import type { CallOptions } from "../aws/api.ts";
import type {
  DefinitionRevision,
  Environment,
  Policy,
  Queue,
  QuotaShareRecord,
  ServiceEnvironmentRecord,
} from "../aws/batch.ts";
import type { IamApi } from "../aws/iam.ts";
import type { LogsApi } from "../aws/logs.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Random, seededRandom } from "../runtime/random.ts";
import { batchApi, type SimulatedBatch, taggedIn } from "./batch.ts";
import { networkOf } from "./compute-environment-rules.ts";
import { ComputeEnvironments } from "./compute-environments.ts";
import { ConsumableResources, type StoredConsumable } from "./consumable-resources.ts";
import { Ec2 } from "./ec2.ts";
import { ec2Api, type SimulatedEc2 } from "./ec2-api.ts";
import type { AccountNetwork } from "./ec2-network.ts";
import { EventBus } from "./event-bus.ts";
import { Faults } from "./faults.ts";
import { Iam } from "./iam.ts";
import { iamApi } from "./iam-api.ts";
import type { StoredProfile, StoredRole } from "./iam-records.ts";
import { JobDefinitions } from "./job-definitions.ts";
import { JobQueues } from "./job-queues.ts";
import { Jobs } from "./jobs.ts";
import { defaultKnobs, type Knobs } from "./knobs.ts";
import { Logs, logsApi } from "./logs.ts";
import { MessageQueues, type SimulatedSqs, sqsApi } from "./message-queues.ts";
import type { AttemptCourse, PlannedOutcome } from "./outcome.ts";
import { QueueRelations } from "./queue-relations.ts";
import { QuotaShares } from "./quota-shares.ts";
import { Scheduler } from "./scheduler.ts";
import { SchedulingPolicies } from "./scheduling-policies.ts";
import { ServiceEnvironments } from "./service-environments.ts";
import { ServiceJobs, type StoredServiceJob } from "./service-jobs.ts";
import { type AwsRecords, type AwsSnapshot, addTo, restoreInto, snapshotOf } from "./snapshot.ts";
import { occupies, type StoredJob } from "./stored-job.ts";
import type { Tagged } from "./tags.ts";
import { addTemplateVersion, setDefaultTemplateVersion } from "./template-versions.ts";
import { type CallRecord, type EffectListener, Wire } from "./wire.ts";
import { type Change, uuidFrom, World } from "./world.ts";

/** Changes of the account by a test or by others than the operator. They take effect at once. */
export interface Outside extends SimulatedBatch {
  readonly iam: IamApi;
  /** EC2 calls by others. */
  readonly ec2: SimulatedEc2;
  /** SQS calls by others. */
  readonly sqs: SimulatedSqs;
  /** The rule of EventBridge sends the events of this region to the queues of another region, too. */
  forwardEvents(other: SimulatedAws): void;
  /** Adds a network to the account; it replaces records with the same ids. */
  describeNetwork(network: AccountNetwork): void;
  /** The account has had these roles and instance profiles for long, by ARN, sufficient for every purpose. */
  describeRoles(arns: readonly string[]): void;
  /** Removes a role or instance profile. */
  removeRole(arn: string): void;
  /** Restores it, usable after the propagation delay. */
  restoreRole(arn: string): void;
  /** Subnets, security groups, launch templates, AMIs ... with this id are deleted. */
  removeFromEc2(...ids: readonly string[]): void;
  restoreInEc2(...ids: readonly string[]): void;
  /** The environment is INVALID for this reason from now on, also if it is created later. */
  invalidate(computeEnvironmentName: string, statusReason: string): void;
  heal(computeEnvironmentName: string): void;
  /** The service environment is INVALID from now on, also if it is created later; or VALID again. */
  invalidateService(serviceEnvironmentName: string, isInvalid: boolean): void;
  /** The same for a quota share. */
  invalidateShare(quotaShareArn: string, isInvalid: boolean): void;
  /** EC2 or Fargate has no capacity for the environment. */
  shortage(computeEnvironmentName: string, short: boolean): void;
  /** A quota of EC2 is exhausted: the environment gets no instance, and AWS gives no reason. */
  quotaUsedUp(computeEnvironmentName: string, usedUp: boolean): void;
  /** Whether the image is missing in its registry. */
  imageMissing(image: string, missing: boolean): void;
  /**
   * AWS Batch has a newer image of this type: environments with an older default image report it, until an update
   * requests the newest.
   */
  releaseImage(imageType: string): void;
  /** The launch template with this id gets a version like the one before, which is `$Latest` then. @returns its number */
  addTemplateVersion(launchTemplateId: string): number;
  /** `$Default` of the launch template with this id is this version. */
  setDefaultTemplateVersion(launchTemplateId: string, version: number): void;
  /** Jobs of others hold so much of a consumable resource. */
  holdConsumable(name: string, quantity: number): void;
  /** How matching jobs go that anybody submits from now on; of several outcomes the one that was planned last. */
  planJobs(outcome: PlannedOutcome): void;
  /** The same for all outcomes of a description of the account; they replace those of an earlier one. */
  describeOutcomes(outcomes: readonly PlannedOutcome[]): void;
  /** Submits a job, at once. @param course of every attempt; undefined: as planned for its name, else by its command */
  submitPlannedJob(input: SubmitJobRequest, course: AttemptCourse | undefined): SubmitJobResponse;
  /** The container of a running job exits now. */
  exitJob(jobId: string, exitCode: number): void;
  /** EC2 takes the instance of a started job away now. */
  loseInstance(jobId: string): void;
}

export interface SimulatedEvents extends SimulatedSqs {
  putEvents(input: PutEventsRequest, options?: CallOptions): Promise<PutEventsResponse>;
}

/** The current account, without staleness. */
export interface Truth {
  computeEnvironments(): readonly Environment[];
  jobQueues(): readonly Queue[];
  jobDefinitions(): readonly DefinitionRevision[];
  schedulingPolicies(): readonly Policy[];
  serviceEnvironments(): readonly ServiceEnvironmentRecord[];
  serviceJobs(): readonly StoredServiceJob[];
  quotaShares(): readonly QuotaShareRecord[];
  consumableResources(): readonly StoredConsumable[];
  jobs(): readonly StoredJob[];
  roles(): readonly StoredRole[];
  instanceProfiles(): readonly StoredProfile[];
  securityGroups(): readonly SecurityGroup[];
  vpcEndpoints(): readonly VpcEndpoint[];
  /** What AWS Batch has under an ARN, as it describes it; undefined: nothing. */
  resource(arn: string): Pick<Tagged, "record" | "tags"> | undefined;
  /** Why no instance with these resources joins the cluster; undefined if one does. */
  whyNoInstanceJoins(resources: ComputeResource): string | undefined;
}

/** AWS Batch of one account and region, with the parts of STS, IAM and EC2 that it needs. */
export interface SimulatedAws {
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  /** Can be changed while the simulation runs. */
  readonly knobs: Knobs;
  readonly batch: SimulatedBatch;
  readonly sts: { getCallerIdentity(options?: CallOptions): Promise<GetCallerIdentityResponse> };
  readonly iam: IamApi;
  /** IAM has no regions: see `SimulatedAwsOptions.identities`. */
  readonly identities: Iam;
  readonly ec2: SimulatedEc2;
  /** CloudWatch Logs, which has what jobs print. */
  readonly logs: LogsApi;
  /** SQS and EventBridge. AWS Batch announces what happens once there is a queue. */
  readonly events: SimulatedEvents;
  /** The queues of SQS, as they are. */
  readonly messages: MessageQueues;
  readonly faults: Faults;
  readonly outside: Outside;
  readonly truth: Truth;
  /** The id of one answer over HTTP. */
  requestId(): string;
  /** Every call, in the order of their starts. */
  readonly log: readonly CallRecord[];
  /** Every change of state, in order. */
  readonly history: readonly Change[];
  /** Calls `listener` at each change, in the same turn. Returns a function that stops it. */
  onChange(listener: (change: Change) => void): () => void;
  /** Calls `listener` directly before and after each call takes effect, in the same turn. Returns a function that stops it. */
  onEffect(listener: EffectListener): () => void;
  /** A snapshot of the account, as plain JSON. */
  snapshot(): AwsSnapshot;
  /** Restores a snapshot into an empty account. */
  restore(snapshot: AwsSnapshot): void;
  /** Adds records as another account has them, visible at once. */
  add(records: AwsRecords): void;
}

export interface SimulatedAwsOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** 12 digits; default 123456789012. */
  readonly account?: string;
  /** Default us-east-1. */
  readonly region?: string;
  readonly knobs?: Partial<Knobs>;
  /** Roles and profiles to share with another region of the same account; omitted: none yet. */
  readonly identities?: Iam | undefined;
}

/** An empty account. The same clock, seed and calls give the same result. */
export function createSimulatedAws(options: SimulatedAwsOptions): SimulatedAws {
  const { clock, random, account = "123456789012", region = "us-east-1" } = options;
  const world = new World(clock, random, account, region, { ...defaultKnobs, ...options.knobs });
  const ec2 = new Ec2(world, (id) => environments.all().some((one) => hasInstancesIn(one, id)));
  const iam = options.identities ?? new Iam(world);
  const faults = new Faults(clock);
  const wire = new Wire(world, faults);
  // Reads of EC2 and IAM do not change the random numbers of Batch.
  const iamWire = new Wire(world, faults, { log: wire.log, random: seededRandom(iamSeed) });
  const ec2Wire = new Wire(world, faults, { log: wire.log, random: seededRandom(ec2Seed) });
  const logsWire = new Wire(world, faults, { log: wire.log, random: seededRandom(logsSeed) });
  const eventsWire = new Wire(world, faults, { log: wire.log, random: seededRandom(eventsSeed) });
  const eventsRandom = seededRandom(eventsSeed + 1);
  const messages = new MessageQueues(world, eventsRandom);
  const bus = new EventBus(world, messages, eventsRandom);
  const requestIds = seededRandom(requestIdSeed);
  const relations = new QueueRelations(world);
  const environments = new ComputeEnvironments(world, iam, ec2, relations, () => scheduler);
  const policies = new SchedulingPolicies(world, (arn) =>
    queues.all().some((queue) => queue.schedulingPolicyArn === arn && queue.status !== "DELETED"),
  );
  const serviceEnvironments = new ServiceEnvironments(world, iam, relations);
  const queues = new JobQueues(
    world,
    { environments, serviceEnvironments, policies, relations },
    {
      hasShares: (arn) => quotaShares.of(arn).length > 0,
      end(arn) {
        scheduler.endAllOf(arn);
        serviceJobs.endAllOf(arn);
        quotaShares.deleteAllOf(arn);
      },
    },
  );

  const shares = (): QuotaShares => quotaShares;
  const serviceJobs = new ServiceJobs(world, { queues, environments: serviceEnvironments, policies, shares });
  const quotaShares = new QuotaShares(world, { queues, policies, serviceEnvironments }, serviceJobs);
  const definitions = new JobDefinitions(world);
  const consumables = new ConsumableResources(world);
  const jobs: Jobs = new Jobs(world, queues, definitions, () => scheduler);
  const logs = new Logs(world);
  const scheduler: Scheduler = new Scheduler(world, { environments, queues, jobs, consumables, ec2, iam, logs });
  const ofSageMaker = { serviceEnvironments, serviceJobs, quotaShares };
  const parts = { environments, queues, definitions, policies, consumables, jobs, ...ofSageMaker };
  world.onChange((change) => {
    if (change.kind === "job") bus.jobChanged(change, jobs);
  });
  wire.onEffect((call, phase, refusal) => {
    if (phase === "after") bus.called(call, refusal);
  });
  const kept = { ...parts, ec2, logs, scheduler, iam: options.identities === undefined ? iam : undefined };

  return {
    account,
    region,
    clock,
    knobs: world.knobs,
    batch: batchApi(parts, wire.run),
    sts: {
      getCallerIdentity: (callOptions) =>
        wire.run(
          "GetCallerIdentity",
          {},
          () => ({
            Account: account,
            Arn: world.arn("sts", "assumed-role/aws-batch-operator/session"),
            UserId: "AROA00000000000000000:session",
          }),
          callOptions,
        ),
    },
    iam: iamApi(iam, iamWire.run),
    identities: iam,
    ec2: ec2Api(ec2, ec2Wire.run),
    logs: logsApi(logs, logsWire.run),
    events: {
      ...sqsApi(messages, eventsWire.run),
      putEvents: (input, options) => eventsWire.run("PutEvents", input, (given) => bus.putEvents(given), options),
    },
    messages,
    faults,
    outside: {
      ...batchApi(parts, wire.runOutside),
      iam: iamApi(iam, iamWire.runOutside),
      sqs: sqsApi(messages, eventsWire.runOutside),
      forwardEvents: (other) => bus.forwardTo(other.messages),
      ec2: ec2Api(ec2, ec2Wire.runOutside),
      describeNetwork: (network) => ec2.describe(network),
      describeRoles: (arns) => {
        for (const arn of arns) iam.addOld(arn);
      },
      removeRole: (arn) => iam.remove(arn),
      restoreRole: (arn) => iam.restore(arn),
      removeFromEc2(...ids) {
        for (const id of ids) ec2.remove(id);
      },
      restoreInEc2(...ids) {
        for (const id of ids) ec2.restore(id);
      },
      invalidate: (name, statusReason) => environments.condemn(name, statusReason),
      heal: (name) => environments.pardon(name),
      invalidateService: (name, isInvalid) => serviceEnvironments.condemn(name, isInvalid),
      invalidateShare: (arn, isInvalid) => quotaShares.condemn(arn, isInvalid),
      shortage(name, short) {
        const arn = world.arn("batch", `compute-environment/${name}`);
        if (short) scheduler.short.add(arn);
        else scheduler.short.delete(arn);
        scheduler.wake();
      },
      quotaUsedUp: (name, usedUp) =>
        marked(scheduler.joins.silentlyShort, world.arn("batch", `compute-environment/${name}`), usedUp),
      imageMissing: (image, missing) => marked(scheduler.runs.missingImages, image, missing),
      releaseImage: (imageType) => environments.outdate(imageType),
      addTemplateVersion: (id) => addTemplateVersion(ec2.state, id),
      setDefaultTemplateVersion: (id, version) => setDefaultTemplateVersion(ec2.state, id, version),
      holdConsumable: (name, quantity) => consumables.hold(name, quantity),
      planJobs: (outcome) => jobs.plan(outcome),
      describeOutcomes: (outcomes) => jobs.planDescribed(outcomes),
      submitPlannedJob: (input, course) => jobs.submit(input, course),
      exitJob(jobId, exitCode) {
        const job = jobs.get(jobId);
        if (job?.status !== "RUNNING") throw new Error(`job ${jobId} is not running`);
        scheduler.exit(job, exitCode);
      },
      loseInstance(jobId) {
        const job = jobs.get(jobId);
        if (job === undefined || !occupies(job)) throw new Error(`job ${jobId} has no instance`);
        scheduler.loseInstance(job);
      },
    },
    truth: {
      computeEnvironments: () => environments.all(),
      jobQueues: () => queues.all(),
      jobDefinitions: () => definitions.all(),
      schedulingPolicies: () => policies.all(),
      serviceEnvironments: () => serviceEnvironments.all(),
      serviceJobs: () => serviceJobs.all(),
      quotaShares: () => quotaShares.all(),
      consumableResources: () => consumables.all(),
      jobs: () => jobs.all(),
      roles: () => iam.roles.all(),
      instanceProfiles: () => iam.profiles.all(),
      securityGroups: () => ec2.state.groups.all(),
      vpcEndpoints: () => ec2.state.endpoints.all(),
      resource: (arn) => taggedIn(parts, arn),
      whyNoInstanceJoins: (resources) => ec2.whyNoInstanceJoins(resources),
    },
    requestId: () => uuidFrom(requestIds),
    log: wire.log,
    history: world.history,
    onChange: (listener) => world.onChange(listener),
    onEffect(listener) {
      const stops = [wire, iamWire, ec2Wire, logsWire, eventsWire].map((one) => one.onEffect(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    snapshot: () => snapshotOf(kept),
    restore: (snapshot) => restoreInto(kept, snapshot),
    add: (records) => addTo(kept, records),
  };
}

const ec2Seed = 0x0ec2;
const iamSeed = 0x01a3;
const logsSeed = 0x1065;
const eventsSeed = 0x0e7e;
const requestIdSeed = 0x001d;

/** Until instances have terminated, their network interfaces use the subnet and the group. */
function hasInstancesIn({ status, computeResources: resources }: Environment, id: string): boolean {
  if (resources === undefined || status === "DELETED") return false;
  const { subnets, groups } = networkOf(resources);
  if (!subnets.includes(id) && !groups.includes(id)) return false;
  // Only EC2 and SPOT have a number of instances.
  return status === "DELETING" || (resources.desiredvCpus ?? 1) > 0;
}

function marked(set: Set<string>, what: string, holds: boolean): void {
  if (holds) set.add(what);
  else set.delete(what);
}
