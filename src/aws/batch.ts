import type {
  ComputeEnvironmentDetail,
  JobDefinition,
  JobQueueDetail,
  SchedulingPolicyDetail,
  ServiceEnvironmentDetail,
} from "@aws-sdk/client-batch";
import type { Api } from "./api.ts";
import type { batchCommands } from "./batch-sdk.ts";

export type {
  CapacityLimit,
  ComputeEnvironmentDetail,
  ComputeEnvironmentOrder,
  ComputeResource,
  ComputeResourceUpdate,
  CreateComputeEnvironmentRequest,
  CreateJobQueueRequest,
  CreateSchedulingPolicyRequest,
  CreateServiceEnvironmentRequest,
  DescribeJobDefinitionsRequest,
  JobDefinition,
  JobDetail,
  JobQueueDetail,
  JobStatus,
  JobSummary,
  ListJobsRequest,
  RegisterJobDefinitionRequest,
  SchedulingPolicyDetail,
  ServiceEnvironmentOrder,
  ServiceJobSummary,
  SubmitJobRequest,
  UpdateComputeEnvironmentRequest,
  UpdateJobQueueRequest,
  UpdateSchedulingPolicyRequest,
  UpdateServiceEnvironmentRequest,
} from "@aws-sdk/client-batch";

/**
 * AWS Batch as the operator calls it, under the SDK's names and shapes. Behind `guardedBatch` every method rejects with
 * an `AwsError`, or with `NotSent`; without it with the errors of the implementation.
 */
export type BatchApi = Api<typeof batchCommands>;

/** A described environment, queue, policy, service environment and revision, with the members that AWS always returns. */
export type Environment = ComputeEnvironmentDetail & {
  computeEnvironmentName: string;
  computeEnvironmentArn: string;
};
export type Queue = JobQueueDetail & { jobQueueName: string; jobQueueArn: string };
export type Policy = SchedulingPolicyDetail & {
  name: string;
  arn: string;
  /**
   * AWS gives none. By the operator's own calls: CREATING after a creation without an answer, until AWS shows the policy;
   * DELETING, until AWS no longer shows it.
   */
  status?: "CREATING" | "DELETING";
};
export type ServiceEnvironmentRecord = ServiceEnvironmentDetail & {
  serviceEnvironmentName: string;
  serviceEnvironmentArn: string;
};
export type DefinitionRevision = JobDefinition & {
  jobDefinitionName: string;
  jobDefinitionArn: string;
  revision: number;
};
