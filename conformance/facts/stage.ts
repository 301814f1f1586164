import type {
  ContainerProperties,
  CreateComputeEnvironmentRequest,
  CreateJobQueueRequest,
  CreateQuotaShareRequest,
  RegisterJobDefinitionRequest,
} from "@aws-sdk/client-batch";
import { containerJob, ec2, fargate, queue } from "./inputs.ts";
import type { Call } from "./row.ts";

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

/** An environment of at most one small instance, and its queue: there jobs run in an account, if the run may start it. */
export const small = "small";
export const smallQueue = "small-q";
export const smallInstance = "c5.large";

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

/** A resource of the stage: its name, and the call that makes it. */
export interface StagePart {
  readonly name: string;
  readonly call: Call;
}

function environmentPart(input: CreateComputeEnvironmentRequest): StagePart {
  return { name: input.computeEnvironmentName ?? "", call: { operation: "CreateComputeEnvironment", input } };
}

function queuePart(input: CreateJobQueueRequest): StagePart {
  return { name: input.jobQueueName ?? "", call: { operation: "CreateJobQueue", input } };
}

function definitionPart(name: string, input: object): StagePart {
  return { name, call: { operation: "RegisterJobDefinition", input: { ...input, jobDefinitionName: name } } };
}

const environment = [
  { name: "A", value: "1" },
  { name: "B", value: "2" },
];

/**
 * What the account has in which the facts are tried, each after what it refers to, all VALID before the first is tried:
 * the environments `ec2`, `best-fit`, `custom` (a service role), `arm`, `small`, `fargate`,
 * `eks` and `unmanaged`; the queues `q`, `fair` (fair-share), `fargate-q` and `small-q`; the policies `fair` and `quota`; one revision
 * each of the definitions `container`, `task`, `pod`, `nodes` and `on-fargate`; and for SageMaker the queue `training`
 * with quota management, its service environment `types` and its quota share `team`.
 */
export const stageParts: readonly StagePart[] = [
  environmentPart(ec2("ec2")),
  environmentPart(ec2("best-fit", { allocationStrategy: "BEST_FIT" })),
  environmentPart({ ...ec2("custom"), serviceRole: role }),
  environmentPart(ec2("arm", { instanceTypes: ["m6g"] })),
  // With this strategy AWS never exceeds maxvCpus.
  environmentPart(ec2(small, { allocationStrategy: "BEST_FIT", instanceTypes: [smallInstance], maxvCpus: 2 })),
  environmentPart(fargate("fargate")),
  environmentPart({ ...ec2("eks"), eksConfiguration }),
  environmentPart({ computeEnvironmentName: "unmanaged", type: "UNMANAGED", serviceRole: role }),
  { name: "fair", call: { operation: "CreateSchedulingPolicy", input: { name: "fair" } } },
  {
    name: "quota",
    call: {
      operation: "CreateSchedulingPolicy",
      input: { name: "quota", quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" } },
    },
  },
  {
    name: "types",
    call: {
      operation: "CreateServiceEnvironment",
      input: {
        serviceEnvironmentName: "types",
        serviceEnvironmentType: "SAGEMAKER_TRAINING",
        capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 4 }],
      },
    },
  },
  definitionPart("container", { ...onEc2({ environment, command: ["true"] }), propagateTags: true }),
  definitionPart("task", ofTask({ name: "main", environment }, { name: "side" })),
  definitionPart("pod", ofPod({ name: "main", env: environment, args: ["a"] })),
  definitionPart("nodes", ofNodes()),
  definitionPart("on-fargate", onFargate()),
  queuePart(queue("q", "ec2")),
  queuePart({ ...queue("fair", "ec2"), schedulingPolicyArn: arn("scheduling-policy/fair") }),
  queuePart(queue("fargate-q", "fargate")),
  queuePart(queue(smallQueue, small)),
  queuePart({
    jobQueueName: "training",
    jobQueueType: "SAGEMAKER_TRAINING",
    priority: 1,
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "types" }],
    schedulingPolicyArn: arn("scheduling-policy/quota"),
  }),
  { name: "team", call: { operation: "CreateQuotaShare", input: quotaShare("team") } },
];
