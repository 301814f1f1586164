/** Builders: a small whole, of which a test names only what it is about. */

import type { ComputeResource, Environment, Queue } from "../../src/aws/batch.ts";
import { knownInstanceTypes } from "../../src/aws/instance-types.ts";
import type { JobNeeds } from "../../src/aws/job-needs.ts";
import type { DescribedJob, QueueJobs } from "../../src/aws/queue-jobs.ts";
import type { EnvironmentFacts, NetworkFact, QueueFacts } from "../../src/diagnosis/facts.ts";

export const now = Date.UTC(2026, 0, 1, 12);
const minute = 60_000;

export function environment(
  name: string,
  change: Partial<Environment> = {},
  resources: Partial<ComputeResource> = {},
  network?: NetworkFact,
): EnvironmentFacts {
  return {
    name,
    network,
    environment: {
      computeEnvironmentName: name,
      computeEnvironmentArn: `arn:aws:batch:us-east-1:123456789012:compute-environment/${name}`,
      type: "MANAGED",
      state: "ENABLED",
      status: "VALID",
      statusReason: "ComputeEnvironment Healthy",
      containerOrchestrationType: "ECS",
      ...change,
      computeResources: {
        type: "EC2",
        minvCpus: 0,
        maxvCpus: 64,
        desiredvCpus: 0,
        instanceTypes: ["m5"],
        subnets: ["subnet-1"],
        ...resources,
      },
    },
  };
}

export function fargate(name: string, resources: Partial<ComputeResource> = {}): EnvironmentFacts {
  return environment(name, {}, { type: "FARGATE", instanceTypes: undefined, desiredvCpus: undefined, ...resources });
}

export const smallNeeds: JobNeeds = {
  platform: "EC2",
  nodes: 1,
  vcpus: 1,
  memoryMib: 512,
  gpus: 0,
  architecture: undefined,
  windows: false,
  instanceType: undefined,
  images: ["123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1"],
  secrets: [],
  logDriver: "awslogs",
  publicIp: false,
  consumables: [],
};

export function job(needs: Partial<JobNeeds> = {}, change: Partial<DescribedJob> = {}): DescribedJob {
  return {
    at: now,
    name: "train",
    definition: "train:3",
    createdAt: now - 60 * minute,
    status: "RUNNABLE",
    statusReason: undefined,
    share: undefined,
    attempts: [],
    dependsOn: [],
    ...change,
    needs: { ...smallNeeds, ...needs },
  };
}

/** Jobs of which the first has waited for `minutes`. */
export function jobs(
  described: DescribedJob | undefined,
  { minutes = 30, running = 0, starting = 0 }: { minutes?: number; running?: number; starting?: number } = {},
): QueueJobs {
  return {
    readAt: now,
    runnable: { count: 3, more: false },
    starting: { count: starting, more: false },
    running: { count: running, more: false },
    head: { jobId: "6b1f6a7e-0000-4000-8000-000000000000", since: now - minutes * minute, described },
  };
}

export function facts(
  change: Partial<Omit<QueueFacts, "queue">> & { readonly queue?: Partial<Queue> } = {},
): QueueFacts {
  const { queue, ...rest } = change;
  return {
    environments: [environment("ce")],
    jobs: jobs(job()),
    preferred: [],
    consumables: [],
    instanceTypes: knownInstanceTypes,
    ...rest,
    queue: {
      jobQueueName: "q",
      jobQueueArn: "arn:aws:batch:us-east-1:123456789012:job-queue/q",
      state: "ENABLED",
      status: "VALID",
      priority: 1,
      computeEnvironmentOrder: [],
      ...queue,
    },
  };
}
