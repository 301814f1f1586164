import type { Environment, Queue } from "../../../src/aws/batch.ts";

export const at = { partition: "aws", region: "us-east-1", account: "123456789012" };
export const arn = (resource: string): string => `arn:aws:batch:us-east-1:123456789012:${resource}`;

/** An environment as AWS describes it. */
export function environment(more: Partial<Environment> = {}): Environment {
  return {
    computeEnvironmentName: "ce",
    computeEnvironmentArn: arn("compute-environment/ce"),
    state: "ENABLED",
    status: "VALID",
    computeResources: {
      type: "EC2",
      minvCpus: 0,
      maxvCpus: 16,
      desiredvCpus: 4,
      subnets: ["subnet-a", "subnet-b"],
      ec2KeyPair: "key",
      launchTemplate: { launchTemplateName: "lt", version: "$Default" },
      tags: { a: "1" },
    },
    tags: { owner: "me" },
    ...more,
  };
}

/** A queue as AWS describes it. */
export function queue(more: Partial<Queue> = {}): Queue {
  return {
    jobQueueName: "q",
    jobQueueArn: arn("job-queue/q"),
    state: "ENABLED",
    status: "VALID",
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: arn("compute-environment/ce") }],
    ...more,
  };
}
