import type { ComputeEnvironmentDetail, JobDefinition, JobQueueDetail } from "@aws-sdk/client-batch";
import type { Api } from "./api.ts";
import type { batchCommands } from "./batch-sdk.ts";

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
  SubmitJobRequest,
  UpdateComputeEnvironmentRequest,
  UpdateJobQueueRequest,
} from "@aws-sdk/client-batch";

/**
 * AWS Batch as the operator calls it, under the SDK's names and shapes. Behind `guardedBatch` every method rejects with
 * an `AwsError`, or with `NotSent`; without it with the errors of the implementation.
 */
export type BatchApi = Api<typeof batchCommands>;

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
