import {
  BatchClient,
  CancelJobCommand,
  CreateComputeEnvironmentCommand,
  CreateConsumableResourceCommand,
  CreateJobQueueCommand,
  CreateQuotaShareCommand,
  CreateSchedulingPolicyCommand,
  CreateServiceEnvironmentCommand,
  DeleteComputeEnvironmentCommand,
  DeleteConsumableResourceCommand,
  DeleteJobQueueCommand,
  DeleteQuotaShareCommand,
  DeleteSchedulingPolicyCommand,
  DeleteServiceEnvironmentCommand,
  DeregisterJobDefinitionCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeConsumableResourceCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  DescribeQuotaShareCommand,
  DescribeSchedulingPoliciesCommand,
  DescribeServiceEnvironmentsCommand,
  GetJobQueueSnapshotCommand,
  ListConsumableResourcesCommand,
  ListJobsByConsumableResourceCommand,
  ListJobsCommand,
  ListQuotaSharesCommand,
  ListSchedulingPoliciesCommand,
  ListServiceJobsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TagResourceCommand,
  TerminateJobCommand,
  TerminateServiceJobCommand,
  UntagResourceCommand,
  UpdateComputeEnvironmentCommand,
  UpdateConsumableResourceCommand,
  UpdateJobQueueCommand,
  UpdateQuotaShareCommand,
  UpdateSchedulingPolicyCommand,
  UpdateServiceEnvironmentCommand,
} from "@aws-sdk/client-batch";
import { type SdkOptions, sdkCalls } from "./sdk.ts";

/** The calls of AWS Batch that the operator makes (API version 2016-08-10). */
export const batchCommands = {
  describeComputeEnvironments: DescribeComputeEnvironmentsCommand,
  createComputeEnvironment: CreateComputeEnvironmentCommand,
  updateComputeEnvironment: UpdateComputeEnvironmentCommand,
  deleteComputeEnvironment: DeleteComputeEnvironmentCommand,

  describeJobQueues: DescribeJobQueuesCommand,
  createJobQueue: CreateJobQueueCommand,
  updateJobQueue: UpdateJobQueueCommand,
  deleteJobQueue: DeleteJobQueueCommand,

  describeJobDefinitions: DescribeJobDefinitionsCommand,
  registerJobDefinition: RegisterJobDefinitionCommand,
  deregisterJobDefinition: DeregisterJobDefinitionCommand,

  describeSchedulingPolicies: DescribeSchedulingPoliciesCommand,
  listSchedulingPolicies: ListSchedulingPoliciesCommand,
  createSchedulingPolicy: CreateSchedulingPolicyCommand,
  updateSchedulingPolicy: UpdateSchedulingPolicyCommand,
  deleteSchedulingPolicy: DeleteSchedulingPolicyCommand,

  describeServiceEnvironments: DescribeServiceEnvironmentsCommand,
  createServiceEnvironment: CreateServiceEnvironmentCommand,
  updateServiceEnvironment: UpdateServiceEnvironmentCommand,
  deleteServiceEnvironment: DeleteServiceEnvironmentCommand,
  describeConsumableResource: DescribeConsumableResourceCommand,
  listConsumableResources: ListConsumableResourcesCommand,
  createConsumableResource: CreateConsumableResourceCommand,
  updateConsumableResource: UpdateConsumableResourceCommand,
  deleteConsumableResource: DeleteConsumableResourceCommand,

  describeQuotaShare: DescribeQuotaShareCommand,
  listQuotaShares: ListQuotaSharesCommand,
  createQuotaShare: CreateQuotaShareCommand,
  updateQuotaShare: UpdateQuotaShareCommand,
  deleteQuotaShare: DeleteQuotaShareCommand,

  tagResource: TagResourceCommand,
  untagResource: UntagResourceCommand,

  listJobs: ListJobsCommand,
  listJobsByConsumableResource: ListJobsByConsumableResourceCommand,
  describeJobs: DescribeJobsCommand,
  getJobQueueSnapshot: GetJobQueueSnapshotCommand,
  submitJob: SubmitJobCommand,
  cancelJob: CancelJobCommand,
  terminateJob: TerminateJobCommand,

  listServiceJobs: ListServiceJobsCommand,
  terminateServiceJob: TerminateServiceJobCommand,
} as const;

/** AWS Batch by the SDK. */
export function sdkBatch(options: SdkOptions) {
  return sdkCalls(BatchClient, batchCommands, options);
}
