import type { BatchSnapshot } from "../aws/region.ts";
import type { RegionChange } from "../aws/region-cache.ts";
import { type ResourceKey, type ResourceType, resourceKeys, resources } from "../aws/resources/index.ts";
import { jsonEqual } from "../runtime/json-equal.ts";

/** CloudTrail may take so long to record a call of ours. */
const ownForMs = 900_000;

/** What AWS changes by itself, which no event announces. */
const changedByAws: ReadonlySet<string> = new Set([
  "status",
  "statusReason",
  "desiredvCpus",
  "batchImageStatus",
  "ecsClusterArn",
  "availableQuantity",
  "inUseQuantity",
  "totalQuantity",
  "read",
]);

/** How a resource is called where events and reads of it are compared. */
export function resourceName(type: ResourceType, name: string): string {
  return `${type} ${name}`;
}

/**
 * The resources that somebody else has changed, as a read shows: each change should have had an event. Pure.
 * @param now wall time (ms)
 */
export function changedByOthers(
  change: RegionChange,
  before: BatchSnapshot,
  after: BatchSnapshot,
  now: number,
): readonly string[] {
  if (change.asked) return [];
  return resourceKeys.flatMap((key) =>
    change[key]
      .filter((name) => wasRead(key, name, before))
      .filter((name) => now - after.lastWriteAt(resources[key].type, name) >= ownForMs)
      .filter((name) => !jsonEqual(shownOf(before[key]?.get(name)), shownOf(after[key]?.get(name))))
      .map((name) => resourceName(resources[key].type, name)),
  );
}

/** What is read for the first time has not changed. */
function wasRead(key: ResourceKey, name: string, before: BatchSnapshot): boolean {
  if (key === "jobDefinitions") return before.jobDefinitions !== undefined;
  if (key === "computeEnvironments" || key === "jobQueues") return before.listedAt !== undefined;
  return before.hasRead(key, name);
}

/** Null: it is not there, or is going. */
function shownOf(record: unknown): unknown {
  const { status } = (record ?? {}) as { readonly status?: string };
  return record === undefined || status === "DELETING" ? null : withoutOwn(record);
}

function withoutOwn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwn);
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).filter(([name]) => !changedByAws.has(name));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutOwn(member)]));
}
