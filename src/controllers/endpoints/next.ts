/** Parts of the plans of endpoints. */

import type { Reason } from "../../api/reasons.ts";
import type { Act, Wait } from "../agenda.ts";
import { currentRefusal } from "../refused-writes.ts";
import type { EndpointsAction } from "./action.ts";
import type { VpcSeen } from "./seen.ts";
import type { EndpointWrite } from "./writes.ts";

/** The condition of the endpoints while something remains to be done. */
export const notReady = { type: "EndpointsReady", status: "False" } as const;

/** EC2 creates and deletes endpoints within a minute or two. */
export const transitionCheckMs = 5000;
const settleCheckMs = 1000;
export const othersCheckMs = 10_000;
export const unreadCheckMs = 60_000;
/** Finds endpoints that somebody deleted, and services that are needed by now. */
export const restCheckMs = 10 * 60_000;

type Refusal = NonNullable<ReturnType<typeof currentRefusal>>;

/** A write that EC2 refused recently, and the services that are missing until it is done. */
export interface Refused {
  readonly services: readonly string[];
  /** The endpoint to extend. */
  readonly endpointId?: string | undefined;
  readonly refusal: Refusal;
}

/** EC2's recent refusal of the same writes. */
export function refusedNow({ refused }: VpcSeen, { action }: Act<EndpointsAction>): Refusal | undefined {
  return action.kind === "writeEndpoints" ? currentRefusal(refused, action.writes) : undefined;
}

/** EC2 may show a write late; a refusal of it is kept until the next try. */
export function settling({ vpcId }: VpcSeen, reason: Reason): Wait {
  const message = `waiting for EC2 to show what was written in ${vpcId}`;
  return { kind: "wait", reason, message, until: { kind: "listing" }, checkInMs: settleCheckMs };
}

export function act(
  vpcId: string,
  doing: "create" | "repair" | "delete" | "release",
  writes: readonly EndpointWrite[],
  message: string,
): Act<EndpointsAction> {
  const reasons = {
    create: "CreatingEndpoints",
    repair: "RepairingEndpoints",
    delete: "DeletingEndpoints",
    release: "RetainingEndpoints",
  } as const;
  const action: EndpointsAction = { kind: "writeEndpoints", vpcId, doing, writes };
  return { kind: "act", action, reason: reasons[doing], message, conditions: [notReady] };
}

export function claim(claims: readonly string[], message: string): Act<EndpointsAction> {
  const action: EndpointsAction = { kind: "claimVpcs", claims };
  return { kind: "act", action, reason: "CreatingEndpoints", message, conditions: [notReady] };
}
