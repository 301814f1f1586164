/** Keeps in status what was taken from the network. Pure. */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { takenNow } from "./plan.ts";
import type { NetworkReferenceSeen } from "./seen.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The fields of status with what the object has taken. */
export function withTakenStatus(fields: Fields, seen: NetworkReferenceSeen, object: BatchComputeEnvironment): Fields {
  const { network, ...rest } = fields;
  const { taken: _before, ...others } = (network ?? {}) as Fields;
  const taken = takenNow(seen, object);
  const all = { ...others, ...(taken === undefined ? {} : { taken }) };
  return Object.keys(all).length === 0 ? rest : { ...rest, network: all };
}
