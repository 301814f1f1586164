import { queue, serviceQueue } from "./bases.ts";
import { allowedNamespacesRows, type CelExample, examplesOf, type Row } from "./example.ts";
import { drainRows } from "./shared.ts";

const policy = (name: string) => `arn:aws:batch:eu-central-1:123456789012:scheduling-policy/${name}`;

const rows: readonly Row[] = [
  ...allowedNamespacesRows,
  [
    "an entry references one environment: give exactly one of computeEnvironmentRef (an object) and computeEnvironment (a name or ARN in AWS)",
    { computeEnvironmentOrder: [{ order: 1, computeEnvironment: "spot" }] },
    { computeEnvironmentOrder: [{ order: 1, computeEnvironment: "spot", computeEnvironmentRef: { name: "spot" } }] },
  ],
  [
    "a queue can contain an environment once: remove the second entry",
    {
      computeEnvironmentOrder: [
        { order: 1, computeEnvironment: "spot" },
        { order: 2, computeEnvironment: "ec2" },
      ],
    },
    {
      computeEnvironmentOrder: [
        { order: 1, computeEnvironment: "spot" },
        { order: 2, computeEnvironment: "spot" },
      ],
    },
  ],
  [
    "a queue can reference an environment once: remove the second entry",
    {
      computeEnvironmentOrder: [
        { order: 1, computeEnvironmentRef: { name: "spot" } },
        { order: 2, computeEnvironmentRef: { name: "spot", namespace: "shared" } },
      ],
    },
    {
      computeEnvironmentOrder: [
        { order: 1, computeEnvironmentRef: { name: "spot", namespace: "shared" } },
        { order: 2, computeEnvironmentRef: { name: "spot", namespace: "shared" } },
      ],
    },
  ],
  ["region cannot be changed", {}, { region: "eu-west-1" }, {}],
  ["jobQueueName cannot be changed", { jobQueueName: "a" }, { jobQueueName: "b" }, { jobQueueName: "a" }],
  ["jobQueueType cannot be changed", { jobQueueType: "ECS" }, { jobQueueType: "EKS" }, { jobQueueType: "ECS" }],
  [
    "a queue has one policy: keep either schedulingPolicyRef (an object) or schedulingPolicyArn (a policy in AWS)",
    { schedulingPolicyRef: { name: "b" } },
    { schedulingPolicyRef: { name: "b" }, schedulingPolicyArn: policy("b") },
  ],
  [
    "AWS cannot convert between FIFO and fair-share queues: revert the change of schedulingPolicyArn or schedulingPolicyRef, or create a new object",
    { schedulingPolicyRef: { name: "b" } },
    { schedulingPolicyArn: undefined },
    { schedulingPolicyArn: policy("a") },
  ],
  ...drainRows,
  ["a tag key has 1 to 128 characters: shorten it", { tags: { a: "" } }, { tags: { "": "" } }],
  [
    "the prefixes aws: and awsbatch.dev/ are reserved in any case: rename the tag",
    { tags: { awsome: "" } },
    { tags: { "aws:name": "" } },
  ],
];

const limit = (action: string, reason: string) => ({
  jobStateTimeLimitActions: [{ state: "RUNNABLE", action, reason, maxTimeSeconds: 600 }],
});

const serviceRows: readonly Row[] = [
  [
    "an entry references one service environment: give exactly one of serviceEnvironmentRef (an object) and serviceEnvironment (a name or ARN in AWS)",
    { serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "training" }] },
    { serviceEnvironmentOrder: [{ order: 1 }] },
  ],
  [
    "a queue has environments of one kind: give exactly one of computeEnvironmentOrder and serviceEnvironmentOrder",
    {},
    { computeEnvironmentOrder: [{ order: 1, computeEnvironment: "spot" }] },
  ],
  [
    "serviceEnvironmentOrder is for queues of type SAGEMAKER_TRAINING, and these need it: set jobQueueType: SAGEMAKER_TRAINING with it, or use computeEnvironmentOrder",
    {},
    { jobQueueType: undefined },
  ],
  [
    "AWS terminates jobs of SageMaker and cancels others: use action TERMINATE with type SAGEMAKER_TRAINING, else CANCEL",
    limit("TERMINATE", "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"),
    limit("CANCEL", "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"),
  ],
  [
    "this reason is for queues of another type: SERVICE_ENVIRONMENT_MAX_RESOURCE and QUOTA_MANAGEMENT_LIMIT_EXCEEDED for SAGEMAKER_TRAINING, COMPUTE_ENVIRONMENT_MAX_RESOURCE and JOB_RESOURCE_REQUIREMENT for all others",
    limit("TERMINATE", "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"),
    limit("TERMINATE", "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"),
  ],
];

export const jobQueueExamples: readonly CelExample[] = [
  ...examplesOf("JobQueue", queue, rows),
  ...examplesOf("JobQueue", serviceQueue, serviceRows),
];
