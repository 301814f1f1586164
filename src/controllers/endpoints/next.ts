/** What the plans of endpoints are made of. */

import { lookedAtAgain } from "../again.ts";
import type { Decision, News, Next } from "../decision.ts";
import { standingRefusal } from "../refused-writes.ts";
import type { EndpointsAction } from "./action.ts";
import type { EndpointsSeen, VpcSeen } from "./seen.ts";
import type { EndpointWrite } from "./writes.ts";

export type EndpointsNext = Next<EndpointsAction>;
export type Of<Action> = Decision<Action | EndpointsAction>;
export type Act = Extract<EndpointsNext, { kind: "act" }>;

const conditionType = "EndpointsReady";
/** Endpoints become available, and go, within a minute or two. */
export const transitionLookMs = 5000;
const settleLookMs = 1000;
export const othersLookMs = 10_000;
export const unreadLookMs = 60_000;
/** Whether somebody removed what is ours, and whether other services are needed by now. */
export const restLookMs = 10 * 60_000;

type Refusal = NonNullable<ReturnType<typeof standingRefusal>>;

/** A write that EC2 refused a short time ago, and the services that are not there before it is done. */
export interface Refused {
  readonly services: readonly string[];
  /** The endpoint that it would extend. */
  readonly endpointId?: string | undefined;
  readonly refusal: Refusal;
}

/** What EC2 said to the same writes a short time ago. */
export function refusedNow({ refused }: VpcSeen, { action }: Act): Refusal | undefined {
  return action.kind === "writeEndpoints" ? standingRefusal(refused, action.writes) : undefined;
}

/** EC2 may show late what was written; a refusal of it stands until the next try. */
export function settling({ vpcId }: VpcSeen, reason: string): Extract<EndpointsNext, { kind: "wait" }> {
  const message = `waiting for EC2 to show what was written in ${vpcId}`;
  return { kind: "wait", reason, message, recheckInMs: settleLookMs, confirmsAbsence: true };
}

export function act(
  vpcId: string,
  doing: "make" | "mend" | "remove" | "release",
  writes: readonly EndpointWrite[],
  message: string,
): Act {
  const reasons = {
    make: "MakingEndpoints",
    mend: "MendingEndpoints",
    remove: "RemovingEndpoints",
    release: "RetainingEndpoints",
  } as const;
  return {
    kind: "act",
    action: { kind: "writeEndpoints", vpcId, doing, writes },
    reason: reasons[doing],
    message,
    // EC2 is read live before each: what is made twice costs money, and what is removed is gone.
    irreversible: true,
  };
}

export function claim(seen: EndpointsSeen, claims: readonly string[], message: string): EndpointsNext {
  return {
    kind: "act",
    action: { kind: "claimVpcs", claims },
    reason: "MakingEndpoints",
    message,
    // Where nothing is asked for any more nobody looks again.
    irreversible: seen.claims.some((id) => !claims.includes(id)),
  };
}

export function instead<Action>(
  own: Of<Action>,
  next: EndpointsNext,
  status: News["status"],
  serving = false,
): Of<Action> {
  return { ...own, next, serving, news: told(own, news(status, next.reason, next.message)) };
}

/** The object goes on; only the condition tells, and somebody looks again. */
export function beside<Action>(own: Of<Action>, one: News, recheckInMs: number): Of<Action> {
  return { ...lookedAtAgain(own, recheckInMs), news: told(own, one) };
}

/** One condition: what is not so of one VPC is not made up for by another. */
function told<Action>(own: Of<Action>, one: News): readonly News[] {
  const before = own.news.find(({ type }) => type === one.type);
  if (before !== undefined && before.status !== "True" && one.status === "True") return own.news;
  return [...own.news.filter(({ type }) => type !== one.type), one];
}

export function news(status: News["status"], reason: string, message: string): News {
  return { type: conditionType, status, reason, message };
}
