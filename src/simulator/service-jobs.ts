import type {
  DescribeServiceJobResponse,
  ListServiceJobsRequest,
  ListServiceJobsResponse,
  ServiceJobStatus,
  SubmitServiceJobRequest,
  SubmitServiceJobResponse,
} from "@aws-sdk/client-batch";
import type { Queue } from "../aws/batch.ts";
import { hasServiceJobs } from "../aws/service-jobs.ts";
import type { Timer } from "../runtime/clock.ts";
import { pageOf, RecordTable } from "./records.ts";
import { doesNotExist, invalid, refused } from "./refusals.ts";
import { countsTypes, type ServiceEnvironments } from "./service-environments.ts";
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
  readonly tags: Readonly<Record<string, string>>;
  /** Wall times (ms). */
  readonly createdAt: number;
  readonly scheduledAt?: number;
  readonly startedAt?: number;
  readonly stoppedAt?: number;
  readonly isTerminated?: true;
}

interface Queues {
  find(reference: string): Queue | undefined;
  all(): readonly Queue[];
}

/** Jobs of SageMaker: calls that submit, read and end them, and their course through the service environment of a queue. */
export class ServiceJobs {
  readonly #world: World;
  readonly #queues: Queues;
  readonly #environments: ServiceEnvironments;
  readonly #records: RecordTable<StoredServiceJob>;
  readonly #timers = new Map<string, Timer>();

  constructor(world: World, queues: Queues, environments: ServiceEnvironments) {
    this.#world = world;
    this.#queues = queues;
    this.#environments = environments;
    this.#records = new RecordTable(world.clock);
    world.onChange(({ kind }) => {
      if (kind === "serviceEnvironment" || kind === "jobQueue") this.#placeAll();
    });
  }

  submit(request: SubmitServiceJobRequest): SubmitServiceJobResponse {
    const { jobName = "", jobQueue = "", tags } = request;
    if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,127}$/.test(jobName)) throw invalid("Job name should match valid pattern");
    const queue = this.#queues.find(jobQueue);
    if (queue === undefined) throw invalid(`JobQueue ${jobQueue} not found.`);
    if (!hasServiceJobs(queue)) {
      throw invalid(`JobQueue ${queue.jobQueueName} is not of type SAGEMAKER_TRAINING.`); // our words
    }
    if (queue.state !== "ENABLED" || queue.status === "DELETING") {
      throw invalid(`JobQueue ${queue.jobQueueName} is not in ENABLED state.`); // our words
    }
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
    const { id: _id, arn: jobArn, queueArn: jobQueue, request: _request, environmentArn: _place, ...times } = job;
    const { startedAt } = job;
    const given = { jobName, serviceJobType, serviceRequestPayload, schedulingPriority };
    return { ...times, ...given, startedAt, jobId, jobArn, jobQueue };
  }

  list(input: ListServiceJobsRequest, asOf: number): ListServiceJobsResponse {
    const queue = this.#queues.find(input.jobQueue ?? "");
    if (queue === undefined) throw invalid(`JobQueue ${input.jobQueue} not found.`);
    const { jobStatus: status = "RUNNING" } = input;
    const seen = this.#records
      .asOf(asOf)
      .filter((job) => job.queueArn === queue.jobQueueArn && job.status === status)
      .map(({ id, arn, request, createdAt, scheduledAt, startedAt, stoppedAt, statusReason, isTerminated }) => ({
        jobId: id,
        jobArn: arn,
        jobName: request.jobName,
        serviceJobType: request.serviceJobType,
        status,
        createdAt,
        scheduledAt,
        startedAt,
        stoppedAt,
        statusReason,
        isTerminated,
      }));
    const { page, ...rest } = pageOf(seen, input, this.#world.knobs.pageSize);
    return { jobSummaryList: page, ...rest };
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
    return { tags: { ...job.tags }, replaceTags: (tags) => this.#put({ ...job, tags }) };
  }

  #placeAll(): void {
    for (const job of this.#records.all()) if (job.status === "RUNNABLE") this.#place(job);
  }

  /** Gives a job to the service environment of its queue, if that has room for it. */
  #place(job: StoredServiceJob): void {
    const queue = this.#queues.find(job.queueArn);
    const environment = this.#environments.find(queue?.serviceEnvironmentOrder?.[0]?.serviceEnvironment ?? "");
    if (queue === undefined || environment?.status !== "VALID" || environment.state !== "ENABLED") return;
    const { serviceEnvironmentArn: environmentArn, capacityLimits: limits = [] } = environment;
    const { instanceType, instances } = needsOf(job.request);
    const byType = countsTypes(limits);
    const taken = this.#records
      .all()
      .filter((other) => hasStarted(other) && other.environmentArn === environmentArn)
      .map((other) => needsOf(other.request))
      .filter((other) => !byType || other.instanceType === instanceType)
      .reduce((sum, other) => sum + other.instances, 0);
    const limit = byType ? limits.find(({ capacityUnit }) => capacityUnit === instanceType) : limits[0];
    if (taken + instances > (limit?.maxCapacity ?? 0)) return;
    this.#put({ ...job, status: "SCHEDULED", environmentArn, scheduledAt: this.#world.clock.now() });
    this.#later(job.id, this.#world.knobs.containerStartMs, (now) => {
      this.#put({ ...now, status: "STARTING" });
      this.#later(job.id, this.#world.knobs.containerStartMs, () => this.#run(job.id));
    });
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
