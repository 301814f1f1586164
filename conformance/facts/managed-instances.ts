import { after, answered, type Call, invalid, type Row, rowsOf } from "./row.ts";
import { eksConfiguration } from "./stage.ts";

const role = "arn:aws:iam::123456789012:role/ecsInfrastructureRole";
const networkConfiguration = { subnets: ["subnet-1"], securityGroups: ["sg-1"] };
const provider = {
  infrastructureRoleArn: role,
  instanceLaunchTemplate: {
    ec2InstanceProfileArn: "arn:aws:iam::123456789012:instance-profile/ecsInstanceRole",
    networkConfiguration,
    capacityOptionType: "ON_DEMAND",
  },
};

function managed(change: object = {}): object {
  const computeResources = {
    type: "ECS_MANAGED_INSTANCES",
    maxvCpus: 16,
    managedInstancesProvider: provider,
    ...change,
  };
  return { computeEnvironmentName: "managed", type: "MANAGED", computeResources };
}

const isThere: Row["first"] = [{ operation: "CreateComputeEnvironment", input: managed(), next: "at rest" }];
const isDescribed: Call = { operation: "DescribeComputeEnvironments", input: { computeEnvironments: ["managed"] } };

function afterUpdate(computeResources: object): Row["first"] {
  const input = { computeEnvironment: "managed", computeResources };
  return [...isThere, { operation: "UpdateComputeEnvironment", input, next: "at rest" }];
}

function isNow(computeResources: object) {
  return answered({ computeEnvironments: [{ status: "VALID", computeResources }] });
}

const { capacityOptionType: _fixed, ...launch } = provider.instanceLaunchTemplate;

/** What AWS says to environments of ECS Managed Instances. */
export const managedInstancesRows: readonly Row[] = [
  ...rowsOf("CreateComputeEnvironment", [
    [
      "Managed Instances without their provider",
      "[SDK] ours",
      managed({ managedInstancesProvider: undefined }),
      invalid("managedInstancesProvider is required for ECS_MANAGED_INSTANCES."),
    ],
    [
      "Managed Instances without a subnet",
      "[SDK] ours",
      managed({
        managedInstancesProvider: {
          ...provider,
          instanceLaunchTemplate: { ...launch, networkConfiguration: { ...networkConfiguration, subnets: [] } },
        },
      }),
      invalid("Resource subnets are required."),
    ],
    [
      "Managed Instances without an infrastructure role",
      "[SDK] ours",
      managed({ managedInstancesProvider: { instanceLaunchTemplate: launch } }),
      invalid("computeResources.managedInstancesProvider.infrastructureRoleArn is required."),
    ],
    [
      "Managed Instances for EKS",
      "[CP] by analogy with Fargate",
      { ...managed(), eksConfiguration },
      invalid("Supported compute types for EKS compute environments are [EC2, SPOT]"),
    ],
  ]),
  after(
    "Managed Instances are described as they were made",
    "[SDK]",
    isThere,
    isDescribed,
    isNow({
      type: "ECS_MANAGED_INSTANCES",
      maxvCpus: 16,
      managedInstancesProvider: provider,
    }),
  ),
  after(
    "Managed Instances take another size in place",
    "[SDK] 3.2",
    afterUpdate({ maxvCpus: 32 }),
    isDescribed,
    isNow({ maxvCpus: 32, managedInstancesProvider: provider }),
  ),
  after(
    "Managed Instances keep what an update of the provider leaves out",
    "[SDK] 3.2",
    afterUpdate({ managedInstancesProvider: { instanceLaunchTemplate: { monitoring: "DETAILED" } } }),
    isDescribed,
    isNow({
      managedInstancesProvider: {
        ...provider,
        instanceLaunchTemplate: { ...provider.instanceLaunchTemplate, monitoring: "DETAILED" },
      },
    }),
  ),
  after(
    "a queue follows its Managed Instances",
    "[SDK] 4.1",
    [
      ...isThere,
      {
        operation: "CreateJobQueue",
        input: {
          jobQueueName: "m",
          priority: 1,
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: "managed" }],
        },
        next: "at rest",
      },
    ],
    { operation: "DescribeJobQueues", input: { jobQueues: ["m"] } },
    answered({ jobQueues: [{ jobQueueType: "ECS_MANAGED_INSTANCES", status: "VALID" }] }),
  ),
  after(
    "a queue of Managed Instances and others",
    "[SDK] 4.1 ours",
    isThere,
    {
      operation: "CreateJobQueue",
      input: {
        jobQueueName: "m",
        priority: 1,
        computeEnvironmentOrder: [
          { order: 1, computeEnvironment: "managed" },
          { order: 2, computeEnvironment: "ec2" },
        ],
      },
    },
    invalid("ECS_MANAGED_INSTANCES compute environments can not be mixed with others."),
  ),
];
