/** What comes first: the endpoints that an object wishes, or the object itself. Pure. */

import { shortName } from "../../network/dependence.ts";
import type { EndpointPlan, EndpointToMake } from "../../network/endpoints.ts";
import { isBroken, isStanding } from "../../network/lookups.ts";
import { lookedAtAgain } from "../again.ts";
import { creates, type Decision, type News, type Next } from "../decision.ts";
import { clusterUidTag, retainedFromTag, retainedMark } from "../ownership.ts";
import { standingRefusal } from "../refused-writes.ts";
import type { EndpointsAction } from "./action.ts";
import { endpointTags, groupName, ownershipTagKeys, ownershipTags } from "./ownership.ts";
import type { EndpointsSeen, OtherUser, VpcSeen } from "./seen.ts";
import type { EndpointWrite } from "./writes.ts";

type EndpointsNext = Next<EndpointsAction>;
type Of<Action> = Decision<Action | EndpointsAction>;

const conditionType = "EndpointsReady";
/** Endpoints become available, and go, within a minute or two. */
const transitionLookMs = 5000;
const settleLookMs = 1000;
const othersLookMs = 10_000;
const unreadLookMs = 60_000;
/** Whether somebody removed what is ours, and whether other services are needed by now. */
const restLookMs = 10 * 60_000;
/** Who writes looks so often whether somebody has come: nothing wakes it, and the other one waits for it. */
const writerLookMs = 60_000;
const unreadStallsAfterMs = 5 * 60_000;
/** Longer than EC2 takes to make an endpoint. */
const pendingStallsAfterMs = 10 * 60_000;
/** Longer than a deletion takes that waits for no jobs. */
const inUseStallsAfterMs = 30 * 60_000;

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
  const { plan, ours, needs } = vpc;
  const { next, refused } = nextWrites(vpc, seen);
  if (next !== undefined && vpc.writer === undefined) {
    const writes = vpc.justWritten ? settling(vpc, "MakingEndpoints") : next;
    return { kind: "instead", decision: instead(own, writes, "False", own.serving) };
  }
  if (vpc.unread !== undefined) {
    const kind = creates(own.next) ? "instead" : "beside";
    return { kind, decision: unread(own, withAllRefusals(vpc.unread, refused), seen.wished) };
  }
  const lacking = lackIn(vpc, refused, (services, endpointId) => {
    const isServed = endpointId !== undefined && !vpc.lacks.includes(endpointId);
    return !isServed && services.some((one) => needs.includes(one));
  });
  if (lacking !== undefined) return held(own, withAllRefusals(lacking, refused));
  // The process before this one may have just deleted what EC2 still shows.
  if (vpc.unproven && creates(own.next)) return held(own, settling(vpc, "MakingEndpoints"));
  // The plan is everybody's: what others wish in vain, a mistyped service, is told and holds nothing up.
  const others = lackIn(vpc, refused, () => true);
  if (others !== undefined) return beside(own, others);
  const names = plan.services.map(shortName).join(", ");
  const message = names === "" ? "the subnets need no endpoints of ours" : `available in ${vpc.vpcId}: ${names}`;
  const all = told(own, news("True", "EndpointsAvailable", message));
  // Their group goes after them.
  const atRestMs = vpc.writer === undefined ? writerLookMs : restLookMs;
  const lookMs = ours.every(isStanding) ? atRestMs : transitionLookMs;
  return { kind: "beside", decision: { ...lookedAtAgain(own, lookMs), news: all } };
}

type Act = Extract<EndpointsNext, { kind: "act" }>;
type Holding = Extract<EndpointsNext, { kind: "wait" | "blocked" }>;

/** What keeps endpoints of services from being there, the gravest first. */
function lackIn(
  vpc: VpcSeen,
  refused: readonly Refused[],
  concerns: (services: readonly string[], endpointId?: string) => boolean,
): Holding | undefined {
  const { vpcId, plan, ours, writer } = vpc;
  const refusals = refused
    .filter(({ services, endpointId }) => concerns(services, endpointId))
    .map(({ refusal }) => refusal);
  const broken = ours.filter((one) => isBroken(one) && concerns([one.serviceName]));
  const faults = [
    ...plan.obstacles.filter(({ services }) => concerns(services)).map(({ message }) => message),
    ...broken.map(({ endpointId, state }) => `${endpointId} is ${state}: delete it`),
  ];
  const [refusal] = refusals;
  if (refusal !== undefined || faults.length > 0) {
    const message = [...new Set([...refusals.map((one) => one.message), ...faults])].join("; ");
    const looks = [...refusals.map((one) => one.recheckInMs), ...(faults.length > 0 ? [unreadLookMs] : [])];
    const reason = refusal?.reason ?? "EndpointsImpossible";
    const passes = faults.length === 0 && refusals.every(({ kind }) => kind === "wait");
    return { kind: passes ? "wait" : "blocked", reason, message, recheckInMs: Math.min(...looks) };
  }
  const coming = ours.filter((one) => one.state === "pending" || one.state === "pendingacceptance");
  const extended = plan.extend.filter((one) => concerns(servicesOf(one.endpointId, ours), one.endpointId));
  const missing = new Set([
    ...[
      ...plan.create.map(({ serviceName }) => serviceName),
      ...plan.awaited,
      ...coming.map(({ serviceName }) => serviceName),
      ...(addressesToLetIn(vpc).length === 0 ? [] : behindGroup(vpc)),
    ].filter((service) => concerns([service])),
    ...extended.flatMap(({ endpointId }) => servicesOf(endpointId, ours)),
  ]);
  if (missing.size === 0) return undefined;
  const by = writer === undefined ? "" : ` by ${writer}`;
  const first = writer === undefined ? "" : `. Where that does not go on, ${writer} says what keeps it`;
  const message = `endpoints of ${vpcId} are being made${by}: ${[...missing].map(shortName).join(", ")}${first}`;
  const recheckInMs = writer === undefined ? transitionLookMs : othersLookMs;
  return { kind: "wait", reason: "EndpointsPending", message, recheckInMs, stalledAfterMs: pendingStallsAfterMs };
}

/** What an object waits for, with all that EC2 has refused beside that: nothing else would tell it. */
function withAllRefusals<T extends { readonly message: string }>(lacking: T, refused: readonly Refused[]): T {
  const others = new Set(refused.map(({ refusal }) => refusal.message).filter((one) => !lacking.message.includes(one)));
  return others.size === 0 ? lacking : { ...lacking, message: [lacking.message, ...others].join("; ") };
}

type Refusal = NonNullable<ReturnType<typeof standingRefusal>>;

/** A write that EC2 refused a short time ago, and the services that are not there before it is done. */
interface Refused {
  readonly services: readonly string[];
  /** The endpoint that it would extend. */
  readonly endpointId?: string | undefined;
  readonly refusal: Refusal;
}

/** What EC2 said to the same writes a short time ago. */
function refusedNow({ refused }: VpcSeen, { action }: Act): Refusal | undefined {
  return action.kind === "writeEndpoints" ? standingRefusal(refused, action.writes) : undefined;
}

/** EC2 may show late what was written; a refusal of it stands until the next try. */
function settling({ vpcId }: VpcSeen, reason: string): Extract<EndpointsNext, { kind: "wait" }> {
  const message = `waiting for EC2 to show what was written in ${vpcId}`;
  return { kind: "wait", reason, message, recheckInMs: settleLookMs, confirmsAbsence: true };
}

interface Writes {
  /** Undefined: all was asked for. */
  readonly next: Act | undefined;
  /** What would come before it. */
  readonly refused: readonly Refused[];
}

/** The next writes of the one who writes in a VPC: a refused one keeps only those that need it done before. */
function nextWrites(vpc: VpcSeen, seen: EndpointsSeen): Writes {
  const { vpcId, group, leftBehind } = vpc;
  const interfaces = behindGroup(vpc);
  const back = takingBack(vpc, seen);
  // What Retain has left serves as somebody else's would; but its group has the name that the next one would get.
  const nameIsTaken = group === undefined && leftBehind.some((id) => id.startsWith("sg-"));
  const taken = back === undefined ? nothing : asked(vpc, back, nameIsTaken ? interfaces : []);
  if (taken.next !== undefined) return taken;
  const rules = nameIsTaken ? undefined : groupWrites(vpc, seen);
  const first = rules === undefined ? nothing : asked(vpc, rules, interfaces);
  const before = [...taken.refused, ...first.refused];
  if (first.next !== undefined) return { next: first.next, refused: before };
  const isBarred = nameIsTaken || rules !== undefined;
  const tried = makings(vpc, seen)
    .filter(({ services }) => !isBarred || !services.some((one) => interfaces.includes(one)))
    .map((one) => ({ ...one, refusal: standingRefusal(vpc.refused, [one.write]) }));
  const refused = [
    ...before,
    ...tried.flatMap(({ services, endpointId, refusal }) => (refusal ? [{ services, endpointId, refusal }] : [])),
  ];
  const made = tried.filter(({ refusal }) => refusal === undefined);
  if (made.length > 0) {
    const message = `endpoints of ${vpcId} are made: ${made.map(({ what }) => what).join(", ")}`;
    const writes = made.map(({ write }) => write);
    return { next: act(vpcId, "make", writes, message), refused };
  }
  const surplus = removal(vpc);
  // Nobody waits for what goes.
  const last = surplus === undefined ? nothing : asked(vpc, surplus, []);
  return { next: last.next, refused: [...refused, ...last.refused] };
}

const nothing: Writes = { next: undefined, refused: [] };

/** @param services those that are not there before it is done */
function asked(vpc: VpcSeen, next: Act, services: readonly string[]): Writes {
  const refusal = refusedNow(vpc, next);
  return refusal === undefined ? { next, refused: [] } : { next: undefined, refused: [{ services, refusal }] };
}

function takingBack(vpc: VpcSeen, { cluster }: EndpointsSeen): Act | undefined {
  const { vpcId, group } = vpc;
  const before = [...vpc.ours.filter(isStanding), ...(group === undefined ? [] : [group])]
    .filter(({ tags }) => tags[clusterUidTag] !== cluster.uid)
    .map((one) => ("endpointId" in one ? one.endpointId : one.groupId));
  if (before.length > 0) {
    const write: EndpointWrite = { kind: "takeOver", ids: before, set: { [clusterUidTag]: cluster.uid }, remove: [] };
    return act(vpcId, "mend", [write], `endpoints of a lost cluster are taken over: ${before.join(", ")}`);
  }
  if (vpc.leftBehind.length > 0) {
    const [ids, set] = [vpc.leftBehind, ownershipTags(cluster)];
    const write: EndpointWrite = { kind: "takeOver", ids, set, remove: [retainedFromTag] };
    return act(vpcId, "mend", [write], `what Retain left in ${vpcId} is used again: ${ids.join(", ")}`);
  }
  return undefined;
}

function interfacesOf({ create }: EndpointPlan): readonly EndpointToMake[] {
  return create.filter(({ kind }) => kind === "Interface");
}

/** Services whose endpoints, there or to be made, are reached by the rules of their group. */
function behindGroup({ plan, ours }: VpcSeen): readonly string[] {
  const interfaces = [...ours.filter(({ type }) => type === "Interface"), ...interfacesOf(plan)];
  return interfaces.map(({ serviceName }) => serviceName);
}

/** CIDR blocks of the VPC from which the group that is there does not let anybody in yet. */
export function addressesToLetIn({ plan, group }: Pick<VpcSeen, "plan" | "group">): readonly string[] {
  if (group === undefined) return [];
  const there = letIn(group);
  return plan.ingressFrom.filter((cidr) => !there.includes(cidr));
}

function groupWrites(vpc: VpcSeen, { cluster }: EndpointsSeen): Act | undefined {
  const { vpcId, plan, group } = vpc;
  if (group === undefined) {
    if (interfacesOf(plan).length === 0) return undefined;
    const name = groupName(cluster);
    const description = "Lets instances of AWS Batch reach VPC endpoints; made by aws-batch-operator";
    const write: EndpointWrite = { kind: "createGroup", vpcId, name, description, tags: endpointTags(cluster, name) };
    return act(vpcId, "make", [write], `the security group of the endpoints of ${vpcId} is made`);
  }
  const missing = addressesToLetIn(vpc);
  if (missing.length === 0) return undefined;
  const write: EndpointWrite = { kind: "allow", groupId: group.groupId, from: missing };
  return act(vpcId, "mend", [write], `${group.groupId} lets in ${missing.join(", ")}`);
}

/** An endpoint that is made or extended. */
interface Making {
  readonly write: EndpointWrite;
  /** Full names. */
  readonly services: readonly string[];
  /** The one that is extended. */
  readonly endpointId?: string;
  /** For words. */
  readonly what: string;
}

function makings({ vpcId, plan, ours, group }: VpcSeen, { cluster }: EndpointsSeen): readonly Making[] {
  const made = plan.create.map((one): Making => {
    const { serviceName } = one;
    const what = shortName(serviceName);
    const tags = endpointTags(cluster, `aws-batch-operator ${what}`);
    const services = [serviceName];
    if (one.kind === "Gateway") {
      const { routeTableIds } = one;
      return { write: { kind: "createGateway", vpcId, serviceName, routeTableIds, tags }, services, what };
    }
    const { subnetIds, ipAddressType } = one;
    const groupId = group?.groupId ?? "";
    return {
      write: { kind: "createInterface", vpcId, serviceName, subnetIds, groupId, ipAddressType, tags },
      services,
      what,
    };
  });
  const extended = plan.extend.map((one): Making => {
    const { endpointId } = one;
    return { write: { kind: "extend", ...one }, services: servicesOf(endpointId, ours), endpointId, what: endpointId };
  });
  return [...made, ...extended];
}

function servicesOf(endpointId: string, ours: VpcSeen["ours"]): readonly string[] {
  return ours.filter((one) => one.endpointId === endpointId).map(({ serviceName }) => serviceName);
}

function removal({ vpcId, plan, ours, group, groupNamedBy }: VpcSeen): Act | undefined {
  const { remove, kept, ingressFrom } = plan;
  if (remove.length > 0) {
    const write: EndpointWrite = { kind: "deleteEndpoints", endpointIds: remove };
    return act(vpcId, "remove", [write], `endpoints that nothing needs any more are removed: ${remove.join(", ")}`);
  }
  const needless = ours.length + ingressFrom.length + kept.length === 0;
  if (group !== undefined && needless && groupNamedBy.length === 0) {
    const write: EndpointWrite = { kind: "deleteGroup", groupId: group.groupId };
    return act(vpcId, "remove", [write], `the security group ${group.groupId} is removed: no endpoint has it`);
  }
  return undefined;
}

/** The object's part in VPCs that it uses no more: the last user removes what is ours there. */
function left<Action>(own: Of<Action>, vpcs: readonly VpcSeen[], seen: EndpointsSeen, deleting: boolean): Of<Action> {
  const occupied = vpcs.some(({ occupiedBy }) => occupiedBy.length > 0);
  if (occupied && !deleting) return lookedAtAgain(own, othersLookMs);
  for (const vpc of vpcs) {
    const next = leftOne(vpc, seen, deleting);
    if (next === undefined) continue;
    const refused = deleting || next.kind !== "act" ? undefined : refusedNow(vpc, next);
    if (refused !== undefined) {
      const all = told(own, news("False", refused.reason, refused.message));
      return { ...lookedAtAgain(own, refused.recheckInMs), news: all };
    }
    if (deleting || next.kind === "act") return instead(own, next, "False", own.serving && !deleting);
    // What lives on does not stand still for others who leave.
    const all = told(own, news("False", next.reason, next.message));
    return { ...lookedAtAgain(own, next.recheckInMs ?? restLookMs), news: all };
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
    return { kind: "wait", reason: "EndpointsInUse", message, recheckInMs, stalledAfterMs: inUseStallsAfterMs };
  }
  const first = [...others.map(({ key }) => key), ...(stays ? [] : connectsLeaving)];
  if (first.length > 0) {
    const message = `the endpoints of ${vpcId} are removed when ${first.join(", ")} is gone`;
    const recheckInMs = transitionLookMs;
    return { kind: "wait", reason: "EndpointsInUse", message, recheckInMs, stalledAfterMs: inUseStallsAfterMs };
  }
  if (vpc.justWritten) return settles;
  if (!stays && vpc.moving.length > 0) {
    const message = `the endpoints of ${vpcId} are removed when AWS has updated ${vpc.moving.join(", ")}: until then it may run by them where AWS tells of it no more`;
    const recheckInMs = othersLookMs;
    return { kind: "wait", reason: "EndpointsInUse", message, recheckInMs, stalledAfterMs: inUseStallsAfterMs };
  }
  if (!stays && vpc.mayConnect.length > 0) {
    const message = `whether ${vpc.mayConnect.join(", ")} runs by the endpoints of ${vpcId} could not be read: they stay until it can`;
    const recheckInMs = unreadLookMs;
    return { kind: "wait", reason: "NotReadable", message, recheckInMs, stalledAfterMs: unreadStallsAfterMs };
  }
  if (stays) {
    const ids = [...ours.filter(isStanding).map(({ endpointId }) => endpointId), ...(group ? [group.groupId] : [])];
    const set = { [retainedFromTag]: retainedMark(seen.identity) };
    const write: EndpointWrite = { kind: "release", ids, set, remove: ownershipTagKeys };
    const why = connects.length > 0 ? `${connects.join(", ")} runs by them` : "as deletionPolicy says";
    return act(vpcId, "release", [write], `the endpoints of ${vpcId} are left in AWS: ${why}`);
  }
  const standing = ours.filter(isStanding).map(({ endpointId }) => endpointId);
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

/** CIDR blocks that reach port 443 of a group by a rule of its own. */
function letIn(group: NonNullable<VpcSeen["group"]>): readonly string[] {
  const rules = group.ingress.filter(
    ({ protocol, ports }) => protocol === "tcp" && ports?.from === 443 && ports.to === 443,
  );
  return rules.flatMap(({ cidrs }) => cidrs);
}

function act(
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

function claim(seen: EndpointsSeen, claims: readonly string[], message: string): EndpointsNext {
  return {
    kind: "act",
    action: { kind: "claimVpcs", claims },
    reason: "MakingEndpoints",
    message,
    // Where nothing is asked for any more nobody looks again.
    irreversible: seen.claims.some((id) => !claims.includes(id)),
  };
}

function unread<Action extends { readonly kind: string }>(
  own: Decision<Action>,
  { reason, message }: { readonly reason: string; readonly message: string },
  wished: boolean,
): Of<Action> {
  const all = told(own, news("Unknown", reason, message));
  if (!(wished && creates(own.next)) && own.next.kind !== "release")
    return { ...lookedAtAgain(own, unreadLookMs), news: all };
  const wait = {
    kind: "wait",
    reason,
    message,
    recheckInMs: unreadLookMs,
    stalledAfterMs: unreadStallsAfterMs,
  } as const;
  return { ...own, next: wait, serving: false, news: all };
}

/** An environment that is not there yet waits; one that is there goes on, and only the condition tells. */
function held<Action extends { readonly kind: string }>(own: Of<Action>, next: Holding): Step<Action> {
  if (!creates(own.next)) return beside(own, next);
  const all = told(own, news("False", next.reason, next.message));
  return { kind: "instead", decision: { ...own, next, serving: false, news: all } };
}

function beside<Action>(own: Of<Action>, { reason, message, recheckInMs = restLookMs }: Holding): Step<Action> {
  const all = told(own, news("False", reason, message));
  return { kind: "beside", decision: { ...lookedAtAgain(own, recheckInMs), news: all } };
}

function instead<Action>(own: Of<Action>, next: EndpointsNext, status: News["status"], serving = false): Of<Action> {
  return { ...own, next, serving, news: told(own, news(status, next.reason, next.message)) };
}

/** One condition: what is not so of one VPC is not made up for by another. */
function told<Action>(own: Of<Action>, one: News): readonly News[] {
  const before = own.news.find(({ type }) => type === one.type);
  if (before !== undefined && before.status !== "True" && one.status === "True") return own.news;
  return [...own.news.filter(({ type }) => type !== one.type), one];
}

function news(status: News["status"], reason: string, message: string): News {
  return { type: conditionType, status, reason, message };
}
