import type { Consumable } from "../../../aws/batch.ts";
import type { ResourceSeen } from "../resource/seen.ts";

/** Everything that the plan of a consumable resource is computed from. */
export interface Seen extends ResourceSeen<Consumable> {
  /** In how many ms it may be believed what AWS gives out; until then the record leaves it out. */
  readonly availabilityInMs: number;
  /** The job definitions of this cluster that name it, `namespace/name`; undefined: they have not been read yet. */
  readonly users: readonly string[] | undefined;
}
