/** The manifests that stories begin with, and what somebody else gives to AWS in them. */

import type { SubmitServiceJobRequest } from "@aws-sdk/client-batch";
import type { BatchComputeEnvironmentSpec } from "../src/api/v1alpha1/batch-compute-environment.ts";
import type { BatchJobSpec } from "../src/api/v1alpha1/batch-job.ts";
import type { BatchNetworkSpec } from "../src/api/v1alpha1/batch-network.ts";
import type { BatchRoleSpec } from "../src/api/v1alpha1/batch-role.ts";
import type { ConsumableResourceSpec } from "../src/api/v1alpha1/consumable-resource.ts";
import type { JobDefinitionSpec } from "../src/api/v1alpha1/job-definition.ts";
import type { JobQueueSpec } from "../src/api/v1alpha1/job-queue.ts";
import type { QuotaShareSpec } from "../src/api/v1alpha1/quota-share.ts";
import type { SchedulingPolicySpec } from "../src/api/v1alpha1/scheduling-policy.ts";
import type { ServiceEnvironmentSpec } from "../src/api/v1alpha1/service-environment.ts";
import type { Manifest } from "../src/kube/memory-store.ts";

const apiVersion = "awsbatch.dev/v1alpha1";

export function computeEnvironment(name: string, spec: BatchComputeEnvironmentSpec): Manifest {
  return { apiVersion, kind: "BatchComputeEnvironment", metadata: { name, namespace: "team" }, spec };
}

/** A network in the VPC of `threeSubnets`. */
export function batchNetwork(name: string, spec: Partial<BatchNetworkSpec> = {}): Manifest {
  const { vpcId = "vpc-1", subnetSelector, ...rest } = spec;
  const subnets = subnetSelector === undefined ? { subnets: ["subnet-closed"] } : { subnetSelector };
  return {
    apiVersion,
    kind: "BatchNetwork",
    metadata: { name, namespace: "team" },
    spec: { vpcId, ...subnets, ...rest },
  };
}

/** A queue that refers to these compute environments by object name. */
export function jobQueue(name: string, environments: readonly string[], spec: Partial<JobQueueSpec> = {}): Manifest {
  const order = environments.map((environment, index) => ({
    order: index + 1,
    computeEnvironmentRef: { name: environment },
  }));
  return {
    apiVersion,
    kind: "JobQueue",
    metadata: { name, namespace: "team" },
    spec: { priority: 1, computeEnvironmentOrder: order, ...spec },
  };
}

/** A service environment for training jobs on so many instances. */
export function serviceEnvironment(name: string, spec: Partial<ServiceEnvironmentSpec> = {}): Manifest {
  return {
    apiVersion,
    kind: "ServiceEnvironment",
    metadata: { name, namespace: "team" },
    spec: {
      serviceEnvironmentType: "SAGEMAKER_TRAINING",
      capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 10 }],
      ...spec,
    },
  };
}

/** A queue of training jobs that refers to a service environment by object name. */
export function serviceQueue(name: string, environment: string, spec: Partial<JobQueueSpec> = {}): Manifest {
  return {
    apiVersion,
    kind: "JobQueue",
    metadata: { name, namespace: "team" },
    spec: {
      priority: 1,
      jobQueueType: "SAGEMAKER_TRAINING",
      serviceEnvironmentOrder: [{ order: 1, serviceEnvironmentRef: { name: environment } }],
      ...spec,
    },
  };
}

/** What a queue of training jobs needs to have quota shares: a policy, and a service environment by instance type. */
export function sharedQueue(name: string, spec: Partial<JobQueueSpec> = {}): readonly Manifest[] {
  const policy = { quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" } };
  return [
    { apiVersion, kind: "SchedulingPolicy", metadata: { name: "quotas", namespace: "team" }, spec: policy },
    serviceEnvironment("sm", { capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 10 }] }),
    serviceQueue(name, "sm", { schedulingPolicyRef: { name: "quotas" }, ...spec }),
  ];
}

/** A quota share of such a queue. */
export function quotaShare(name: string, queue: string, spec: Partial<QuotaShareSpec> = {}): Manifest {
  return {
    apiVersion,
    kind: "QuotaShare",
    metadata: { name, namespace: "team" },
    spec: {
      jobQueueRef: { name: queue },
      capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 4 }],
      resourceSharingConfiguration: { strategy: "LEND" },
      preemptionConfiguration: { inSharePreemption: "DISABLED" },
      ...spec,
    },
  };
}

export function policy(name: string, spec: SchedulingPolicySpec): Manifest {
  return { apiVersion, kind: "SchedulingPolicy", metadata: { name, namespace: "team" }, spec };
}

export function role(name: string, spec: Partial<BatchRoleSpec> = {}): Manifest {
  const whole = { purpose: "job", ...spec };
  return { apiVersion, kind: "BatchRole", metadata: { name, namespace: "team" }, spec: whole };
}

export function consumable(name: string, spec: ConsumableResourceSpec): Manifest {
  return { apiVersion, kind: "ConsumableResource", metadata: { name, namespace: "team" }, spec };
}

export function jobDefinition(name: string, spec: Partial<JobDefinitionSpec> = {}): Manifest {
  return {
    apiVersion,
    kind: "JobDefinition",
    metadata: { name, namespace: "team" },
    spec: {
      type: "container",
      containerProperties: {
        image: "public.ecr.aws/docker/library/alpine:3",
        command: ["echo", "hello world"],
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "1024" },
        ],
      },
      ...spec,
    },
  };
}

/** A job of a queue and a definition of the same namespace. */
export function batchJob(name: string, spec: Partial<BatchJobSpec> = {}): Manifest {
  const references = {
    ...(spec.jobQueue === undefined ? { jobQueueRef: { name: "queue" } } : {}),
    ...(spec.jobDefinition === undefined ? { jobDefinitionRef: { name: "definition" } } : {}),
  };
  return { apiVersion, kind: "BatchJob", metadata: { name, namespace: "team" }, spec: { ...references, ...spec } };
}

/** What somebody else registers for a job that fits everywhere. */
export const smallJob = {
  type: "container",
  containerProperties: {
    image: "alpine",
    resourceRequirements: [
      { type: "VCPU", value: "1" },
      { type: "MEMORY", value: "512" },
    ],
  },
} satisfies JobDefinitionSpec;

/** A training job on one instance that lasts so long, as somebody submits it to a queue by its name in AWS. */
export function trainingJob(
  jobQueue: string,
  seconds: number,
  more: Partial<SubmitServiceJobRequest> = {},
): SubmitServiceJobRequest {
  return {
    jobName: "train",
    jobQueue,
    serviceJobType: "SAGEMAKER_TRAINING",
    serviceRequestPayload: JSON.stringify({
      ResourceConfig: { InstanceType: "ml.m5.large", InstanceCount: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: seconds },
    }),
    ...more,
  };
}

export const ec2: BatchComputeEnvironmentSpec = {
  type: "MANAGED",
  replacement: { soakSeconds: 0 },
  computeResources: {
    type: "EC2",
    allocationStrategy: "BEST_FIT_PROGRESSIVE",
    minvCpus: 0,
    maxvCpus: 256,
    instanceTypes: ["c5.large"],
    subnets: ["subnet-11111111"],
    securityGroupIds: ["sg-11111111"],
    instanceRole: "arn:aws:iam::123456789012:instance-profile/ecsInstanceRole",
  },
};

/** The service roles that the account of a story has had for long. */
export const serviceRoles = ["batch", "batch-service", "one", "two"].map(
  (name) => `arn:aws:iam::123456789012:role/${name}`,
);

export function withTypes(
  instanceTypes: string[],
  spec: BatchComputeEnvironmentSpec = ec2,
): BatchComputeEnvironmentSpec {
  return {
    ...spec,
    computeResources: { ...(spec.computeResources ?? { type: "EC2", maxvCpus: 1, subnets: [] }), instanceTypes },
  };
}
