/** Cleans up after a network that is being deleted. Pure. */

import { isPresent } from "../../../network/lookups.ts";
import { endpointsCheckMs, marks, othersCheckMs, unreadCheckMs } from "../../intervals.ts";
import { retainedFromTag, retainedMark } from "../../ownership/ownership.ts";
import type { Act, Wait } from "../../pass/agenda.ts";
import { act, nothing, settling, unlessRefused, type VpcPlan } from "./next.ts";
import { ownershipTagKeys } from "./ownership.ts";
import type { VpcSeen } from "./seen.ts";
import type { EndpointWrite, VpcAction } from "./writes.ts";

/** The next writes once nothing uses the endpoints: they go first, then their group. */
export function lastWrites(vpc: VpcSeen): VpcPlan {
  // A request without an answer may have created an endpoint.
  if (vpc.ours.length === 0 && vpc.group === undefined && !vpc.justWritten) return nothing;
  const retains = vpc.retain || vpc.connects.length > 0;
  const settles = vpc.justWritten ? settling(vpc, retains ? "RetainingEndpoints" : "DeletingEndpoints") : undefined;
  const next = inUse(vpc, retains) ?? settles ?? (retains ? released(vpc) : undefined) ?? deleted(vpc);
  return next.kind === "act" ? unlessRefused(vpc, next, []) : { next, refused: [] };
}

/** @param retains whether the endpoints stay in AWS */
function inUse(vpc: VpcSeen, retains: boolean): Wait | undefined {
  const { vpcId, ours, group, connectsLeaving, moving, mayConnect } = vpc;
  if ((ours.length === 0 && group === undefined) || retains) return undefined;
  const inUseFor = (message: string): Wait => {
    const [checkInMs, stallsAfterMs] = [othersCheckMs, marks.inUseStallsMs];
    return { kind: "wait", reason: "EndpointsInUse", message, checkInMs, stallsAfterMs };
  };
  if (connectsLeaving.length > 0) {
    return inUseFor(`keeping the endpoints of ${vpcId} until these no longer use them: ${connectsLeaving.join(", ")}`);
  }
  // A request without an answer is settled first.
  if (vpc.justWritten) return undefined;
  if (moving.length > 0) {
    const message = `keeping the endpoints of ${vpcId} until AWS has updated ${moving.join(", ")}: its old instances may still use them, but AWS no longer reports where they run`;
    return inUseFor(message);
  }
  if (mayConnect.length === 0) return undefined;
  const message = `keeping the endpoints of ${vpcId}: cannot read whether ${mayConnect.join(", ")} uses them`;
  const [checkInMs, stallsAfterMs] = [unreadCheckMs, marks.unreadStallsMs];
  return { kind: "wait", reason: "NotReadable", message, checkInMs, stallsAfterMs };
}

function released({ vpcId, ours, group, connects, identity }: VpcSeen): Act<VpcAction> | undefined {
  const ids = [...ours.filter(isPresent).map(({ endpointId }) => endpointId), ...(group ? [group.groupId] : [])];
  if (ids.length === 0) return undefined;
  const why = connects.length > 0 ? `${connects.join(", ")} uses them` : "deletionPolicy is Retain";
  const message = `leaving the endpoints of ${vpcId} in AWS: ${why}`;
  return act(vpcId, "release", [releaseOf(ids, identity)], message);
}

function deleted({ vpcId, ours, group, groupNamedBy, identity }: VpcSeen): Act<VpcAction> | Wait {
  const endpointIds = ours.filter(isPresent).map(({ endpointId }) => endpointId);
  if (endpointIds.length > 0) {
    const write: EndpointWrite = { kind: "deleteEndpoints", endpointIds };
    return act(vpcId, "delete", [write], `deleting the endpoints of ${vpcId}: nothing needs them`);
  }
  if (ours.length > 0) {
    const message = `waiting for AWS to delete ${ours.map(({ endpointId }) => endpointId).join(", ")}`;
    return { kind: "wait", reason: "DeletingEndpoints", message, checkInMs: endpointsCheckMs };
  }
  const groupId = group?.groupId ?? "";
  if (groupNamedBy.length > 0) {
    const message = `leaving ${groupId} in AWS: ${groupNamedBy.join(", ")} references it`;
    return act(vpcId, "release", [releaseOf([groupId], identity)], message);
  }
  const write: EndpointWrite = { kind: "deleteGroup", groupId };
  return act(vpcId, "delete", [write], `deleting the security group ${groupId} of the endpoints`);
}

function releaseOf(ids: readonly string[], identity: VpcSeen["identity"]): EndpointWrite {
  return { kind: "release", ids, set: { [retainedFromTag]: retainedMark(identity) }, remove: ownershipTagKeys };
}
