import type {
  ComputeEnvironmentDetail,
  DescribeConsumableResourceResponse,
  DescribeQuotaShareResponse,
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
  CreateConsumableResourceRequest,
  CreateJobQueueRequest,
  CreateQuotaShareRequest,
  CreateSchedulingPolicyRequest,
  CreateServiceEnvironmentRequest,
  DescribeJobDefinitionsRequest,
  JobDefinition,
  JobDetail,
  JobQueueDetail,
  JobStatus,
  JobSummary,
  ListJobsByConsumableResourceSummary,
  ListJobsRequest,
  QuotaShareCapacityLimit,
  RegisterJobDefinitionRequest,
  SchedulingPolicyDetail,
  ServiceEnvironmentOrder,
  ServiceJobSummary,
  SubmitJobRequest,
  UpdateComputeEnvironmentRequest,
  UpdateConsumableResourceRequest,
  UpdateJobQueueRequest,
  UpdateQuotaShareRequest,
  UpdateSchedulingPolicyRequest,
  UpdateServiceEnvironmentRequest,
} from "@aws-sdk/client-batch";

/**
 * AWS Batch as the operator calls it, under the SDK's names and shapes. Behind `guardedBatch` every method rejects with
 * an `AwsError`, or with `NotSent`; without it with the errors of the implementation.
 */
export type BatchApi = Api<typeof batchCommands>;

/** A described environment, queue, policy, service environment, consumable, quota share and revision, with the members that AWS always returns. */
export type Environment = ComputeEnvironmentDetail & {
  computeEnvironmentName: string;
  computeEnvironmentArn: string;
};
export type Queue = JobQueueDetail & { jobQueueName: string; jobQueueArn: string };
/**
 * Of what has no status in AWS, by the operator's own calls: CREATING after a creation without an answer, until AWS shows
 * it; DELETING, until AWS no longer shows it.
 */
type CalledStatus = "CREATING" | "DELETING";
export type Policy = SchedulingPolicyDetail & {
  name: string;
  arn: string;
  status?: CalledStatus;
};
/** What List and Describe of a consumable resource say together; `tags` are as of the last Describe. */
export type Consumable = Pick<DescribeConsumableResourceResponse, "resourceType" | "tags"> & {
  consumableResourceName: string;
  consumableResourceArn: string;
  totalQuantity: number;
  inUseQuantity: number;
  /** What AWS gives out to further jobs; as of the last Describe. Of a NON_REPLENISHABLE one it is not kept. */
  availableQuantity?: number | undefined;
  status?: CalledStatus;
};
export type ServiceEnvironmentRecord = ServiceEnvironmentDetail & {
  serviceEnvironmentName: string;
  serviceEnvironmentArn: string;
};
/** A quota share of a job queue. ListQuotaShares says no tags, DescribeQuotaShare does. */
export type QuotaShareRecord = DescribeQuotaShareResponse & {
  quotaShareName: string;
  quotaShareArn: string;
  jobQueueArn: string;
};
export type DefinitionRevision = JobDefinition & {
  jobDefinitionName: string;
  jobDefinitionArn: string;
  revision: number;
};
