import type { DefinitionRevision } from "./batch.ts";
import { nameIn } from "./names.ts";

type Body = Pick<DefinitionRevision, "consumableResourceProperties" | "nodeProperties">;

/** The names of the consumable resources that the jobs of a revision hold, each once; no member where there are none. Pure. */
export function consumablesNamedBy({ consumableResourceProperties, nodeProperties }: Body): {
  readonly consumables?: readonly string[];
} {
  const ranges = nodeProperties?.nodeRangeProperties ?? [];
  const lists = [consumableResourceProperties, ...ranges.map((range) => range.consumableResourceProperties)];
  const names = lists.flatMap((one) =>
    (one?.consumableResourceList ?? []).flatMap(({ consumableResource: name }) =>
      name === undefined ? [] : nameIn(name),
    ),
  );
  return names.length === 0 ? {} : { consumables: [...new Set(names)] };
}
