/** Cleans up in VPCs that an object no longer uses. Pure. */

import { isPresent } from "../../network/lookups.ts";
import type { Act, Step, Wait } from "../agenda.ts";
import { marks } from "../intervals.ts";
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

/** The VPCs that an object no longer uses. It stays Ready, and the last user deletes our endpoints. */
export function left(vpcs: readonly VpcSeen[], seen: EndpointsSeen): Omit<PartPlan<EndpointsAction>, "steps"> {
  if (vpcs.some(({ occupiedBy }) => occupiedBy.length > 0)) return { conditions: [], checkInMs: othersCheckMs };
  for (const vpc of vpcs) {
    const next = leftOne(vpc, seen, false);
    if (next === undefined) continue;
    const refused = next.kind === "act" ? refusedNow(vpc, next) : undefined;
    if (next.kind === "act" && refused === undefined) return { tail: [next], conditions: [] };
    // An object that stays does not wait for others that leave.
    const { reason, message } = refused ?? next;
    const checkInMs = refused?.checkInMs ?? (next.kind === "wait" ? next.checkInMs : undefined) ?? restCheckMs;
    return { conditions: [{ ...notReady, reason, message }], checkInMs };
  }
  const gone = vpcs.map(({ vpcId }) => vpcId);
  const claims = seen.claims.filter((id) => !gone.includes(id));
  if (claims.length === seen.claims.length) return { conditions: [] };
  return { tail: [claim(claims, `no longer requesting endpoints in ${gone.join(", ")}`)], conditions: [] };
}

/** The steps of a deletion. */
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
  // A request without an answer may have created an endpoint, and nobody checks again later.
  const settles = settling(vpc, stays ? "RetainingEndpoints" : "DeletingEndpoints");
  if (ours.length === 0 && group === undefined) return vpc.justWritten ? settles : undefined;
  const coming = others.flatMap(({ key, leaving }) => (leaving ? [] : [key]));
  if (coming.length > 0) {
    const message = `waiting until ${coming.join(", ")} notes that it uses the endpoints of ${vpcId}`;
    const checkInMs = transitionCheckMs;
    return { kind: "wait", reason: "EndpointsInUse", message, checkInMs, stallsAfterMs: marks.inUseStallsMs };
  }
  const first = [...others.map(({ key }) => key), ...(stays ? [] : connectsLeaving)];
  if (first.length > 0) {
    const message = `keeping the endpoints of ${vpcId} until these no longer use them: ${first.join(", ")}`;
    const checkInMs = transitionCheckMs;
    return { kind: "wait", reason: "EndpointsInUse", message, checkInMs, stallsAfterMs: marks.inUseStallsMs };
  }
  if (vpc.justWritten) return settles;
  if (!stays && vpc.moving.length > 0) {
    const message = `keeping the endpoints of ${vpcId} until AWS has updated ${vpc.moving.join(", ")}: its old instances may still use them, but AWS no longer reports where they run`;
    const checkInMs = othersCheckMs;
    return { kind: "wait", reason: "EndpointsInUse", message, checkInMs, stallsAfterMs: marks.inUseStallsMs };
  }
  if (!stays && vpc.mayConnect.length > 0) {
    const message = `keeping the endpoints of ${vpcId}: cannot read whether ${vpc.mayConnect.join(", ")} uses them`;
    const checkInMs = unreadCheckMs;
    return { kind: "wait", reason: "NotReadable", message, checkInMs, stallsAfterMs: marks.unreadStallsMs };
  }
  if (stays) {
    const ids = [...ours.filter(isPresent).map(({ endpointId }) => endpointId), ...(group ? [group.groupId] : [])];
    const set = { [retainedFromTag]: retainedMark(seen.identity) };
    const write: EndpointWrite = { kind: "release", ids, set, remove: ownershipTagKeys };
    const why = connects.length > 0 ? `${connects.join(", ")} uses them` : "deletionPolicy is Retain";
    return act(vpcId, "release", [write], `leaving the endpoints of ${vpcId} in AWS: ${why}`);
  }
  const endpointIds = ours.filter(isPresent).map(({ endpointId }) => endpointId);
  if (endpointIds.length > 0) {
    const write: EndpointWrite = { kind: "deleteEndpoints", endpointIds };
    return act(vpcId, "delete", [write], `deleting the endpoints of ${vpcId}: nothing needs them`);
  }
  if (ours.length > 0) {
    const message = `waiting for AWS to delete ${ours.map(({ endpointId }) => endpointId).join(", ")}`;
    return { kind: "wait", reason: "DeletingEndpoints", message, checkInMs: transitionCheckMs };
  }
  const groupId = group?.groupId ?? "";
  if (vpc.groupNamedBy.length > 0) {
    const set = { [retainedFromTag]: retainedMark(seen.identity) };
    const write: EndpointWrite = { kind: "release", ids: [groupId], set, remove: ownershipTagKeys };
    return act(vpcId, "release", [write], `leaving ${groupId} in AWS: ${vpc.groupNamedBy.join(", ")} references it`);
  }
  const write: EndpointWrite = { kind: "deleteGroup", groupId };
  return act(vpcId, "delete", [write], `deleting the security group ${groupId} of the endpoints`);
}

/**
 * Of several objects that leave, one waits for the others. That is an object that stays, which may exist for long or be
 * held by an annotation; without one, it is the last in rank.
 */
function outlasts(other: OtherUser, seen: EndpointsSeen, deleting: boolean): boolean {
  return other.deleting === deleting ? other.rank > seen.rank : deleting;
}
