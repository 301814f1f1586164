/** Keeps AWS Batch consumable resources as their objects say. */

import { keyText } from "../../api/object.ts";
import type { ConsumableResource, ConsumableResourceSpec } from "../../api/v1alpha1/consumable-resource.ts";
import { ConsumableResourceKind, JobDefinitionKind } from "../../api/v1alpha1/kinds.ts";
import type { Consumable, CreateConsumableResourceRequest, UpdateConsumableResourceRequest } from "../../aws/batch.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { Reconciler } from "../../runtime/object-reconciler.ts";
import { shortHash } from "../fields/fingerprint.ts";
import { fieldsOf } from "../fields/rows.ts";
import { availabilityShownWithinMs, laterMs, marks, othersCheckMs, settleCheckMs } from "../intervals.ts";
import { isOfCluster, ownerIn, ownerTags, quantitySetTag } from "../ownership/ownership.ts";
import { withOwnTags } from "../ownership/tags.ts";
import type { Plan, Serves, Step } from "../pass/agenda.ts";
import type { Ports } from "../ports.ts";
import type { Resolving } from "../references/consumables.ts";
import { regionOf } from "../references/object-region.ts";
import { usersAmong } from "../references/reference.ts";
import { firstOf } from "../wording.ts";
import {
  isLagging,
  noteOfCreation,
  noteOfSetting,
  quantityChange,
  tokenChange,
  typeOf,
} from "./consumable-resource/quantity.ts";
import type { Acts } from "./resource/act.ts";
import type { ResourceAction } from "./resource/action.ts";
import { askedReconciler } from "./resource/controller.ts";
import { changing, inUse } from "./resource/delete.ts";
import { resourceSeen } from "./resource/observe.ts";
import type { ResourceSeen } from "./resource/seen.ts";
import { type Upkeep, upkeepPlan } from "./resource/upkeep.ts";

type Create = CreateConsumableResourceRequest;

/** Everything that the plan of a consumable resource is computed from. */
export interface Seen extends ResourceSeen<Consumable> {
  /** In how many ms it may be believed what AWS gives out; until then the record leaves it out. */
  readonly availabilityInMs: number;
  /** The job definitions of this cluster that name it, `namespace/name`; undefined: they have not been read yet. */
  readonly users: readonly string[] | undefined;
}

/** A quantity that is set, and then noted in the tags: a pass that ends in between sets it again. */
export interface QuantitySetting {
  readonly request: UpdateConsumableResourceRequest;
  readonly arn: string;
  /** The value of `quantitySetTag`. */
  readonly note: string;
}

/** The writes of a consumable. */
export type Action = ResourceAction<Create, QuantitySetting>;

export const consumableFields = fieldsOf<
  ConsumableResourceSpec,
  Create,
  UpdateConsumableResourceRequest,
  "consumableResourceName",
  Consumable
>({
  resourceType: {
    in: "creation",
    initially: "REPLENISHABLE",
    fixed: (spec, seen) => {
      const [desired, found] = [typeOf(spec), typeOf(seen)];
      if (desired === found) return undefined;
      const message = `${seen.consumableResourceName} is ${found} in AWS and cannot become ${desired}: restore resourceType, or create another object with another spec.consumableResourceName`;
      return { reason: "ResourceTypeFixed", message };
    },
  },
  // AWS's current quantity says little about what was set. An update sets it by an operation of its own.
  totalQuantity: { in: "creation", judge: quantityChange },
  quantityToken: { sentBy: "plan", judge: tokenChange },
  allowedNamespaces: { sentBy: "nobody" },
});

const upkeep: Upkeep<ConsumableResourceSpec, Consumable, Seen, Create, QuantitySetting> = {
  kind: ConsumableResourceKind,
  fields: consumableFields,
  creates: ({ spec }, { identity }) => ({
    tags: withOwnTags(spec.tags, { ...ownerTags(identity), [quantitySetTag]: noteOfCreation(spec) }),
  }),
  update: (_changed, seen, spec) => setting(spec, seen),
  ownTags: (spec, { record }) =>
    // A consumable that was adopted, or lost its note, counts as set by the current token of the spec.
    typeOf(spec) === "NON_REPLENISHABLE" && record?.tags?.[quantitySetTag] === undefined
      ? { [quantitySetTag]: noteOfCreation(spec) }
      : {},
  serves,
  removal: ({ metadata }, seen, record, now) =>
    removal(seen, record, now - Date.parse(metadata.deletionTimestamp ?? "")),
};

export function planFor(object: ConsumableResource, seen: Seen, now: number): Plan<Action> {
  return upkeepPlan(upkeep, object, seen, now);
}

/**
 * AWS takes a repeated request with one token for the same for eight hours: a NON_REPLENISHABLE consumable is not refilled
 * twice where the note of the first got lost.
 */
function setting(spec: ConsumableResourceSpec, { name, arn, identity, record }: Seen): QuantitySetting {
  const { totalQuantity: quantity } = spec;
  const note = noteOfSetting(spec, record?.tags);
  const token = typeOf(spec) === "NON_REPLENISHABLE" ? shortHash([identity.uid, arn, note, quantity], 32) : undefined;
  return {
    request: {
      consumableResource: name,
      operation: "SET",
      quantity,
      ...(token === undefined ? {} : { clientToken: token }),
    },
    arn,
    note,
  };
}

/** AWS gives out no more than the spec says, also while its total still falls. */
function serves(spec: ConsumableResourceSpec, { name, record, availabilityInMs }: Seen): Serves {
  if (record === undefined || typeOf(spec) !== "REPLENISHABLE" || !isLagging(spec, record)) {
    return { kind: "serves", reason: "Available", message: `AWS has ${name} as the spec says` };
  }
  const { totalQuantity: total, inUseQuantity: held } = record;
  const message = `jobs hold ${held} of ${name}: AWS lowers its total from ${total} to ${spec.totalQuantity} as they end`;
  const check = availabilityInMs > 0 ? { checkInMs: availabilityInMs } : {};
  return { kind: "serves", reason: "InUse", message, ...check };
}

/** AWS deletes a consumable at any time, and then jobs wait for it; one that is created under its name serves them again. */
function removal({ name, arn, users }: Seen, { status }: Consumable, goingForMs: number): Step<Action> {
  const wait = changing(name, status);
  if (wait !== undefined) return wait;
  if (users === undefined) {
    const message = `which job definitions name ${name} is not known before they have been read: the operator needs batch:DescribeJobDefinitions`;
    return {
      kind: "wait",
      reason: "Deleting",
      message,
      checkInMs: settleCheckMs,
      stallsAfterMs: marks.unreadStallsMs,
    };
  }
  if (users.length > 0) {
    const message = `jobs of ${firstOf(users)} need ${name}, and would wait without it: remove it from these definitions, or delete them`;
    return { ...inUse(message), checkInMs: laterMs(goingForMs, othersCheckMs) };
  }
  const message = `no definition names ${name}: deleting it`;
  return { kind: "act", action: { kind: "delete", name, arn }, reason: "Deleting", message };
}

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
  const byRevision = [...definitions.values()].flatMap(([newest]) => {
    const owner = newest?.consumables?.includes(name) === true ? ownerIn(newest.tags) : undefined;
    return owner !== undefined && isOfCluster(owner, cluster) ? owner : [];
  });
  const users = await usersAmong([...naming.map(({ metadata }) => metadata), ...byRevision], object, ports, signal);
  return [...new Set(users.map(keyText))].toSorted();
}

export function report({ totalQuantity, inUseQuantity }: Consumable): Readonly<Record<string, unknown>> {
  return { totalQuantity, inUseQuantity };
}

export const acts: Acts<Action> = {
  create: ({ request }, region, signal) => region.createConsumableResource(request, signal),
  update: async ({ request: { request, arn, note } }, region, signal) => {
    await region.updateConsumableResource(request, signal);
    await region.changeTags(arn, { set: { [quantitySetTag]: note }, remove: [] }, signal);
  },
  delete: ({ name }, region, signal) => region.deleteConsumableResource(name, signal),
};

export function consumableResources(ports: Ports): Reconciler {
  return askedReconciler<ConsumableResource, Seen, Action>(
    {
      kind: ConsumableResourceKind,
      observe: (object, region, signal) => observe(object, region, ports, signal),
      // Definitions name it, never queues.
      reliesOnQueues: () => false,
      plan: planFor,
      acts,
      report,
    },
    ports,
  );
}
