/** Results of the preflight: proofs and missing pieces, as plain data. */

import type { environmentCauses, pathCauses, unknownCauses } from "../api/reasons/network.ts";
import type { Remedy } from "./remedies.ts";

/** Why a path ends. */
export type PathCause = keyof typeof pathCauses;

/** Why the result is unknown. */
export type UnknownCause = keyof typeof unknownCauses;

/** Problems of the environment, independent of a path. */
export type EnvironmentCause = keyof typeof environmentCauses;

/** Each is a reason of the condition NetworkReady. */
export type Cause = PathCause | EnvironmentCause | UnknownCause;

/** An AWS object on a path, e.g. `{ kind: "routeTable", id: "rtb-1", detail: "0.0.0.0/0 → nat-1" }`. */
export interface Hop {
  readonly kind:
    | "subnet"
    | "securityGroup"
    | "networkAcl"
    | "routeTable"
    | "internetGateway"
    | "egressOnlyGateway"
    | "natGateway"
    | "endpoint"
    | "beyond"
    | "service";
  readonly id: string;
  /** What happens there, in a few words. */
  readonly detail: string;
}

/** Where and why a path ends. The message names no subnet and no service, so that equal ends are reported once. */
export interface Stop<C extends Cause = Cause> {
  readonly cause: C;
  readonly message: string;
  /** IDs of the resources that cause it. */
  readonly objects: readonly string[];
  /** Fixes of exactly this; with `wayOut`, the possible ways out of the subnet are added. */
  readonly remedies: readonly Remedy[];
  /** Whether public IPs, interface endpoints or a NAT gateway would help too. */
  readonly wayOut: boolean;
}

/** Whether HTTPS from any address of a subnet reaches a service. */
export type Verdict =
  /** Every connection gets through. `assumed` lists what could not be evaluated and is assumed to work. */
  | { readonly kind: "reachable"; readonly hops: readonly Hop[]; readonly assumed: readonly string[] }
  /** At least some connections do not get through. `hops` ends where the path ends. */
  | { readonly kind: "unreachable"; readonly hops: readonly Hop[]; readonly stop: Stop<PathCause> }
  | { readonly kind: "unknown"; readonly hops: readonly Hop[]; readonly stop: Stop };
