/** What the preflight answers: proofs and missing pieces, as plain data. */

import type { environmentCauses, pathCauses, unknownCauses } from "../api/reasons/network.ts";
import type { Remedy } from "./remedies.ts";

/** Why a path ends. */
export type PathCause = keyof typeof pathCauses;

/** Why nothing can be said. */
export type UnknownCause = keyof typeof unknownCauses;

/** What is wrong with the environment whatever the path. */
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

/** Where and why a path ends. The message names no subnet and no service, so that equal ones can be told once. */
export interface Stop<C extends Cause = Cause> {
  readonly cause: C;
  readonly message: string;
  /** Ids of what is at fault. */
  readonly objects: readonly string[];
  /** What mends just this; the ways out of a subnet without any are added where `wayOut` says so. */
  readonly remedies: readonly Remedy[];
  /** Whether public IPs, interface endpoints or a NAT gateway would do as well. */
  readonly wayOut: boolean;
}

/** Whether HTTPS from any address of a subnet reaches a service. */
export type Verdict =
  /** Every connection gets through. `assumed` is what cannot be seen and is taken for granted, in words. */
  | { readonly kind: "reachable"; readonly hops: readonly Hop[]; readonly assumed: readonly string[] }
  /** None, or not every connection, gets through. `hops` ends where the path ends. */
  | { readonly kind: "unreachable"; readonly hops: readonly Hop[]; readonly stop: Stop<PathCause> }
  | { readonly kind: "unknown"; readonly hops: readonly Hop[]; readonly stop: Stop };
