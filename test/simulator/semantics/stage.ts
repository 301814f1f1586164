import type { ContainerProperties, CreateQuotaShareRequest, RegisterJobDefinitionRequest } from "@aws-sdk/client-batch";
import { type Account, account, containerJob, ec2, fargate, queue } from "../account.ts";

const accountId = "123456789012";
export const role = `arn:aws:iam::${accountId}:role/batch`;
export const executionRoleArn = `arn:aws:iam::${accountId}:role/ecsTaskExecutionRole`;

export function arn(resource: string): string {
  return `arn:aws:batch:us-east-1:${accountId}:${resource}`;
}

export const eksConfiguration = {
  eksClusterArn: `arn:aws:eks:us-east-1:${accountId}:cluster/c`,
  kubernetesNamespace: "batch",
};

const sized = {
  image: "busybox",
  resourceRequirements: [
    { type: "VCPU", value: "1" },
    { type: "MEMORY", value: "512" },
  ],
} as const;

/** A definition of one container on EC2, with changes to the container. */
export function onEc2(change: Partial<ContainerProperties> = {}): RegisterJobDefinitionRequest {
  return {
    ...containerJob("new"),
    containerProperties: { image: "busybox", resourceRequirements: [...sized.resourceRequirements], ...change },
  };
}

/** As `onEc2`, on Fargate. */
export function onFargate(change: Partial<ContainerProperties> = {}): RegisterJobDefinitionRequest {
  const size = [
    { type: "VCPU", value: "0.25" },
    { type: "MEMORY", value: "512" },
  ] as const;
  return {
    ...containerJob("new"),
    platformCapabilities: ["FARGATE"],
    containerProperties: { image: "busybox", executionRoleArn, resourceRequirements: [...size], ...change },
  };
}

/** A definition of one task with these containers. */
export function ofTask(...containers: readonly object[]): object {
  const sizedOnes = containers.map((one) => ({ ...sized, ...one }));
  return {
    jobDefinitionName: "new",
    type: "container",
    ecsProperties: { taskProperties: [{ containers: sizedOnes }] },
  };
}

/** A definition of a pod with one container, with changes to both. */
export function ofPod(container: object = {}, pod: object = {}): object {
  const containers = [{ image: "busybox", resources: { limits: { cpu: "1", memory: "512Mi" } }, ...container }];
  return { jobDefinitionName: "new", type: "container", eksProperties: { podProperties: { containers, ...pod } } };
}

/** A definition of two nodes, with changes to the one range. */
export function ofNodes(range: object = {}): object {
  return {
    jobDefinitionName: "new",
    type: "multinode",
    nodeProperties: {
      numNodes: 2,
      mainNode: 0,
      nodeRangeProperties: [{ targetNodes: "0:1", container: { ...sized }, ...range }],
    },
  };
}

/** A quota share of the queue `training`, with changes. */
export function quotaShare(quotaShareName: string, change: Partial<CreateQuotaShareRequest> = {}) {
  return {
    quotaShareName,
    jobQueue: "training",
    capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 2 }],
    resourceSharingConfiguration: { strategy: "RESERVE" },
    preemptionConfiguration: { inSharePreemption: "DISABLED" },
    ...change,
  } satisfies CreateQuotaShareRequest;
}

/**
 * An account with, all VALID: the environments `ec2`, `best-fit`, `custom` (a service role), `arm`, `fargate`, `eks`
 * and `unmanaged`; the queues `q`, `fair` (fair-share) and `fargate-q`; the policies `fair` and `quota`; one revision
 * each of the definitions `container`, `task`, `pod`, `nodes` and `on-fargate`; and for SageMaker the queue `training`
 * with quota management, its service environment `types` and its quota share `team`.
 */
export async function stage(): Promise<Account> {
  const world = account();
  const { outside } = world.aws;
  outside.describeRoles([role]);
  await outside.createComputeEnvironment(ec2("ec2"));
  await outside.createComputeEnvironment(ec2("best-fit", { allocationStrategy: "BEST_FIT" }));
  await outside.createComputeEnvironment({ ...ec2("custom"), serviceRole: role });
  await outside.createComputeEnvironment(ec2("arm", { instanceTypes: ["m6g"] }));
  await outside.createComputeEnvironment(fargate("fargate"));
  await outside.createComputeEnvironment({ ...ec2("eks"), eksConfiguration });
  await outside.createComputeEnvironment({
    computeEnvironmentName: "unmanaged",
    type: "UNMANAGED",
    serviceRole: role,
  });
  await outside.createSchedulingPolicy({ name: "fair" });
  await outside.createSchedulingPolicy({ name: "quota", quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" } });
  const capacityLimits = [{ capacityUnit: "ml.m5.large", maxCapacity: 4 }];
  await outside.createServiceEnvironment({
    serviceEnvironmentName: "types",
    serviceEnvironmentType: "SAGEMAKER_TRAINING",
    capacityLimits,
  });
  const register = async (jobDefinitionName: string, body: object): Promise<void> => {
    await outside.registerJobDefinition({ ...(body as RegisterJobDefinitionRequest), jobDefinitionName });
  };
  const environment = [
    { name: "A", value: "1" },
    { name: "B", value: "2" },
  ];
  await register("container", { ...onEc2({ environment, command: ["true"] }), propagateTags: true });
  await register("task", ofTask({ name: "main", environment }, { name: "side" }));
  await register("pod", ofPod({ name: "main", env: environment, args: ["a"] }));
  await register("nodes", ofNodes());
  await register("on-fargate", onFargate());
  await world.clock.advance(60_000);
  await outside.createJobQueue(queue("q", "ec2"));
  await outside.createJobQueue({ ...queue("fair", "ec2"), schedulingPolicyArn: arn("scheduling-policy/fair") });
  await outside.createJobQueue(queue("fargate-q", "fargate"));
  await outside.createJobQueue({
    jobQueueName: "training",
    jobQueueType: "SAGEMAKER_TRAINING",
    priority: 1,
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "types" }],
    schedulingPolicyArn: arn("scheduling-policy/quota"),
  });
  await world.clock.advance(10_000);
  await outside.createQuotaShare(quotaShare("team"));
  await world.clock.advance(10_000);
  return world;
}
