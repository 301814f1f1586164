import { keyText } from "../../../api/object.ts";
import type { ConsumableResource } from "../../../api/v1alpha1/consumable-resource.ts";
import { ConsumableResourceKind, JobDefinitionKind } from "../../../api/v1alpha1/kinds.ts";
import type { Consumable } from "../../../aws/batch.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { availabilityShownWithinMs } from "../../intervals.ts";
import { isOfCluster, ownerIn } from "../../ownership/ownership.ts";
import type { Ports } from "../../ports.ts";
import { accessTo } from "../../references/access.ts";
import type { Resolving } from "../../references/consumables.ts";
import { regionOf } from "../../references/object-region.ts";
import { labelsAskedFor } from "../../references/reference.ts";
import { resourceSeen } from "../resource/observe.ts";
import type { Seen } from "./seen.ts";

export async function observe(
  object: ConsumableResource,
  region: BatchRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<Seen> {
  const observed = { object, kind: ConsumableResourceKind, type: "consumable-resource", region } as const;
  const seen = await resourceSeen<Consumable, ConsumableResource>(observed, ports, signal);
  const sinceWriteMs = ports.clock.now() - region.snapshot().lastWriteAt("consumable-resource", seen.name);
  const availabilityInMs = Math.max(0, availabilityShownWithinMs - sinceWriteMs);
  const record = availabilityInMs === 0 ? seen.record : withoutAvailability(seen.record);
  const isLeaving = object.metadata.deletionTimestamp !== undefined;
  return {
    ...seen,
    record,
    availabilityInMs,
    users: isLeaving ? await usersOf(object, seen.name, { region, ports, signal }) : [],
  };
}

/** AWS may still describe what it gave out before our last write, as if somebody had raised the total since then. */
function withoutAvailability(record: Consumable | undefined): Consumable | undefined {
  if (record === undefined) return undefined;
  const { availableQuantity: _mayBeOld, ...rest } = record;
  return rest;
}

/**
 * The definitions by which jobs are given the consumable: by a spec or by the revision that jobs by name run until the spec
 * is registered, in namespaces that may name it.
 *
 * @throws StoreError when the labels of a namespace cannot be read for now
 */
async function usersOf(
  object: ConsumableResource,
  name: string,
  { region, ports, signal }: Resolving,
): Promise<readonly string[] | undefined> {
  const { objects, settings, cluster } = ports;
  const { jobDefinitions: definitions } = region.snapshot();
  if (definitions === undefined) return undefined;
  const to = ConsumableResourceKind.kind;
  const naming = [
    ...objects.referring(JobDefinitionKind, to, object.metadata),
    ...objects.naming(JobDefinitionKind, to, name),
  ].filter((one) => regionOf(one, { defaultRegion: settings.region }) === region.region);
  // Who may not name it would only keep it from being deleted.
  const mayName = async (namespace: string): Promise<boolean> =>
    accessTo(object, namespace, await labelsAskedFor(namespace, [object], ports, signal)).kind === "allowed";
  const byRevision = [...definitions.values()].flatMap(([newest]) => {
    const owner = newest?.consumables?.includes(name) === true ? ownerIn(newest.tags) : undefined;
    return owner !== undefined && isOfCluster(owner, cluster) ? owner : [];
  });
  const users = [...naming.map(({ metadata }) => metadata), ...byRevision];
  const allowed = new Map<string, boolean>();
  for (const namespace of new Set(users.map((user) => user.namespace)))
    allowed.set(namespace, await mayName(namespace));
  return [...new Set(users.filter(({ namespace }) => allowed.get(namespace)).map(keyText))].toSorted();
}
