import { patched, type Spec } from "./example.ts";

/** The smallest specs of each sort that AWS accepts. */

export const ec2: Spec = {
  type: "MANAGED",
  computeResources: {
    type: "EC2",
    allocationStrategy: "BEST_FIT_PROGRESSIVE",
    minvCpus: 0,
    maxvCpus: 64,
    instanceTypes: ["m7i", "c7i"],
    instanceRole: "ecsInstanceRole",
    subnets: ["subnet-0a1b2c3d"],
    securityGroupIds: ["sg-0a1b2c3d"],
  },
};

export const spot: Spec = patched(ec2, {
  computeResources: { type: "SPOT", allocationStrategy: "SPOT_PRICE_CAPACITY_OPTIMIZED" },
});

export const eks: Spec = patched(ec2, {
  eksConfiguration: {
    eksClusterArn: "arn:aws:eks:eu-central-1:123456789012:cluster/jobs",
    kubernetesNamespace: "batch",
  },
});

export const fargate: Spec = {
  type: "MANAGED",
  computeResources: {
    type: "FARGATE",
    maxvCpus: 16,
    subnets: ["subnet-0a1b2c3d"],
    securityGroupIds: ["sg-0a1b2c3d"],
  },
};

export const managedInstances: Spec = {
  type: "MANAGED",
  computeResources: {
    type: "ECS_MANAGED_INSTANCES",
    maxvCpus: 16,
    managedInstancesProvider: {
      infrastructureRoleArn: "arn:aws:iam::123456789012:role/ecsInstanceRoleInfrastructure",
      instanceLaunchTemplate: {
        ec2InstanceProfileArn: "arn:aws:iam::123456789012:instance-profile/ecsInstanceRole",
        networkConfiguration: { subnets: ["subnet-0a1b2c3d"], securityGroups: ["sg-0a1b2c3d"] },
      },
    },
  },
};

export const unmanaged: Spec = {
  type: "UNMANAGED",
  serviceRole: "arn:aws:iam::123456789012:role/batch-service",
};

export const queue: Spec = {
  priority: 10,
  computeEnvironmentOrder: [{ order: 1, computeEnvironmentRef: { name: "spot" } }],
};

export const fairShare: Spec = { fairsharePolicy: { shareDistribution: [{ shareIdentifier: "red" }] } };

export const serviceQueue: Spec = {
  priority: 10,
  jobQueueType: "SAGEMAKER_TRAINING",
  serviceEnvironmentOrder: [{ order: 1, serviceEnvironmentRef: { name: "training" } }],
};

export const serviceEnvironment: Spec = {
  serviceEnvironmentType: "SAGEMAKER_TRAINING",
  capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 10 }],
};
export const licences: Spec = { totalQuantity: 10 };

const vcpuAndMemory = (vcpu: string, memory: string) => [
  { type: "VCPU", value: vcpu },
  { type: "MEMORY", value: memory },
];

export const image = "public.ecr.aws/docker/library/busybox:1.36";
const executionRoleArn = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole";

export const container: Spec = {
  type: "container",
  containerProperties: { image, resourceRequirements: vcpuAndMemory("2", "4096") },
};

export const fargateContainer: Spec = {
  type: "container",
  platformCapabilities: ["FARGATE"],
  containerProperties: { image, executionRoleArn, resourceRequirements: vcpuAndMemory("0.25", "512") },
};

export const main: Spec = { name: "main", image, resourceRequirements: vcpuAndMemory("1", "2048") };
export const sidecar: Spec = {
  name: "sidecar",
  image,
  essential: false,
  resourceRequirements: vcpuAndMemory("1", "2048"),
};

/** A spec with one ECS task: `task` is merged into it. */
export function ecsTask(task: Spec, spec: Spec = {}): Spec {
  return { type: "container", ecsProperties: { taskProperties: [{ containers: [main], ...task }] }, ...spec };
}

export function fargateTask(task: Spec): Spec {
  return ecsTask({ executionRoleArn, ...task }, { platformCapabilities: ["FARGATE"] });
}

export function managedTask(task: Spec): Spec {
  return ecsTask(task, { platformCapabilities: ["MANAGED_INSTANCES"] });
}

const podContainer: Spec = { name: "main", image, resources: { limits: { cpu: "1", memory: "2048Mi" } } };

/** A spec with one pod: `pod` is merged into it. */
export function pod(properties: Spec, spec: Spec = {}): Spec {
  return {
    type: "container",
    eksProperties: { podProperties: { containers: [podContainer], ...properties } },
    ...spec,
  };
}

/** A pod with one container that also has these fields. */
export function podOf(fields: Spec, spec: Spec = {}): Spec {
  return pod({ containers: [patched(podContainer, fields)] }, spec);
}

/** A spec of two nodes with this one range. */
export function nodes(range: Spec, properties: Spec = {}, spec: Spec = {}): Spec {
  return {
    type: "multinode",
    nodeProperties: {
      numNodes: 2,
      mainNode: 0,
      nodeRangeProperties: [{ targetNodes: "0:1", ...range }],
      ...properties,
    },
    ...spec,
  };
}

export const nodeContainer: Spec = { image, resourceRequirements: vcpuAndMemory("2", "4096") };
export const multiNode: Spec = nodes({ container: nodeContainer });

export const quotaShare: Spec = {
  jobQueueRef: { name: "train" },
  capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 4 }],
  resourceSharingConfiguration: { strategy: "LEND" },
  preemptionConfiguration: { inSharePreemption: "DISABLED" },
};
