import type { CallOptions } from "../../src/aws/api.ts";
import type {
  ComputeEnvironmentDetail,
  Consumable,
  JobDefinition,
  JobDetail,
  JobQueueDetail,
  JobSummary,
  QuotaShareRecord,
  SchedulingPolicyDetail,
  ServiceEnvironmentRecord,
  ServiceJobSummary,
} from "../../src/aws/batch.ts";
import type { BatchApi } from "../../src/aws/batch-calls.ts";
import { type Clock, sleep } from "../../src/runtime/clock.ts";

export interface FakeCall {
  readonly operation: keyof BatchApi;
  readonly input: object;
  /** Monotonic. */
  readonly at: number;
}

interface State {
  environments: ComputeEnvironmentDetail[];
  queues: JobQueueDetail[];
  policies: SchedulingPolicyDetail[];
  serviceEnvironments: ServiceEnvironmentRecord[];
  serviceJobs: (ServiceJobSummary & { readonly queue: string })[];
  consumables: Consumable[];
  quotaShares: QuotaShareRecord[];
  revisions: JobDefinition[];
  jobs: (JobSummary & { readonly queue?: string; readonly parent?: string })[];
  details: JobDetail[];
}

/** An error as the SDK makes it. */
export function sdkError(name: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}

/** Refuses to list the jobs of one queue, as one that has no such jobs. */
export const noJobsOf =
  (queue: string) =>
  ({ operation, input }: FakeCall): Error | undefined =>
    operation === "listJobs" && "jobQueue" in input && input.jobQueue === queue
      ? sdkError("ClientException", "ListJobs is not supported for this job queue type")
      : undefined;

/**
 * A scripted AWS Batch: keeps what a test puts into it, changes nothing by itself, and answers reads from `stale`
 * when that is set.
 */
export class FakeBatch implements BatchApi {
  readonly calls: FakeCall[] = [];
  readonly state: State = {
    environments: [],
    queues: [],
    policies: [],
    serviceEnvironments: [],
    serviceJobs: [],
    consumables: [],
    quotaShares: [],
    revisions: [],
    jobs: [],
    details: [],
  };
  /** What reads see instead of `state`. */
  stale: State | undefined;
  pageSize = 100;
  latencyMs = 0;
  /** Decides about each call before it has an effect: an error to reject with. */
  refuse: (call: FakeCall) => Error | undefined = () => undefined;
  /** Decides about each call after it has had its effect: an answer that is lost. */
  lose: (call: FakeCall) => Error | undefined = () => undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Reads answer as of now until `thaw`. */
  freeze(): void {
    this.stale = structuredClone(this.state);
  }

  thaw(): void {
    this.stale = undefined;
  }

  count(operation: keyof BatchApi): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  environment(name: string, more: Partial<ComputeEnvironmentDetail> = {}): ComputeEnvironmentDetail {
    const detail: ComputeEnvironmentDetail = {
      computeEnvironmentName: name,
      computeEnvironmentArn: `arn:aws:batch:us-east-1:123456789012:compute-environment/${name}`,
      state: "ENABLED",
      status: "VALID",
      tags: {},
      ...more,
    };
    this.state.environments.push(detail);
    return detail;
  }

  queue(name: string, more: Partial<JobQueueDetail> = {}): JobQueueDetail {
    const detail: JobQueueDetail = {
      jobQueueName: name,
      jobQueueArn: `arn:aws:batch:us-east-1:123456789012:job-queue/${name}`,
      state: "ENABLED",
      status: "VALID",
      priority: 1,
      computeEnvironmentOrder: [],
      tags: {},
      ...more,
    };
    this.state.queues.push(detail);
    return detail;
  }

  policy(name: string, more: Partial<SchedulingPolicyDetail> = {}): SchedulingPolicyDetail {
    const detail: SchedulingPolicyDetail = {
      name,
      arn: `arn:aws:batch:us-east-1:123456789012:scheduling-policy/${name}`,
      fairsharePolicy: {},
      tags: {},
      ...more,
    };
    this.state.policies.push(detail);
    return detail;
  }

  serviceEnvironment(name: string, more: Partial<ServiceEnvironmentRecord> = {}): ServiceEnvironmentRecord {
    const detail: ServiceEnvironmentRecord = {
      serviceEnvironmentName: name,
      serviceEnvironmentArn: `arn:aws:batch:us-east-1:123456789012:service-environment/${name}`,
      serviceEnvironmentType: "SAGEMAKER_TRAINING",
      state: "ENABLED",
      status: "VALID",
      capacityLimits: [],
      tags: {},
      ...more,
    };
    this.state.serviceEnvironments.push(detail);
    return detail;
  }

  consumable(name: string, more: Partial<Consumable> = {}): Consumable {
    const record: Consumable = {
      consumableResourceName: name,
      consumableResourceArn: `arn:aws:batch:us-east-1:123456789012:consumable-resource/${name}`,
      resourceType: "REPLENISHABLE",
      totalQuantity: 10,
      inUseQuantity: 0,
      tags: {},
      ...more,
    };
    this.state.consumables.push(record);
    return record;
  }

  quotaShare(queue: string, name: string, more: Partial<QuotaShareRecord> = {}): QuotaShareRecord {
    const jobQueueArn = `arn:aws:batch:us-east-1:123456789012:job-queue/${queue}`;
    const record: QuotaShareRecord = {
      quotaShareName: name,
      quotaShareArn: `${jobQueueArn}/quota-share/${name}`,
      jobQueueArn,
      capacityLimits: [],
      resourceSharingConfiguration: { strategy: "RESERVE" },
      preemptionConfiguration: { inSharePreemption: "DISABLED" },
      state: "ENABLED",
      status: "VALID",
      tags: {},
      ...more,
    };
    this.state.quotaShares.push(record);
    return record;
  }

  revision(name: string, revision: number, more: Partial<JobDefinition> = {}): JobDefinition {
    const detail: JobDefinition = {
      jobDefinitionName: name,
      jobDefinitionArn: `arn:aws:batch:us-east-1:123456789012:job-definition/${name}:${revision}`,
      revision,
      status: "ACTIVE",
      type: "container",
      tags: {},
      containerProperties: { image: `${name}:${revision}` },
      ...more,
    };
    this.state.revisions.push(detail);
    return detail;
  }

  describeComputeEnvironments: BatchApi["describeComputeEnvironments"] = (input, options) =>
    this.#read("describeComputeEnvironments", input, options, ({ environments }) => {
      const asked = environments.filter(
        ({ computeEnvironmentName: name }) => input.computeEnvironments?.includes(name ?? "") ?? true,
      );
      const { page, ...rest } = this.#page(asked, input.nextToken);
      return { computeEnvironments: page, ...rest };
    });

  describeJobQueues: BatchApi["describeJobQueues"] = (input, options) =>
    this.#read("describeJobQueues", input, options, ({ queues }) => {
      const asked = queues.filter(({ jobQueueName: name }) => input.jobQueues?.includes(name ?? "") ?? true);
      const { page, ...rest } = this.#page(asked, input.nextToken);
      return { jobQueues: page, ...rest };
    });

  describeJobDefinitions: BatchApi["describeJobDefinitions"] = (input, options) =>
    this.#read("describeJobDefinitions", input, options, ({ revisions }) => {
      const { jobDefinitions: arns, jobDefinitionName: name, status } = input;
      const found = revisions.filter(
        (one) =>
          (arns === undefined || arns.includes(one.jobDefinitionArn ?? "")) &&
          (name === undefined || one.jobDefinitionName === name) &&
          (status === undefined || one.status === status),
      );
      const { page, ...rest } = this.#page(found, input.nextToken);
      return { jobDefinitions: page, ...rest };
    });

  describeSchedulingPolicies: BatchApi["describeSchedulingPolicies"] = (input, options) =>
    this.#read("describeSchedulingPolicies", input, options, ({ policies }) => ({
      schedulingPolicies: policies.filter(({ arn }) => input.arns?.includes(arn ?? "")),
    }));

  listSchedulingPolicies: BatchApi["listSchedulingPolicies"] = (input, options) =>
    this.#read("listSchedulingPolicies", input, options, ({ policies }) => {
      const { page, ...rest } = this.#page(policies, input.nextToken);
      return { schedulingPolicies: page.map(({ arn }) => ({ arn })), ...rest };
    });

  describeConsumableResource: BatchApi["describeConsumableResource"] = (input, options) =>
    this.#read("describeConsumableResource", input, options, ({ consumables }) => {
      const found = consumables.find((one) => one.consumableResourceName === input.consumableResource);
      if (found === undefined) throw sdkError("ClientException", `${input.consumableResource} does not exist`);
      return { ...found, createdAt: 1 };
    });
  listConsumableResources: BatchApi["listConsumableResources"] = (input, options) =>
    this.#read("listConsumableResources", input, options, ({ consumables }) => {
      const { page, ...rest } = this.#page(consumables, input.nextToken);
      return { consumableResources: page.map(({ tags: _tags, ...summary }) => summary), ...rest };
    });
  listJobsByConsumableResource: BatchApi["listJobsByConsumableResource"] = (input, options) =>
    this.#read("listJobsByConsumableResource", input, options, () => ({ jobs: [] }));

  createConsumableResource: BatchApi["createConsumableResource"] = (input, options) =>
    this.#write("createConsumableResource", input, options, () => {
      const { consumableResourceName: name = "", totalQuantity = 0, resourceType, tags } = input;
      const { consumableResourceArn } = this.consumable(name, { totalQuantity, resourceType, tags });
      return { consumableResourceName: name, consumableResourceArn };
    });
  updateConsumableResource: BatchApi["updateConsumableResource"] = (input, options) =>
    this.#write("updateConsumableResource", input, options, () => {
      const { consumableResource, quantity: totalQuantity = 0 } = input;
      this.#change(this.state.consumables, (one) => one.consumableResourceName === consumableResource, {
        totalQuantity,
      });
      return { consumableResourceName: consumableResource, consumableResourceArn: "", totalQuantity };
    });
  deleteConsumableResource: BatchApi["deleteConsumableResource"] = (input, options) =>
    this.#write("deleteConsumableResource", input, options, () => {
      this.state.consumables = this.state.consumables.filter(
        (one) => one.consumableResourceName !== input.consumableResource,
      );
    });

  describeQuotaShare: BatchApi["describeQuotaShare"] = (input, options) =>
    this.#read("describeQuotaShare", input, options, ({ quotaShares }) => {
      const found = quotaShares.find((one) => one.quotaShareArn === input.quotaShareArn);
      if (found === undefined) throw sdkError("ClientException", `${input.quotaShareArn} does not exist`);
      return found;
    });
  listQuotaShares: BatchApi["listQuotaShares"] = (input, options) =>
    this.#read("listQuotaShares", input, options, ({ quotaShares }) => {
      const { jobQueue = "" } = input;
      const found = quotaShares.filter(
        ({ jobQueueArn }) => jobQueueArn === jobQueue || jobQueueArn.endsWith(`/${jobQueue}`),
      );
      const { page, ...rest } = this.#page(found, input.nextToken);
      return { quotaShares: page.map(({ tags: _tags, ...detail }) => detail), ...rest };
    });
  createQuotaShare: BatchApi["createQuotaShare"] = (input, options) =>
    this.#write("createQuotaShare", input, options, () => {
      const { quotaShareName: name = "", jobQueue = "", ...body } = input;
      const queue = jobQueue.slice(jobQueue.lastIndexOf("/") + 1);
      const { quotaShareArn } = this.quotaShare(queue, name, { ...body, status: "CREATING" });
      return { quotaShareName: name, quotaShareArn };
    });
  updateQuotaShare: BatchApi["updateQuotaShare"] = (input, options) =>
    this.#write("updateQuotaShare", input, options, () => {
      const { quotaShareArn, ...body } = input;
      const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
      this.#change(this.state.quotaShares, (one) => one.quotaShareArn === quotaShareArn, given);
      return { quotaShareArn };
    });
  deleteQuotaShare: BatchApi["deleteQuotaShare"] = (input, options) =>
    this.#write("deleteQuotaShare", input, options, () => {
      this.state.quotaShares = this.state.quotaShares.filter((one) => one.quotaShareArn !== input.quotaShareArn);
    });

  createSchedulingPolicy: BatchApi["createSchedulingPolicy"] = (input, options) =>
    this.#write("createSchedulingPolicy", input, options, () => {
      const { name = "", arn = "" } = this.policy(input.name ?? "", { tags: input.tags });
      return { name, arn };
    });

  updateSchedulingPolicy: BatchApi["updateSchedulingPolicy"] = ({ arn, ...body }, options) =>
    this.#write("updateSchedulingPolicy", { arn, ...body }, options, () => {
      this.#change(this.state.policies, (one) => one.arn === arn, body);
    });

  deleteSchedulingPolicy: BatchApi["deleteSchedulingPolicy"] = (input, options) =>
    this.#write("deleteSchedulingPolicy", input, options, () => {
      this.state.policies = this.state.policies.filter(({ arn }) => arn !== input.arn);
    });

  describeServiceEnvironments: BatchApi["describeServiceEnvironments"] = (input, options) =>
    this.#read("describeServiceEnvironments", input, options, ({ serviceEnvironments }) => {
      const asked = serviceEnvironments.filter(
        ({ serviceEnvironmentName: name }) => input.serviceEnvironments?.includes(name) ?? true,
      );
      const { page, ...rest } = this.#page(asked, input.nextToken);
      return { serviceEnvironments: page, ...rest };
    });

  createServiceEnvironment: BatchApi["createServiceEnvironment"] = (input, options) =>
    this.#write("createServiceEnvironment", input, options, () => {
      const { serviceEnvironmentName: name = "", capacityLimits, tags } = input;
      const made = this.serviceEnvironment(name, { capacityLimits, tags, status: "CREATING" });
      const { serviceEnvironmentName, serviceEnvironmentArn } = made;
      return { serviceEnvironmentName, serviceEnvironmentArn };
    });

  updateServiceEnvironment: BatchApi["updateServiceEnvironment"] = ({ serviceEnvironment, ...body }, options) =>
    this.#write("updateServiceEnvironment", { serviceEnvironment, ...body }, options, () => {
      this.#change(
        this.state.serviceEnvironments,
        (one) => one.serviceEnvironmentArn === serviceEnvironment,
        body as Partial<ServiceEnvironmentRecord>,
      );
      return { serviceEnvironmentName: undefined, serviceEnvironmentArn: serviceEnvironment };
    });

  deleteServiceEnvironment: BatchApi["deleteServiceEnvironment"] = (input, options) =>
    this.#write("deleteServiceEnvironment", input, options, () => {
      this.state.serviceEnvironments = this.state.serviceEnvironments.filter(
        ({ serviceEnvironmentArn: arn }) => arn !== input.serviceEnvironment,
      );
    });

  listServiceJobs: BatchApi["listServiceJobs"] = (input, options) =>
    this.#read("listServiceJobs", input, options, ({ serviceJobs }) => {
      const [share] = input.filters?.[0]?.values ?? [];
      const found = serviceJobs.filter(
        ({ queue, status, quotaShareName }) =>
          queue === input.jobQueue && status === input.jobStatus && (share ?? quotaShareName) === quotaShareName,
      );
      const { page, ...rest } = this.#page(found, input.nextToken);
      return { jobSummaryList: page, ...rest };
    });

  describeServiceJob: BatchApi["describeServiceJob"] = (input, options) =>
    this.#read("describeServiceJob", input, options, ({ serviceJobs }) => {
      const found = serviceJobs.find(({ jobId }) => jobId === input.jobId);
      if (found === undefined) throw sdkError("ClientException", `${input.jobId} does not exist`);
      return { ...found, jobQueue: found.queue, startedAt: found.startedAt, status: found.status };
    });

  terminateServiceJob: BatchApi["terminateServiceJob"] = (input, options) =>
    this.#write("terminateServiceJob", input, options, () => {
      this.#change(this.state.serviceJobs, ({ jobId }) => jobId === input.jobId, { status: "FAILED" as const });
    });

  listJobs: BatchApi["listJobs"] = (input, options) =>
    this.#read("listJobs", input, options, ({ jobs }) => {
      const parent = input.arrayJobId ?? input.multiNodeJobId;
      const [name] = input.filters?.[0]?.values ?? [];
      const isNamed = ({ jobName = "" }: JobSummary): boolean =>
        name?.endsWith("*") ? jobName.startsWith(name.slice(0, -1)) : jobName === name;
      const found = jobs.filter(
        (job) =>
          (name === undefined ? job.status === input.jobStatus : isNamed(job)) &&
          job.parent === parent &&
          (parent !== undefined || job.queue === input.jobQueue),
      );
      const { page, ...rest } = this.#page(found, input.nextToken);
      return { jobSummaryList: page, ...rest };
    });

  describeJobs: BatchApi["describeJobs"] = (input, options) =>
    this.#read("describeJobs", input, options, ({ details }) => {
      const asked = new Set(input.jobs);
      return { jobs: details.filter(({ jobId = "" }) => asked.has(jobId)) };
    });

  getJobQueueSnapshot: BatchApi["getJobQueueSnapshot"] = (input, options) =>
    this.#read("getJobQueueSnapshot", input, options, ({ jobs }) => {
      const front = jobs.filter(({ queue, status }) => queue === input.jobQueue && status === "RUNNABLE");
      const shown = front.slice(0, 100).map(({ jobArn, createdAt }) => ({ jobArn, earliestTimeAtPosition: createdAt }));
      return { frontOfQueue: { jobs: shown, lastUpdatedAt: this.#clock.now() } };
    });

  createComputeEnvironment: BatchApi["createComputeEnvironment"] = (input, options) =>
    this.#write("createComputeEnvironment", input, options, () => {
      const { computeEnvironmentName: name, type, tags } = input;
      const made = this.environment(name ?? "", { type, status: "CREATING", tags });
      return { computeEnvironmentName: made.computeEnvironmentName, computeEnvironmentArn: made.computeEnvironmentArn };
    });

  updateComputeEnvironment: BatchApi["updateComputeEnvironment"] = (input, options) =>
    this.#write("updateComputeEnvironment", input, options, () => {
      const { computeEnvironment: name, state } = input;
      this.#change(this.state.environments, ({ computeEnvironmentName }) => computeEnvironmentName === name, {
        status: "UPDATING" as const,
        ...(state === undefined ? {} : { state }),
      });
      return { computeEnvironmentName: name, computeEnvironmentArn: undefined };
    });

  deleteComputeEnvironment: BatchApi["deleteComputeEnvironment"] = (input, options) =>
    this.#write("deleteComputeEnvironment", input, options, () => {
      this.#change(
        this.state.environments,
        ({ computeEnvironmentName }) => computeEnvironmentName === input.computeEnvironment,
        { status: "DELETING" as const },
      );
    });

  createJobQueue: BatchApi["createJobQueue"] = (input, options) =>
    this.#write("createJobQueue", input, options, () => {
      const { jobQueueName: name, priority, tags } = input;
      const made = this.queue(name ?? "", { priority, status: "CREATING", tags });
      return { jobQueueName: made.jobQueueName, jobQueueArn: made.jobQueueArn };
    });

  updateJobQueue: BatchApi["updateJobQueue"] = (input, options) =>
    this.#write("updateJobQueue", input, options, () => {
      const { jobQueue: name, computeEnvironmentOrder } = input;
      this.#change(this.state.queues, ({ jobQueueName }) => jobQueueName === name, {
        status: "UPDATING" as const,
        ...(computeEnvironmentOrder === undefined ? {} : { computeEnvironmentOrder }),
      });
      return { jobQueueName: name, jobQueueArn: undefined };
    });

  deleteJobQueue: BatchApi["deleteJobQueue"] = (input, options) =>
    this.#write("deleteJobQueue", input, options, () => {
      this.#change(this.state.queues, ({ jobQueueName }) => jobQueueName === input.jobQueue, {
        status: "DELETING" as const,
      });
    });

  registerJobDefinition: BatchApi["registerJobDefinition"] = (input, options) =>
    this.#write("registerJobDefinition", input, options, () => {
      const name = input.jobDefinitionName ?? "";
      const earlier = this.state.revisions.filter((one) => one.jobDefinitionName === name);
      const { type: _type, tags, ...body } = input;
      const made = this.revision(name, earlier.length + 1, { ...body, tags });
      return { jobDefinitionName: name, jobDefinitionArn: made.jobDefinitionArn, revision: made.revision };
    });

  deregisterJobDefinition: BatchApi["deregisterJobDefinition"] = (input, options) =>
    this.#write("deregisterJobDefinition", input, options, () => {
      this.#change(this.state.revisions, (one) => `${one.jobDefinitionName}:${one.revision}` === input.jobDefinition, {
        status: "INACTIVE",
      });
    });

  tagResource: BatchApi["tagResource"] = (input, options) =>
    this.#write("tagResource", input, options, () => {
      this.#retag(input.resourceArn ?? "", (tags) => ({ ...tags, ...input.tags }));
    });

  untagResource: BatchApi["untagResource"] = (input, options) =>
    this.#write("untagResource", input, options, () => {
      const keys = input.tagKeys ?? [];
      this.#retag(input.resourceArn ?? "", (tags) =>
        Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key))),
      );
    });

  submitJob: BatchApi["submitJob"] = (input, options) =>
    this.#write("submitJob", input, options, () => {
      const jobId = `job-${this.state.jobs.length + 1}`;
      const jobArn = `arn:aws:batch:us-east-1:123456789012:job/${jobId}`;
      const { jobName, jobQueue, jobDefinition, tags } = input;
      const job = { jobId, jobArn, jobName, createdAt: this.#clock.now(), status: "SUBMITTED" as const };
      this.state.jobs.push({ ...job, queue: jobQueue ?? "" });
      this.state.details.push({ ...job, jobQueue, jobDefinition, tags, startedAt: 0 });
      return { jobId, jobArn, jobName };
    });
  cancelJob: BatchApi["cancelJob"] = (input, options) =>
    this.#write("cancelJob", input, options, () => {
      this.#change(this.state.jobs, ({ jobId }) => jobId === input.jobId, { status: "FAILED" as const });
    });
  terminateJob: BatchApi["terminateJob"] = (input, options) =>
    this.#write("terminateJob", input, options, () => {
      this.#change(this.state.jobs, ({ jobId }) => jobId === input.jobId, { status: "FAILED" as const });
    });

  #retag(arn: string, change: (tags: Record<string, string>) => Record<string, string>): void {
    const { environments, queues, policies, revisions, serviceEnvironments, consumables, quotaShares } = this.state;
    for (const one of environments) if (one.computeEnvironmentArn === arn) one.tags = change(one.tags ?? {});
    for (const one of queues) if (one.jobQueueArn === arn) one.tags = change(one.tags ?? {});
    for (const one of policies) if (one.arn === arn) one.tags = change(one.tags ?? {});
    for (const one of serviceEnvironments) if (one.serviceEnvironmentArn === arn) one.tags = change(one.tags ?? {});
    for (const one of consumables) if (one.consumableResourceArn === arn) one.tags = change(one.tags ?? {});
    for (const one of quotaShares) if (one.quotaShareArn === arn) one.tags = change(one.tags ?? {});
    for (const one of revisions) if (one.jobDefinitionArn === arn) one.tags = change(one.tags ?? {});
  }

  #change<T extends object>(items: T[], which: (item: T) => boolean, change: Partial<T>): void {
    for (const item of items) if (which(item)) Object.assign(item, change);
  }

  #page<T>(items: readonly T[], nextToken: string | undefined): { page: T[]; nextToken?: string } {
    const start = Number(nextToken ?? 0);
    const end = start + this.pageSize;
    const page = items.slice(start, end);
    return end < items.length ? { page, nextToken: String(end) } : { page };
  }

  #read<O>(operation: keyof BatchApi, input: object, options: CallOptions | undefined, answer: (state: State) => O) {
    return this.#call(operation, input, options, () => answer(this.stale ?? this.state));
  }

  #write<O>(operation: keyof BatchApi, input: object, options: CallOptions | undefined, effect: () => O): Promise<O> {
    return this.#call(operation, input, options, effect);
  }

  async #call<O>(
    operation: keyof BatchApi,
    input: object,
    options: CallOptions | undefined,
    work: () => O,
  ): Promise<O> {
    const call = { operation, input, at: this.#clock.monotonic() };
    this.calls.push(call);
    options?.beforeSend?.();
    if (this.latencyMs > 0) await sleep(this.#clock, this.latencyMs / 2, options?.signal);
    const refused = this.refuse(call);
    if (refused !== undefined) throw refused;
    const output = structuredClone(work());
    if (this.latencyMs > 0) await sleep(this.#clock, this.latencyMs / 2, options?.signal);
    const lost = this.lose(call);
    if (lost !== undefined) throw lost;
    return output;
  }
}
