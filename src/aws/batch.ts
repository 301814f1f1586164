import type {
  ComputeEnvironmentDetail,
  CreateComputeEnvironmentRequest,
  CreateComputeEnvironmentResponse,
  CreateJobQueueRequest,
  CreateJobQueueResponse,
  DeleteComputeEnvironmentRequest,
  DeleteJobQueueRequest,
  DeregisterJobDefinitionRequest,
  DescribeComputeEnvironmentsRequest,
  DescribeComputeEnvironmentsResponse,
  DescribeJobDefinitionsRequest,
  DescribeJobDefinitionsResponse,
  DescribeJobQueuesRequest,
  DescribeJobQueuesResponse,
  DescribeJobsRequest,
  DescribeJobsResponse,
  GetJobQueueSnapshotRequest,
  GetJobQueueSnapshotResponse,
  JobDefinition,
  JobQueueDetail,
  ListJobsRequest,
  ListJobsResponse,
  RegisterJobDefinitionRequest,
  RegisterJobDefinitionResponse,
  TagResourceRequest,
  TerminateJobRequest,
  UntagResourceRequest,
  UpdateComputeEnvironmentRequest,
  UpdateComputeEnvironmentResponse,
  UpdateJobQueueRequest,
  UpdateJobQueueResponse,
} from "@aws-sdk/client-batch";

export type {
  ComputeEnvironmentDetail,
  ComputeEnvironmentOrder,
  ComputeResource,
  ComputeResourceUpdate,
  CreateComputeEnvironmentRequest,
  CreateJobQueueRequest,
  DescribeJobDefinitionsRequest,
  JobDefinition,
  JobDetail,
  JobQueueDetail,
  JobStatus,
  JobSummary,
  ListJobsRequest,
  RegisterJobDefinitionRequest,
  UpdateComputeEnvironmentRequest,
  UpdateJobQueueRequest,
} from "@aws-sdk/client-batch";

/** What each call takes beside its input. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Called in the last step before the bytes leave, after credentials and signature; when it throws, nothing is
   * sent and the call rejects with what it threw. An implementation without such a step does not call it.
   */
  readonly beforeSend?: (() => void) | undefined;
}

/**
 * The calls of AWS Batch that the operator makes (API version 2016-08-10), under the SDK's names and shapes.
 * Behind `guardedBatch` (`calls.ts`) every method rejects with an `AwsError`, or with `NotSent`; without it with the
 * errors of the implementation.
 */
export interface BatchApi {
  describeComputeEnvironments(
    input: DescribeComputeEnvironmentsRequest,
    options?: CallOptions,
  ): Promise<DescribeComputeEnvironmentsResponse>;
  createComputeEnvironment(
    input: CreateComputeEnvironmentRequest,
    options?: CallOptions,
  ): Promise<CreateComputeEnvironmentResponse>;
  updateComputeEnvironment(
    input: UpdateComputeEnvironmentRequest,
    options?: CallOptions,
  ): Promise<UpdateComputeEnvironmentResponse>;
  deleteComputeEnvironment(input: DeleteComputeEnvironmentRequest, options?: CallOptions): Promise<void>;

  describeJobQueues(input: DescribeJobQueuesRequest, options?: CallOptions): Promise<DescribeJobQueuesResponse>;
  createJobQueue(input: CreateJobQueueRequest, options?: CallOptions): Promise<CreateJobQueueResponse>;
  updateJobQueue(input: UpdateJobQueueRequest, options?: CallOptions): Promise<UpdateJobQueueResponse>;
  deleteJobQueue(input: DeleteJobQueueRequest, options?: CallOptions): Promise<void>;

  describeJobDefinitions(
    input: DescribeJobDefinitionsRequest,
    options?: CallOptions,
  ): Promise<DescribeJobDefinitionsResponse>;
  registerJobDefinition(
    input: RegisterJobDefinitionRequest,
    options?: CallOptions,
  ): Promise<RegisterJobDefinitionResponse>;
  deregisterJobDefinition(input: DeregisterJobDefinitionRequest, options?: CallOptions): Promise<void>;

  tagResource(input: TagResourceRequest, options?: CallOptions): Promise<void>;
  untagResource(input: UntagResourceRequest, options?: CallOptions): Promise<void>;

  listJobs(input: ListJobsRequest, options?: CallOptions): Promise<ListJobsResponse>;
  describeJobs(input: DescribeJobsRequest, options?: CallOptions): Promise<DescribeJobsResponse>;
  /** The first 100 RUNNABLE jobs, in the order in which they will be placed. */
  getJobQueueSnapshot(input: GetJobQueueSnapshotRequest, options?: CallOptions): Promise<GetJobQueueSnapshotResponse>;
  terminateJob(input: TerminateJobRequest, options?: CallOptions): Promise<void>;
}

/** A described environment, queue and revision, with the members that AWS always returns. */
export type Environment = ComputeEnvironmentDetail & {
  computeEnvironmentName: string;
  computeEnvironmentArn: string;
};
export type Queue = JobQueueDetail & { jobQueueName: string; jobQueueArn: string };
export type DefinitionRevision = JobDefinition & {
  jobDefinitionName: string;
  jobDefinitionArn: string;
  revision: number;
};
