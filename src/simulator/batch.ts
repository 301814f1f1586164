import type {
  CancelJobRequest,
  CreateSchedulingPolicyRequest,
  CreateSchedulingPolicyResponse,
  DeleteSchedulingPolicyRequest,
  DescribeSchedulingPoliciesRequest,
  DescribeSchedulingPoliciesResponse,
  ListSchedulingPoliciesRequest,
  ListSchedulingPoliciesResponse,
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  SubmitJobRequest,
  SubmitJobResponse,
  UpdateSchedulingPolicyRequest,
} from "@aws-sdk/client-batch";
import type { BatchApi, CallOptions } from "../aws/batch.ts";
import type { ComputeEnvironments } from "./compute-environments.ts";
import type { JobDefinitions } from "./job-definitions.ts";
import type { JobQueues } from "./job-queues.ts";
import type { Jobs } from "./jobs.ts";
import { doesNotExist } from "./refusals.ts";
import type { SchedulingPolicies } from "./scheduling-policies.ts";
import { addTags, removeTags, type Tagged } from "./tags.ts";
import type { Run } from "./wire.ts";

/** The operator's calls, and those that users make beside it. Rejects as a client of the AWS SDK does. */
export interface SimulatedBatch extends BatchApi {
  submitJob(input: SubmitJobRequest, options?: CallOptions): Promise<SubmitJobResponse>;
  cancelJob(input: CancelJobRequest, options?: CallOptions): Promise<void>;
  createSchedulingPolicy(
    input: CreateSchedulingPolicyRequest,
    options?: CallOptions,
  ): Promise<CreateSchedulingPolicyResponse>;
  describeSchedulingPolicies(
    input: DescribeSchedulingPoliciesRequest,
    options?: CallOptions,
  ): Promise<DescribeSchedulingPoliciesResponse>;
  listSchedulingPolicies(
    input: ListSchedulingPoliciesRequest,
    options?: CallOptions,
  ): Promise<ListSchedulingPoliciesResponse>;
  updateSchedulingPolicy(input: UpdateSchedulingPolicyRequest, options?: CallOptions): Promise<void>;
  deleteSchedulingPolicy(input: DeleteSchedulingPolicyRequest, options?: CallOptions): Promise<void>;
  listTagsForResource(input: ListTagsForResourceRequest, options?: CallOptions): Promise<ListTagsForResourceResponse>;
}

/** The parts of AWS Batch that answer the calls. */
export interface Parts {
  readonly environments: ComputeEnvironments;
  readonly queues: JobQueues;
  readonly definitions: JobDefinitions;
  readonly policies: SchedulingPolicies;
  readonly jobs: Jobs;
}

/** All operations over one way to run them: through faults and latency, or past them. */
export function batchApi({ environments, queues, definitions, policies, jobs }: Parts, run: Run): SimulatedBatch {
  const tagged = (arn = ""): Tagged => {
    const found =
      environments.tagged(arn) ??
      queues.tagged(arn) ??
      definitions.tagged(arn) ??
      policies.tagged(arn) ??
      jobs.tagged(arn);
    if (found === undefined) throw doesNotExist(arn);
    return found;
  };
  return {
    createComputeEnvironment: (input, options) =>
      run("CreateComputeEnvironment", input, (given) => environments.create(given), options),
    describeComputeEnvironments: (input, options) =>
      run("DescribeComputeEnvironments", input, (given, asOf) => environments.describe(given, asOf), options),
    updateComputeEnvironment: (input, options) =>
      run("UpdateComputeEnvironment", input, (given) => environments.update(given), options),
    deleteComputeEnvironment: (input, options) =>
      run("DeleteComputeEnvironment", input, (given) => environments.delete(given.computeEnvironment ?? ""), options),

    createJobQueue: (input, options) => run("CreateJobQueue", input, (given) => queues.create(given), options),
    describeJobQueues: (input, options) =>
      run("DescribeJobQueues", input, (given, asOf) => queues.describe(given, asOf), options),
    updateJobQueue: (input, options) => run("UpdateJobQueue", input, (given) => queues.update(given), options),
    deleteJobQueue: (input, options) =>
      run("DeleteJobQueue", input, (given) => queues.delete(given.jobQueue ?? ""), options),
    getJobQueueSnapshot: (input, options) =>
      run("GetJobQueueSnapshot", input, (given, asOf) => jobs.snapshot(given, asOf), options),

    registerJobDefinition: (input, options) =>
      run("RegisterJobDefinition", input, (given) => definitions.register(given), options),
    describeJobDefinitions: (input, options) =>
      run("DescribeJobDefinitions", input, (given, asOf) => definitions.describe(given, asOf), options),
    deregisterJobDefinition: (input, options) =>
      run("DeregisterJobDefinition", input, (given) => definitions.deregister(given.jobDefinition ?? ""), options),

    submitJob: (input, options) => run("SubmitJob", input, (given) => jobs.submit(given), options),
    listJobs: (input, options) => run("ListJobs", input, (given, asOf) => jobs.list(given, asOf), options),
    describeJobs: (input, options) => run("DescribeJobs", input, (given, asOf) => jobs.describe(given, asOf), options),
    cancelJob: (input, options) =>
      run("CancelJob", input, (given) => jobs.cancel(given.jobId ?? "", given.reason ?? ""), options),
    terminateJob: (input, options) =>
      run("TerminateJob", input, (given) => jobs.terminate(given.jobId ?? "", given.reason ?? ""), options),

    createSchedulingPolicy: (input, options) =>
      run("CreateSchedulingPolicy", input, (given) => policies.create(given), options),
    describeSchedulingPolicies: (input, options) =>
      run("DescribeSchedulingPolicies", input, (given, asOf) => policies.describe(given, asOf), options),
    listSchedulingPolicies: (input, options) =>
      run("ListSchedulingPolicies", input, (given, asOf) => policies.list(given, asOf), options),
    updateSchedulingPolicy: (input, options) =>
      run("UpdateSchedulingPolicy", input, (given) => policies.update(given), options),
    deleteSchedulingPolicy: (input, options) =>
      run("DeleteSchedulingPolicy", input, (given) => policies.delete(given.arn ?? ""), options),

    tagResource: (input, options) =>
      run("TagResource", input, (given) => addTags(tagged(given.resourceArn), given.tags ?? {}), options),
    untagResource: (input, options) =>
      run("UntagResource", input, (given) => removeTags(tagged(given.resourceArn), given.tagKeys ?? []), options),
    listTagsForResource: (input, options) =>
      run("ListTagsForResource", input, (given) => ({ tags: tagged(given.resourceArn).tags }), options),
  };
}
