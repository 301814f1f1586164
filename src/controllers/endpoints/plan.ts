/** Plans the endpoints that an object requests. Pure. */

import type { Reason } from "../../api/reasons.ts";
import { shortName } from "../../network/dependence.ts";
import { isPresent } from "../../network/lookups.ts";
import type { ConditionDraft, Step, Wait } from "../agenda.ts";
import { marks } from "../intervals.ts";
import { nothingToDo, type PartPlan, together } from "../part.ts";
import type { EndpointsAction } from "./action.ts";
import { nextWrites } from "./creating.ts";
import { lackOfAny, lackOfItsOwn, withAllRefusals } from "./lacking.ts";
import { left, leftByDeletion } from "./leaving.ts";
import { claim, notReady, restCheckMs, settling, transitionCheckMs, unreadCheckMs } from "./next.ts";
import type { EndpointsSeen, VpcSeen } from "./seen.ts";

/** How often the writer checks for new users: nothing wakes it, and a new user waits for it. */
const writerCheckMs = 60_000;

/**
 * Endpoints come first: an environment is created only when its endpoints are available. An environment that serves
 * keeps serving.
 */
export function endpointsPlan(seen: EndpointsSeen): PartPlan<EndpointsAction> {
  const { network, desired } = seen;
  if (network.kind === "unneeded") return nothingToDo;
  if (network.kind === "unread") return unread(network, desired);
  const { vpcs, vpcIds, placed } = network;
  // The object may turn out to be in a VPC of its claims.
  if (desired && !placed) return nothingToDo;
  const staying = desired ? vpcIds : [];
  const unclaimed = staying.filter((id) => !seen.claims.includes(id));
  if (unclaimed.length > 0) {
    const message = `requesting endpoints in ${unclaimed.join(", ")}`;
    return { steps: [claim([...seen.claims, ...unclaimed], message)], conditions: [] };
  }
  const kept = vpcs.filter(({ vpcId }) => staying.includes(vpcId)).map((vpc) => inUse(vpc, seen));
  const leaving = vpcs.filter(({ vpcId }) => !staying.includes(vpcId));
  return together([...kept, leaving.length === 0 ? nothingToDo : { steps: [], ...left(leaving, seen) }]);
}

/** The last step of a deletion: the finalizer stays until the endpoints that nobody else needs are deleted. */
export function endpointsRemoval(seen: EndpointsSeen): readonly Step<EndpointsAction>[] {
  const { network } = seen;
  if (network.kind === "unneeded") return [];
  if (network.kind === "unread") return [notRead(network)];
  return leftByDeletion(network.vpcs, seen);
}

function inUse(vpc: VpcSeen, seen: EndpointsSeen): PartPlan<EndpointsAction> {
  const { plan, ours } = vpc;
  const { next, refused } = nextWrites(vpc, seen);
  if (next !== undefined && vpc.writer === undefined) {
    const writes = vpc.justWritten ? settling(vpc, "CreatingEndpoints") : next;
    return { steps: [{ ...writes, holds: "writes", conditions: [notReady] }], conditions: [] };
  }
  if (vpc.unread !== undefined) return unread(withAllRefusals(vpc.unread, refused), seen.desired);
  const lacking = lackOfItsOwn(vpc, refused);
  if (lacking !== undefined) {
    const hold = { checkInMs: restCheckMs, ...withAllRefusals(lacking, refused) };
    return { steps: [{ ...hold, holds: "creation", conditions: [notReady] }], conditions: [] };
  }
  // The previous process may have just deleted what EC2 still shows.
  const steps: readonly Wait[] = vpc.unproven ? [{ ...settling(vpc, "CreatingEndpoints"), holds: "creation" }] : [];
  // The plan is shared: a request of others that fails, such as a mistyped service, is reported and holds nothing up.
  const others = lackOfAny(vpc, refused);
  if (others !== undefined) {
    const { reason, message, checkInMs = restCheckMs } = others;
    return { steps, conditions: [{ ...notReady, reason, message }], checkInMs };
  }
  const names = plan.services.map(shortName).join(", ");
  const message =
    names === "" ? "the subnets need no endpoints of the operator" : `available in ${vpc.vpcId}: ${names}`;
  const ready: ConditionDraft = { ...notReady, status: "True", reason: "EndpointsAvailable", message };
  // The group is deleted after the endpoints.
  const atRestMs = vpc.writer === undefined ? writerCheckMs : restCheckMs;
  return { steps, conditions: [ready], checkInMs: ours.every(isPresent) ? atRestMs : transitionCheckMs };
}

interface Unread {
  readonly reason: Reason;
  readonly message: string;
}

function notRead({ reason, message }: Unread): Wait {
  const conditions = [{ ...notReady, status: "Unknown" }] as const;
  const [checkInMs, stallsAfterMs] = [unreadCheckMs, marks.unreadStallsMs];
  return { kind: "wait", reason, message, checkInMs, stallsAfterMs, conditions };
}

/** A new environment waits. An existing one keeps serving, and only the condition reports the problem. */
function unread(why: Unread, desired: boolean): PartPlan<EndpointsAction> {
  return { steps: [{ ...notRead(why), holds: desired ? "creation" : "nothing" }], conditions: [] };
}
