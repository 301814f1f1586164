/**
 * The door of security groups: plans the group that an object requests. `observe.ts` reads EC2, `rules.ts` compares the rules.
 * Pure.
 */

import type { Reason } from "../../../api/reasons.ts";
import type { SecurityGroup } from "../../../network/facts.ts";
import { groupUsersCheckMs, marks, restCheckMs, settleCheckMs, unreadCheckMs } from "../../intervals.ts";
import { retainedMark } from "../../ownership/ownership.ts";
import type { Act, Blocked, Wait } from "../../pass/agenda.ts";
import { failureReason } from "../../pass/conditions.ts";
import type { PartPlan } from "../../pass/part-plan.ts";
import { currentRefusal } from "../../pass/refused-writes.ts";
import { groupNameOf, groupTagKeys, groupTags, leftBehindTag } from "./ownership.ts";
import { type DesiredGroup, type Rule, ruleChanges, rulesNamingOthers, ruleText } from "./rules.ts";
import type { GroupFound, GroupSeen } from "./seen.ts";
import type { GroupAction, GroupWrite } from "./writes.ts";

const notReady = { type: "SecurityGroupReady", status: "False" } as const;

/** The group that an environment can be created with: it exists, and has its rules unless it is already in use. */
export function usable({ found, desired, known }: GroupSeen): SecurityGroup | undefined {
  if (found === undefined || desired === undefined) return undefined;
  const { missing, surplus } = ruleChanges(desired, found.group);
  return found.group.groupId === known || missing.length + surplus.length === 0 ? found.group : undefined;
}

/** Whether environments that know the network have the group of its next status; before that they lack it, or have another one. */
function named(seen: GroupSeen): boolean {
  return seen.known !== undefined && (usable(seen)?.groupId ?? seen.known) === seen.known;
}

/** The group comes before what uses it: status names it only once it is as the spec says. */
export function groupPlan(seen: GroupSeen): PartPlan<GroupAction> {
  const { desired } = seen;
  return desired === undefined ? left(seen) : kept(desired, seen);
}

/** The last step of a deletion: the finalizer stays until the group is deleted. */
export function groupRemoval(seen: GroupSeen): readonly (Act<GroupAction> | Wait)[] {
  // EC2 shows late what was created, and nobody checks again once the object is deleted.
  if (seen.justWritten) {
    const reason = seen.retain ? "RetainingSecurityGroup" : "DeletingSecurityGroup";
    return [{ ...settling(seen.vpcId, reason), conditions: [notReady] }];
  }
  const { found } = seen;
  return found === undefined || found.retained ? [] : [leftOne(found, seen)];
}

function kept(desired: DesiredGroup, seen: GroupSeen): PartPlan<GroupAction> {
  const { vpcId, found, inTheWay, known, justWritten, unproven, refused } = seen;
  if (inTheWay !== undefined) {
    const message = `${inTheWay.groupId} has the name ${inTheWay.groupName} but does not belong to this object: delete or rename it`;
    return held(seen, { kind: "blocked", reason: "SecurityGroupBlocked", message, checkInMs: unreadCheckMs });
  }
  // Before status names the group, AWS serves a spec that lacks it.
  const holds = named(seen) ? "writes" : "everything";
  const first = (step: Act<GroupAction> | Wait): PartPlan<GroupAction> => ({
    steps: [{ ...step, holds, conditions: [notReady] }],
    conditions: [],
  });
  const write = found === undefined ? creating(seen) : repairing(found, desired, seen);
  const refusal = write && currentRefusal(refused, write.action.writes);
  if (refusal !== undefined) return held(seen, refusal);
  if (write !== undefined) return first(justWritten ? settling(vpcId, "CreatingSecurityGroup") : write);
  const groupId = found?.group.groupId ?? "";
  if (groupId !== known) {
    const message = `environments use ${groupId} from the next pass on`;
    return first({ kind: "wait", reason: "CreatingSecurityGroup", message, checkInMs: settleCheckMs });
  }
  const message = `${groupId} in ${vpcId} matches the spec`;
  return {
    // The previous process may have just deleted it, and no environment can be created with a deleted group.
    steps: unproven ? [{ ...settling(vpcId, "CreatingSecurityGroup"), holds: "creation" }] : [],
    conditions: [{ ...notReady, status: "True", reason: "SecurityGroupAvailable", message }],
    checkInMs: restCheckMs,
  };
}

function creating({ vpcId, identity, tags }: GroupSeen): Act<GroupAction> {
  const name = groupNameOf(identity);
  const description = `For instances of AWS Batch; made by aws-batch-operator for ${identity.namespace}/${identity.name}`;
  const write: GroupWrite = {
    kind: "create",
    vpcId,
    name,
    description: description.slice(0, 255),
    tags: groupTags(identity, tags),
  };
  return act(vpcId, "create", [write], `creating the security group ${name} in ${vpcId}`);
}

function repairing(
  { group, retag }: GroupFound,
  desired: DesiredGroup,
  { known, refused }: GroupSeen,
): Act<GroupAction> | undefined {
  const { groupId, vpcId } = group;
  const { missing, surplus } = ruleChanges(desired, group);
  const tags: readonly GroupWrite[] = retag === undefined ? [] : [{ kind: "tag", groupId, ...retag }];
  const [allowed, revoked] = [changes("authorize", group, missing), changes("revoke", group, surplus)];
  // Rules are added first, so that instances never lose all connections.
  const writes = [...tags, ...allowed, ...revoked];
  if (writes.length === 0) return undefined;
  const rules = [...missing.map((rule) => `+ ${ruleText(rule)}`), ...surplus.map((rule) => `- ${ruleText(rule)}`)];
  const message =
    rules.length === 0 ? `writing the tags of ${groupId}` : `changing the rules of ${groupId}: ${rules.join(", ")}`;
  const doing = groupId === known ? "repair" : "create";
  const next = act(vpcId, doing, writes, message);
  if (allowed.length === 0 || revoked.length === 0) return next;
  if (currentRefusal(refused, next.action.writes)?.reason !== failureReason("quota")) return next;
  // Together they may be more than EC2 accepts. Revoked rules are not desired, and running jobs only lose them sooner.
  return act(vpcId, doing, [...tags, ...revoked, ...allowed], message);
}

function changes(
  kind: "authorize" | "revoke",
  { groupId }: SecurityGroup,
  rules: readonly Rule[],
): readonly GroupWrite[] {
  const directions = ["egress", "ingress"] as const;
  return directions.flatMap((direction) => {
    const some = rules.filter((rule) => rule.direction === direction);
    return some.length === 0 ? [] : [{ kind, groupId, direction, rules: some }];
  });
}

/** Deletes our group that the network asks for no more, once nothing names it. */
function left(seen: GroupSeen): PartPlan<GroupAction> {
  const { found, justWritten, refused } = seen;
  const nothing = { steps: [], conditions: [] };
  // EC2 shows late what was created.
  if (found === undefined || found.retained) return justWritten ? { ...nothing, checkInMs: settleCheckMs } : nothing;
  const next = leftOne(found, seen);
  if (next.kind !== "act") return { ...nothing, checkInMs: groupUsersCheckMs };
  const refusal = currentRefusal(refused, next.action.writes);
  if (refusal === undefined) return { ...nothing, tail: [next], checkInMs: groupUsersCheckMs };
  const { reason, message, checkInMs } = refusal;
  return { steps: [], conditions: [{ ...notReady, reason, message }], checkInMs };
}

function leftOne({ group, usedBy, strangers, namedBy }: GroupFound, seen: GroupSeen): Act<GroupAction> | Wait {
  const { groupId, vpcId } = group;
  // Resources that are not ours keep the group that they use (promise 3).
  const stays = seen.retain || (usedBy.length === 0 && strangers.length > 0);
  const doing = stays ? "retain" : "delete";
  if (seen.justWritten) {
    const reason = stays ? "RetainingSecurityGroup" : "DeletingSecurityGroup";
    return { ...settling(vpcId, reason), conditions: [notReady] };
  }
  if (stays) {
    const set = { [leftBehindTag]: retainedMark(seen.identity) };
    const write: GroupWrite = { kind: "tag", groupId, set, remove: groupTagKeys };
    const why = seen.retain
      ? "deletionPolicy is Retain"
      : `${strangers.join(", ")} uses it and does not belong to the operator`;
    return act(vpcId, doing, [write], `leaving ${groupId} in AWS: ${why}`);
  }
  // Two groups that name each other would wait for each other.
  const loosened = usedBy.length === 0 && namedBy.length > 0 ? changes("revoke", group, rulesNamingOthers(group)) : [];
  if (loosened.length > 0) {
    return act(vpcId, doing, loosened, `revoking the rules of ${groupId} that name other groups, before deleting it`);
  }
  const users = [...usedBy, ...namedBy.map((other) => `rules of ${other.groupId} (${other.groupName})`)];
  if (users.length > 0) {
    const steps = [
      ...(usedBy.length === 0 ? [] : [`Give other security groups to ${usedBy.join(", ")}`]),
      ...(namedBy.length === 0 ? [] : [`Remove the rules that name it from ${idsOf(namedBy)}`]),
    ];
    const message = `cannot delete ${groupId} yet, because these still use it: ${users.join(", ")}. ${steps.join(". ")}`;
    const stallsAfterMs = marks.inUseStallsMs;
    const wait: Wait = {
      kind: "wait",
      reason: "SecurityGroupInUse",
      message,
      checkInMs: groupUsersCheckMs,
      stallsAfterMs,
    };
    return { ...wait, conditions: [notReady] };
  }
  return act(vpcId, doing, [{ kind: "delete", groupId }], `deleting the security group ${groupId}`);
}

function idsOf(groups: readonly SecurityGroup[]): string {
  return groups.map(({ groupId }) => groupId).join(", ");
}

/** EC2 may show a write late; a refusal of it is kept until the next try. */
function settling(vpcId: string, reason: Reason): Wait {
  const message = `waiting for EC2 to show what was written in ${vpcId}`;
  const until = { kind: "listing" } as const;
  return { kind: "wait", reason, message, until, checkInMs: settleCheckMs };
}

function act(
  vpcId: string,
  doing: "create" | "repair" | "delete" | "retain",
  writes: readonly GroupWrite[],
  message: string,
): Act<GroupAction> {
  const reasons = {
    create: "CreatingSecurityGroup",
    repair: "RepairingSecurityGroup",
    delete: "DeletingSecurityGroup",
    retain: "RetainingSecurityGroup",
  } as const;
  const action: GroupAction = { kind: "writeGroup", vpcId, doing, writes };
  return { kind: "act", action, reason: reasons[doing], message, conditions: [notReady] };
}

/** Nothing can be created. Environments that exist keep their group. */
function held(seen: GroupSeen, next: Wait | Blocked): PartPlan<GroupAction> {
  const { reason, message, checkInMs = restCheckMs } = next;
  if (seen.known === undefined) return { steps: [{ ...next, conditions: [notReady] }], conditions: [] };
  return { steps: [], conditions: [{ ...notReady, reason, message }], checkInMs };
}
