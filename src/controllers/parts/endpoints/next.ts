/** Steps in the plan of a VPC. Pure. */

import type { Reason } from "../../../api/reasons.ts";
import { settleCheckMs } from "../../intervals.ts";
import type { Act, Wait } from "../../pass/agenda.ts";
import { currentRefusal } from "../../pass/refused-writes.ts";
import type { VpcSeen } from "./seen.ts";
import type { EndpointWrite, VpcAction } from "./writes.ts";

/** What is next in a VPC. */
export interface VpcPlan {
  /** Undefined: nothing is left to write. */
  readonly next: Act<VpcAction> | Wait | undefined;
  /** Refused writes that would come before it. */
  readonly refused: readonly Refused[];
}

type Refusal = NonNullable<ReturnType<typeof currentRefusal>>;

/** A write that EC2 refused recently, and the services that are missing until it is done. */
export interface Refused {
  readonly services: readonly string[];
  /** The endpoint to extend. */
  readonly endpointId?: string | undefined;
  readonly refusal: Refusal;
}

export const nothing: VpcPlan = { next: undefined, refused: [] };

/**
 * An act, unless EC2 refused the same writes recently.
 *
 * @param services those that are missing until it is done
 */
export function unlessRefused(vpc: VpcSeen, next: Act<VpcAction>, services: readonly string[]): VpcPlan {
  const refusal = currentRefusal(vpc.refused, next.action.writes);
  return refusal === undefined ? { next, refused: [] } : { next: undefined, refused: [{ services, refusal }] };
}

/** EC2 may show a write late; a refusal of it is kept until the next try. */
export function settling({ vpcId }: VpcSeen, reason: Reason): Wait {
  const message = `waiting for EC2 to show what was written in ${vpcId}`;
  return { kind: "wait", reason, message, until: { kind: "listing" }, checkInMs: settleCheckMs };
}

export function act(
  vpcId: string,
  doing: VpcAction["doing"],
  writes: readonly EndpointWrite[],
  message: string,
): Act<VpcAction> {
  const reasons = {
    create: "CreatingEndpoints",
    repair: "RepairingEndpoints",
    delete: "DeletingEndpoints",
    release: "RetainingEndpoints",
  } as const;
  return { kind: "act", action: { vpcId, doing, writes }, reason: reasons[doing], message };
}
