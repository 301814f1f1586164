import type * as sdk from "@aws-sdk/client-batch";
import type {
  ComputeEnvironmentDetail,
  DescribeConsumableResourceResponse,
  DescribeQuotaShareResponse,
  JobDefinition,
  JobQueueDetail,
  SchedulingPolicyDetail,
  ServiceEnvironmentDetail,
} from "@aws-sdk/client-batch";
import type { Api, Commands } from "./api.ts";
import type { CallFacts } from "./call-facts.ts";

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

/** A call of AWS Batch, e.g. `describeJobQueues`. */
type SdkCall = {
  [Name in keyof typeof sdk]: Name extends `${infer Operation}Command` ? Uncapitalize<Operation> : never;
}[keyof typeof sdk];

/** Facts of calls. One that the SDK does not have does not compile. */
export type BatchCallTable = Readonly<Partial<Record<SdkCall, CallFacts>>>;

/** The SDK's classes of commands, by call. */
export type BatchCommands<Call extends string> = { readonly [Name in Call]: CommandOf<Name> };

type CommandOf<Call extends string> = `${Capitalize<Call>}Command` extends keyof typeof sdk
  ? Extract<(typeof sdk)[`${Capitalize<Call>}Command`], Commands[string]>
  : never;

/** Some calls of AWS Batch, under the SDK's names and shapes. */
export type BatchPart<Call extends string> = Api<BatchCommands<Call>>;

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
