/** What comes first: the endpoints that an object wishes, or the object itself. Pure. */

import { shortName } from "../../network/dependence.ts";
import { isPresent } from "../../network/lookups.ts";
import { creates, type Decision } from "../decision.ts";
import { marks } from "../marks.ts";
import { type Holding, lackOfAny, lackOfItsOwn, withAllRefusals } from "./lacking.ts";
import { left } from "./leaving.ts";
import { nextWrites } from "./making.ts";
import { beside, claim, instead, news, type Of, restLookMs, settling, transitionLookMs, unreadLookMs } from "./next.ts";
import type { EndpointsSeen, VpcSeen } from "./seen.ts";

/** Who writes looks so often whether somebody has come: nothing wakes it, and the other one waits for it. */
const writerLookMs = 60_000;

/**
 * Endpoints before what needs them, and on the way out after it: an environment is made only when its endpoints are
 * available, and the object goes only when those that nobody else needs are gone. What serves already goes on.
 */
export function planWithEndpoints<Action extends { readonly kind: string }>(
  own: Decision<Action>,
  seen: EndpointsSeen,
  deleting: boolean,
): Of<Action> {
  if (seen.network.kind === "unneeded") return own;
  if (seen.network.kind === "unread") return unread(own, seen.network, seen.wished);
  const { vpcs, vpcIds, placed } = seen.network;
  const stays = seen.wished && !deleting;
  // It may turn out to be where it has asked before.
  if (stays && !placed) return own;
  const staying = stays ? vpcIds : [];
  const unclaimed = staying.filter((id) => !seen.claims.includes(id));
  if (unclaimed.length > 0) {
    const message = `endpoints are asked for in ${unclaimed.join(", ")}`;
    return instead(own, claim(seen, [...seen.claims, ...unclaimed], message), "False");
  }
  const [leaving, kept] = [
    vpcs.filter(({ vpcId }) => !staying.includes(vpcId)),
    vpcs.filter(({ vpcId }) => staying.includes(vpcId)),
  ];
  let decision: Of<Action> = own;
  for (const vpc of kept) {
    const step = inUse(decision, vpc, seen);
    if (step.kind === "instead") return step.decision;
    decision = step.decision;
  }
  // Nothing of the object is there any more that could need them.
  if (leaving.length === 0 || (deleting && own.next.kind !== "release")) return decision;
  return left(decision, leaving, seen, deleting);
}

/** `instead`: the endpoints come before what the object itself would do. */
interface Step<Action> {
  readonly kind: "instead" | "beside";
  readonly decision: Of<Action>;
}

function inUse<Action extends { readonly kind: string }>(
  own: Of<Action>,
  vpc: VpcSeen,
  seen: EndpointsSeen,
): Step<Action> {
  const { plan, ours } = vpc;
  const { next, refused } = nextWrites(vpc, seen);
  if (next !== undefined && vpc.writer === undefined) {
    const writes = vpc.justWritten ? settling(vpc, "MakingEndpoints") : next;
    return { kind: "instead", decision: instead(own, writes, "False", own.serving) };
  }
  if (vpc.unread !== undefined) {
    const kind = creates(own.next) ? "instead" : "beside";
    return { kind, decision: unread(own, withAllRefusals(vpc.unread, refused), seen.wished) };
  }
  const lacking = lackOfItsOwn(vpc, refused);
  if (lacking !== undefined) return held(own, withAllRefusals(lacking, refused));
  // The process before this one may have just deleted what EC2 still shows.
  if (vpc.unproven && creates(own.next)) return held(own, settling(vpc, "MakingEndpoints"));
  // The plan is everybody's: what others wish in vain, a mistyped service, is told and holds nothing up.
  const others = lackOfAny(vpc, refused);
  if (others !== undefined) return lacks(own, others);
  const names = plan.services.map(shortName).join(", ");
  const message = names === "" ? "the subnets need no endpoints of ours" : `available in ${vpc.vpcId}: ${names}`;
  // Their group goes after them.
  const atRestMs = vpc.writer === undefined ? writerLookMs : restLookMs;
  const lookMs = ours.every(isPresent) ? atRestMs : transitionLookMs;
  return { kind: "beside", decision: beside(own, news("True", "EndpointsAvailable", message), lookMs) };
}

function unread<Action extends { readonly kind: string }>(
  own: Decision<Action>,
  { reason, message }: { readonly reason: string; readonly message: string },
  wished: boolean,
): Of<Action> {
  if (!(wished && creates(own.next)) && own.next.kind !== "release")
    return beside(own, news("Unknown", reason, message), unreadLookMs);
  const wait = {
    kind: "wait",
    reason,
    message,
    recheckInMs: unreadLookMs,
    stalledAfterMs: marks.unreadStallsMs,
  } as const;
  return instead(own, wait, "Unknown");
}

/** An environment that is not there yet waits; one that is there goes on, and only the condition tells. */
function held<Action extends { readonly kind: string }>(own: Of<Action>, next: Holding): Step<Action> {
  if (!creates(own.next)) return lacks(own, next);
  return { kind: "instead", decision: instead(own, next, "False") };
}

function lacks<Action>(own: Of<Action>, { reason, message, recheckInMs = restLookMs }: Holding): Step<Action> {
  return { kind: "beside", decision: beside(own, news("False", reason, message), recheckInMs) };
}
