/** The consumables that a definition refers to by objects: their names in AWS take the place of the references. */

import type { ObjectKey } from "../../api/object.ts";
import type { JobDefinition, JobDefinitionSpec } from "../../api/v1alpha1/job-definition.ts";
import { ConsumableResourceKind, JobDefinitionKind } from "../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../aws/names.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { Sharing } from "../access.ts";
import { referredKey } from "../naming.ts";
import { namedOwner } from "../ownership.ts";
import type { Ports } from "../ports.ts";
import {
  labelsAskedFor,
  type RecordedThing,
  type Referring,
  type ResourceReference,
  refusalOfName,
  resourceAt,
} from "../reference.ts";

type Consumables = NonNullable<JobDefinitionSpec["consumableResourceProperties"]>;
type Entry = NonNullable<Consumables["consumableResourceList"]>[number];

/** A definition whose spec names its consumables as AWS knows them. */
export interface NamedConsumables {
  readonly object: JobDefinition;
  /** The references that lead to nothing that a new revision may name. */
  readonly hindrances: readonly Hindrance[];
}

export type Hindrance = Exclude<ResourceReference, { readonly kind: "resolved" }>;

const thing: RecordedThing = {
  type: "consumable-resource",
  records: "consumables",
  kind: ConsumableResourceKind,
  called: "consumable resource",
  oneOf: "a consumable",
};

/**
 * What does not lead to an object has no name, and is left out.
 *
 * @throws StoreError when the labels of the namespace cannot be read for now
 */
export async function withConsumables(
  object: JobDefinition,
  region: BatchRegion,
  ports: Pick<Ports, "objects" | "cluster" | "settings">,
  signal: AbortSignal,
): Promise<NamedConsumables> {
  const entries = entriesOf(object.spec);
  if (entries.length === 0) return { object, hindrances: [] };
  const { namespace } = object.metadata;
  const { consumables } = region.snapshot();
  const ownerOf = (name: string): ObjectKey | undefined => namedOwner(consumables.get(name)?.tags, ports.cluster);
  const targets = entries.flatMap(
    (entry) =>
      referredKey(entry.consumableResourceRef, object) ?? ownerOf(nameIn(entry.consumableResource ?? "")) ?? [],
  );
  const objects = targets.map((key) => ports.objects.get(ConsumableResourceKind, key) as Sharing | undefined);
  const labels = await labelsAskedFor(namespace, objects, ports, signal);
  const referring: Referring = { namespace, noun: JobDefinitionKind.noun, region, ports, labels };
  const referenceOf = ({ consumableResource: nameOrArn = "", consumableResourceRef }: Entry): ResourceReference => {
    const key = referredKey(consumableResourceRef, object);
    if (key !== undefined) return resourceAt(key, thing, referring);
    const tags = consumables.get(nameIn(nameOrArn))?.tags;
    return refusalOfName(nameOrArn, tags, thing, referring) ?? { kind: "resolved", arn: nameOrArn };
  };
  const found = new Map(entries.map((entry) => [entry, referenceOf(entry)]));
  return {
    object: { ...object, spec: named(object.spec, (entry) => namedEntry(entry, found.get(entry))) },
    hindrances: [...found.values()].filter((one) => one.kind !== "resolved"),
  };
}

function namedEntry({ consumableResourceRef, ...entry }: Entry, reference: ResourceReference | undefined): Entry[] {
  if (consumableResourceRef === undefined) return [entry];
  if (reference === undefined || reference.kind === "unresolved") return [];
  return [{ ...entry, consumableResource: nameIn(reference.arn) }];
}

/** The consumables of the jobs, and of the nodes of multi-node ones. */
function entriesOf({ consumableResourceProperties, nodeProperties }: JobDefinitionSpec): readonly Entry[] {
  const ranges = nodeProperties?.nodeRangeProperties ?? [];
  const all = [consumableResourceProperties, ...ranges.map((range) => range.consumableResourceProperties)];
  return all.flatMap((one) => one?.consumableResourceList ?? []);
}

function named(spec: JobDefinitionSpec, entriesFor: (entry: Entry) => Entry[]): JobDefinitionSpec {
  const given = (one: Consumables | undefined): { readonly consumableResourceProperties?: Consumables } => {
    if (one?.consumableResourceList === undefined) return {};
    const consumableResourceList = one.consumableResourceList.flatMap(entriesFor);
    return { consumableResourceProperties: { ...one, consumableResourceList } };
  };
  const { nodeProperties: nodes } = spec;
  return {
    ...spec,
    ...given(spec.consumableResourceProperties),
    ...(nodes === undefined
      ? {}
      : {
          nodeProperties: {
            ...nodes,
            nodeRangeProperties: nodes.nodeRangeProperties.map((range) => ({
              ...range,
              ...given(range.consumableResourceProperties),
            })),
          },
        }),
  };
}
