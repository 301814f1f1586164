import type { Policy } from "../../../aws/batch.ts";
import type { ResourceSeen } from "../resource/seen.ts";

/** Everything that the plan of a scheduling policy is computed from. */
export interface Seen extends ResourceSeen<Policy> {
  /** Names of the queues in AWS that have the policy. */
  readonly users: readonly string[];
}
