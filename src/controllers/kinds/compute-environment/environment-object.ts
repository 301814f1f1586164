/** The types of an environment object as a whole: its environments, and the parts that they depend on. */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { AllowedSeen } from "../../parts/allowed/limits.ts";
import type { NetworkReferenceSeen } from "../../parts/network-reference/seen.ts";
import type { RolesAction } from "../../parts/roles/action.ts";
import type { RolesSeen } from "../../parts/roles/seen.ts";
import type { Action } from "./action.ts";
import type { Seen } from "./seen.ts";

/** Every write for a compute environment, and for what it depends on. */
export type AnyAction = Action | RolesAction;

/** Everything from which the plan of an object is computed. */
export interface Observation {
  /** The object as if its spec named all that its network gives, and the roles created for it. */
  readonly effective: BatchComputeEnvironment;
  readonly own: Omit<Seen, "refusals">;
  readonly reference: NetworkReferenceSeen;
  readonly roles: RolesSeen;
  /** Whether the namespace may use the networks and other resources of the spec. */
  readonly allowed: AllowedSeen;
}
