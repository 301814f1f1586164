import type { Manifest } from "../../../src/kube/memory-store.ts";
import { type Act, consumableDoings, type Step } from "../story.ts";
import type { Chance } from "./chance.ts";

/** Consumables of a world: job definitions reference two of them as objects, and a third by its name in AWS. */

const seats = "cr-seats";
const tokens = "cr-tokens";
const byName = "cr-named";
/** Another tool has made it before the operator adopts it. */
const legacy = "cr-legacy";
const awsNameOf = (name: string): string => `team_${name}`;

function specOf(chance: Chance, name: string): object {
  const common = {
    ...(chance.is(0.3) ? { tags: chance.of([{ team: "a" }, { team: "b", cost: "1" }]) } : {}),
    ...(chance.is(0.1) ? { deletionPolicy: "Retain" } : {}),
    ...(name === legacy || chance.is(0.1) ? { adoptionPolicy: chance.of(["IfExists", "IfMatching"]) } : {}),
  };
  if (name !== tokens) return { ...common, totalQuantity: chance.whole(0, 6) };
  // The quantity is the token's own, so that each pair of specs is one that a person may apply one after the other.
  const [quantityToken, totalQuantity] = chance.of([[undefined, 5] as const, ["a", 3] as const, ["b", 8] as const]);
  const resourceType = "NON_REPLENISHABLE";
  if (quantityToken === undefined) return { ...common, resourceType, totalQuantity };
  return { ...common, resourceType, totalQuantity, quantityToken };
}

function applied(chance: Chance, name: string): Act {
  const manifest: Manifest = {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "ConsumableResource",
    metadata: { name, namespace: "team" },
    spec: specOf(chance, name),
  };
  return { kind: "apply", manifest };
}

/** The same steps, in which the jobs of some definitions hold consumables. */
export function withConsumables(steps: readonly Step[], chance: Chance): Step[] {
  const entry = {
    [seats]: { consumableResourceRef: { name: seats } },
    [tokens]: { consumableResourceRef: { name: tokens } },
    [byName]: { consumableResource: awsNameOf(byName) },
  };
  return steps.map((step) => {
    const { act } = step;
    if (act.kind !== "apply" || act.manifest.kind !== "JobDefinition" || chance.is(0.3)) return step;
    const consumableResourceList = chance
      .shuffled(Object.values(entry))
      .slice(0, chance.whole(1, 2))
      .map((one) => ({ ...one, quantity: chance.whole(1, 2) }));
    const spec = { ...(act.manifest.spec as object), consumableResourceProperties: { consumableResourceList } };
    return { ...step, act: { ...act, manifest: { ...act.manifest, spec } } };
  });
}

/** What users and others do with consumables. */
export function consumableSteps(chance: Chance, until: number): Step[] {
  const all = [seats, tokens, byName];
  const at = (act: Act): Step => ({ at: chance.number() * until, act });
  const several = (most: number, act: () => Act): Step[] =>
    Array.from({ length: chance.whole(0, most) }, () => at(act()));
  const adopted = (): Step[] => {
    const request = { consumableResourceName: awsNameOf(legacy), totalQuantity: chance.whole(0, 6) };
    return [{ at: 0, act: { kind: "legacy", what: "consumable", request } }, at(applied(chance, legacy))];
  };
  return [
    ...all.map((name) => ({ at: chance.whole(0, 60), act: applied(chance, name) })),
    ...(chance.is(0.4) ? adopted() : []),
    ...several(5, () => applied(chance, chance.of(all))),
    ...several(2, () => ({ kind: "delete", of: "ConsumableResource", name: chance.of(all) })),
    ...several(4, () => ({ kind: "tool", doing: chance.of(consumableDoings), pick: chance.whole(0, 100) })),
    ...several(4, () => ({
      kind: "submit",
      pick: chance.whole(0, 100),
      durationMs: chance.of([20_000, 300_000, 1_800_000]),
      size: undefined,
    })),
  ];
}
