/** An object's part in VPCs that it uses no more. Pure. */

import { isPresent } from "../../network/lookups.ts";
import { lookedAtAgain } from "../again.ts";
import { marks } from "../marks.ts";
import { retainedFromTag, retainedMark } from "../ownership.ts";
import {
  type Act,
  act,
  beside,
  claim,
  type EndpointsNext,
  instead,
  news,
  type Of,
  othersLookMs,
  refusedNow,
  restLookMs,
  settling,
  transitionLookMs,
  unreadLookMs,
} from "./next.ts";
import { ownershipTagKeys } from "./ownership.ts";
import type { EndpointsSeen, OtherUser, VpcSeen } from "./seen.ts";
import type { EndpointWrite } from "./writes.ts";

/** The last user removes what is ours there. */
export function left<Action>(
  own: Of<Action>,
  vpcs: readonly VpcSeen[],
  seen: EndpointsSeen,
  deleting: boolean,
): Of<Action> {
  const occupied = vpcs.some(({ occupiedBy }) => occupiedBy.length > 0);
  if (occupied && !deleting) return lookedAtAgain(own, othersLookMs);
  for (const vpc of vpcs) {
    const next = leftOne(vpc, seen, deleting);
    if (next === undefined) continue;
    const refused = deleting || next.kind !== "act" ? undefined : refusedNow(vpc, next);
    if (refused !== undefined) return beside(own, news("False", refused.reason, refused.message), refused.recheckInMs);
    if (deleting || next.kind === "act") return instead(own, next, "False", own.serving && !deleting);
    // What lives on does not stand still for others who leave.
    return beside(own, news("False", next.reason, next.message), next.recheckInMs ?? restLookMs);
  }
  if (deleting) return own;
  const gone = vpcs.map(({ vpcId }) => vpcId);
  const claims = seen.claims.filter((id) => !gone.includes(id));
  if (claims.length === seen.claims.length) return own;
  const message = `endpoints are no longer asked for in ${gone.join(", ")}`;
  return instead(own, claim(seen, claims, message), "False", own.serving);
}

function leftOne(
  vpc: VpcSeen,
  seen: EndpointsSeen,
  deleting: boolean,
): Act | Extract<EndpointsNext, { kind: "wait" }> | undefined {
  const { vpcId, ours, group, others, connects, connectsLeaving } = vpc;
  if (others.some(({ leaving, noted }) => !leaving && noted)) return undefined;
  if (others.some((one) => one.leaving && outlasts(one, seen, deleting))) return undefined;
  const stays = seen.retain || connects.length > 0;
  // What was asked for without an answer may be there, and nobody comes back to it.
  const settles = settling(vpc, stays ? "RetainingEndpoints" : "RemovingEndpoints");
  if (ours.length === 0 && group === undefined) return vpc.justWritten ? settles : undefined;
  const coming = others.flatMap(({ key, leaving }) => (leaving ? [] : [key]));
  if (coming.length > 0) {
    const message = `the endpoints of ${vpcId} are left to ${coming.join(", ")} when that is noted there`;
    const recheckInMs = transitionLookMs;
    return { kind: "wait", reason: "EndpointsInUse", message, recheckInMs, stalledAfterMs: marks.inUseStallsMs };
  }
  const first = [...others.map(({ key }) => key), ...(stays ? [] : connectsLeaving)];
  if (first.length > 0) {
    const message = `the endpoints of ${vpcId} are removed when ${first.join(", ")} is gone`;
    const recheckInMs = transitionLookMs;
    return { kind: "wait", reason: "EndpointsInUse", message, recheckInMs, stalledAfterMs: marks.inUseStallsMs };
  }
  if (vpc.justWritten) return settles;
  if (!stays && vpc.moving.length > 0) {
    const message = `the endpoints of ${vpcId} are removed when AWS has updated ${vpc.moving.join(", ")}: until then it may run by them where AWS tells of it no more`;
    const recheckInMs = othersLookMs;
    return { kind: "wait", reason: "EndpointsInUse", message, recheckInMs, stalledAfterMs: marks.inUseStallsMs };
  }
  if (!stays && vpc.mayConnect.length > 0) {
    const message = `whether ${vpc.mayConnect.join(", ")} runs by the endpoints of ${vpcId} could not be read: they stay until it can`;
    const recheckInMs = unreadLookMs;
    return { kind: "wait", reason: "NotReadable", message, recheckInMs, stalledAfterMs: marks.unreadStallsMs };
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
    return act(vpcId, "remove", [write], `the endpoints of ${vpcId} are removed: nothing needs them any more`);
  }
  if (ours.length > 0) {
    const message = `waiting for AWS to remove ${ours.map(({ endpointId }) => endpointId).join(", ")}`;
    return { kind: "wait", reason: "RemovingEndpoints", message, recheckInMs: transitionLookMs };
  }
  const groupId = group?.groupId ?? "";
  if (vpc.groupNamedBy.length > 0) {
    const set = { [retainedFromTag]: retainedMark(seen.identity) };
    const write: EndpointWrite = { kind: "release", ids: [groupId], set, remove: ownershipTagKeys };
    return act(vpcId, "release", [write], `${groupId} is left in AWS: ${vpc.groupNamedBy.join(", ")} refers to it`);
  }
  const write: EndpointWrite = { kind: "deleteGroup", groupId };
  return act(vpcId, "remove", [write], `the security group ${groupId} of the endpoints is removed`);
}

/**
 * Of several that leave one stays until the others are through: one that lives on, which may be for long after it has
 * left or be held by an annotation, and else the last in rank.
 */
function outlasts(other: OtherUser, seen: EndpointsSeen, deleting: boolean): boolean {
  return other.deleting === deleting ? other.rank > seen.rank : deleting;
}
