/** What the plans of endpoints are made of. */

import type { Act, Wait } from "../agenda.ts";
import { standingRefusal } from "../refused-writes.ts";
import type { EndpointsAction } from "./action.ts";
import type { VpcSeen } from "./seen.ts";
import type { EndpointWrite } from "./writes.ts";

/** The condition of the endpoints while something is still to be done. */
export const notReady = { type: "EndpointsReady", status: "False" } as const;

/** Endpoints become available, and go, within a minute or two. */
export const transitionCheckMs = 5000;
const settleCheckMs = 1000;
export const othersCheckMs = 10_000;
export const unreadCheckMs = 60_000;
/** Whether somebody removed what is ours, and whether other services are needed by now. */
export const restCheckMs = 10 * 60_000;

type Refusal = NonNullable<ReturnType<typeof standingRefusal>>;

/** A write that EC2 refused a short time ago, and the services that are not there before it is done. */
export interface Refused {
  readonly services: readonly string[];
  /** The endpoint that it would extend. */
  readonly endpointId?: string | undefined;
  readonly refusal: Refusal;
}

/** What EC2 said to the same writes a short time ago. */
export function refusedNow({ refused }: VpcSeen, { action }: Act<EndpointsAction>): Refusal | undefined {
  return action.kind === "writeEndpoints" ? standingRefusal(refused, action.writes) : undefined;
}

/** EC2 may show late what was written; a refusal of it stands until the next try. */
export function settling({ vpcId }: VpcSeen, reason: string): Wait {
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
