/** Observes a VPC for its endpoints: who uses them, who keeps its record, and what exists. Pure. */

import { keyText } from "../../../api/object.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { heldAmong } from "../../../network/dependence.ts";
import { subnetsOf } from "../../../network/described.ts";
import { type EndpointUser, endpointPlan, extendedFor, withoutCutOffs } from "../../../network/endpoints.ts";
import type { NetworkFacts, SecurityGroup, VpcEndpoint } from "../../../network/facts.ts";
import { isPresent, read } from "../../../network/lookups.ts";
import { triedAgainWithinMs } from "../../intervals.ts";
import { identityOf } from "../../ownership/ownership.ts";
import { circumstancesOfAll } from "../../pass/circumstances.ts";
import { conditionsOf } from "../../pass/conditions.ts";
import { directivesOf } from "../../pass/directives.ts";
import { isMarked } from "../../pass/holds.ts";
import { unreadWay } from "../../pass/unread.ts";
import type { Ports } from "../../ports.ts";
import { type Ec2Memory, isUnproven, refusedLately, type Writer, wroteLately } from "../ec2-memory.ts";
import { groupsNaming } from "../security-group/rules.ts";
import { vpcClaims } from "./claims.ts";
import { groupName, type Owned, ownedBy } from "./ownership.ts";
import type { Keeper, UsedVpc, VpcSeen } from "./seen.ts";
import { type Neighbour, type Running, stays, type Users } from "./users.ts";

/** The input of the observation of a region's VPCs. */
export interface RegionGiven {
  readonly users: Users;
  readonly facts: NetworkFacts;
  readonly ports: Pick<Ports, "cluster" | "settings" | "reconciles">;
  readonly memory: Ec2Memory;
  /** Monotonic ms. */
  readonly now: number;
  /** An object that reports what it requests also while nothing is written for it. */
  readonly self?: BatchComputeEnvironment;
}

interface Context extends RegionGiven, Owned {
  readonly vpcId: string;
  readonly members: readonly Member[];
  readonly held: ReturnType<typeof heldAmong>;
}

/** An object that uses the endpoints of a VPC, has used them, or is about to. */
interface Member {
  readonly one: Neighbour;
  /** `comes`: it has not noted its request yet. */
  readonly part: Keeper["part"] | "comes";
}

export function vpcSeen(vpcId: string, given: RegionGiven): VpcSeen {
  const { facts, memory, now, ports, self } = given;
  const owner = { cluster: ports.cluster };
  const owned = ownedBy(owner, facts);
  const members = given.users.neighbours.flatMap((one) => memberIn(vpcId, one, given));
  const context: Context = { ...given, ...owned, vpcId, members, held: heldAmong(facts, owned.isOurs) };
  const keeper = keeperOf(context);
  const group = groupIn(context);
  const unproven = isUnproven(memory, now);
  const writer = writerIn(
    vpcId,
    given.users.neighbours.map(({ object }) => object),
  );
  const isLeaving = (owner: Neighbour | undefined): boolean =>
    members.some(({ one, part }) => one === owner && part === "leaves");
  return {
    vpcId,
    owner,
    keeper,
    plan: plannedIn(context, group),
    group,
    ...existingIn(context, group),
    coming: members.filter(({ part }) => part === "comes").map(({ one }) => keyText(one.object.metadata)),
    occupiedBy: namesIn(context, ({ owner, isOutlived }) => isOutlived && isLeaving(owner)),
    ...connectedIn(context),
    moving: movingIn(given),
    retag: new Map(),
    justWritten: (unproven && keeper?.part === "leaves") || wroteLately(memory, vpcId, now),
    unproven,
    refused: refusedLately(memory, writer, self === undefined ? now : now - triedAgainWithinMs),
  };
}

/** A VPC, and what one of the users has to do with it. */
export function usedVpc(vpcId: string, self: Neighbour, given: RegionGiven): UsedVpc {
  const { object, user } = self;
  const vpc = vpcSeen(vpcId, given);
  const unread = user && vpc.plan.unread.get(user);
  return {
    ...vpc,
    isKeeper: vpc.keeper?.uid === object.metadata.uid,
    needs: (user && vpc.plan.needs.get(user)) ?? [],
    lacks: user === undefined ? [] : extendedFor(user, vpc.plan, given.facts),
    unread: unread && unreadWay(unread),
    outlived: namesIn({ ...given, vpcId }, ({ owner, isOutlived }) => isOutlived && owner === self),
  };
}

/** Refused writes are tried again at once when the spec of an object changes that has noted the VPC. */
export function writerIn(vpcId: string, objects: readonly BatchComputeEnvironment[]): Writer {
  return { key: vpcId, under: circumstancesOfAll(objects.filter((one) => vpcClaims(one).includes(vpcId))) };
}

export function vpcsOf(user: EndpointUser | undefined, facts: NetworkFacts): readonly string[] {
  return user === undefined ? [] : [...new Set(subnetsOf(user.described, facts).map(({ vpcId }) => vpcId))];
}

/**
 * The part of an object in a VPC. One that has not noted its request there, or lacks the finalizer, inherits nothing: it may
 * disappear without a trace, and it notes nothing while an annotation holds it or while it is Stalled.
 */
function memberIn(vpcId: string, one: Neighbour, { facts, ports }: RegionGiven): readonly Member[] {
  const { object, user, isHeld } = one;
  const directives = directivesOf(object, ports.settings);
  if (directives.deleting && (!directives.finalized || directives.abandon)) return [];
  const livesHere = vpcsOf(user, facts).includes(vpcId);
  if (!vpcClaims(object).includes(vpcId) || !isMarked(directives)) {
    const isStalled = conditionsOf(object).some(({ type, status }) => type === "Stalled" && status === "True");
    return stays(object) && livesHere && !isHeld && !isStalled ? [{ one, part: "comes" }] : [];
  }
  // One that does not know its subnets yet may need the endpoints.
  if (!stays(object) || !(livesHere || user === undefined)) return [{ one, part: "leaves" }];
  return [{ one, part: livesHere && !isHeld ? "asks" : "stays" }];
}

const order = { asks: 0, stays: 1, leaves: 2 } as const;

/**
 * The object that keeps the record of a VPC: one that asks, else one that may ask again, else one that continues to exist,
 * else one that is deleted; the oldest of them. All processes find the same one.
 */
function keeperOf({ members, ports }: Context): Keeper | undefined {
  const noted = members.flatMap(({ one, part }) => (part === "comes" ? [] : [{ one, part }]));
  const rankOf = ({ one: { object }, part }: (typeof noted)[number]): string => {
    const { metadata } = object;
    const deleting = metadata.deletionTimestamp === undefined ? 0 : 1;
    return `${order[part]} ${deleting} ${metadata.creationTimestamp} ${keyText(metadata)}`;
  };
  const [first] = noted.toSorted((left, right) => (rankOf(left) < rankOf(right) ? -1 : 1));
  if (first === undefined) return undefined;
  const { object, isHeld } = first.one;
  const { deleting, retain } = directivesOf(object, ports.settings);
  return {
    uid: object.metadata.uid,
    identity: identityOf(object, ports.cluster),
    part: first.part,
    retain: deleting && retain,
    isHeld,
    isHere: ports.reconciles(object),
  };
}

/** Users that request endpoints. A paused object or a dry run requests nothing of others, but reports its own plan. */
function asking({ users, self }: RegionGiven): readonly EndpointUser[] {
  return users.neighbours.flatMap(({ object, user, isHeld }) => {
    const asks = stays(object) && (!isHeld || object === self);
    return asks && user !== undefined ? [user] : [];
  });
}

function movingIn({ users }: RegionGiven): readonly string[] {
  return users.environments.filter((one) => one.moving).map(({ name }) => name);
}

function groupsOfEndpoints({ facts, ports, vpcId }: Context): readonly SecurityGroup[] {
  const groups = read("security groups", facts.securityGroups);
  return groups.filter((one) => one.vpcId === vpcId && one.groupName === groupName({ cluster: ports.cluster }));
}

function groupIn(context: Context): SecurityGroup | undefined {
  return groupsOfEndpoints(context).find(context.isOurs);
}

function plannedIn(context: Context, group: SecurityGroup | undefined): VpcSeen["plan"] {
  const { vpcId, users, facts, members, held } = context;
  const asked = asking(context);
  // Environments in AWS without a spec that requests endpoints for them.
  const running = users.environments.filter((one) => one.isOutlived).map(({ user }) => user);
  const whole = endpointPlan(vpcId, asked, running, held, facts, context.isOurs);
  // An object that requested endpoints here and does not know its subnets yet may need them.
  const isAwaited = members.some(({ one, part }) => part === "stays" && one.user === undefined);
  const plan = isAwaited || movingIn(context).length > 0 ? { ...whole, remove: [] } : whole;
  const everybody = [...asked, ...users.environments.map(({ user }) => user)];
  return withoutCutOffs(plan, everybody, group?.groupId, facts);
}

/** Our endpoints in a VPC, and those that Retain left there. */
function existingIn(
  context: Context,
  group: SecurityGroup | undefined,
): Pick<VpcSeen, "ours" | "groupNamedBy" | "leftBehind"> {
  const { vpcId, facts, isLeft } = context;
  const endpoints = read("VPC endpoints", facts.endpoints);
  const groups = read("security groups", facts.securityGroups);
  const isHolding = (one: VpcEndpoint): boolean =>
    !context.isOurs(one) && isPresent(one) && group !== undefined && one.securityGroupIds.includes(group.groupId);
  return {
    ours: endpoints.filter((one) => one.vpcId === vpcId && context.isOurs(one)),
    groupNamedBy:
      group === undefined
        ? []
        : [
            ...groupsNaming(group.groupId, groups).map(({ groupId }) => groupId),
            ...endpoints.filter(isHolding).map(({ endpointId }) => endpointId),
          ],
    leftBehind: [
      ...endpoints.filter((one) => one.vpcId === vpcId && isLeft(one)).map(({ endpointId }) => endpointId),
      ...groupsOfEndpoints(context)
        .filter(isLeft)
        .map(({ groupId }) => groupId),
    ],
  };
}

/** Names of environments in a VPC. */
function namesIn(
  { vpcId, users, facts }: Pick<Context, "vpcId" | "users" | "facts">,
  isMeant: (one: Running) => boolean,
): readonly string[] {
  const there = users.environments.filter((one) => isMeant(one) && vpcsOf(one.user, facts).includes(vpcId));
  return there.map(({ name }) => name);
}

/** Environments that use the endpoints of a VPC without requesting them there, or that cannot request any yet. */
function connectedIn(context: Context): Pick<VpcSeen, "connects" | "connectsLeaving" | "mayConnect"> {
  const { members, held } = context;
  const isUnrequested = ({ owner }: Running): boolean => members.every(({ one }) => one !== owner);
  const isConnected = (one: Running): boolean => isUnrequested(one) && held(one.user).services.length > 0;
  return {
    connects: namesIn(context, (one) => !one.leaving && isConnected(one)),
    connectsLeaving: namesIn(context, (one) => one.leaving && isConnected(one)),
    mayConnect: namesIn(context, (one) => isUnrequested(one) && held(one.user).unread.length > 0),
  };
}
