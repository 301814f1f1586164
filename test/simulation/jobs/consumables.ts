import type { BatchJobSpec } from "../../../src/api/v1alpha1/batch-job.ts";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import type { Chance } from "../generate/chance.ts";
import type { Act, Step } from "../story.ts";

/** Consumables of a world of jobs: the definition names one, and some jobs name another one in its place. */

/** Of the definition: it stays, with more or less of it. */
const seats = "seats";
/** Of single jobs: it comes late, goes and comes again. */
const keys = "keys";

/** A consumable, with as much of it as is said. */
export function consumable(name: string, totalQuantity: number, namespace = "team"): Manifest {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "ConsumableResource",
    metadata: { name, namespace },
    spec: { totalQuantity },
  };
}

/** The same steps, in which jobs hold consumables; and what people do with these. */
export function withConsumables(chance: Chance, given: readonly Step[], end: number): readonly Step[] {
  const overrides = new Map<string, Partial<BatchJobSpec>>();
  const addedTo = ({ kind, metadata: { name } }: Manifest): object => {
    if (kind === "JobDefinition") return ofDefinition;
    if (kind !== "BatchJob") return {};
    // Fixed for the life of a job.
    const added = overrides.get(name) ?? (chance.is(0.5) ? ofJob(chance) : {});
    overrides.set(name, added);
    return added;
  };
  const held = ({ at: when, act }: Step): Step => {
    if (act.kind !== "apply") return { at: when, act };
    const { manifest } = act;
    const spec = { ...(manifest.spec as object), ...addedTo(manifest) };
    return { at: when, act: { kind: "apply", manifest: { ...manifest, spec } } };
  };
  const at = (act: Act): Step => ({ at: chance.number() * end, act });
  const applied = (name: string): Act => ({ kind: "apply", manifest: consumable(name, chance.whole(0, 4)) });
  return [
    ...given.map(held),
    { at: 1, act: applied(seats) },
    ...Array.from({ length: chance.whole(0, 3) }, () => at(applied(seats))),
    ...Array.from({ length: chance.whole(0, 3) }, () => at(applied(keys))),
    ...(chance.is(0.4) ? [at({ kind: "delete", of: "ConsumableResource", name: keys })] : []),
  ];
}

const ofDefinition = {
  consumableResourceProperties: {
    consumableResourceList: [{ consumableResourceRef: { name: seats }, quantity: 1 }],
  },
};

function ofJob(chance: Chance): Partial<BatchJobSpec> {
  const entry = chance.of([{ consumableResourceRef: { name: keys } }, { consumableResource: `team_${seats}` }]);
  return {
    consumableResourcePropertiesOverride: { consumableResourceList: [{ ...entry, quantity: chance.whole(1, 2) }] },
  };
}
