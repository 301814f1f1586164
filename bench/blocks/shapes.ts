import { apiVersion } from "../../src/api/v1alpha1/group.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { smallJob } from "../../test/manifests.ts";

/** Objects of one tenant, as many as the schema lets it create, and one that all of them lead to. */
export interface Shape {
  readonly what: string;
  readonly manifests: (count: number) => readonly Manifest[];
  /** What is changed again and again; default: the first one. */
  readonly hub?: Manifest;
  /** The hub is deleted in place of its last change. */
  readonly hubGoes?: boolean;
}

export const namespace = "mallory";
const object = (kind: string, name: string, spec: unknown): Manifest => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec,
});
const named =
  (kind: string, spec: (index: number, count: number) => unknown) =>
  (count: number): readonly Manifest[] =>
    Array.from({ length: count }, (_, index) => object(kind, `b${index}`, spec(index, count)));

const to = { jobQueue: "mallory_none", jobDefinition: "mallory_none" };
const after = (...names: readonly string[]) => ({ dependsOn: names.map((name) => ({ jobRef: { name } })) });
const managed = {
  type: "MANAGED",
  computeResources: { type: "FARGATE", maxvCpus: 4, subnets: ["subnet-1"], securityGroupIds: ["sg-1"] },
};
const inNetworkOf = (index: number) => ({
  ...managed,
  computeResources: {
    ...managed.computeResources,
    subnets: [`subnet-${index}`],
    securityGroupIds: [`sg-${index}`],
  },
});
const consuming = {
  ...smallJob,
  consumableResourceProperties: {
    consumableResourceList: [{ consumableResourceRef: { name: "hub" }, quantity: 1 }],
  },
};
const orderOf = (name: string) => [{ order: 1, computeEnvironmentRef: { name } }];

export const shapes: readonly Shape[] = [
  {
    what: "BatchJob: each on the next 20, in a ring",
    manifests: named("BatchJob", (index, count) => ({
      ...to,
      ...after(...Array.from({ length: 20 }, (_, next) => `b${(index + next + 1) % count}`)),
    })),
  },
  { what: "BatchJob: a chain", manifests: named("BatchJob", (index) => ({ ...to, ...after(`b${index + 1}`) })) },
  {
    what: "BatchJob: all on one",
    manifests: named("BatchJob", (index) => ({ ...to, ...(index === 0 ? {} : after("b0")) })),
  },
  {
    what: "BatchJob: all in one queue, of one definition",
    manifests: named("BatchJob", () => ({ jobQueueRef: { name: "hub" }, jobDefinitionRef: { name: "none" } })),
    hub: object("JobQueue", "hub", { priority: 1, computeEnvironmentOrder: orderOf("none") }),
  },
  {
    what: "JobDefinition: all of one name",
    manifests: named("JobDefinition", () => ({ ...smallJob, jobDefinitionName: "mallory_one" })),
  },
  {
    what: "JobDefinition: all with a name of another namespace",
    manifests: named("JobDefinition", () => ({ ...smallJob, jobDefinitionName: "team_one" })),
  },
  {
    what: "JobDefinition: all with one consumable",
    manifests: named("JobDefinition", () => consuming),
    hub: object("ConsumableResource", "hub", { resourceType: "REPLENISHABLE", totalQuantity: 1 }),
  },
  {
    what: "JobDefinition: all with one consumable, which is deleted",
    manifests: named("JobDefinition", () => consuming),
    hub: object("ConsumableResource", "hub", { resourceType: "REPLENISHABLE", totalQuantity: 1 }),
    hubGoes: true,
  },
  {
    what: "JobDefinition: all with one BatchRole",
    manifests: named("JobDefinition", () => ({ ...smallJob, jobRoleRef: { name: "hub" } })),
    hub: object("BatchRole", "hub", { purpose: "job" }),
  },
  {
    what: "JobQueue: all on one environment",
    manifests: named("JobQueue", () => ({ priority: 1, computeEnvironmentOrder: orderOf("hub") })),
    hub: object("BatchComputeEnvironment", "hub", managed),
  },
  {
    what: "JobQueue: all with one scheduling policy",
    manifests: named("JobQueue", () => ({
      priority: 1,
      computeEnvironmentOrder: orderOf("none"),
      schedulingPolicyRef: { name: "hub" },
    })),
    hub: object("SchedulingPolicy", "hub", { fairsharePolicy: { shareDecaySeconds: 600 } }),
  },
  {
    what: "JobQueue: all of one name",
    manifests: named("JobQueue", () => ({
      jobQueueName: "mallory_one",
      priority: 1,
      computeEnvironmentOrder: orderOf("none"),
    })),
  },
  {
    what: "BatchComputeEnvironment: all of one name",
    manifests: named("BatchComputeEnvironment", () => ({ ...managed, computeEnvironmentName: "mallory_one" })),
  },
  { what: "BatchComputeEnvironment", manifests: named("BatchComputeEnvironment", () => managed) },
  {
    what: "BatchComputeEnvironment: each in a subnet and a group of its own",
    manifests: named("BatchComputeEnvironment", (index) => inNetworkOf(index)),
  },
  {
    what: "BatchNetwork: each with endpoints, and a VPC of its own",
    manifests: named("BatchNetwork", (index) => ({
      vpcId: `vpc-${index}`,
      subnets: [`subnet-${index}`],
      vpcEndpoints: { needs: ["ecs"] },
    })),
  },
  {
    what: "BatchComputeEnvironment: each with a role of its own",
    manifests: named("BatchComputeEnvironment", () => ({
      ...managed,
      iam: { serviceRole: {} },
    })),
  },
  {
    what: "QuotaShare: all of one name in one queue",
    manifests: named("QuotaShare", () => ({
      jobQueueRef: { name: "hub" },
      quotaShareName: "one",
      capacityLimits: [{ maxCapacity: 1, capacityUnit: "NUM_INSTANCES" }],
    })),
    hub: object("JobQueue", "hub", { priority: 1, jobQueueType: "SAGEMAKER_TRAINING" }),
  },
  {
    what: "ConsumableResource: all of one name",
    manifests: named("ConsumableResource", () => ({
      consumableResourceName: "mallory_one",
      resourceType: "REPLENISHABLE",
      totalQuantity: 1,
    })),
  },
  {
    what: "ConsumableResource",
    manifests: named("ConsumableResource", () => ({ resourceType: "REPLENISHABLE", totalQuantity: 1 })),
  },
  {
    what: "SchedulingPolicy: all of one name",
    manifests: named("SchedulingPolicy", () => ({
      schedulingPolicyName: "mallory_one",
      fairsharePolicy: { shareDecaySeconds: 600 },
    })),
  },
  {
    what: "ServiceEnvironment: all of one name",
    manifests: named("ServiceEnvironment", () => ({
      serviceEnvironmentName: "mallory_one",
      serviceEnvironmentType: "SAGEMAKER_TRAINING",
      capacityLimits: [{ maxCapacity: 1, capacityUnit: "NUM_INSTANCES" }],
    })),
  },
];
