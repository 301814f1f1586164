import type { Environment, Queue } from "../batch.ts";
import type { ResourceType } from "../names.ts";
import { computeEnvironments, type EnvironmentWrites } from "./compute-environments.ts";
import { type DefinitionWrites, jobDefinitions, type Revisions, type StoredRevision } from "./job-definitions.ts";
import { jobQueues, type QueueWrites } from "./job-queues.ts";
import type { ListedResource, Resource, Writing } from "./resource.ts";

/**
 * The resources of AWS Batch that the operator keeps, by the names that snapshots and changes have for them. What else
 * the operator knows of a resource follows from its entry: calls, permissions, what is kept and observed, writes and
 * their effects, and tags.
 */

/** What is kept of each resource under one name. */
export interface ResourceRecords {
  readonly environments: Environment;
  readonly queues: Queue;
  readonly definitions: Revisions<StoredRevision>;
}

export type ResourceKey = keyof ResourceRecords;
/** Those that are listed together (`ListsObserver`). */
export type ListedKey = Exclude<ResourceKey, "definitions">;

/** The entries of resources that are listed together. */
export const listedResources: { readonly [K in ListedKey]: ListedResource<ResourceRecords[K]> } = {
  environments: computeEnvironments,
  queues: jobQueues,
};

/** The entry of each resource. */
export const resources: { readonly [K in ResourceKey]: Resource<ResourceRecords[K]> } = {
  ...listedResources,
  definitions: jobDefinitions,
};

/** The calls of all resources, with the permissions that they need. */
export const resourceCalls = { ...computeEnvironments.calls, ...jobQueues.calls, ...jobDefinitions.calls };

/** The writes of all resources. */
export interface ResourceWrites extends EnvironmentWrites, QueueWrites, DefinitionWrites {}

/** The writes of the listed resources. */
export function listedWrites(
  writing: <K extends ListedKey>(key: K) => Writing<ResourceRecords[K]>,
): EnvironmentWrites & QueueWrites {
  return { ...computeEnvironments.writes(writing("environments")), ...jobQueues.writes(writing("queues")) };
}

export const listedKeys = Object.keys(listedResources) as readonly ListedKey[];
export const resourceKeys = Object.keys(resources) as readonly ResourceKey[];

export function isListed(key: ResourceKey): key is ListedKey {
  return key in listedResources;
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
