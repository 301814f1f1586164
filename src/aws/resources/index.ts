import type { Consumable, Environment, Policy, Queue, QuotaShareRecord, ServiceEnvironmentRecord } from "../batch.ts";
import type { ResourceType } from "../names.ts";
import { computeEnvironments, type EnvironmentWrites } from "./compute-environments.ts";
import { type ConsumableWrites, consumableResources } from "./consumable-resources.ts";
import { type DefinitionWrites, jobDefinitions, type Revisions, type StoredRevision } from "./job-definitions.ts";
import { jobQueues, type QueueWrites } from "./job-queues.ts";
import { type QuotaShareWrites, quotaShares } from "./quota-shares.ts";
import type { AskedResource, DescribedResource, ListedResource, Resource, Writing } from "./resource.ts";
import { type PolicyWrites, schedulingPolicies } from "./scheduling-policies.ts";
import { type ServiceEnvironmentWrites, serviceEnvironments } from "./service-environments.ts";

/**
 * The resources of AWS Batch that the operator keeps, by the names that snapshots and changes have for them. What else
 * the operator knows of a resource follows from its entry: calls, permissions, what is kept and observed, writes and
 * their effects, and tags.
 */

/** What is kept of each resource under one name. */
export interface ResourceRecords {
  readonly computeEnvironments: Environment;
  readonly jobQueues: Queue;
  readonly jobDefinitions: Revisions<StoredRevision>;
  readonly schedulingPolicies: Policy;
  readonly serviceEnvironments: ServiceEnvironmentRecord;
  readonly consumableResources: Consumable;
  readonly quotaShares: QuotaShareRecord;
}

export type ResourceKey = keyof ResourceRecords;
/** Those that are listed together, as a whole. */
export type ListedKey = "computeEnvironments" | "jobQueues";
/** Those of which only names that objects give are read, each apart from the others. */
export type AskedKey = Exclude<ResourceKey, ListedKey | "jobDefinitions">;
/** Those with one record under a name, which `ListsObserver` keeps up to date. */
export type DescribedKey = ListedKey | AskedKey;

/** The entries of resources that are listed together. */
export const listedResources: { readonly [K in ListedKey]: ListedResource<ResourceRecords[K]> } = {
  computeEnvironments,
  jobQueues,
};

/** The entries of resources that are read by the names of objects. */
export const askedResources: { readonly [K in AskedKey]: AskedResource<ResourceRecords[K]> } = {
  schedulingPolicies,
  serviceEnvironments,
  consumableResources,
  quotaShares,
};

/** The entries of resources with one record under a name. */
export const describedResources: { readonly [K in DescribedKey]: DescribedResource<ResourceRecords[K]> } = {
  ...listedResources,
  ...askedResources,
};

/** The entry of each resource. */
export const resources: { readonly [K in ResourceKey]: Resource<ResourceRecords[K]> } = {
  ...describedResources,
  jobDefinitions,
};

/** The calls of all resources, with the permissions that they need. */
export const resourceCalls = {
  ...computeEnvironments.calls,
  ...jobQueues.calls,
  ...jobDefinitions.calls,
  ...schedulingPolicies.calls,
  ...serviceEnvironments.calls,
  ...consumableResources.calls,
  ...quotaShares.calls,
};

/** The writes of the resources with one record under a name. */
export interface DescribedWrites
  extends EnvironmentWrites,
    QueueWrites,
    PolicyWrites,
    ServiceEnvironmentWrites,
    ConsumableWrites,
    QuotaShareWrites {}

/** The writes of all resources. */
export interface ResourceWrites extends DescribedWrites, DefinitionWrites {}

export function describedWrites(
  writing: <K extends DescribedKey>(key: K) => Writing<ResourceRecords[K]>,
): DescribedWrites {
  return {
    ...computeEnvironments.writes(writing("computeEnvironments")),
    ...jobQueues.writes(writing("jobQueues")),
    ...schedulingPolicies.writes(writing("schedulingPolicies")),
    ...serviceEnvironments.writes(writing("serviceEnvironments")),
    ...consumableResources.writes(writing("consumableResources")),
    ...quotaShares.writes(writing("quotaShares")),
  };
}

export const listedKeys = Object.keys(listedResources) as readonly ListedKey[];
export const askedKeys = Object.keys(askedResources) as readonly AskedKey[];
export const resourceKeys = Object.keys(resources) as readonly ResourceKey[];

export function isDescribed(key: ResourceKey): key is DescribedKey {
  return key in describedResources;
}

export function isAsked(key: ResourceKey): key is AskedKey {
  return key in askedResources;
}

const keyByType = new Map(resourceKeys.map((key) => [resources[key].type, key]));

/** @throws Error when the type has no entry */
export function keyOf(type: ResourceType): ResourceKey {
  const key = keyByType.get(type);
  if (key === undefined) throw new Error(`there is no entry for ${type}`);
  return key;
}

/** Something for each resource. */
export function forEachResource<T>(of: (key: ResourceKey) => T): Readonly<Record<ResourceKey, T>> {
  return Object.fromEntries(resourceKeys.map((key) => [key, of(key)])) as Record<ResourceKey, T>;
}
