/**
 * The door of security groups: plans the group that an object requests. `observe.ts` reads EC2, `rules.ts` compares the rules.
 * Pure.
 */

import type { Reason } from "../../../api/reasons.ts";
import type { SecurityGroup } from "../../../network/facts.ts";
import { groupUsersCheckMs, marks, restCheckMs, settleCheckMs, unreadCheckMs } from "../../intervals.ts";
import { retainedMark } from "../../ownership/ownership.ts";
import type { Act, Blocked, Step, Wait } from "../../pass/agenda.ts";
import { failureReason } from "../../pass/conditions.ts";
import { nothingToDo, type PartPlan, together } from "../../pass/part-plan.ts";
import { currentRefusal } from "../../pass/refused-writes.ts";
import type { GroupAction } from "./action.ts";
import { groupNameOf, groupTagKeys, groupTags, leftBehindTag } from "./ownership.ts";
import { type DesiredGroup, type Rule, ruleChanges, rulesNamingOthers, ruleText } from "./rules.ts";
import type { GroupFound, GroupSeen } from "./seen.ts";
import type { GroupWrite } from "./writes.ts";

type Read = Extract<GroupSeen["network"], { kind: "read" }>;

const notReady = { type: "SecurityGroupReady", status: "False" } as const;

/** The group that an environment can be created with: it exists, and has its rules unless it is already in use. */
export function usable({ network, desired, known }: GroupSeen): SecurityGroup | undefined {
  if (network.kind !== "read" || desired === undefined || network.vpcIds?.length !== 1) return undefined;
  const found = groupIn(network, network.vpcIds[0]);
  if (found === undefined) return undefined;
  const { missing, surplus } = ruleChanges(desired, found.group);
  return found.group.groupId === known || missing.length + surplus.length === 0 ? found.group : undefined;
}

/**
 * Whether what the object reports of AWS is about the spec with the group of its next status. Before that it is about a
 * spec without the group, or with another one.
 */
function named(seen: GroupSeen): boolean {
  return seen.known !== undefined && (usable(seen)?.groupId ?? seen.known) === seen.known;
}

function groupIn({ groups }: Read, vpcId: string | undefined): GroupFound | undefined {
  return groups.find(({ group }) => group.vpcId === vpcId);
}

/** The group comes before its environments: an environment is created only once status names the group. */
export function groupPlan(seen: GroupSeen): PartPlan<GroupAction> {
  const { network, desired, known } = seen;
  if (network.kind === "unneeded") return nothingToDo;
  const plan = network.kind === "unread" ? unread(seen, network) : read(seen, network, desired);
  return { ...plan, isUnknown: known === undefined };
}

/** The last step of a deletion: the finalizer stays until the group is deleted. */
export function groupRemoval(seen: GroupSeen): readonly Step<GroupAction>[] {
  const { network } = seen;
  if (network.kind === "unneeded") return [];
  if (network.kind === "unread") return [{ ...notRead(network), conditions: [notReady] }];
  const [unsettled] = network.justWritten.filter((vpcId) => seen.claims.includes(vpcId));
  // EC2 shows late what was created, and nobody checks again once the object is deleted.
  if (unsettled !== undefined) {
    const reason = seen.retain ? "RetainingSecurityGroup" : "DeletingSecurityGroup";
    return [{ ...settling(unsettled, reason), conditions: [notReady] }];
  }
  const [first] = leavingGroups(seen, network);
  return first === undefined ? [] : [leftOne(first, seen, network)];
}

function read(seen: GroupSeen, network: Read, desired: DesiredGroup | undefined): PartPlan<GroupAction> {
  if (desired === undefined) return { ...nothingToDo, ...left(seen, network) };
  const { vpcIds } = network;
  // Without subnets no group can be created yet; another condition reports why.
  if (vpcIds === undefined) return nothingToDo;
  const [vpcId, ...others] = vpcIds;
  if (vpcId !== undefined && others.length === 0) return kept(vpcId, desired, seen, network);
  const what = vpcId === undefined ? "none of the subnets exists" : `the subnets are in ${vpcIds.join(", ")}`;
  const message = `cannot create a security group, because ${what}: name subnets of one VPC`;
  return held(seen, { kind: "blocked", reason: "SecurityGroupBlocked", message, checkInMs: unreadCheckMs });
}

function kept(vpcId: string, desired: DesiredGroup, seen: GroupSeen, network: Read): PartPlan<GroupAction> {
  // Before status names the group, AWS serves a spec that lacks it.
  const holds = named(seen) ? "writes" : "everything";
  const first = (step: Act<GroupAction> | Wait): PartPlan<GroupAction> => ({
    steps: [{ ...step, holds, conditions: [notReady] }],
    conditions: [],
  });
  if (!seen.claims.includes(vpcId)) {
    return first(claim([...seen.claims, vpcId], `requesting a security group in ${vpcId}`));
  }
  const found = groupIn(network, vpcId);
  const blocking = network.inTheWay.find((one) => one.vpcId === vpcId);
  if (found === undefined && blocking !== undefined) {
    const message = `${blocking.groupId} has the name ${blocking.groupName} but does not belong to this object: delete or rename it`;
    return held(seen, { kind: "blocked", reason: "SecurityGroupBlocked", message, checkInMs: unreadCheckMs });
  }
  const write = found === undefined ? creating(vpcId, seen) : repairing(found, desired, seen, network);
  const refused = write === undefined ? undefined : refusedNow(network, write);
  if (refused !== undefined) return withLeft(held(seen, refused), seen, network);
  if (write !== undefined) {
    return first(network.justWritten.includes(vpcId) ? settling(vpcId, "CreatingSecurityGroup") : write);
  }
  const groupId = found?.group.groupId ?? "";
  if (groupId !== seen.known) {
    const message = `the environment uses ${groupId} from the next pass on`;
    return first({ kind: "wait", reason: "CreatingSecurityGroup", message, checkInMs: settleCheckMs });
  }
  const message = `${groupId} in ${vpcId} matches the spec`;
  const ready: PartPlan<GroupAction> = {
    // The previous process may have just deleted it, and no environment can be created with a deleted group.
    steps: network.unproven ? [{ ...settling(vpcId, "CreatingSecurityGroup"), holds: "creation" }] : [],
    conditions: [{ ...notReady, status: "True", reason: "SecurityGroupAvailable", message }],
    checkInMs: restCheckMs,
  };
  return withLeft(ready, seen, network);
}

function withLeft(plan: PartPlan<GroupAction>, seen: GroupSeen, network: Read): PartPlan<GroupAction> {
  return together([plan, { steps: [], ...left(seen, network) }]);
}

/** EC2's recent refusal of the same writes. */
function refusedNow({ refused }: Read, { action }: Act<GroupAction>): ReturnType<typeof currentRefusal> {
  return action.kind === "writeGroup" ? currentRefusal(refused, action.writes) : undefined;
}

function creating(vpcId: string, { identity, tags }: GroupSeen): Act<GroupAction> {
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
  { known }: GroupSeen,
  network: Read,
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
  if (refusedNow(network, next)?.reason !== failureReason("quota")) return next;
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

function leavingGroups({ desired }: GroupSeen, { groups, vpcIds }: Read): readonly GroupFound[] {
  const stays = desired === undefined ? undefined : vpcIds?.[0];
  return groups.filter(({ group, retained }) => !retained && group.vpcId !== stays);
}

/** Deletes our groups that the object no longer uses, once nothing names them. The environment keeps serving. */
function left(seen: GroupSeen, network: Read): Omit<PartPlan<GroupAction>, "steps"> {
  const [first] = leavingGroups(seen, network);
  if (first !== undefined) {
    const next = leftOne(first, seen, network);
    if (next.kind !== "act") return { conditions: [], checkInMs: groupUsersCheckMs };
    const refused = refusedNow(network, next);
    if (refused === undefined) return { tail: [next], conditions: [], checkInMs: groupUsersCheckMs };
    const { reason, message, checkInMs } = refused;
    return { conditions: [{ ...notReady, reason, message }], checkInMs };
  }
  const stays = seen.desired === undefined ? undefined : network.vpcIds?.[0];
  const claims = stays === undefined ? [] : [stays];
  // EC2 shows late what was created, and nobody checks again once the note is removed. A network has its VPC, and no note.
  const mayHave = (id: string): boolean => seen.claims.includes(id) || seen.identity.purpose === "network";
  const unsettled = network.justWritten.some((id) => id !== stays && mayHave(id));
  if (unsettled) return { conditions: [], checkInMs: settleCheckMs };
  if (claims.join() === seen.claims.join()) return { conditions: [] };
  return { tail: [claim(claims, "removing the note of earlier security groups, which are deleted")], conditions: [] };
}

function leftOne(
  { group, usedBy, strangers, namedBy }: GroupFound,
  seen: GroupSeen,
  network: Read,
): Act<GroupAction> | Wait {
  const { groupId, vpcId } = group;
  // Resources that are not ours keep the group that they use (promise 3).
  const stays = seen.retain || (usedBy.length === 0 && strangers.length > 0);
  const doing = stays ? "retain" : "delete";
  if (network.justWritten.includes(vpcId)) {
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

function claim(vpcIds: readonly string[], message: string): Act<GroupAction> {
  const action: GroupAction = { kind: "claimGroups", vpcIds };
  return { kind: "act", action, reason: "CreatingSecurityGroup", message, conditions: [notReady] };
}

type Unread = Extract<GroupSeen["network"], { kind: "unread" }>;

function notRead({ reason, message }: Unread): Wait {
  return { kind: "wait", reason, message, checkInMs: unreadCheckMs, stallsAfterMs: marks.unreadStallsMs };
}

function unread(seen: GroupSeen, network: Unread): PartPlan<GroupAction> {
  const wait = notRead(network);
  if (seen.known === undefined) return { steps: [{ ...wait, conditions: [notReady] }], conditions: [] };
  const { reason, message } = network;
  return {
    steps: [],
    conditions: [{ ...notReady, status: "Unknown", reason, message }],
    checkInMs: unreadCheckMs,
  };
}

/** Nothing can be created. An environment that exists keeps its group. */
function held(seen: GroupSeen, next: Wait | Blocked): PartPlan<GroupAction> {
  const { reason, message, checkInMs = restCheckMs } = next;
  if (seen.known === undefined) return { steps: [{ ...next, conditions: [notReady] }], conditions: [] };
  return { steps: [], conditions: [{ ...notReady, reason, message }], checkInMs };
}
