import type {
  DescribeServiceJobResponse,
  GetJobQueueSnapshotResponse,
  KeyValuesPair,
  ListServiceJobsRequest,
  ListServiceJobsResponse,
  ServiceJobPreemptedAttempt,
  ServiceJobStatus,
  SubmitServiceJobRequest,
  SubmitServiceJobResponse,
} from "@aws-sdk/client-batch";
import type { Queue } from "../aws/batch.ts";
import { hasServiceJobs } from "../aws/service-jobs.ts";
import type { Timer } from "../runtime/clock.ts";
import type { QuotaShares } from "./quota-shares.ts";
import { pageOf, RecordTable } from "./records.ts";
import { doesNotExist, invalid, refused } from "./refusals.ts";
import type { SchedulingPolicies } from "./scheduling-policies.ts";
import { countsTypes, type ServiceEnvironments } from "./service-environments.ts";
import { isOwn, limitFor, mayBorrow, type ShareUse } from "./share-capacity.ts";
import { checkTags, type Tagged } from "./tags.ts";
import type { World } from "./world.ts";

/** A job of SageMaker in the simulator. */
export interface StoredServiceJob {
  readonly id: string;
  readonly arn: string;
  readonly queueArn: string;
  readonly request: SubmitServiceJobRequest;
  readonly status: ServiceJobStatus;
  readonly statusReason?: string;
  /** The service environment that it takes capacity of; AWS does not show it. */
  readonly environmentArn?: string;
  /** Its attempts that AWS ended to give the capacity to others, the first one first. */
  readonly preempted?: readonly ServiceJobPreemptedAttempt[];
  readonly tags: Readonly<Record<string, string>>;
  /** Wall times (ms). */
  readonly createdAt: number;
  readonly scheduledAt?: number;
  readonly startedAt?: number;
  readonly stoppedAt?: number;
  readonly isTerminated?: true;
}

/** What a service job depends on. */
export interface ServiceJobParts {
  readonly queues: { find(reference: string): Queue | undefined };
  readonly environments: ServiceEnvironments;
  readonly policies: SchedulingPolicies;
  readonly shares: () => QuotaShares;
}

/** Jobs of SageMaker: calls that submit, read and end them, and their course through the service environment of a queue. */
export class ServiceJobs {
  readonly #world: World;
  readonly #parts: ServiceJobParts;
  readonly #records: RecordTable<StoredServiceJob>;
  readonly #timers = new Map<string, Timer>();

  constructor(world: World, parts: ServiceJobParts) {
    this.#world = world;
    this.#parts = parts;
    this.#records = new RecordTable(world.clock);
    world.onChange(({ kind }) => {
      if (kind === "serviceEnvironment" || kind === "jobQueue" || kind === "quotaShare") this.#placeAll();
    });
  }

  submit(request: SubmitServiceJobRequest): SubmitServiceJobResponse {
    const { jobName = "", jobQueue = "", tags } = request;
    if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,127}$/.test(jobName)) throw invalid("Job name should match valid pattern");
    const queue = this.#parts.queues.find(jobQueue);
    if (queue === undefined) throw invalid(`JobQueue ${jobQueue} not found.`);
    if (!hasServiceJobs(queue)) {
      throw invalid(`JobQueue ${queue.jobQueueName} is not of type SAGEMAKER_TRAINING.`); // our words
    }
    if (queue.state !== "ENABLED" || queue.status === "DELETING") {
      throw invalid(`JobQueue ${queue.jobQueueName} is not in ENABLED state.`); // our words
    }
    this.#checkShare(queue, request);
    checkTags(tags);
    needsOf(request);
    const id = this.#world.uuid();
    const arn = this.#world.arn("batch", `service-job/${id}`);
    const createdAt = this.#world.clock.now();
    const queueArn = queue.jobQueueArn;
    this.#put({ id, arn, queueArn, request, status: "SUBMITTED", createdAt, tags: { ...tags } });
    this.#later(id, 0, (job) => {
      this.#put({ ...job, status: "RUNNABLE" });
      this.#placeAll();
    });
    return { jobArn: arn, jobName, jobId: id };
  }

  describe(jobId: string, asOf: number): DescribeServiceJobResponse {
    const job = this.#records.getAsOf(jobId, asOf);
    if (job === undefined) throw doesNotExist(this.#world.arn("batch", `service-job/${jobId}`));
    const { jobName, serviceJobType, serviceRequestPayload, schedulingPriority } = job.request;
    const { shareIdentifier, quotaShareName, preemptionConfiguration } = job.request;
    const { id: _id, arn: jobArn, queueArn: jobQueue, request: _request, environmentArn: _place, ...rest } = job;
    const { preempted, ...times } = rest;
    const ofShare = { shareIdentifier, quotaShareName, preemptionConfiguration };
    const given = { jobName, serviceJobType, serviceRequestPayload, schedulingPriority, ...ofShare };
    const preemptionSummary = preempted && {
      preemptedAttemptCount: preempted.length,
      recentPreemptedAttempts: preempted.slice(-recentAttempts),
    };
    return { ...times, ...given, preemptionSummary, startedAt: job.startedAt, jobId, jobArn, jobQueue };
  }

  list(input: ListServiceJobsRequest, asOf: number): ListServiceJobsResponse {
    const queue = this.#parts.queues.find(input.jobQueue ?? "");
    if (queue === undefined) throw invalid(`JobQueue ${input.jobQueue} not found.`);
    const seen = this.#records
      .asOf(asOf)
      .filter((job) => job.queueArn === queue.jobQueueArn && matches(job, input))
      .map(
        ({ id, arn, request, environmentArn: _place, queueArn: _queue, preempted: _past, tags: _tags, ...rest }) => ({
          ...rest,
          jobId: id,
          jobArn: arn,
          jobName: request.jobName,
          serviceJobType: request.serviceJobType,
          shareIdentifier: request.shareIdentifier,
          quotaShareName: request.quotaShareName,
          capacityUsage: usageOf(request),
        }),
      );
    const { page, ...rest } = pageOf(seen, input, this.#world.knobs.pageSize);
    return { jobSummaryList: page, ...rest };
  }

  /** The front of a queue of SageMaker, and what its jobs hold. */
  snapshot(queue: Queue, asOf: number): GetJobQueueSnapshotResponse {
    const ofQueue = this.#records.asOf(asOf).filter(({ queueArn }) => queueArn === queue.jobQueueArn);
    const waiting = ofQueue.filter(({ status }) => status === "RUNNABLE");
    const started = ofQueue.filter(hasStarted);
    const lastUpdatedAt = this.#world.clock.now();
    const front = waiting.slice(0, 100).map(atFront);
    const shares = new Set(ofQueue.map(({ request }) => request.quotaShareName).filter((name) => name !== undefined));
    const queueUtilization = { totalCapacityUsage: sumOf(started), lastUpdatedAt };
    if (shares.size === 0) return { frontOfQueue: { jobs: front, lastUpdatedAt }, queueUtilization };
    const of = (jobs: readonly StoredServiceJob[], share: string) =>
      jobs.filter(({ request }) => request.quotaShareName === share);
    const fronts = [...shares].map((share) => [share, of(waiting, share).slice(0, 1).map(atFront)] as const);
    const topCapacityUtilization = [...shares].map((quotaShareName) => ({
      quotaShareName,
      capacityUsage: sumOf(of(started, quotaShareName)),
    }));
    return {
      frontOfQuotaShares: { quotaShares: Object.fromEntries(fronts), lastUpdatedAt },
      queueUtilization: { ...queueUtilization, quotaShareUtilization: { topCapacityUtilization } },
    };
  }

  /** An ended or unknown job is not an error. */
  terminate(jobId: string, statusReason: string): void {
    const job = this.#records.get(jobId);
    if (job === undefined || hasEnded(job)) return;
    this.#put({ ...job, isTerminated: true });
    const delayMs = hasStarted(job) ? this.#world.knobs.jobStopMs : 0;
    this.#later(jobId, delayMs, (now) => this.#end(now, "FAILED", statusReason));
  }

  /** Ends all jobs of a queue that is being deleted. */
  endAllOf(queueArn: string): void {
    for (const job of this.#records.all()) {
      if (job.queueArn === queueArn && !hasEnded(job)) this.#end(job, "FAILED", "Job Queue deleted"); // our words
    }
  }

  /** Ends all jobs of a quota share that is being deleted. */
  endAllOfShare(shareArn: string): void {
    for (const job of this.#records.all()) {
      if (shareOf(job) === shareArn && !hasEnded(job)) this.#end(job, "FAILED", "Quota share deleted"); // our words
    }
  }

  /** Preempts the jobs by which a share holds more than so many instances of a type, the latest ones first. */
  preemptBeyond(shareArn: string, instanceType: string, most: number): void {
    const started = this.#startedWith(instanceType).filter((job) => shareOf(job) === shareArn);
    let used = instancesOf(started);
    for (const job of latestFirst(started)) {
      if (used <= most) break;
      used -= needsOf(job.request).instances;
      this.#preempt(job, "Capacity of the quota share was lowered"); // our words
    }
    this.#placeAll();
  }

  /** All jobs as they are now. */
  all(): readonly StoredServiceJob[] {
    return this.#records.all();
  }

  /** Restores the jobs of an earlier process, and goes on with them. */
  restore(jobs: readonly StoredServiceJob[]): void {
    for (const job of jobs) {
      this.#records.load(job.id, job);
      if (job.status === "SUBMITTED") this.#put({ ...job, status: "RUNNABLE" });
      else if (hasStarted(job)) this.#run(job.id);
    }
    this.#placeAll();
  }

  tagged(arn: string): Tagged | undefined {
    const job = this.#records.get(arn.slice(arn.lastIndexOf("/") + 1));
    if (job?.arn !== arn) return undefined;
    return { record: job, tags: { ...job.tags }, replaceTags: (tags) => this.#put({ ...job, tags }) };
  }

  #placeAll(): void {
    for (const job of this.#records.all()) if (job.status === "RUNNABLE") this.#place(job);
  }

  /** @throws Refusal, in our words */
  #checkShare(queue: Queue, { shareIdentifier, quotaShareName }: SubmitServiceJobRequest): void {
    const policy = this.#parts.policies.find(queue.schedulingPolicyArn ?? "");
    const name = queue.jobQueueName;
    const hasQuota = policy?.quotaSharePolicy !== undefined;
    const isFair = policy !== undefined && !hasQuota;
    if (isFair !== (shareIdentifier !== undefined)) {
      throw invalid(`shareIdentifier ${isFair ? "is required" : "is not allowed"} for JobQueue ${name}.`);
    }
    if (hasQuota !== (quotaShareName !== undefined)) {
      throw invalid(`quotaShareName ${hasQuota ? "is required" : "is not allowed"} for JobQueue ${name}.`);
    }
    if (quotaShareName === undefined) return;
    const share = this.#parts.shares().find(`${queue.jobQueueArn}/quota-share/${quotaShareName}`);
    if (share === undefined || share.status === "DELETING") {
      throw invalid(`Quota share ${quotaShareName} not found in JobQueue ${name}.`);
    }
    if (share.state !== "ENABLED") throw invalid(`Quota share ${quotaShareName} is not in ENABLED state.`);
  }

  /** Gives a job to the service environment of its queue, if that and its quota share have room for it. */
  #place(job: StoredServiceJob): void {
    const queue = this.#parts.queues.find(job.queueArn);
    const order = queue?.serviceEnvironmentOrder ?? [];
    const environment = this.#parts.environments.find(order[0]?.serviceEnvironment ?? "");
    if (queue === undefined || environment?.status !== "VALID" || environment.state !== "ENABLED") return;
    const { serviceEnvironmentArn: environmentArn, capacityLimits: limits = [] } = environment;
    const { instanceType, instances } = needsOf(job.request);
    const byType = countsTypes(limits);
    const limit = byType ? limits.find(({ capacityUnit }) => capacityUnit === instanceType) : limits[0];
    const taken = instancesOf(
      this.#startedWith(byType ? instanceType : undefined).filter((other) => other.environmentArn === environmentArn),
    );
    const lacking = taken + instances - (limit?.maxCapacity ?? 0);
    if (!this.#mayTake(job, lacking)) return;
    const { statusReason: _why, ...waiting } = job;
    this.#put({ ...waiting, status: "SCHEDULED", environmentArn, scheduledAt: this.#world.clock.now() });
    this.#later(job.id, this.#world.knobs.containerStartMs, (now) => {
      this.#put({ ...now, status: "STARTING" });
      this.#later(job.id, this.#world.knobs.containerStartMs, () => this.#run(job.id));
    });
  }

  /** @param lacking how many instances the service environment has too few for the job */
  #mayTake(job: StoredServiceJob, lacking: number): boolean {
    const shareArn = shareOf(job);
    if (shareArn === undefined) return lacking <= 0;
    const { instanceType, instances } = needsOf(job.request);
    const started = this.#startedWith(instanceType).filter(({ queueArn }) => queueArn === job.queueArn);
    const uses = this.#parts
      .shares()
      .of(job.queueArn)
      .map((share): ShareUse => {
        return { share, used: instancesOf(started.filter((one) => shareOf(one) === share.quotaShareArn)) };
      });
    const own = uses.find(({ share }) => share.quotaShareArn === shareArn);
    if (own === undefined || own.share.status === "INVALID") return false;
    const others = uses.filter((one) => one !== own);
    if (!isOwn(own, instances, instanceType)) return lacking <= 0 && mayBorrow(own, instances, instanceType, others);
    return lacking <= 0 || this.#reclaim(lacking, instanceType, others, started);
  }

  /** Preempts jobs that others run with what they borrow, if that gives so many instances. */
  #reclaim(
    lacking: number,
    instanceType: string | undefined,
    others: readonly ShareUse[],
    started: readonly StoredServiceJob[],
  ): boolean {
    const beyond = new Map(
      others.map(({ share, used }) => [share.quotaShareArn, used - limitFor(share, instanceType)] as const),
    );
    let left = lacking;
    const ending: StoredServiceJob[] = [];
    for (const job of latestFirst(started)) {
      const shareArn = shareOf(job) ?? "";
      const borrowed = beyond.get(shareArn) ?? 0;
      if (left <= 0 || borrowed <= 0) continue;
      const { instances } = needsOf(job.request);
      beyond.set(shareArn, borrowed - instances);
      left -= instances;
      ending.push(job);
    }
    if (left > 0) return false;
    for (const job of ending) this.#preempt(job, "Capacity was returned to its quota share"); // our words
    return true;
  }

  /** Ends an attempt. The job waits again, unless it may not be tried again. */
  #preempt(job: StoredServiceJob, statusReason: string): void {
    this.#timers.get(job.id)?.cancel();
    const { scheduledAt: _scheduled, startedAt, environmentArn: _place, ...rest } = job;
    const stoppedAt = this.#world.clock.now();
    const preempted = [...(job.preempted ?? []), { startedAt, stoppedAt, statusReason }];
    const { preemptionRetriesBeforeTermination: retries } = job.request.preemptionConfiguration ?? {};
    const isLast = retries !== undefined && preempted.length > retries;
    const ended = isLast ? { status: "FAILED" as const, stoppedAt } : { status: "RUNNABLE" as const };
    this.#put({ ...rest, ...ended, preempted, statusReason });
  }

  /** @param instanceType undefined: of any */
  #startedWith(instanceType: string | undefined): readonly StoredServiceJob[] {
    return this.#records
      .all()
      .filter(hasStarted)
      .filter(({ request }) => instanceType === undefined || needsOf(request).instanceType === instanceType);
  }

  #run(id: string): void {
    const job = this.#records.get(id);
    if (job === undefined) return;
    this.#put({ ...job, status: "RUNNING", startedAt: job.startedAt ?? this.#world.clock.now() });
    const { seconds } = needsOf(job.request);
    const lastsMs = seconds === undefined ? this.#world.knobs.jobDurationMs : seconds * 1000;
    this.#later(id, lastsMs, (now) => this.#end(now, "SUCCEEDED"));
  }

  #end(job: StoredServiceJob, status: ServiceJobStatus, statusReason?: string): void {
    this.#timers.get(job.id)?.cancel();
    const why = statusReason === undefined ? {} : { statusReason };
    this.#put({ ...job, ...why, status, stoppedAt: this.#world.clock.now() });
    this.#placeAll();
  }

  #put(job: StoredServiceJob): void {
    this.#records.put(job.id, job);
    const { id, arn, status, statusReason, request } = job;
    const queue = job.queueArn.slice(job.queueArn.lastIndexOf("/") + 1);
    const named = { name: request.jobName ?? "", queue };
    this.#world.note({ kind: "job", name: id, arn, status, statusReason, job: named });
  }

  #later(id: string, delayMs: number, task: (job: StoredServiceJob) => void): void {
    this.#timers.get(id)?.cancel();
    const run = (): void => {
      const job = this.#records.get(id);
      if (job !== undefined) task(job);
    };
    this.#timers.set(id, this.#world.clock.schedule(delayMs, run));
  }
}

function hasStarted({ status }: StoredServiceJob): boolean {
  return status === "SCHEDULED" || status === "STARTING" || status === "RUNNING";
}

function hasEnded({ status }: StoredServiceJob): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}

/** How many attempts AWS says of a job that was preempted. */
const recentAttempts = 10;

/** The ARN of its quota share. */
export function shareOf({ queueArn, request }: StoredServiceJob): string | undefined {
  return request.quotaShareName === undefined ? undefined : `${queueArn}/quota-share/${request.quotaShareName}`;
}

function latestFirst(jobs: readonly StoredServiceJob[]): StoredServiceJob[] {
  return jobs.toSorted((left, right) => (right.scheduledAt ?? 0) - (left.scheduledAt ?? 0));
}

function instancesOf(jobs: readonly StoredServiceJob[]): number {
  return jobs.reduce((sum, { request }) => sum + needsOf(request).instances, 0);
}

function usageOf(request: SubmitServiceJobRequest): { capacityUnit: string | undefined; quantity: number }[] {
  const { instanceType, instances } = needsOf(request);
  return [{ capacityUnit: instanceType, quantity: instances }];
}

/** What jobs hold of each instance type. */
function sumOf(jobs: readonly StoredServiceJob[]): { capacityUnit: string; quantity: number }[] {
  const sums = new Map<string, number>();
  for (const { request } of jobs) {
    const { instanceType = "", instances } = needsOf(request);
    sums.set(instanceType, (sums.get(instanceType) ?? 0) + instances);
  }
  return [...sums].map(([capacityUnit, quantity]) => ({ capacityUnit, quantity }));
}

function atFront({ arn, createdAt, preempted }: StoredServiceJob) {
  return { jobArn: arn, earliestTimeAtPosition: preempted?.at(-1)?.stoppedAt ?? createdAt };
}

/** Whether ListServiceJobs shows a job. A filter of shares can be combined with a status; any other replaces it. */
function matches({ request, status, createdAt }: StoredServiceJob, input: ListServiceJobsRequest): boolean {
  const [filter]: readonly KeyValuesPair[] = input.filters ?? [];
  const [value = ""] = filter?.values ?? [];
  const isOfStatus = status === (input.jobStatus ?? "RUNNING");
  const ofShare = filter !== undefined && input.jobStatus === undefined ? true : isOfStatus;
  switch (filter?.name) {
    case undefined:
      return isOfStatus;
    case "QUOTA_SHARE_NAME":
      return ofShare && request.quotaShareName === value;
    case "SHARE_IDENTIFIER":
      return ofShare && request.shareIdentifier === value;
    case "JOB_NAME":
      return value.endsWith("*")
        ? (request.jobName ?? "").toLowerCase().startsWith(value.slice(0, -1).toLowerCase())
        : request.jobName?.toLowerCase() === value.toLowerCase();
    case "BEFORE_CREATED_AT":
      return createdAt < Number(value);
    case "AFTER_CREATED_AT":
      return createdAt > Number(value);
    default:
      throw invalid(`${filter?.name} is no filter of service jobs.`); // our words
  }
}

interface Needs {
  readonly instanceType: string | undefined;
  readonly instances: number;
  readonly seconds: number | undefined;
}

/** What a job takes, by the request to CreateTrainingJob that it has; it runs for as long as it may. */
function needsOf({ serviceRequestPayload = "" }: SubmitServiceJobRequest): Needs {
  let training: {
    readonly ResourceConfig?: { readonly InstanceType?: string; readonly InstanceCount?: number };
    readonly StoppingCondition?: { readonly MaxRuntimeInSeconds?: number };
  };
  try {
    training = JSON.parse(serviceRequestPayload) as typeof training;
  } catch {
    throw refused("serviceRequestPayload is not valid JSON."); // our words
  }
  const { ResourceConfig: resources, StoppingCondition: stopping } = training;
  return {
    instanceType: resources?.InstanceType,
    instances: resources?.InstanceCount ?? 1,
    seconds: stopping?.MaxRuntimeInSeconds,
  };
}
