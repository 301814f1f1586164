/**
 * Documented constraints that the SDK's schemas omit. Keys are `Structure.member` of the model. Bounds are values of
 * numbers, characters of texts, and entries of lists or maps. A limit with a recorded error message is not here, but with
 * the rules of its kind.
 *
 * Sources: [SDK] the documentation in `@aws-sdk/client-batch` 3.1138.0; [BC] botocore 1.43.11,
 * `data/batch/2016-08-10/service-2.json`; [UG] the AWS Batch user guide; [CFN] CloudFormation's schema.
 */
export interface Bound {
  readonly min?: number;
  readonly max?: number;
  readonly source: string;
}

const page: Bound = { min: 1, max: 100, source: "[SDK] This value can be between 1 and 100" };
const hundredNames: Bound = { max: 100, source: "[SDK] a list of up to 100 entries" };
const tags: Bound = { min: 1, max: 50, source: "[BC] TagrisTagsMap" };
const fewerTags: Bound = { max: 50, source: "[BC] TagrisTagsMap" };
const priority: Bound = { min: 0, max: 9999, source: "[SDK] minimum 0, maximum 9999" };
const attempts: Bound = { min: 1, max: 10, source: "[SDK] between 1 and 10 attempts" };
const fiveConditions: Bound = { max: 5, source: "[SDK] array of up to 5 objects" };
const tenContainers: Bound = { min: 1, max: 10, source: "[SDK] up to 10 containers" };
const stopSeconds: Bound = { min: 2, source: "[SDK] minimum value is 2 seconds" };
const reason: Bound = { max: 1024, source: "[SDK] limited to 1024 characters" };
const shareLimits: Bound = { min: 1, max: 5, source: "[UG] at least one, at most 5 capacity limits" };
const mebibytes: Bound = { min: 4, source: "[SDK] at least 4 MiB of memory" };

export const bounds: Readonly<Record<string, Bound>> = {
  "ArrayProperties.size": { min: 2, max: 10_000, source: "[SDK] between 2 and 10,000" },
  "ComputeResource.maxvCpus": { min: 0, source: "[UG] a number of vCPUs" },
  "ComputeResource.minvCpus": { min: 0, source: "[UG] a number of vCPUs" },
  "ComputeResourceUpdate.maxvCpus": { min: 0, source: "[UG] a number of vCPUs" },
  "ComputeResourceUpdate.minvCpus": { min: 0, source: "[UG] a number of vCPUs" },
  "ComputeScalingPolicy.minScaleDownDelayMinutes": { min: 0, max: 10_080, source: "[SDK] 20 to 10080, 0 to unset" },
  "ConsumableResourceProperties.consumableResourceList": { max: 5, source: "[UG] at most 5 of a job" },
  "ConsumableResourceRequirement.quantity": { min: 0, source: "[SDK] a quantity" },
  "ContainerOverrides.memory": mebibytes,
  "ContainerOverrides.vcpus": { min: 1, source: "[SDK] at least one vCPU" },
  "ContainerProperties.image": { min: 1, max: 255, source: "[SDK] up to 255 characters" },
  "ContainerProperties.memory": mebibytes,
  "CreateComputeEnvironmentRequest.tags": fewerTags,
  "CreateComputeEnvironmentRequest.unmanagedvCpus": { min: 0, source: "[SDK] a number of vCPUs" },
  "CreateJobQueueRequest.tags": fewerTags,
  "CreateQuotaShareRequest.capacityLimits": shareLimits,
  "CreateQuotaShareRequest.tags": fewerTags,
  "CreateSchedulingPolicyRequest.tags": fewerTags,
  "CreateServiceEnvironmentRequest.tags": fewerTags,
  "DescribeComputeEnvironmentsRequest.computeEnvironments": hundredNames,
  "DescribeComputeEnvironmentsRequest.maxResults": page,
  "DescribeJobDefinitionsRequest.jobDefinitions": hundredNames,
  "DescribeJobDefinitionsRequest.maxResults": page,
  "DescribeJobQueuesRequest.jobQueues": hundredNames,
  "DescribeJobQueuesRequest.maxResults": page,
  "DescribeSchedulingPoliciesRequest.arns": hundredNames,
  "DescribeServiceEnvironmentsRequest.maxResults": page,
  "DescribeServiceEnvironmentsRequest.serviceEnvironments": hundredNames,
  "Ec2Configuration.imageIdOverride": { min: 1, max: 256, source: "[BC] ImageIdOverride" },
  "Ec2Configuration.imageKubernetesVersion": { min: 1, max: 256, source: "[BC] KubernetesVersion" },
  "Ec2Configuration.imageType": { min: 1, max: 256, source: "[BC] ImageType" },
  "ComputeResource.ec2Configuration": { max: 2, source: "[SDK] one or two values can be provided" },
  "ComputeResourceUpdate.ec2Configuration": { max: 2, source: "[SDK] one or two values can be provided" },
  "EcsProperties.taskProperties": { min: 1, max: 1, source: "[SDK] limited to one element" },
  "EcsTaskProperties.containers": tenContainers,
  "EFSVolumeConfiguration.transitEncryptionPort": { min: 0, max: 65_535, source: "[SDK] between 0 and 65,535" },
  "EksEmptyDir.sizeLimit": { min: 1, max: 256, source: "[BC] Quantity" },
  "EksPodProperties.containers": tenContainers,
  "EksPodProperties.initContainers": { max: 10, source: "[SDK] a pod may have up to 10 init containers" },
  "FairsharePolicy.computeReservation": { min: 0, max: 99, source: "[SDK] minimum 0, maximum 99" },
  "FairsharePolicy.shareDecaySeconds": { min: 0, max: 604_800, source: "[SDK] the maximum is 604800 (1 week)" },
  "JobStateTimeLimitAction.maxTimeSeconds": { min: 600, max: 86_400, source: "[SDK] minimum 600, maximum 86,400" },
  "LinuxParameters.maxSwap": { min: 0, source: "[SDK] 0 or any positive integer" },
  "LinuxParameters.swappiness": { min: 0, max: 100, source: "[SDK] whole numbers between 0 and 100" },
  "ListJobsRequest.filters": { max: 1, source: "[SDK] only one filter can be used at a time" },
  "ListJobsRequest.maxResults": { min: 1, max: 1000, source: "[SDK] minimum 1; up to 1000 values" },
  "ListQuotaSharesRequest.maxResults": page,
  "ListSchedulingPoliciesRequest.maxResults": page,
  "ListServiceJobsRequest.maxResults": page,
  "NodeOverrides.numNodes": { min: 1, max: 1000, source: "[UG] up to 1,000 nodes" },
  "NodeProperties.mainNode": { min: 0, source: "[SDK] fewer than the number of nodes" },
  "NodeProperties.nodeRangeProperties": { min: 1, source: "[SDK] a list of node ranges" },
  "NodeProperties.numNodes": { min: 1, max: 1000, source: "[UG] up to 1,000 nodes" },
  "QuotaShareCapacityLimit.maxCapacity": { min: 0, source: "[UG] a number of instances" },
  "QuotaShareResourceSharingConfiguration.borrowLimit": { min: -1, source: "[SDK] a percentage, -1 for no limit" },
  "RegisterJobDefinitionRequest.platformCapabilities": { max: 1, source: "[SDK] one value" },
  "RegisterJobDefinitionRequest.schedulingPriority": priority,
  "RegisterJobDefinitionRequest.tags": fewerTags,
  "RetryStrategy.attempts": attempts,
  "RetryStrategy.evaluateOnExit": fiveConditions,
  "ShareAttributes.weightFactor": { min: 0.0001, max: 999.9999, source: "[SDK] 0.0001 to 999.9999" },
  "SubmitJobRequest.dependsOn": { max: 20, source: "[SDK] a maximum of 20 jobs" },
  "SubmitJobRequest.schedulingPriorityOverride": priority,
  "SubmitJobRequest.tags": fewerTags,
  "SubmitServiceJobRequest.schedulingPriority": priority,
  "SubmitServiceJobRequest.tags": fewerTags,
  "CancelJobRequest.reason": reason,
  "TerminateJobRequest.reason": reason,
  "TagResourceRequest.tags": tags,
  "TaskContainerProperties.startTimeout": stopSeconds,
  "TaskContainerProperties.stopTimeout": stopSeconds,
  "UntagResourceRequest.tagKeys": { min: 1, max: 50, source: "[BC] TagKeysList" },
  "UpdateComputeEnvironmentRequest.unmanagedvCpus": { min: 0, source: "[SDK] a number of vCPUs" },
  "UpdateQuotaShareRequest.capacityLimits": shareLimits,
  "UpdatePolicy.jobExecutionTimeoutMinutes": { min: 1, max: 7200, source: "[SDK] at most 7200; [BC] minimum 1" },
};

/** Numeric members that need not be integers. [BC] types double and float. */
export const fractional: ReadonlySet<string> = new Set([
  "FairshareCapacityUsage.quantity",
  "JobCapacityUsageSummary.quantity",
  "QueueSnapshotCapacityUsage.quantity",
  "QuotaShareCapacityUsage.quantity",
  "ServiceJobCapacityUsageDetail.quantity",
  "ServiceJobCapacityUsageSummary.quantity",
  "ShareAttributes.weightFactor",
]);

/** Numeric members with 64 bits; all others have 32. [BC] type long, of requests. */
export const longs: ReadonlySet<string> = new Set([
  "ConsumableResourceRequirement.quantity",
  "CreateConsumableResourceRequest.totalQuantity",
  "EksContainerSecurityContext.runAsGroup",
  "EksContainerSecurityContext.runAsUser",
  "UpdateConsumableResourceRequest.quantity",
  "UpdatePolicy.jobExecutionTimeoutMinutes",
]);

/** Enums that are case-insensitive in requests, and lower case in descriptions. [UG] [TF] evaluateOnExit. */
export const anyCase: ReadonlySet<string> = new Set(["RetryAction"]);

/** AWS's messages for a value that is not in the enum of a member. Recorded from deployments [CP]. */
export const enumTexts: Readonly<Record<string, string>> = {
  "JobStateTimeLimitAction.action": "Invalid job action. Valid job actions: [CANCEL]",
  "QuotaSharePolicy.idleResourceAssignmentStrategy": "Idle resource assignment strategy must be one of [FIFO].",
};
