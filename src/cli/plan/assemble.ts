import { type KubeObject, keyText } from "../../api/object.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import type { JobDefinition } from "../../api/v1alpha1/job-definition.ts";
import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import { BatchComputeEnvironmentKind, JobDefinitionKind, JobQueueKind, kinds } from "../../api/v1alpha1/kinds.ts";
import { clusterTag, clusterUidTag } from "../../controllers/ownership.ts";
import { orderOf } from "../../controllers/queue-order.ts";
import { definitionEntry } from "./definitions.ts";
import { type AffectedQueue, type Entry, noJobs } from "./entry.ts";
import { environmentEntry } from "./environments.ts";
import type { EntryBody } from "./held.ts";
import { countJobs, unendedJobs } from "./jobs.ts";
import { queueEntry } from "./queues.ts";
import type { ReadRegion } from "./region.ts";
import { type Owned, ownedIn, type PlanWorld } from "./world.ts";

/** One entry per manifest, in the order of the files. */
export async function entriesOf(world: PlanWorld, signal: AbortSignal): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const { object, file } of world.objects) {
    const region = world.regionOf(object);
    const body = await bodyOf(object, region, world, signal);
    const { kind, metadata } = object;
    const { namespace, name } = metadata;
    entries.push({ kind, namespace, name, file, region: region.region, ...body });
  }
  return withHandovers(entries);
}

/**
 * One entry per object that is missing among the manifests, if those are all there shall be: what is in AWS by the
 * tags of this cluster, without an object.
 */
export async function deletionsOf(
  world: PlanWorld,
  regions: ReadonlyMap<string, ReadRegion>,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const deletions: Entry[] = [];
  for (const region of regions.values()) {
    for (const group of orphansIn(region, world)) deletions.push(await deletion(group, region, signal));
  }
  return deletions;
}

/** AWS names of what bears the tags of this cluster, but belongs to none of its objects. */
export function orphanNames(world: PlanWorld, regions: ReadonlyMap<string, ReadRegion>): readonly string[] {
  return [...regions.values()].flatMap((region) =>
    orphansIn(region, world).flatMap((group) => group.map(({ kind, awsName }) => `${kind} ${awsName}`)),
  );
}

function bodyOf(object: KubeObject, region: ReadRegion, { ports }: PlanWorld, signal: AbortSignal): Promise<EntryBody> {
  switch (object.kind) {
    case BatchComputeEnvironmentKind.kind:
      return environmentEntry(object as BatchComputeEnvironment, region, ports, signal);
    case JobQueueKind.kind:
      return queueEntry(object as JobQueue, region, ports, signal);
    case JobDefinitionKind.kind:
      return definitionEntry(object as JobDefinition, region, ports, signal);
    default:
      throw new Error(`there is no plan for ${object.kind}`);
  }
}

/** A queue that changes nothing by itself still follows an environment that is replaced. */
function withHandovers(entries: readonly Entry[]): readonly Entry[] {
  const replaced = entries.filter(({ action, blocked }) => action === "replace" && blocked === undefined);
  return entries.map((entry) => {
    if (entry.kind !== JobQueueKind.kind) return entry;
    const follows = replaced.filter(({ queues }) => queues.some(({ name }) => name === entry.awsName));
    const notes = follows.map(({ namespace, name }) => `moves to the new environment of ${namespace}/${name}`);
    return { ...entry, notes: [...entry.notes, ...notes] };
  });
}

/** What is ours in AWS and has no object, by the object that it had. */
function orphansIn(region: ReadRegion, world: PlanWorld): readonly (readonly Owned[])[] {
  const { cluster, objects } = world.ports;
  const wanted = new Set(
    kinds.flatMap((kind) => objects.list(kind)).map(({ kind, metadata }) => `${kind} ${keyText(metadata)}`),
  );
  const orphans = new Map<string, Owned[]>();
  for (const owned of ownedIn(region)) {
    const text = `${owned.kind} ${keyText(owned.key)}`;
    const ours = owned.tags[clusterTag] === cluster.name && owned.tags[clusterUidTag] === cluster.uid;
    if (ours && !wanted.has(text)) orphans.set(text, [...(orphans.get(text) ?? []), owned]);
  }
  return [...orphans.values()];
}

async function deletion(group: readonly Owned[], region: ReadRegion, signal: AbortSignal): Promise<Entry> {
  const kind = group[0]?.kind ?? "";
  const { namespace = "", name = "" } = group[0]?.key ?? {};
  const awsNames = group.map(({ awsName }) => awsName);
  return {
    kind,
    namespace,
    name,
    file: undefined,
    region: region.region,
    action: "delete",
    blocked: undefined,
    awsName: awsNames.join(", "),
    title: `${awsNames.join(", ")} is deleted: its manifest is missing`,
    fields: [],
    queues: await queuesOf(kind, awsNames, region, signal),
    jobs:
      kind === JobDefinitionKind.kind
        ? noJobs
        : { kind: "waitedFor", why: "unfinished jobs are waited for, unless the object's drain.policy is Terminate" },
    notes: ["nothing is deleted where the object's deletionPolicy is Retain"],
  };
}

async function queuesOf(
  kind: string,
  awsNames: readonly string[],
  region: ReadRegion,
  signal: AbortSignal,
): Promise<readonly AffectedQueue[]> {
  // Everything unfinished in a queue ends with it, unless it is waited for.
  if (kind === JobQueueKind.kind) return await countJobs(awsNames, region, signal, unendedJobs);
  if (kind !== BatchComputeEnvironmentKind.kind) return [];
  const naming = [...region.snapshot().queues.values()].filter((queue) =>
    orderOf(queue).some((environment) => awsNames.includes(environment)),
  );
  return await countJobs(
    naming.map(({ jobQueueName }) => jobQueueName),
    region,
    signal,
  );
}
