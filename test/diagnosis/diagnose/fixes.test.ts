import { expect, test } from "vitest";
import type { ComputeResource, Environment } from "../../../src/aws/batch.ts";
import type { JobNeeds } from "../../../src/aws/job-needs.ts";
import type { DescribedJob } from "../../../src/aws/queue-jobs.ts";
import { diagnose } from "../../../src/diagnosis/diagnose.ts";
import type { ConsumableFact, EnvironmentFacts, QueueFacts } from "../../../src/diagnosis/facts.ts";
import { diagnoseServiceQueue, type ServiceQueueFacts } from "../../../src/diagnosis/service-queue.ts";
import { environment, facts, job, jobs } from "../given.ts";

/** A fix names the object that a person edits; a name in AWS is only in brackets after it. */

const tagsOf = (name: string) => ({
  "awsbatch.dev/cluster": "c",
  "awsbatch.dev/namespace": "team",
  "awsbatch.dev/name": name,
});
const ofQueue = { jobQueueName: "aws-queue", tags: tagsOf("queue") };

function env(change: Partial<Environment> = {}, resources: Partial<ComputeResource> = {}): EnvironmentFacts {
  return environment("aws-env", { tags: tagsOf("env"), ...change }, resources);
}

function waits(
  given: EnvironmentFacts,
  {
    needs,
    described,
    minutes,
    ...change
  }: {
    readonly needs?: Partial<JobNeeds>;
    readonly described?: Partial<DescribedJob>;
    readonly minutes?: number;
    readonly queue?: Partial<QueueFacts["queue"]>;
  } & Partial<Pick<QueueFacts, "preferred" | "consumables">> = {},
): QueueFacts {
  const running = given.environment?.computeResources?.desiredvCpus === 64 ? 3 : 0;
  return facts({
    environments: [given],
    jobs: jobs(job(needs, described), { minutes: minutes ?? 30, running }),
    ...change,
    queue: { ...ofQueue, ...change.queue },
  });
}

const said = (statusReason: string): QueueFacts => waits(env(), { described: { statusReason } });
const full = env({}, { desiredvCpus: 64 });
const seats = (total: number, available: number): ConsumableFact => {
  return { name: "aws-seats", needed: 2, tags: tagsOf("seats"), quantity: { total, available, isUsedUp: false } };
};

const ENV = "BatchComputeEnvironment team/env (aws-env)";
const QUEUE = "JobQueue team/queue (aws-queue)";
const SEATS = "ConsumableResource team/seats (aws-seats)";

test.each<[code: string, object: string, QueueFacts]>([
  ["NoEnvironment", QUEUE, waits({ name: "gone", environment: undefined, network: undefined })],
  ["EnvironmentDisabled", ENV, waits(env({ state: "DISABLED" }))],
  ["EnvironmentInvalid", ENV, waits(env({ status: "INVALID", statusReason: "something" }))],
  ["InstancesDoNotJoin", ENV, waits(env({ status: "INVALID", statusReason: "None of the instances joined" }))],
  ["InstancesDoNotJoin", ENV, waits(env({}, { desiredvCpus: 4 }))],
  ["ServiceRolePermissions", ENV, waits(env({ status: "INVALID", statusReason: "not authorized to perform x" }))],
  ["ServiceRolePermissions", ENV, said("MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS - no")],
  ["MaxVcpusTooSmall", ENV, waits(env({}, { maxvCpus: 0 }))],
  ["MaxVcpusTooSmall", ENV, waits(env(), { needs: { vcpus: 1000 } })],
  ["MultiNodeUnsupported", QUEUE, waits(env({}, { type: "SPOT" }), { needs: { nodes: 2 } })],
  ["ArchitectureMismatch", ENV, waits(env(), { needs: { architecture: "arm64" } })],
  ["NoInstanceTypeFits", ENV, waits(env({}, { instanceTypes: ["m5.large"] }), { needs: { vcpus: 16 } })],
  ["MemoryTooTight", ENV, waits(env({}, { instanceTypes: ["m5.large"] }), { needs: { memoryMib: 7700 } })],
  [
    "InsufficientCapacity",
    `${ENV}, or add a second environment with type EC2 after it in ${QUEUE}`,
    said("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - none"),
  ],
  ["InstanceConfigurationUnsupported", ENV, said("MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED - no")],
  ["CauseUnknown", ENV, said("UNDETERMINED - no")],
  ["AtCapacity", ENV, waits(full)],
  ["FairShareTurn", ENV, waits(full, { queue: { schedulingPolicyArn: "arn:aws:batch:r:1:scheduling-policy/p" } })],
  ["HigherPriority", QUEUE, waits(env({}, { desiredvCpus: 63, maxvCpus: 63 }), { preferred: ["other"] })],
  ["ConsumableResourceShort", SEATS, waits(env(), { consumables: [seats(1, 1)] })],
  ["ConsumableResourceUsed", SEATS, waits(env(), { consumables: [seats(2, 1)] })],
  ["QueueDisabled", QUEUE, waits(env(), { queue: { state: "DISABLED" } })],
  ["QueueInvalid", QUEUE, waits(env(), { queue: { status: "INVALID" } })],
])("the fix for %s names %s", (code, object, given) => {
  const { findings } = diagnose(given, 0);
  const fix = findings.find((one) => one.code === code)?.fix ?? `no ${code} in ${JSON.stringify(findings)}`;
  expect(fix).toContain(object);
  expect(fix.replaceAll(/[A-Z]\w+ team\/\w+ \(aws-\w+\)/g, "")).not.toContain("aws-");
});

const SERVICE = "ServiceEnvironment team/service (aws-service)";

function training(change: {
  readonly record?: Partial<NonNullable<ServiceQueueFacts["service"]["record"]>> | "none";
  readonly instances?: number;
}): ServiceQueueFacts {
  const { record = {}, instances = 1 } = change;
  const whole = {
    serviceEnvironmentName: "aws-service",
    serviceEnvironmentArn: "arn:aws:batch:us-east-1:123456789012:service-environment/aws-service",
    serviceEnvironmentType: "SAGEMAKER_TRAINING" as const,
    state: "ENABLED" as const,
    status: "VALID" as const,
    capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 4 }],
    tags: tagsOf("service"),
  };
  const needs = { instanceType: "ml.m5.large", instances };
  const next = { jobId: "id", name: "train", status: "RUNNABLE", statusReason: undefined, share: undefined, needs };
  return {
    queue: { ...facts().queue, ...ofQueue },
    service: { name: "aws-service", record: record === "none" ? undefined : { ...whole, ...record } },
    sharedWith: [],
    shares: [],
    next: [next],
    started: [{ ...next, status: "RUNNING", needs: { ...needs, instances: 4 } }],
    moreStarted: false,
  };
}

test.each<[code: string, object: string, ServiceQueueFacts]>([
  ["NoEnvironment", QUEUE, training({ record: "none" })],
  ["EnvironmentDisabled", SERVICE, training({ record: { state: "DISABLED" } })],
  ["EnvironmentInvalid", SERVICE, training({ record: { status: "INVALID" } })],
  ["ServiceEnvironmentTooSmall", SERVICE, training({ instances: 5 })],
  ["ServiceEnvironmentUsed", SERVICE, training({})],
])("the fix for %s of a queue of SageMaker names %s", (code, object, given) => {
  expect(diagnoseServiceQueue(given).findings.find((one) => one.code === code)?.fix).toContain(object);
});
