/** The consumables that the jobs of a definition hold, by their names in AWS. */

import type { JobDefinition, JobDefinitionSpec } from "../../../api/v1alpha1/job-definition.ts";
import { JobDefinitionKind } from "../../../api/v1alpha1/kinds.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { Ports } from "../../ports.ts";
import {
  type ConsumableEntry,
  type Hindrance,
  type NamedConsumables,
  namedConsumables,
} from "../../references/consumables.ts";

/**
 * A definition whose spec names its consumables as AWS knows them, and the references that lead to nothing that a new
 * revision may name.
 *
 * @throws StoreError when the labels of the namespace cannot be read for now
 */
export async function withConsumables(
  object: JobDefinition,
  region: BatchRegion,
  ports: Pick<Ports, "objects" | "cluster" | "settings">,
  signal: AbortSignal,
): Promise<{ readonly object: JobDefinition; readonly hindrances: readonly Hindrance[] }> {
  const entries = entriesOf(object.spec);
  if (entries.length === 0) return { object, hindrances: [] };
  const { hindrances, named } = await namedConsumables(object, entries, JobDefinitionKind.noun, {
    region,
    ports,
    signal,
  });
  return { object: { ...object, spec: namedSpec(object.spec, named) }, hindrances };
}

/** The consumables of the jobs, and of the nodes of multi-node ones. */
function entriesOf({ consumableResourceProperties, nodeProperties }: JobDefinitionSpec): readonly ConsumableEntry[] {
  const ranges = nodeProperties?.nodeRangeProperties ?? [];
  const all = [consumableResourceProperties, ...ranges.map((range) => range.consumableResourceProperties)];
  return all.flatMap((one) => one?.consumableResourceList ?? []);
}

function namedSpec(spec: JobDefinitionSpec, named: NamedConsumables["named"]): JobDefinitionSpec {
  const given = ({ consumableResourceProperties: held }: Pick<JobDefinitionSpec, "consumableResourceProperties">) =>
    held === undefined ? {} : { consumableResourceProperties: named(held) };
  const { nodeProperties: nodes } = spec;
  return {
    ...spec,
    ...given(spec),
    ...(nodes === undefined
      ? {}
      : {
          nodeProperties: {
            ...nodes,
            nodeRangeProperties: nodes.nodeRangeProperties.map((range) => ({ ...range, ...given(range) })),
          },
        }),
  };
}
