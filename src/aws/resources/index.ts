/**
 * The door of the resources: those of AWS Batch that the operator keeps, by the names that snapshots and changes have for them. What else
 * the operator knows of a resource follows from its entry: calls, permissions, what is kept and observed, writes and
 * their effects, and tags.
 */

import type {
  BatchPart,
  Consumable,
  Environment,
  Policy,
  Queue,
  QuotaShareRecord,
  ServiceEnvironmentRecord,
} from "../batch.ts";
import { operationOf } from "../call-facts.ts";
import { revisionIn, shareNameIn } from "../names.ts";
import { computeEnvironmentCalls, computeEnvironments, type EnvironmentWrites } from "./compute-environments.ts";
import { type ConsumableWrites, consumableResourceCalls, consumableResources } from "./consumable-resources.ts";
import {
  type DefinitionWrites,
  jobDefinitionCalls,
  jobDefinitions,
  type Revisions,
  type StoredRevision,
} from "./job-definitions.ts";
import { jobQueueCalls, jobQueues, type QueueWrites } from "./job-queues.ts";
import { type QuotaShareWrites, quotaShareCalls, quotaShares } from "./quota-shares.ts";
import type { AskedResource, DescribedResource, ListedResource, Resource, Writing } from "./resource.ts";
import { type PolicyWrites, schedulingPolicies, schedulingPolicyCalls } from "./scheduling-policies.ts";
import { type ServiceEnvironmentWrites, serviceEnvironmentCalls, serviceEnvironments } from "./service-environments.ts";

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

const listed = { computeEnvironments, jobQueues };
const asked = { schedulingPolicies, serviceEnvironments, consumableResources, quotaShares };
const described = { ...listed, ...asked };
const all = { ...described, jobDefinitions };

/** As ARNs name the types of these resources, e.g. `compute-environment`. */
export type ResourceType = (typeof all)[keyof typeof all]["type"];

/** The entries of resources that are listed together. */
export const listedResources: { readonly [K in ListedKey]: ListedResource<ResourceRecords[K], ResourceApi> } = listed;

/** The entries of resources that are read by the names of objects. */
export const askedResources: {
  readonly [K in AskedKey]: AskedResource<ResourceRecords[K], ResourceApi> & { readonly type: DescribedType };
} = asked;

/** Of those with one record under a name. */
export type DescribedType = (typeof described)[keyof typeof described]["type"];

/** The entries of resources with one record under a name. */
export const describedResources: { readonly [K in DescribedKey]: DescribedResource<ResourceRecords[K]> } = described;

/** The entry of each resource. */
export const resources: {
  readonly [K in ResourceKey]: Resource<ResourceRecords[K]> & { readonly type: ResourceType };
} = all;

/** The calls of all resources, with the permissions that they need. */
export const resourceCalls = {
  ...computeEnvironmentCalls,
  ...jobQueueCalls,
  ...jobDefinitionCalls,
  ...schedulingPolicyCalls,
  ...serviceEnvironmentCalls,
  ...consumableResourceCalls,
  ...quotaShareCalls,
};

/** The calls of all resources. */
export type ResourceApi = BatchPart<keyof typeof resourceCalls>;

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
  writing: <K extends DescribedKey>(key: K) => Writing<ResourceRecords[K], ResourceApi>,
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

const batchArn = /^arn:[^:]+:batch:[^:]*:[^:]*:([a-z-]+)\/([^/]+)$/;

/** The type and name in an ARN of AWS Batch; undefined when it is of no resource that the operator keeps. */
export function resourceIn(arn: string): { readonly type: ResourceType; readonly name: string } | undefined {
  const share = shareNameIn(arn);
  if (share !== undefined) return { type: "quota-share", name: share };
  const [, type, last = ""] = batchArn.exec(arn) ?? [];
  if (!isResourceType(type)) return undefined;
  const name = type === "job-definition" ? revisionIn(last)?.name : last;
  return name === undefined || type === "quota-share" ? undefined : { type, name };
}

function isResourceType(text: string | undefined): text is ResourceType {
  return keyByType.has(text as ResourceType);
}

/** The resource of AWS Batch whose calls have an operation, e.g. `CreateJobQueue`; undefined: it is about something else. */
export function resourceOf(operation: string): ResourceKey | undefined {
  return resourceKeys.find((key) => Object.keys(resources[key].calls).some((name) => operationOf(name) === operation));
}
