import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  SubmitServiceJobRequest,
  SubmitServiceJobResponse,
} from "@aws-sdk/client-batch";
import type { CallOptions } from "../aws/api.ts";
import type { BatchApi } from "../aws/batch-calls.ts";
import { hasServiceJobs } from "../aws/service-jobs.ts";
import type { ComputeEnvironments } from "./compute-environments.ts";
import type { ConsumableResources } from "./consumable-resources.ts";
import type { JobDefinitions } from "./job-definitions.ts";
import type { JobQueues } from "./job-queues.ts";
import type { Jobs } from "./jobs.ts";
import { readRequest } from "./model/request.ts";
import type { QuotaShares } from "./quota-shares.ts";
import { doesNotExist } from "./refusals.ts";
import type { SchedulingPolicies } from "./scheduling-policies.ts";
import type { ServiceEnvironments } from "./service-environments.ts";
import type { ServiceJobs } from "./service-jobs.ts";
import { addTags, removeTags, type Tagged } from "./tags.ts";
import type { Run } from "./wire.ts";

/** Calls of the operator, and further calls of users. Rejects like a client of the AWS SDK. */
export interface SimulatedBatch extends BatchApi {
  listTagsForResource(input: ListTagsForResourceRequest, options?: CallOptions): Promise<ListTagsForResourceResponse>;
  submitServiceJob(input: SubmitServiceJobRequest, options?: CallOptions): Promise<SubmitServiceJobResponse>;
}

/** The parts of AWS Batch that answer the calls. */
export interface Parts {
  readonly environments: ComputeEnvironments;
  readonly queues: JobQueues;
  readonly definitions: JobDefinitions;
  readonly policies: SchedulingPolicies;
  readonly consumables: ConsumableResources;
  readonly jobs: Jobs;
  readonly serviceEnvironments: ServiceEnvironments;
  readonly serviceJobs: ServiceJobs;
  readonly quotaShares: QuotaShares;
}

/** What has this ARN; undefined: nothing. */
export function taggedIn(parts: Parts, arn: string): Tagged | undefined {
  return Object.values({ ...parts })
    .map((part) => part.tagged(arn))
    .find((one) => one !== undefined);
}

/** All operations over one transport: with faults and latency, or without. */
export function batchApi(parts: Parts, run: Run): SimulatedBatch {
  const { environments, queues, definitions, policies, consumables, jobs, serviceEnvironments } = parts;
  const { serviceJobs, quotaShares } = parts;
  const tagged = (arn = ""): Tagged => {
    const found = taggedIn(parts, arn);
    if (found === undefined) throw doesNotExist(arn);
    return found;
  };
  /** AWS parses and validates a request before all other checks. */
  const call =
    <Input, Output>(operation: string, apply: (input: Input, asOf: number) => Output) =>
    (input: Input, options?: CallOptions): Promise<Output> =>
      run(operation, input, (given, asOf) => apply(readRequest(operation, given), asOf), options);
  return {
    createComputeEnvironment: call("CreateComputeEnvironment", (given) => environments.create(given)),
    describeComputeEnvironments: call("DescribeComputeEnvironments", (given, asOf) =>
      environments.describe(given, asOf),
    ),
    updateComputeEnvironment: call("UpdateComputeEnvironment", (given) => environments.update(given)),
    deleteComputeEnvironment: call("DeleteComputeEnvironment", (given) =>
      environments.delete(given.computeEnvironment ?? ""),
    ),

    createJobQueue: call("CreateJobQueue", (given) => queues.create(given)),
    describeJobQueues: call("DescribeJobQueues", (given, asOf) => queues.describe(given, asOf)),
    updateJobQueue: call("UpdateJobQueue", (given) => queues.update(given)),
    deleteJobQueue: call("DeleteJobQueue", (given) => queues.delete(given.jobQueue ?? "")),
    getJobQueueSnapshot: call("GetJobQueueSnapshot", (given, asOf) => {
      const queue = queues.require(given.jobQueue ?? "");
      return (hasServiceJobs(queue) ? serviceJobs : jobs).snapshot(queue, asOf);
    }),

    registerJobDefinition: call("RegisterJobDefinition", (given) => definitions.register(given)),
    describeJobDefinitions: call("DescribeJobDefinitions", (given, asOf) => definitions.describe(given, asOf)),
    deregisterJobDefinition: call("DeregisterJobDefinition", (given) =>
      definitions.deregister(given.jobDefinition ?? ""),
    ),

    submitJob: call("SubmitJob", (given) => jobs.submit(given)),
    listJobs: call("ListJobs", (given, asOf) => jobs.list(given, asOf)),
    describeJobs: call("DescribeJobs", (given, asOf) => jobs.describe(given, asOf)),
    cancelJob: call("CancelJob", (given) => jobs.cancel(given.jobId ?? "", given.reason ?? "")),
    terminateJob: call("TerminateJob", (given) => jobs.terminate(given.jobId ?? "", given.reason ?? "")),

    createSchedulingPolicy: call("CreateSchedulingPolicy", (given) => policies.create(given)),
    describeSchedulingPolicies: call("DescribeSchedulingPolicies", (given, asOf) => policies.describe(given, asOf)),
    listSchedulingPolicies: call("ListSchedulingPolicies", (given, asOf) => policies.list(given, asOf)),
    updateSchedulingPolicy: call("UpdateSchedulingPolicy", (given) => policies.update(given)),
    deleteSchedulingPolicy: call("DeleteSchedulingPolicy", (given) => policies.delete(given.arn ?? "")),

    createServiceEnvironment: call("CreateServiceEnvironment", (given) => serviceEnvironments.create(given)),
    describeServiceEnvironments: call("DescribeServiceEnvironments", (given, asOf) =>
      serviceEnvironments.describe(given, asOf),
    ),
    updateServiceEnvironment: call("UpdateServiceEnvironment", (given) => serviceEnvironments.update(given)),
    deleteServiceEnvironment: call("DeleteServiceEnvironment", (given) =>
      serviceEnvironments.delete(given.serviceEnvironment ?? ""),
    ),

    submitServiceJob: call("SubmitServiceJob", (given) => serviceJobs.submit(given)),
    describeServiceJob: call("DescribeServiceJob", (given, asOf) => serviceJobs.describe(given.jobId ?? "", asOf)),
    listServiceJobs: call("ListServiceJobs", (given, asOf) => serviceJobs.list(given, asOf)),
    terminateServiceJob: call("TerminateServiceJob", (given) =>
      serviceJobs.terminate(given.jobId ?? "", given.reason ?? ""),
    ),

    createConsumableResource: call("CreateConsumableResource", (given) => consumables.create(given)),
    describeConsumableResource: call("DescribeConsumableResource", (given, asOf) => consumables.describe(given, asOf)),
    listConsumableResources: call("ListConsumableResources", (given, asOf) => consumables.list(given, asOf)),
    updateConsumableResource: call("UpdateConsumableResource", (given) => consumables.update(given)),
    deleteConsumableResource: call("DeleteConsumableResource", (given) =>
      consumables.delete(given.consumableResource ?? ""),
    ),
    listJobsByConsumableResource: call("ListJobsByConsumableResource", (given, asOf) => {
      consumables.require(given.consumableResource ?? "");
      return jobs.listByConsumable(given, asOf);
    }),

    createQuotaShare: call("CreateQuotaShare", (given) => quotaShares.create(given)),
    describeQuotaShare: call("DescribeQuotaShare", (given, asOf) => quotaShares.describe(given, asOf)),
    listQuotaShares: call("ListQuotaShares", (given, asOf) => quotaShares.list(given, asOf)),
    updateQuotaShare: call("UpdateQuotaShare", (given) => quotaShares.update(given)),
    deleteQuotaShare: call("DeleteQuotaShare", (given) => quotaShares.delete(given.quotaShareArn ?? "")),

    tagResource: call("TagResource", (given) => addTags(tagged(given.resourceArn), given.tags ?? {})),
    untagResource: call("UntagResource", (given) => removeTags(tagged(given.resourceArn), given.tagKeys ?? [])),
    listTagsForResource: call("ListTagsForResource", (given) => ({ tags: tagged(given.resourceArn).tags })),
  };
}
