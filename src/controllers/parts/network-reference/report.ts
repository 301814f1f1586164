/** Keeps in status what was taken from the network. Pure. */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { withMembers } from "../../pass/status-fields.ts";
import { takenNow } from "./plan.ts";
import type { NetworkReferenceSeen } from "./seen.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The fields of status with what the object has taken. */
export function withTakenStatus(fields: Fields, seen: NetworkReferenceSeen, object: BatchComputeEnvironment): Fields {
  return withMembers(fields, "network", { taken: takenNow(seen, object) });
}
