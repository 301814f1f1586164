/** Observes the VPCs of an object for its endpoints: the writer, the other users, the existing resources. Pure. */

import type { KubeObject } from "../../api/object.ts";
import { keyText } from "../../api/object.ts";
import { endpointsAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { heldAmong } from "../../network/dependence.ts";
import { subnetsOf } from "../../network/described.ts";
import { type EndpointUser, endpointPlan, extendedFor, withoutCutOffs } from "../../network/endpoints.ts";
import type { NetworkFacts, SecurityGroup, VpcEndpoint } from "../../network/facts.ts";
import { isPresent, read } from "../../network/lookups.ts";
import { conditionsOf } from "../conditions.ts";
import { directivesOf } from "../directives.ts";
import { type Ec2Memory, isUnproven, refusedLately, wroteLately } from "../ec2-memory.ts";
import { isRetainedBy } from "../ownership.ts";
import type { Ports } from "../ports.ts";
import { groupsNaming } from "../security-group/rules.ts";
import { unreadWay } from "../unread.ts";
import { groupName, isOurs } from "./ownership.ts";
import type { NetworkOfEndpoints, OtherUser, VpcSeen } from "./seen.ts";
import { stays } from "./users.ts";

/** The VPCs in which an object has requested endpoints so far. */
export function vpcClaims({ metadata }: KubeObject): readonly string[] {
  return (metadata.annotations?.[endpointsAnnotation] ?? "").split(",").filter((id) => id !== "");
}

/** An object that waits for the writer checks again once the writer has tried again. */
const triedAgainWithinMs = 10_000;

export type VpcsSeen = Extract<NetworkOfEndpoints, { kind: "read" }>;

/** The users of a region. */
export interface Users {
  /** Objects that request endpoints, or have requested some before; the object itself is the last. */
  readonly neighbours: readonly Neighbour[];
  /** Other environments there. */
  readonly bystanders: readonly Bystander[];
}

export interface Neighbour {
  readonly object: BatchComputeEnvironment;
  /** By its spec. */
  readonly user: EndpointUser | undefined;
  /** All its environments in AWS. */
  readonly environments: readonly Running[];
  /** Those that run where its spec no longer is. */
  readonly outlived: readonly Running[];
}

export interface Running {
  readonly name: string;
  readonly user: EndpointUser;
}

export interface Bystander extends Running {
  /** Its object is being deleted. */
  readonly leaving: boolean;
  /** AWS is updating it: it may keep running in the old subnets, while AWS reports only the new ones. */
  readonly moving: boolean;
}

/** Environments in AWS without a spec that requests endpoints for them. */
function runningIn(users: Users): readonly Running[] {
  return [...users.neighbours.flatMap(({ outlived: some }) => some), ...users.bystanders];
}

/** Environments of objects that request endpoints elsewhere, or that have not requested any yet and cannot. */
function strays(neighbours: readonly Neighbour[]): readonly Bystander[] {
  return neighbours.flatMap(({ object, environments: some }) => {
    const leaving = object.metadata.deletionTimestamp !== undefined;
    // An object that requests endpoints moves by replacement.
    return some.map((one) => ({ ...one, leaving, moving: false }));
  });
}

/** The input of the observation. */
interface Given {
  readonly object: BatchComputeEnvironment;
  readonly users: Users;
  readonly facts: NetworkFacts;
  readonly ports: Pick<Ports, "cluster" | "settings">;
  readonly memory: Ec2Memory;
  /** Monotonic ms. */
  readonly now: number;
}

interface Context extends Given {
  readonly ownedByUs: (one: Parameters<typeof isOurs>[0]) => boolean;
  readonly held: ReturnType<typeof heldAmong>;
}

export function vpcsSeen(given: Given): VpcsSeen {
  const { object, users, facts } = given;
  const ownedByUs: Context["ownedByUs"] = (one) => isOurs(one, given.ports.cluster);
  const context: Context = { ...given, ownedByUs, held: heldAmong(facts, ownedByUs) };
  const self = users.neighbours.at(-1);
  const vpcIds = vpcsOf(self?.user, facts);
  const all = [...new Set([...vpcIds, ...vpcClaims(object)])].toSorted();
  const vpcs = all.map((vpcId) => vpcSeen(vpcId, stays(object) && vpcIds.includes(vpcId), context));
  return { kind: "read", placed: self?.user !== undefined, vpcIds, vpcs };
}

function vpcSeen(vpcId: string, isUsed: boolean, context: Context): VpcSeen {
  const { object, users, facts, memory, now } = context;
  const self = users.neighbours.at(-1);
  const unproven = isUnproven(memory, now);
  const writer = writerIn(vpcId, context);
  const isWriter = writer?.metadata.uid === object.metadata.uid;
  const others = othersIn(vpcId, context);
  const { group, plan } = plannedIn(vpcId, others, context);
  const unread = self?.user && plan.unread.get(self.user);
  return {
    vpcId,
    // An object that does not write waits for the writer, and the writer reports what blocks it.
    plan: isWriter ? withoutCutOffs(plan, everybody(context), group?.groupId, facts) : plan,
    needs: (self?.user && plan.needs.get(self.user)) ?? [],
    lacks: self?.user === undefined ? [] : extendedFor(self.user, plan, facts),
    unread: unread && unreadWay(unread),
    group,
    ...existingIn(vpcId, group, context),
    others: others.map(({ one, part }) => ({ key: keyText(one.object.metadata), rank: rankOf(one.object), ...part })),
    ...connectedIn(vpcId, others, context),
    moving: movingIn(users),
    justWritten: (unproven && !isUsed) || wroteLately(memory, vpcId, now),
    unproven,
    refused:
      isUsed && writer !== undefined && !isWriter
        ? refusedLately(memory, writer, now - triedAgainWithinMs)
        : refusedLately(memory, object, now),
    writer: writer === undefined || isWriter ? undefined : keyText(writer.metadata),
  };
}

interface Other {
  readonly one: Neighbour;
  readonly part: Pick<OtherUser, "leaving" | "deleting" | "noted">;
}

function isIn(vpcId: string, { user }: Neighbour, { facts }: Context): boolean {
  return vpcsOf(user, facts).includes(vpcId);
}

/** The one object that writes in a VPC for all its users. */
function writerIn(vpcId: string, context: Context): BatchComputeEnvironment | undefined {
  const { users, ports } = context;
  const [first] = users.neighbours
    .filter((one) => stays(one.object) && isIn(vpcId, one, context) && mayWrite(one.object, ports))
    .map((one) => one.object)
    .toSorted(byTurn);
  return first;
}

function othersIn(vpcId: string, context: Context): readonly Other[] {
  const { users, ports } = context;
  return users.neighbours.slice(0, -1).flatMap((one) => {
    const part = partOf(one, vpcId, isIn(vpcId, one, context), ports);
    return part === undefined ? [] : [{ one, part }];
  });
}

/** Users that request endpoints. A paused object or a dry run requests nothing of others, but reports its own plan. */
function asking({ users: { neighbours }, ports }: Context): readonly EndpointUser[] {
  const self = neighbours.at(-1);
  return neighbours.flatMap((one) => {
    const asks = stays(one.object) && (one === self || mayWrite(one.object, ports));
    return asks && one.user !== undefined ? [one.user] : [];
  });
}

function everybody(context: Context): readonly EndpointUser[] {
  const { users } = context;
  const running = runningIn(users).map(({ user }) => user);
  const described = users.neighbours.flatMap((one) => one.environments.map(({ user }) => user));
  return [...asking(context), ...running, ...described];
}

function movingIn({ bystanders: some }: Users): readonly string[] {
  return some.filter((one) => one.moving).map(({ name }) => name);
}

function plannedIn(vpcId: string, others: readonly Other[], context: Context) {
  const { users, facts, ports, ownedByUs, held } = context;
  const groups = read("security groups", facts.securityGroups);
  const ofEndpoints = groups.filter((one) => one.groupName === groupName(ports.cluster));
  const group = ofEndpoints.find((one) => one.vpcId === vpcId && ownedByUs(one));
  const running = runningIn(users).map(({ user }) => user);
  const whole = endpointPlan(vpcId, asking(context), running, held, facts, ownedByUs, group?.groupId);
  // An object that requested endpoints here and does not know its subnets yet may need them.
  const isAwaited = others.some(({ one, part }) => !part.leaving && one.user === undefined);
  const plan = isAwaited || movingIn(users).length > 0 ? { ...whole, remove: [] } : whole;
  return { group, plan };
}

/** Our endpoints in a VPC, and those that Retain left there. */
function existingIn(
  vpcId: string,
  group: SecurityGroup | undefined,
  context: Context,
): Pick<VpcSeen, "ours" | "groupNamedBy" | "leftBehind"> {
  const { facts, ports, ownedByUs } = context;
  const endpoints = read("VPC endpoints", facts.endpoints);
  const groups = read("security groups", facts.securityGroups);
  const ofEndpoints = groups.filter((one) => one.groupName === groupName(ports.cluster));
  const isLeft = (one: VpcEndpoint | SecurityGroup): boolean =>
    one.vpcId === vpcId && isRetainedBy(one.tags, ports.cluster);
  const isHolding = (one: VpcEndpoint): boolean =>
    !ownedByUs(one) && isPresent(one) && group !== undefined && one.securityGroupIds.includes(group.groupId);
  return {
    ours: endpoints.filter((one) => one.vpcId === vpcId && ownedByUs(one)),
    groupNamedBy:
      group === undefined
        ? []
        : [
            ...groupsNaming(group.groupId, groups).map(({ groupId }) => groupId),
            ...endpoints.filter(isHolding).map(({ endpointId }) => endpointId),
          ],
    leftBehind: [
      ...endpoints.filter(isLeft).map(({ endpointId }) => endpointId),
      ...ofEndpoints.filter(isLeft).map(({ groupId }) => groupId),
    ],
  };
}

/** Names of environments that use the endpoints of a VPC without requesting them. */
function connectedIn(
  vpcId: string,
  others: readonly Other[],
  context: Context,
): Pick<VpcSeen, "occupiedBy" | "connects" | "connectsLeaving" | "mayConnect"> {
  const { users, facts, held } = context;
  const self = users.neighbours.at(-1);
  const here = new Set([self, ...others.map(({ one }) => one)]);
  const unrequested = [...users.bystanders, ...strays(users.neighbours.filter((one) => !here.has(one)))];
  const connected = unrequested.filter(({ user }) => held(user).services.length > 0);
  const namesOf = (some: readonly Running[]): readonly string[] =>
    some.filter(({ user }) => vpcsOf(user, facts).includes(vpcId)).map(({ name }) => name);
  return {
    occupiedBy: namesOf(self?.outlived ?? []),
    connects: namesOf(connected.filter(({ leaving }) => !leaving)),
    connectsLeaving: namesOf(connected.filter(({ leaving }) => leaving)),
    mayConnect: namesOf(unrequested.filter(({ user }) => held(user).unread.length > 0)),
  };
}

/**
 * The part of another object in a VPC; undefined: none. An object that has not noted its request there inherits nothing:
 * it may disappear without a trace, and it notes nothing while an annotation holds it or while it is Stalled.
 */
function partOf(
  { object, user }: Neighbour,
  vpcId: string,
  livesHere: boolean,
  ports: Pick<Ports, "settings">,
): Pick<OtherUser, "leaving" | "deleting" | "noted"> | undefined {
  const noted = vpcClaims(object).includes(vpcId);
  const deleting = object.metadata.deletionTimestamp !== undefined;
  if (noted) return { noted, deleting, leaving: !stays(object) || !(livesHere || user === undefined) };
  const comes = stays(object) && livesHere && mayWrite(object, ports) && !isKeptBack(object);
  return comes ? { noted, deleting, leaving: false } : undefined;
}

export function vpcsOf(user: EndpointUser | undefined, facts: NetworkFacts): readonly string[] {
  return user === undefined ? [] : [...new Set(subnetsOf(user.described, facts).map(({ vpcId }) => vpcId))];
}

/** Whether an object writes. One that an annotation holds leaves the work to the next. */
export function mayWrite(object: BatchComputeEnvironment, { settings }: Pick<Ports, "settings">): boolean {
  const { paused, dryRun } = directivesOf(object, settings);
  return !paused && !dryRun;
}

/** Objects that are kept back come last; of the others the oldest comes first. */
function byTurn(left: BatchComputeEnvironment, right: BatchComputeEnvironment): number {
  const turnOf = (one: BatchComputeEnvironment): string => `${isKeptBack(one) ? 1 : 0} ${rankOf(one)}`;
  return turnOf(left) < turnOf(right) ? -1 : 1;
}

/**
 * Whether something other than its endpoints, such as its own security group, stalls an object: it may never write
 * endpoints. Decided by its status, so that all observers agree. What blocks endpoints would block the next object too.
 */
function isKeptBack(object: BatchComputeEnvironment): boolean {
  const conditions = conditionsOf(object);
  const stalled = conditions.find(({ type, status }) => type === "Stalled" && status === "True");
  const endpoints = conditions.find(({ type }) => type === "EndpointsReady");
  return stalled !== undefined && !(endpoints?.status === "False" && endpoints.reason === stalled.reason);
}

export function rankOf({ metadata }: BatchComputeEnvironment): string {
  return `${metadata.creationTimestamp} ${keyText(metadata)}`;
}
