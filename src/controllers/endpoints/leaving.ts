/** An object's part in VPCs that it uses no more. Pure. */

import { isPresent } from "../../network/lookups.ts";
import type { Act, Step, Wait } from "../agenda.ts";
import { marks } from "../marks.ts";
import { retainedFromTag, retainedMark } from "../ownership.ts";
import type { PartPlan } from "../part.ts";
import type { EndpointsAction } from "./action.ts";
import {
  act,
  claim,
  notReady,
  othersCheckMs,
  refusedNow,
  restCheckMs,
  settling,
  transitionCheckMs,
  unreadCheckMs,
} from "./next.ts";
import { ownershipTagKeys } from "./ownership.ts";
import type { EndpointsSeen, OtherUser, VpcSeen } from "./seen.ts";
import type { EndpointWrite } from "./writes.ts";

/** The VPCs that an object uses no more, under Ready=True: the last user removes what is ours there. */
export function left(vpcs: readonly VpcSeen[], seen: EndpointsSeen): Omit<PartPlan<EndpointsAction>, "steps"> {
  if (vpcs.some(({ occupiedBy }) => occupiedBy.length > 0)) return { conditions: [], checkInMs: othersCheckMs };
  for (const vpc of vpcs) {
    const next = leftOne(vpc, seen, false);
    if (next === undefined) continue;
    const refused = next.kind === "act" ? refusedNow(vpc, next) : undefined;
    if (next.kind === "act" && refused === undefined) return { tail: [next], conditions: [] };
    // What lives on does not stand still for others who leave.
    const { reason, message } = refused ?? next;
    const checkInMs = refused?.checkInMs ?? (next.kind === "wait" ? next.checkInMs : undefined) ?? restCheckMs;
    return { conditions: [{ ...notReady, reason, message }], checkInMs };
  }
  const gone = vpcs.map(({ vpcId }) => vpcId);
  const claims = seen.claims.filter((id) => !gone.includes(id));
  if (claims.length === seen.claims.length) return { conditions: [] };
  return { tail: [claim(claims, `endpoints are no longer asked for in ${gone.join(", ")}`)], conditions: [] };
}

/** On the way out, after everything else. */
export function leftByDeletion(vpcs: readonly VpcSeen[], seen: EndpointsSeen): readonly Step<EndpointsAction>[] {
  for (const vpc of vpcs) {
    const next = leftOne(vpc, seen, true);
    if (next !== undefined) return [{ ...next, conditions: [notReady] }];
  }
  return [];
}

function leftOne(vpc: VpcSeen, seen: EndpointsSeen, deleting: boolean): Act<EndpointsAction> | Wait | undefined {
  const { vpcId, ours, group, others, connects, connectsLeaving } = vpc;
  if (others.some(({ leaving, noted }) => !leaving && noted)) return undefined;
  if (others.some((one) => one.leaving && outlasts(one, seen, deleting))) return undefined;
  const stays = seen.retain || connects.length > 0;
  // What was asked for without an answer may be there, and nobody comes back to it.
  const settles = settling(vpc, stays ? "RetainingEndpoints" : "DeletingEndpoints");
  if (ours.length === 0 && group === undefined) return vpc.justWritten ? settles : undefined;
  const coming = others.flatMap(({ key, leaving }) => (leaving ? [] : [key]));
  if (coming.length > 0) {
    const message = `the endpoints of ${vpcId} are left to ${coming.join(", ")} when that is noted there`;
    const checkInMs = transitionCheckMs;
    return { kind: "wait", reason: "EndpointsInUse", message, checkInMs, stallsAfterMs: marks.inUseStallsMs };
  }
  const first = [...others.map(({ key }) => key), ...(stays ? [] : connectsLeaving)];
  if (first.length > 0) {
    const message = `the endpoints of ${vpcId} are removed when ${first.join(", ")} is gone`;
    const checkInMs = transitionCheckMs;
    return { kind: "wait", reason: "EndpointsInUse", message, checkInMs, stallsAfterMs: marks.inUseStallsMs };
  }
  if (vpc.justWritten) return settles;
  if (!stays && vpc.moving.length > 0) {
    const message = `the endpoints of ${vpcId} are removed when AWS has updated ${vpc.moving.join(", ")}: until then it may run by them where AWS tells of it no more`;
    const checkInMs = othersCheckMs;
    return { kind: "wait", reason: "EndpointsInUse", message, checkInMs, stallsAfterMs: marks.inUseStallsMs };
  }
  if (!stays && vpc.mayConnect.length > 0) {
    const message = `whether ${vpc.mayConnect.join(", ")} runs by the endpoints of ${vpcId} could not be read: they stay until it can`;
    const checkInMs = unreadCheckMs;
    return { kind: "wait", reason: "NotReadable", message, checkInMs, stallsAfterMs: marks.unreadStallsMs };
  }
  if (stays) {
    const ids = [...ours.filter(isPresent).map(({ endpointId }) => endpointId), ...(group ? [group.groupId] : [])];
    const set = { [retainedFromTag]: retainedMark(seen.identity) };
    const write: EndpointWrite = { kind: "release", ids, set, remove: ownershipTagKeys };
    const why = connects.length > 0 ? `${connects.join(", ")} runs by them` : "as deletionPolicy says";
    return act(vpcId, "release", [write], `the endpoints of ${vpcId} are left in AWS: ${why}`);
  }
  const standing = ours.filter(isPresent).map(({ endpointId }) => endpointId);
  if (standing.length > 0) {
    const write: EndpointWrite = { kind: "deleteEndpoints", endpointIds: standing };
    return act(vpcId, "delete", [write], `the endpoints of ${vpcId} are removed: nothing needs them any more`);
  }
  if (ours.length > 0) {
    const message = `waiting for AWS to remove ${ours.map(({ endpointId }) => endpointId).join(", ")}`;
    return { kind: "wait", reason: "DeletingEndpoints", message, checkInMs: transitionCheckMs };
  }
  const groupId = group?.groupId ?? "";
  if (vpc.groupNamedBy.length > 0) {
    const set = { [retainedFromTag]: retainedMark(seen.identity) };
    const write: EndpointWrite = { kind: "release", ids: [groupId], set, remove: ownershipTagKeys };
    return act(vpcId, "release", [write], `${groupId} is left in AWS: ${vpc.groupNamedBy.join(", ")} refers to it`);
  }
  const write: EndpointWrite = { kind: "deleteGroup", groupId };
  return act(vpcId, "delete", [write], `the security group ${groupId} of the endpoints is removed`);
}

/**
 * Of several that leave one stays until the others are through: one that lives on, which may be for long after it has
 * left or be held by an annotation, and else the last in rank.
 */
function outlasts(other: OtherUser, seen: EndpointsSeen, deleting: boolean): boolean {
  return other.deleting === deleting ? other.rank > seen.rank : deleting;
}
