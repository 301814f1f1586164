/** What comes first: the security group that an object wishes, or the object itself. Pure. */

import type { SecurityGroup } from "../../network/facts.ts";
import { lookedAtAgain } from "../again.ts";
import { failureReason } from "../conditions.ts";
import { creates, type Decision, type News, type Next } from "../decision.ts";
import { marks } from "../marks.ts";
import { retainedMark } from "../ownership.ts";
import { standingRefusal } from "../refused-writes.ts";
import type { GroupAction } from "./action.ts";
import { groupNameOf, groupTagKeys, groupTags, leftBehindTag } from "./ownership.ts";
import { type GroupWish, type Rule, ruleChanges, rulesNamingOthers, ruleText } from "./rules.ts";
import type { GroupFound, GroupSeen } from "./seen.ts";
import type { GroupWrite } from "./writes.ts";

type GroupNext = Next<GroupAction>;
type Of<Action> = Decision<Action | GroupAction>;
type Read = Extract<GroupSeen["network"], { kind: "read" }>;

const conditionType = "SecurityGroupReady";
const settleLookMs = 1000;
const leavingLookMs = 15_000;
const unreadLookMs = 60_000;
/** Whether somebody changed what is ours. */
const restLookMs = 10 * 60_000;
/** Longer than a deletion takes that waits for no jobs. */

/** The group that the object can be made with: there, and with its rules when nothing is made with it yet. */
export function usable({ network, wished, known }: GroupSeen): SecurityGroup | undefined {
  if (network.kind !== "read" || wished === undefined || network.vpcIds?.length !== 1) return undefined;
  const found = groupIn(network, network.vpcIds[0]);
  if (found === undefined) return undefined;
  const { missing, surplus } = ruleChanges(wished, found.group);
  return found.group.groupId === known || missing.length + surplus.length === 0 ? found.group : undefined;
}

/**
 * Whether what the object itself says of AWS is said of the spec with the group that status names next. Before that it
 * is said of one that lacks it, or has another.
 */
function named(seen: GroupSeen): boolean {
  return seen.known !== undefined && (usable(seen)?.groupId ?? seen.known) === seen.known;
}

function groupIn({ groups }: Read, vpcId: string | undefined): GroupFound | undefined {
  return groups.find(({ group }) => group.vpcId === vpcId);
}

/**
 * The group before what is made with it, and on the way out after it: an environment is made only when status names
 * the group, and the object goes only when the group is gone.
 */
export function planWithGroup<Action extends { readonly kind: string }>(
  own: Decision<Action>,
  seen: GroupSeen,
  deleting: boolean,
): Of<Action> {
  const { network, wished } = seen;
  if (network.kind === "unneeded") return own;
  if (deleting && own.next.kind !== "release") return own;
  if (network.kind === "unread") return unread(own, seen, network);
  let decision: Of<Action> = own;
  const [unsettled] = network.justWritten.filter((vpcId) => seen.claims.includes(vpcId));
  // EC2 shows late what was made, and nobody comes back to it once the object is gone.
  if (deleting && unsettled !== undefined) {
    return instead(own, settling(unsettled, seen.retain ? "RetainingSecurityGroup" : "RemovingSecurityGroup"), seen);
  }
  if (wished !== undefined) {
    const { vpcIds } = network;
    // Without subnets there is nothing to be made yet, and something else says why.
    if (vpcIds === undefined) return own;
    const [vpcId, ...others] = vpcIds;
    if (vpcId === undefined || others.length > 0) {
      const what = vpcId === undefined ? "none of the subnets exists" : `the subnets lie in ${vpcIds.join(", ")}`;
      const message = `no security group can be made, since ${what}: name subnets of one VPC`;
      return held(own, seen, {
        kind: "blocked",
        reason: "SecurityGroupImpossible",
        message,
        recheckInMs: unreadLookMs,
      });
    }
    const step = kept(own, vpcId, wished, seen, network);
    if (step.kind === "instead") return named(seen) ? step.decision : { ...step.decision, serving: false };
    decision = step.decision;
  }
  return left(decision, seen, network, deleting);
}

/** `instead`: the group comes before what the object itself would do. */
interface Step<Action> {
  readonly kind: "instead" | "beside";
  readonly decision: Of<Action>;
}

function kept<Action extends { readonly kind: string }>(
  own: Of<Action>,
  vpcId: string,
  wished: GroupWish,
  seen: GroupSeen,
  network: Read,
): Step<Action> {
  if (!seen.claims.includes(vpcId)) {
    const message = `a security group is asked for in ${vpcId}`;
    return { kind: "instead", decision: instead(own, claim(seen, [...seen.claims, vpcId], message), seen) };
  }
  const found = groupIn(network, vpcId);
  const blocking = network.inTheWay.find((one) => one.vpcId === vpcId);
  if (found === undefined && blocking !== undefined) {
    const message = `${blocking.groupId} has the name ${blocking.groupName} and is not this object's: delete or rename it`;
    const next = { kind: "blocked", reason: "SecurityGroupImpossible", message, recheckInMs: unreadLookMs } as const;
    return { kind: "instead", decision: held(own, seen, next) };
  }
  const wanted = found === undefined ? making(vpcId, seen) : mending(found, wished, seen, network);
  const refused = wanted === undefined ? undefined : refusedNow(network, wanted);
  if (refused !== undefined) {
    // An environment that is there goes on with the group as it is.
    const kind = seen.known === undefined ? "instead" : "beside";
    return { kind, decision: held(own, seen, refused) };
  }
  if (wanted !== undefined) {
    const next = network.justWritten.includes(vpcId) ? settling(vpcId, "MakingSecurityGroup") : wanted;
    return { kind: "instead", decision: instead(own, next, seen) };
  }
  // The process before this one may have just deleted it, and nothing can be made with what is gone.
  if (network.unproven && creates(own.next)) {
    return { kind: "instead", decision: instead(own, settling(vpcId, "MakingSecurityGroup"), seen) };
  }
  const groupId = found?.group.groupId ?? "";
  if (groupId !== seen.known) {
    const message = `${groupId} is about to be used`;
    return {
      kind: "instead",
      decision: instead(own, { kind: "wait", reason: "MakingSecurityGroup", message, recheckInMs: settleLookMs }, seen),
    };
  }
  const told = [...own.news, news("True", "SecurityGroupAvailable", `${groupId} in ${vpcId} is as the spec says`)];
  return { kind: "beside", decision: { ...lookedAtAgain(own, restLookMs), news: told } };
}

/** What EC2 said to the same writes a short time ago. */
function refusedNow({ refused }: Read, next: GroupNext): ReturnType<typeof standingRefusal> {
  if (next.kind !== "act" || next.action.kind !== "writeGroup") return undefined;
  return standingRefusal(refused, next.action.writes);
}

function making(vpcId: string, { identity }: GroupSeen): GroupNext {
  const name = groupNameOf(identity);
  const description = `For instances of AWS Batch; made by aws-batch-operator for ${identity.namespace}/${identity.name}`;
  const write: GroupWrite = {
    kind: "create",
    vpcId,
    name,
    description: description.slice(0, 255),
    tags: groupTags(identity),
  };
  return act(vpcId, "make", [write], `the security group ${name} is made in ${vpcId}`);
}

function mending(
  { group, retag }: GroupFound,
  wished: GroupWish,
  { identity, known }: GroupSeen,
  network: Read,
): GroupNext | undefined {
  const { groupId, vpcId } = group;
  const { missing, surplus } = ruleChanges(wished, group);
  const tags: readonly GroupWrite[] = retag
    ? [{ kind: "tag", groupId, set: groupTags(identity), remove: [leftBehindTag] }]
    : [];
  const [allowed, revoked] = [changes("authorize", group, missing), changes("revoke", group, surplus)];
  // What is allowed first leaves no moment in which instances reach nothing.
  const writes = [...tags, ...allowed, ...revoked];
  if (writes.length === 0) return undefined;
  const rules = [...missing.map((rule) => `+ ${ruleText(rule)}`), ...surplus.map((rule) => `- ${ruleText(rule)}`)];
  const what = rules.length === 0 ? "gets its tags" : `gets its rules: ${rules.join(", ")}`;
  const doing = groupId === known ? "mend" : "make";
  const next = act(vpcId, doing, writes, `${groupId} ${what}`);
  if (allowed.length === 0 || revoked.length === 0) return next;
  if (refusedNow(network, next)?.reason !== failureReason("quota")) return next;
  // Together they may be more than EC2 takes. What goes is wished no more, and running jobs lose it only sooner.
  return act(vpcId, doing, [...tags, ...revoked, ...allowed], `${groupId} ${what}`);
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

/** Groups of ours that the object uses no more, or where the object goes: removed when nothing names them. */
function left<Action>(own: Of<Action>, seen: GroupSeen, network: Read, deleting: boolean): Of<Action> {
  const stays = seen.wished === undefined ? undefined : network.vpcIds?.[0];
  const leaving = network.groups.filter(({ group, retained }) => !retained && group.vpcId !== stays);
  const [first] = leaving;
  if (first !== undefined) {
    const next = leftOne(first, seen, network);
    if (deleting) return instead(own, next, seen);
    // What serves goes on; nothing of it hangs on the old group.
    if (own.next.kind === "act" || next.kind !== "act") return lookedAtAgain(own, leavingLookMs);
    const refused = refusedNow(network, next);
    if (refused !== undefined) {
      const refusal = news("False", refused.reason, refused.message);
      const told = [...own.news.filter(({ type }) => type !== refusal.type), refusal];
      return { ...lookedAtAgain(own, refused.recheckInMs), news: told };
    }
    return { ...instead(own, next, seen), news: own.news };
  }
  const claims = stays === undefined ? [] : [stays];
  if (deleting || own.next.kind === "act" || claims.join() === seen.claims.join()) return own;
  // EC2 shows late what was made, and nobody comes back to it once the note is gone.
  const unsettled = seen.claims.some((id) => id !== stays && network.justWritten.includes(id));
  if (unsettled) return lookedAtAgain(own, settleLookMs);
  return { ...own, next: claim(seen, claims, "what is left of earlier security groups is gone") };
}

function leftOne({ group, usedBy, strangers, namedBy }: GroupFound, seen: GroupSeen, network: Read): GroupNext {
  const { groupId, vpcId } = group;
  // What is not ours goes on with what it has (promise 3).
  const stays = seen.retain || (usedBy.length === 0 && strangers.length > 0);
  const doing = stays ? "retain" : "remove";
  if (network.justWritten.includes(vpcId)) {
    return settling(vpcId, stays ? "RetainingSecurityGroup" : "RemovingSecurityGroup");
  }
  if (stays) {
    const set = { [leftBehindTag]: retainedMark(seen.identity) };
    const write: GroupWrite = { kind: "tag", groupId, set, remove: groupTagKeys };
    const why = seen.retain ? "as deletionPolicy says" : `${strangers.join(", ")}, which is not ours, has it`;
    return act(vpcId, doing, [write], `${groupId} is left in AWS: ${why}`);
  }
  // Two that name each other would wait for each other.
  const loosened = usedBy.length === 0 && namedBy.length > 0 ? changes("revoke", group, rulesNamingOthers(group)) : [];
  if (loosened.length > 0) {
    return act(vpcId, doing, loosened, `${groupId} loses its rules that name other groups, and is removed after them`);
  }
  const users = [...usedBy, ...namedBy.map((other) => `rules of ${other.groupId} (${other.groupName})`)];
  if (users.length > 0) {
    const steps = [
      ...(usedBy.length === 0 ? [] : [`Give other security groups to ${usedBy.join(", ")}`]),
      ...(namedBy.length === 0 ? [] : [`Take the rules that name it out of ${idsOf(namedBy)}`]),
    ];
    const message = `${groupId} is removed when nothing names it any more: ${users.join(", ")}. ${steps.join(". ")}`;
    const recheckInMs = leavingLookMs;
    return { kind: "wait", reason: "SecurityGroupInUse", message, recheckInMs, stalledAfterMs: marks.inUseStallsMs };
  }
  return act(vpcId, doing, [{ kind: "delete", groupId }], `the security group ${groupId} is removed`);
}

function idsOf(groups: readonly SecurityGroup[]): string {
  return groups.map(({ groupId }) => groupId).join(", ");
}

/** EC2 may show late what was written; a refusal of it stands until the next try. */
function settling(vpcId: string, reason: string): GroupNext {
  const message = `waiting for EC2 to show what was written in ${vpcId}`;
  return { kind: "wait", reason, message, recheckInMs: settleLookMs, confirmsAbsence: true };
}

function act(
  vpcId: string,
  doing: "make" | "mend" | "remove" | "retain",
  writes: readonly GroupWrite[],
  message: string,
): GroupNext {
  const reasons = {
    make: "MakingSecurityGroup",
    mend: "MendingSecurityGroup",
    remove: "RemovingSecurityGroup",
    retain: "RetainingSecurityGroup",
  } as const;
  // EC2 is read live before each: a group that another process has just made is not made twice.
  return {
    kind: "act",
    action: { kind: "writeGroup", vpcId, doing, writes },
    reason: reasons[doing],
    message,
    irreversible: true,
  };
}

function claim({ claims }: GroupSeen, vpcIds: readonly string[], message: string): GroupNext {
  const action = { kind: "claimGroups", vpcIds } as const;
  // Where nothing is asked for any more nobody looks again.
  const irreversible = claims.some((id) => !vpcIds.includes(id));
  return { kind: "act", action, reason: "MakingSecurityGroup", message, irreversible };
}

function unread<Action extends { readonly kind: string }>(
  own: Decision<Action>,
  seen: GroupSeen,
  { reason, message }: { readonly reason: string; readonly message: string },
): Of<Action> {
  const wait = {
    kind: "wait",
    reason,
    message,
    recheckInMs: unreadLookMs,
    stalledAfterMs: marks.unreadStallsMs,
  } as const;
  if (own.next.kind === "release" || seen.known === undefined) return held(own, seen, wait);
  const told = [...own.news, news("Unknown", reason, message)];
  return { ...lookedAtAgain(own, unreadLookMs), news: told };
}

/** Nothing can be made; what is made already goes on with the group that it has. */
function held<Action>(
  own: Of<Action>,
  seen: GroupSeen,
  next: Extract<GroupNext, { kind: "wait" | "blocked" }>,
): Of<Action> {
  if (seen.known !== undefined && own.next.kind !== "release") {
    const told = [...own.news, news("False", next.reason, next.message)];
    return { ...lookedAtAgain(own, next.recheckInMs ?? restLookMs), news: told };
  }
  return instead(own, next, seen);
}

function instead<Action>(own: Of<Action>, next: GroupNext, { known }: GroupSeen): Of<Action> {
  // Before status names the group the plan was made from a spec that lacks it.
  const unsure = known === undefined && own.change.action !== "Create" && own.change.action !== "Delete";
  const change = unsure ? { ...own.change, action: "None" as const, reason: next.reason, changes: [] } : own.change;
  return { ...own, next, change, news: [...own.news, news("False", next.reason, next.message)] };
}

function news(status: News["status"], reason: string, message: string): News {
  return { type: conditionType, status, reason, message };
}
