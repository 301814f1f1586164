/** The consumables that a spec references as objects: their names in AWS take the place of the references. */

import type { KubeObject, ObjectKey } from "../../api/object.ts";
import type { ConsumablesHeld } from "../../api/v1alpha1/consumables-held.ts";
import { ConsumableResourceKind } from "../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../aws/names.ts";
import type { BatchRegion } from "../../aws/region.ts";
import { referredKey } from "../ownership/naming.ts";
import type { Ports } from "../ports.ts";
import type { Sharing } from "./access.ts";
import {
  labelsAskedFor,
  ownerOfName,
  type RecordedThing,
  type Referring,
  type ResourceReference,
  resourceAt,
  resourceNamed,
} from "./reference.ts";

export type ConsumableEntry = NonNullable<ConsumablesHeld["consumableResourceList"]>[number];

/** A consumable that is referenced or named, and that a job may not newly hold, or not yet. */
export type Hindrance = Exclude<ResourceReference, { readonly kind: "resolved" }>;

/** What the references in a spec lead to. */
export interface NamedConsumables {
  readonly hindrances: readonly Hindrance[];
  /** The same list with names of AWS. What does not lead to an object has no name, and is left out. */
  readonly named: (held: ConsumablesHeld) => ConsumablesHeld;
}

/** Where references are resolved. */
export interface Resolving {
  readonly region: BatchRegion;
  readonly ports: Pick<Ports, "objects" | "cluster" | "settings">;
  readonly signal: AbortSignal;
}

const thing: RecordedThing = {
  type: "consumable-resource",
  records: "consumableResources",
  kind: ConsumableResourceKind,
  called: "consumable resource",
  oneOf: "a consumable",
};

/**
 * @param entries of all lists of the object's spec
 * @param noun of the object's kind
 * @throws StoreError when the labels of the namespace cannot be read for now
 */
export async function namedConsumables(
  object: KubeObject,
  entries: readonly ConsumableEntry[],
  noun: string,
  { region, ports, signal }: Resolving,
): Promise<NamedConsumables> {
  const { namespace } = object.metadata;
  const { consumableResources: consumables } = region.snapshot();
  const ownerOf = (name: string): ObjectKey | undefined =>
    ownerOfName(name, consumables.get(name), ConsumableResourceKind, ports);
  const targets = entries.flatMap(
    (entry) =>
      referredKey(entry.consumableResourceRef, object) ?? ownerOf(nameIn(entry.consumableResource ?? "")) ?? [],
  );
  const objects = targets.map((key) => ports.objects.get(ConsumableResourceKind, key) as Sharing | undefined);
  const labels = await labelsAskedFor(namespace, objects, ports, signal);
  const referring: Referring = { namespace, noun, region, ports, labels };
  const referenceOf = ({
    consumableResource: nameOrArn = "",
    consumableResourceRef,
  }: ConsumableEntry): ResourceReference => {
    const key = referredKey(consumableResourceRef, object);
    if (key !== undefined) return resourceAt(key, thing, referring);
    return resourceNamed(nameOrArn, thing, referring);
  };
  const found = new Map(entries.map((entry) => [entry, referenceOf(entry)]));
  return {
    hindrances: [...found.values()].filter((one) => one.kind !== "resolved"),
    named: (held) => {
      const { consumableResourceList: list } = held;
      if (list === undefined) return held;
      return { ...held, consumableResourceList: list.flatMap((entry) => namedEntry(entry, found.get(entry))) };
    },
  };
}

function namedEntry(
  { consumableResourceRef, ...entry }: ConsumableEntry,
  reference: ResourceReference | undefined,
): ConsumableEntry[] {
  if (consumableResourceRef === undefined) return [entry];
  if (reference === undefined || reference.kind === "unresolved") return [];
  return [{ ...entry, consumableResource: nameIn(reference.arn) }];
}
