import type { KubeObject } from "../../api/object.ts";
import { keyText } from "../../api/object.ts";
import { endpointsAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import type { Environment } from "../../aws/batch.ts";
import type { BatchRegion } from "../../aws/region.ts";
import { heldAmong } from "../../network/dependence.ts";
import { subnetsOf } from "../../network/described.ts";
import { type EndpointUser, endpointPlan, extendedFor, withoutCutOffs } from "../../network/endpoints.ts";
import type { NetworkFacts, SecurityGroup, VpcEndpoint } from "../../network/facts.ts";
import { isPresent, read } from "../../network/lookups.ts";
import { endpointServiceOf } from "../../network/needs.ts";
import type { NetworkRequest } from "../../network/port.ts";
import { environmentObjects, likelyJobs } from "../compute-environment/network-wish.ts";
import { conditionsOf } from "../conditions.ts";
import {
  type Ec2Memory,
  factsMaxAgeMs,
  isUnproven,
  lackingMs,
  lackingToOthersMs,
  refusedLately,
  removedLately,
  taken,
  wroteLately,
} from "../ec2-memory.ts";
import { identityOf, isRetainedBy, ownershipOf } from "../ownership.ts";
import type { Ports } from "../ports.ts";
import { placed } from "../security-group/fill.ts";
import { groupsNaming } from "../security-group/rules.ts";
import { unreadBy, unreadWay } from "../unread.ts";
import { wishOf } from "../wish.ts";
import { lackOfAny, lackOfItsOwn } from "./lacking.ts";
import { groupName, isOurs } from "./ownership.ts";
import type { EndpointsSeen, NetworkOfEndpoints, OtherUser, VpcSeen } from "./seen.ts";
import {
  bystanders,
  companyOf,
  environmentsOf,
  outlived,
  stays,
  userBeside,
  userInAws,
  userOf,
  wishesEndpoints,
} from "./users.ts";

/** The VPCs in which an object has asked for endpoints so far. */
export function vpcClaims({ metadata }: KubeObject): readonly string[] {
  return (metadata.annotations?.[endpointsAnnotation] ?? "").split(",").filter((id) => id !== "");
}

/** Every read that the plan of the endpoints needs. An object without them costs none. */
export async function observeEndpoints(
  object: BatchComputeEnvironment,
  region: BatchRegion,
  ports: Ports,
  memory: Ec2Memory,
  signal: AbortSignal,
): Promise<EndpointsSeen> {
  const wish = wishOf(object, ports.settings);
  const claims = vpcClaims(object);
  const wished = wishesEndpoints(object);
  return {
    identity: identityOf(object, ports.cluster),
    cluster: ports.cluster,
    wished,
    claims,
    retain: wish.deleting && wish.retain,
    rank: rankOf(object),
    network:
      wished || claims.length > 0
        ? await networkOf(object, region, claims, ports, memory, signal)
        : { kind: "unneeded" },
  };
}

async function networkOf(
  object: BatchComputeEnvironment,
  region: BatchRegion,
  claims: readonly string[],
  ports: Ports,
  memory: Ec2Memory,
  signal: AbortSignal,
): Promise<NetworkOfEndpoints> {
  try {
    const ec2 = await ports.regions.ec2(object.spec.region, signal);
    const maxAgeMs = factsMaxAgeMs(object, memory);
    const readAfterMs = taken(memory.readAfter, object);
    if (readAfterMs !== undefined) ec2.forget(readAfterMs);
    const look = async (): Promise<VpcsSeen> => {
      const reading = { signal, maxAgeMs };
      const request = together(usersIn(object, region, ports), claims, region.region);
      const facts = await ec2.network.of(request, reading);
      // Who came while EC2 was read counts as well.
      const users = usersIn(object, region, ports);
      if (JSON.stringify(together(users, claims, region.region)) !== JSON.stringify(request)) return await look();
      memory.company.set(object.metadata.uid, companyIn(region, ports));
      return vpcsSeen(object, claims, users, withoutGoing(facts, memory, ports.clock.monotonic()), ports, memory);
    };
    const usedIn = (seen: VpcsSeen): readonly string[] => (stays(object) ? seen.vpcIds : []);
    let seen = await look();
    const liveSinceMs = taken(memory.live, object);
    if (liveSinceMs !== undefined && takesAway(seen, usedIn(seen))) {
      ec2.forgetWays(liveSinceMs);
      seen = await look();
    }
    const used = usedIn(seen);
    if (!takesAway(seen, used)) memory.company.delete(object.metadata.uid);
    if (seen.vpcs.some((vpc) => isBusy(vpc, used.includes(vpc.vpcId))))
      memory.readAfter.set(object.metadata.uid, Number.POSITIVE_INFINITY);
    // What is told to be missing a person, or the writer of another process, may bring at any time.
    const here = seen.vpcs.filter((vpc) => used.includes(vpc.vpcId));
    const isAnyLacking = here.some((vpc) => lackOfAny(vpc, []) !== undefined);
    const isOwnLacking = here.some((vpc) => lackOfItsOwn(vpc, []) !== undefined);
    if (isAnyLacking) memory.lacking.set(object.metadata.uid, isOwnLacking ? lackingMs : lackingToOthersMs);
    return seen;
  } catch (error) {
    return unreadBy(error, "EC2 cannot be read");
  }
}

/** Who is in a region by what this process knows of it. */
export function companyIn(region: Pick<BatchRegion, "snapshot">, { objects }: Pick<Ports, "objects">): string {
  return companyOf(region.snapshot().environments.values(), environmentObjects(objects));
}

/** Who waits for the writer looks again once that one has tried again. */
const triedAgainWithinMs = 10_000;

type VpcsSeen = Extract<NetworkOfEndpoints, { kind: "read" }>;

/** The facts in which endpoints that EC2 was just asked to delete are on their way out, whatever it still shows. */
function withoutGoing(facts: NetworkFacts, memory: Ec2Memory, now: number): NetworkFacts {
  const { endpoints } = facts;
  if (endpoints.kind === "unread" || memory.removedAt.size === 0) return facts;
  const value = endpoints.value.map((one) =>
    removedLately(memory, one.endpointId, now) ? { ...one, state: "deleting" } : one,
  );
  return { ...facts, endpoints: { kind: "read", value } };
}

/** Whether somebody may lose an endpoint that he runs by, for what was another way for him is none any more. */
function takesAway({ vpcs }: VpcsSeen, used: readonly string[]): boolean {
  return vpcs.some(
    ({ vpcId, plan, ours }) => plan.remove.length > 0 || (!used.includes(vpcId) && ours.some(isPresent)),
  );
}

/** Something is being made or removed: what EC2 has is looked at anew in the next pass. */
function isBusy({ plan, ours, writer, justWritten }: VpcSeen, isUsed: boolean): boolean {
  if (justWritten) return true;
  const moving = ours.some(({ state }) => /^(?:pending|deleting)/.test(state));
  const wanted = plan.create.length + plan.extend.length + plan.remove.length + plan.awaited.length > 0;
  return writer === undefined && (moving || (isUsed && wanted));
}

/** Who is in a region beside each other. */
interface Users {
  /** Those that wish endpoints, or have asked for some before; the object itself is the last. */
  readonly neighbours: readonly Neighbour[];
  /** Whoever else has an environment there. */
  readonly bystanders: readonly Bystander[];
}

interface Neighbour {
  readonly object: BatchComputeEnvironment;
  /** By its spec. */
  readonly user: EndpointUser | undefined;
  /** All that AWS has of it. */
  readonly environments: readonly Running[];
  /** Those that run where its spec is no more. */
  readonly outlived: readonly Running[];
}

interface Running {
  readonly name: string;
  readonly user: EndpointUser;
}

interface Bystander extends Running {
  /** It is on its way out. */
  readonly leaving: boolean;
  /** AWS is updating it: it may run on where it was, while only the new place is told. */
  readonly moving: boolean;
}

/** What runs in AWS without a spec that wishes endpoints for it. */
function runningIn(users: Users): readonly Running[] {
  return [...users.neighbours.flatMap(({ outlived: some }) => some), ...users.bystanders];
}

/** What runs of objects that ask for endpoints elsewhere, or have not asked yet and cannot. */
function strays(neighbours: readonly Neighbour[]): readonly Bystander[] {
  return neighbours.flatMap(({ object, environments: some }) => {
    const leaving = object.metadata.deletionTimestamp !== undefined;
    // What asks for endpoints moves by replacement.
    return some.map((one) => ({ ...one, leaving, moving: false }));
  });
}

function vpcsSeen(
  object: BatchComputeEnvironment,
  claims: readonly string[],
  users: Users,
  facts: NetworkFacts,
  ports: Ports,
  memory: Ec2Memory,
): VpcsSeen {
  const { neighbours } = users;
  const { cluster, clock } = ports;
  const now = clock.monotonic();
  const unproven = isUnproven(memory, now);
  const ownedByUs = (one: Parameters<typeof isOurs>[0]): boolean => isOurs(one, cluster);
  const held = heldAmong(facts, ownedByUs);
  const self = neighbours.at(-1);
  // What is paused or a dry run asks others for nothing; what it would ask for itself it tells.
  const asking = neighbours.flatMap((one) => {
    const asks = stays(one.object) && (one === self || mayWrite(one.object, ports));
    return asks && one.user !== undefined ? [one.user] : [];
  });
  const running = runningIn(users).map(({ user }) => user);
  const everybody = [...asking, ...running, ...neighbours.flatMap((one) => one.environments.map(({ user }) => user))];
  const moving = users.bystanders.filter((one) => one.moving).map(({ name }) => name);
  const endpoints = read("VPC endpoints", facts.endpoints);
  const allGroups = read("security groups", facts.securityGroups);
  const groups = allGroups.filter((one) => one.groupName === groupName(cluster));
  const vpcIds = vpcsOf(self?.user, facts);
  const isLeftIn = (vpcId: string) => (one: VpcEndpoint | SecurityGroup) =>
    one.vpcId === vpcId && isRetainedBy(one.tags, cluster);
  const namesIn = (vpcId: string, some: readonly Running[]): readonly string[] =>
    some.filter(({ user }) => vpcsOf(user, facts).includes(vpcId)).map(({ name }) => name);
  const vpcs = [...new Set([...vpcIds, ...claims])].toSorted().map((vpcId): VpcSeen => {
    const livesHere = ({ user }: Neighbour): boolean => vpcsOf(user, facts).includes(vpcId);
    const others = neighbours.flatMap((one) => {
      const part = one === self ? undefined : partOf(one, vpcId, livesHere(one), ports);
      return part === undefined ? [] : [{ one, part }];
    });
    const [first] = neighbours
      .filter((one) => stays(one.object) && livesHere(one) && mayWrite(one.object, ports))
      .map((one) => one.object)
      .toSorted(byTurn);
    const isUsed = stays(object) && vpcIds.includes(vpcId);
    const isWriter = first?.metadata.uid === object.metadata.uid;
    const here = new Set([self, ...others.map(({ one }) => one)]);
    const beside = [...users.bystanders, ...strays(neighbours.filter((one) => !here.has(one)))];
    const connected = beside.filter(({ user }) => held(user).services.length > 0);
    const group = groups.find((one) => one.vpcId === vpcId && ownedByUs(one));
    const whole = endpointPlan(vpcId, asking, running, held, facts, ownedByUs, group?.groupId);
    // Who has asked here and will be nobody knows where yet may need what is there.
    const isAwaited = others.some(({ one, part }) => !part.leaving && one.user === undefined);
    const plan = isAwaited || moving.length > 0 ? { ...whole, remove: [] } : whole;
    const unread = self?.user && plan.unread.get(self.user);
    return {
      vpcId,
      // Who only looks waits for the writer, and that one says what keeps it.
      plan: isWriter ? withoutCutOffs(plan, everybody, group?.groupId, facts) : plan,
      needs: (self?.user && plan.needs.get(self.user)) ?? [],
      lacks: self?.user === undefined ? [] : extendedFor(self.user, plan, facts),
      unread: unread && unreadWay(unread),
      ours: endpoints.filter((one) => one.vpcId === vpcId && ownedByUs(one)),
      group,
      groupNamedBy:
        group === undefined
          ? []
          : [
              ...groupsNaming(group.groupId, allGroups).map(({ groupId }) => groupId),
              ...endpoints
                .filter((one) => !ownedByUs(one) && isPresent(one) && one.securityGroupIds.includes(group.groupId))
                .map(({ endpointId }) => endpointId),
            ],
      leftBehind: [
        ...endpoints.filter(isLeftIn(vpcId)).map(({ endpointId }) => endpointId),
        ...groups.filter(isLeftIn(vpcId)).map(({ groupId }) => groupId),
      ],
      others: others.map(({ one, part }) => ({
        key: keyText(one.object.metadata),
        rank: rankOf(one.object),
        ...part,
      })),
      occupiedBy: namesIn(vpcId, self?.outlived ?? []),
      connects: namesIn(
        vpcId,
        connected.filter(({ leaving }) => !leaving),
      ),
      connectsLeaving: namesIn(
        vpcId,
        connected.filter(({ leaving }) => leaving),
      ),
      mayConnect: namesIn(
        vpcId,
        beside.filter(({ user }) => held(user).unread.length > 0),
      ),
      moving,
      justWritten: (unproven && !isUsed) || wroteLately(memory, vpcId, now),
      unproven,
      refused:
        isUsed && first !== undefined && !isWriter
          ? refusedLately(memory, first, now - triedAgainWithinMs)
          : refusedLately(memory, object, now),
      writer: first === undefined || isWriter ? undefined : keyText(first.metadata),
    };
  });
  return { kind: "read", placed: self?.user !== undefined, vpcIds, vpcs };
}

/**
 * Another one's part in a VPC; undefined: none. Nothing is left to one that has not noted that it asks for endpoints
 * there: it may be gone without a trace, and while it is held by an annotation, or Stalled, it notes nothing.
 */
function partOf(
  { object, user }: Neighbour,
  vpcId: string,
  livesHere: boolean,
  ports: Ports,
): Pick<OtherUser, "leaving" | "deleting" | "noted"> | undefined {
  const noted = vpcClaims(object).includes(vpcId);
  const deleting = object.metadata.deletionTimestamp !== undefined;
  if (noted) return { noted, deleting, leaving: !stays(object) || !(livesHere || user === undefined) };
  const comes = stays(object) && livesHere && mayWrite(object, ports) && !isKeptBack(object);
  return comes ? { noted, deleting, leaving: false } : undefined;
}

function vpcsOf(user: EndpointUser | undefined, facts: NetworkFacts): readonly string[] {
  return user === undefined ? [] : [...new Set(subnetsOf(user.described, facts).map(({ vpcId }) => vpcId))];
}

function usersIn(object: BatchComputeEnvironment, region: BatchRegion, ports: Ports): Users {
  const { objects, settings, cluster } = ports;
  const place = { region: region.region, jobs: likelyJobs(objects, settings, region.snapshot(), cluster) };
  const regionOf = ({ spec }: BatchComputeEnvironment): string => spec.region ?? settings.region;
  const all = environmentObjects(objects);
  const cached = all.filter(({ metadata }) => metadata.uid !== object.metadata.uid);
  const neighbours = [...cached.map(placed), object].filter(
    (one) => regionOf(one) === regionOf(object) && (wishesEndpoints(one) || vpcClaims(one).length > 0),
  );
  const going = all.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  const isLeaving = ({ tags }: Environment): boolean =>
    going.some((one) => ownershipOf(tags, identityOf(one, cluster)).kind === "ours");
  const speaks = (one: BatchComputeEnvironment): boolean =>
    one.metadata.deletionTimestamp === undefined && mayWrite(one, ports);
  const environments = [...region.snapshot().environments.values()];
  const running = (environment: Environment, user: EndpointUser | undefined): readonly Running[] =>
    user === undefined ? [] : [{ name: environment.computeEnvironmentName, user }];
  return {
    neighbours: neighbours.map((one) => {
      const ofIt = (some: readonly Environment[]): readonly Running[] =>
        some.flatMap((environment) => running(environment, userInAws(environment, one, place)));
      return {
        object: one,
        user: userOf(one, place),
        environments: ofIt(environmentsOf(one, environments, cluster)),
        outlived: ofIt(outlived(one, environments, cluster, speaks(one))),
      };
    }),
    bystanders: bystanders(environments, neighbours, cluster).flatMap((environment) =>
      running(environment, userBeside(environment, place)).map((one) => ({
        ...one,
        leaving: isLeaving(environment),
        moving: environment.status === "UPDATING",
      })),
    ),
  };
}

/** One that is held by annotation leaves the work to the next. */
function mayWrite(object: BatchComputeEnvironment, { settings }: Ports): boolean {
  const { paused, dryRun } = wishOf(object, settings);
  return !paused && !dryRun;
}

/** Of all services that might be needed the offer is read once. */
const candidates = [
  "ecs",
  "ecs-agent",
  "ecs-telemetry",
  "ecr.api",
  "ecr.dkr",
  "s3",
  "logs",
  "secretsmanager",
  "ssm",
  "sts",
  "ec2",
];

function together(all: Users, vpcIds: readonly string[], region: string): NetworkRequest {
  const asking = [...all.neighbours, ...all.neighbours.flatMap(({ outlived: some }) => some)];
  const users = asking.flatMap(({ user }) => (user === undefined ? [] : [user]));
  const requests = users.map(({ described }) => described.request);
  // Of who else is there the VPCs of these show the rest.
  const beside = all.bystanders.map(({ user }) => user.described.request);
  const every = <T>(pick: (one: NetworkRequest) => readonly T[]): readonly T[] => [...new Set(requests.flatMap(pick))];
  const services = new Set([...candidates, ...users.flatMap((one) => one.services ?? [])]);
  return {
    subnetIds: every(({ subnetIds }) => subnetIds),
    vpcIds,
    securityGroupIds: [...requests, ...beside].flatMap(({ securityGroupIds }) => securityGroupIds),
    instanceTypes: [],
    launchTemplates: [...requests, ...beside].flatMap(({ launchTemplates }) => launchTemplates),
    instanceProfile: undefined,
    imageIds: [],
    keyPairs: [],
    placementGroups: [],
    endpointServices: [...services].map((service) => endpointServiceOf(service, region)),
  };
}

/** Who is kept back comes last, and of the others the oldest first. */
function byTurn(left: BatchComputeEnvironment, right: BatchComputeEnvironment): number {
  const turnOf = (one: BatchComputeEnvironment): string => `${isKeptBack(one) ? 1 : 0} ${rankOf(one)}`;
  return turnOf(left) < turnOf(right) ? -1 : 1;
}

/**
 * Stalled by something else than its endpoints, such as its own security group: it may never come to write any. By what
 * status says, the same for all who look. What keeps endpoints from being made would keep the next one as well.
 */
function isKeptBack(object: BatchComputeEnvironment): boolean {
  const conditions = conditionsOf(object);
  const stalled = conditions.find(({ type, status }) => type === "Stalled" && status === "True");
  const endpoints = conditions.find(({ type }) => type === "EndpointsReady");
  return stalled !== undefined && !(endpoints?.status === "False" && endpoints.reason === stalled.reason);
}

function rankOf({ metadata }: BatchComputeEnvironment): string {
  return `${metadata.creationTimestamp} ${keyText(metadata)}`;
}
