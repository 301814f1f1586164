import type {
  ComputeResource,
  CreateComputeEnvironmentRequest,
  CreateJobQueueRequest,
  RegisterJobDefinitionRequest,
} from "@aws-sdk/client-batch";

export const linkedRole = "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch";

export function fargate(name: string, change: Partial<ComputeResource> = {}): CreateComputeEnvironmentRequest {
  return {
    computeEnvironmentName: name,
    type: "MANAGED",
    computeResources: {
      type: "FARGATE",
      maxvCpus: 16,
      subnets: ["subnet-1"],
      securityGroupIds: ["sg-1"],
      ...change,
    },
  };
}

/** An environment that allows infrastructure updates. */
export function ec2(name: string, change: Partial<ComputeResource> = {}): CreateComputeEnvironmentRequest {
  return {
    computeEnvironmentName: name,
    type: "MANAGED",
    computeResources: {
      type: "EC2",
      allocationStrategy: "BEST_FIT_PROGRESSIVE",
      minvCpus: 0,
      maxvCpus: 16,
      instanceTypes: ["m5"],
      instanceRole: "ecsInstanceRole",
      subnets: ["subnet-1"],
      securityGroupIds: ["sg-1"],
      ...change,
    },
  };
}

export function queue(name: string, ...environments: readonly string[]): CreateJobQueueRequest {
  return {
    jobQueueName: name,
    priority: 1,
    computeEnvironmentOrder: environments.map((computeEnvironment, index) => ({
      order: index + 1,
      computeEnvironment,
    })),
  };
}

export function containerJob(
  name: string,
  change: Partial<RegisterJobDefinitionRequest> = {},
): RegisterJobDefinitionRequest {
  return {
    jobDefinitionName: name,
    type: "container",
    containerProperties: {
      image: "busybox",
      command: ["true"],
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "512" },
      ],
    },
    ...change,
  };
}
