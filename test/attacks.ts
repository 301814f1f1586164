import type { KindName } from "../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../src/kube/memory-store.ts";
import {
  batchJob,
  batchNetwork,
  computeEnvironment,
  consumable,
  ec2,
  jobDefinition,
  jobQueue,
  policy,
  quotaShare,
  role,
  serviceEnvironment,
  sharedQueue,
} from "./manifests.ts";

/** By kind: a change that another tenant makes, each time another one. */
export const victims: Readonly<Record<KindName, (turn: number) => Manifest>> = {
  BatchComputeEnvironment: (turn) =>
    computeEnvironment("ce", { ...ec2, computeResources: { ...ec2.computeResources, maxvCpus: 256 + turn } as never }),
  JobQueue: (turn) => jobQueue("q", ["ce"], { priority: 1 + turn }),
  JobDefinition: (turn) => jobDefinition("jd", { parameters: { turn: String(turn) } }),
  // In the VPC that the simulator has for subnets that nobody describes.
  BatchNetwork: (turn) =>
    batchNetwork("net", { vpcId: "vpc-0de0fa0170000000d", tags: { turn: String(turn) }, securityGroup: {} }),
  BatchJob: (turn) => batchJob(`job-${turn}`, { jobQueueRef: { name: "q" }, jobDefinitionRef: { name: "jd" } }),
  BatchRole: (turn) => role("builders", { permissionsBoundary: `arn:aws:iam::123456789012:policy/b${turn}` }),
  SchedulingPolicy: (turn) => policy("fair", { fairsharePolicy: { shareDecaySeconds: 600 + turn } }),
  ServiceEnvironment: (turn) =>
    serviceEnvironment("se", { capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 10 + turn }] }),
  QuotaShare: (turn) =>
    quotaShare("share", "train", { capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 4 + turn }] }),
  ConsumableResource: (turn) => consumable("seats", { totalQuantity: 2 + turn }),
};

/** What the other tenant has before. */
export const place: readonly Manifest[] = [
  ...sharedQueue("train"),
  ...Object.entries(victims).flatMap(([kind, change]) => (kind === "BatchJob" ? [] : [change(0)])),
];

type Hostile = (index: number, change: number, other: string) => Manifest;

/** By kind: objects in the shape that costs the operator most, as far as the schema allows it; each change is another one. */
export const hostile: Readonly<Record<KindName, Hostile>> = {
  // Each names a network, a template and a type of its own, none of which exists.
  BatchComputeEnvironment: (index, change) =>
    changed(
      computeEnvironment(`m${index}`, {
        ...ec2,
        computeResources: {
          ...ec2.computeResources,
          subnets: [`subnet-${hex(index)}`],
          securityGroupIds: [`sg-${hex(index)}`],
          launchTemplate: { launchTemplateName: `template-${index}` },
        } as never,
      }),
      change,
    ),
  JobQueue: (index, change) => changed(jobQueue(`m${index}`, [`none-${index}`]), change),
  // As large as a definition may be.
  JobDefinition: (index, change) => changed(jobDefinition(`m${index}`, { parameters: parametersOf(index) }), change),
  // Each selects what nobody has, and asks for endpoints of every service that may have some.
  BatchNetwork: (index, change) =>
    changed(
      batchNetwork(`m${index}`, {
        vpcId: `vpc-${hex(index)}`,
        subnetSelector: { tags: { index: String(index) } },
        vpcEndpoints: { needs: ["ecs", "ecr", "logs"] },
      }),
      change,
    ),
  // A dense graph without an end, for a queue that the attacker may not use.
  BatchJob: (index, change, other) =>
    changed(
      batchJob(`m${index}`, {
        jobQueue: `${other}_q`,
        jobDefinition: `${other}_jd`,
        dependsOn: Array.from({ length: 20 }, (_, next) => ({ jobRef: { name: `m${index + next + 1}` } })),
      }),
      change,
    ),
  // As large as a role may be, with what no namespace may have.
  BatchRole: (index, change) =>
    changed(
      role(`m${index}`, { inlinePolicies: { all: JSON.stringify(parametersOf(index)).slice(0, 10_000) } }),
      change,
    ),
  SchedulingPolicy: (index, change) => policy(`m${index}`, { fairsharePolicy: { shareDecaySeconds: change } }),
  ServiceEnvironment: (index, change) =>
    serviceEnvironment(`m${index}`, { capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 1 + change }] }),
  // Each in a queue of its own, which does not exist.
  QuotaShare: (index, change) =>
    changed(quotaShare(`m${index}`, "none", { jobQueueRef: undefined, jobQueue: `none-${index}` } as never), change),
  ConsumableResource: (index, change) => consumable(`m${index}`, { totalQuantity: 1 + change }),
};

function changed({ metadata, ...manifest }: Manifest, change: number): Manifest {
  return { ...manifest, metadata: { ...metadata, annotations: { "example.com/change": String(change) } } };
}

function hex(index: number): string {
  return index.toString(16).padStart(8, "0");
}

/** 20 KB. */
function parametersOf(index: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`p${at}`, `${index}`.padEnd(480, "x")]));
}
