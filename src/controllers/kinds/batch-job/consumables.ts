/** The consumables that a job holds in place of those of its definition, by their names in AWS. */

import type { BatchJob, BatchJobSpec } from "../../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../../api/v1alpha1/kinds.ts";
import {
  type ConsumableEntry,
  type NamedConsumables,
  namedConsumables,
  type Resolving,
} from "../../references/consumables.ts";
import { type Held, notYet, resolutionOf } from "../../references/fixed-reference.ts";

/** The members of a job's spec that name consumables. */
type Overrides = Pick<BatchJobSpec, "consumableResourcePropertiesOverride" | "nodeOverrides">;

/** What a job is to be submitted with in place of its own members; or why not yet. */
export type HeldConsumables = { readonly kind: "resolved"; readonly overrides: Overrides } | Held;

/**
 * A job is submitted once, with names that stay: it waits for each consumable, and for what AWS says of one that it names
 * itself.
 */
export async function consumablesOf(object: BatchJob, around: Resolving): Promise<HeldConsumables> {
  const entries = entriesOf(object.spec);
  if (entries.length === 0) return { kind: "resolved", overrides: {} };
  const { hindrances, named } = await namedConsumables(object, entries, BatchJobKind.noun, around);
  const unresolved = hindrances.find((one) => one.kind === "unresolved");
  if (unresolved !== undefined) return resolutionOf(unresolved);
  const awaited = hindrances.find((one) => one.kind === "awaited");
  if (awaited !== undefined) return notYet("WaitingForConsumable", awaited.message, awaited.checkInMs);
  return { kind: "resolved", overrides: namedOverrides(object.spec, named) };
}

/** The consumables of the job, and of the nodes of a multi-node one. */
function entriesOf({ consumableResourcePropertiesOverride, nodeOverrides }: Overrides): readonly ConsumableEntry[] {
  const ranges = nodeOverrides?.nodePropertyOverrides ?? [];
  const all = [
    consumableResourcePropertiesOverride,
    ...ranges.map((range) => range.consumableResourcePropertiesOverride),
  ];
  return all.flatMap((one) => one?.consumableResourceList ?? []);
}

function namedOverrides(
  { consumableResourcePropertiesOverride: held, nodeOverrides }: Overrides,
  named: NamedConsumables["named"],
): Overrides {
  const given = (one: typeof held) => (one === undefined ? {} : { consumableResourcePropertiesOverride: named(one) });
  const ranges = nodeOverrides?.nodePropertyOverrides;
  if (ranges === undefined) return given(held);
  const nodePropertyOverrides = ranges.map((range) => ({
    ...range,
    ...given(range.consumableResourcePropertiesOverride),
  }));
  return { ...given(held), nodeOverrides: { ...nodeOverrides, nodePropertyOverrides } };
}
