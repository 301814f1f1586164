import {
  BatchClient,
  CancelJobCommand,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  CreateSchedulingPolicyCommand,
  DeleteComputeEnvironmentCommand,
  DeleteJobQueueCommand,
  DeleteSchedulingPolicyCommand,
  DeregisterJobDefinitionCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  DescribeSchedulingPoliciesCommand,
  GetJobQueueSnapshotCommand,
  ListJobsCommand,
  ListSchedulingPoliciesCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TagResourceCommand,
  TerminateJobCommand,
  UntagResourceCommand,
  UpdateComputeEnvironmentCommand,
  UpdateJobQueueCommand,
  UpdateSchedulingPolicyCommand,
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

  tagResource: TagResourceCommand,
  untagResource: UntagResourceCommand,

  listJobs: ListJobsCommand,
  describeJobs: DescribeJobsCommand,
  getJobQueueSnapshot: GetJobQueueSnapshotCommand,
  submitJob: SubmitJobCommand,
  cancelJob: CancelJobCommand,
  terminateJob: TerminateJobCommand,
} as const;

/** AWS Batch by the SDK. */
export function sdkBatch(options: SdkOptions) {
  return sdkCalls(BatchClient, batchCommands, options);
}
