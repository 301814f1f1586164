import { keyText } from "../../../api/object.ts";
import type { BatchNetwork } from "../../../api/v1alpha1/batch-network.ts";
import { BatchComputeEnvironmentKind, BatchNetworkKind } from "../../../api/v1alpha1/kinds.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { heldAmong } from "../../../network/dependence.ts";
import { listedEndpoints, withoutCutOffs } from "../../../network/endpoints.ts";
import type { NetworkFacts, VpcEndpoint } from "../../../network/facts.ts";
import { isPresent, read } from "../../../network/lookups.ts";
import { endpointServiceOf } from "../../../network/needs.ts";
import { emptyRequest, type NetworkRequest } from "../../../network/port.ts";
import { identityOf } from "../../ownership/ownership.ts";
import { tagChange } from "../../ownership/tags.ts";
import { allowedSeen } from "../../parts/allowed/observe.ts";
import {
  type Ec2Memory,
  factsMaxAgeMs,
  isUnproven,
  refusedLately,
  removedLately,
  taken,
  writerOf,
  wroteLately,
} from "../../parts/ec2-memory.ts";
import { lackOfAny } from "../../parts/endpoints/lacking.ts";
import { withoutGoing } from "../../parts/endpoints/observe.ts";
import { endpointTags, groupName, ownedBy } from "../../parts/endpoints/ownership.ts";
import type { VpcSeen } from "../../parts/endpoints/seen.ts";
import { type Running, usersIn } from "../../parts/endpoints/users.ts";
import { vpcsOf } from "../../parts/endpoints/vpc.ts";
import { groupsIn } from "../../parts/security-group/observe.ts";
import { groupTags, leftBehindTag } from "../../parts/security-group/ownership.ts";
import { groupsNaming } from "../../parts/security-group/rules.ts";
import type { GroupSeen } from "../../parts/security-group/seen.ts";
import { observeSelection } from "../../parts/selection/observe.ts";
import { directivesOf, isAskedFor } from "../../pass/directives.ts";
import { unreadBy } from "../../pass/unread.ts";
import type { Ports } from "../../ports.ts";
import type { NetworkOfVpc, Seen } from "./seen.ts";
import { groupOf, namedBy, placedIn, selectionsOf, servicesOf } from "./spec.ts";

/** What an observation reads with. */
export interface Reading {
  readonly region: BatchRegion;
  readonly ports: Ports;
  readonly memory: Ec2Memory;
}

/** Every read that the plan of a network needs. */
export async function observe(network: BatchNetwork, reading: Reading, signal: AbortSignal): Promise<Seen> {
  const { ports } = reading;
  return {
    identity: identityOf(network, ports.cluster),
    selection: await observeSelection(network, selectionsOf(network), ports, signal),
    allowed: await allowedSeen(network.metadata, namedBy(network), ports, signal),
    network: await networkOf(network, reading, signal),
    referring: referringTo(network, ports),
  };
}

function referringTo({ metadata }: BatchNetwork, { objects }: Ports): readonly string[] {
  if (metadata.deletionTimestamp === undefined) return [];
  const found = objects.referring(BatchComputeEnvironmentKind, BatchNetworkKind.kind, metadata);
  return found.map((one) => keyText(one.metadata)).toSorted();
}

async function networkOf(network: BatchNetwork, reading: Reading, signal: AbortSignal): Promise<NetworkOfVpc> {
  const { memory } = reading;
  const { uid } = network.metadata;
  try {
    const { facts, running } = await factsOf(network, reading, signal);
    const given = inVpc(network, reading, facts, running);
    const vpc = vpcOf(given);
    const group = groupSeen(given);
    const misplaced = misplacedIn(network, facts);
    if (isBusy(vpc, group)) memory.readAfter.set(uid, Number.POSITIVE_INFINITY);
    // A person may add or correct what is missing at any time.
    if (misplaced.length > 0 || lackOfAny(vpc, []) !== undefined) memory.lacking.add(uid);
    const services = servicesOf(network.spec).map((service) => endpointServiceOf(service, facts.region));
    const serves = (one: VpcEndpoint): boolean =>
      one.vpcId === network.spec.vpcId && services.includes(one.serviceName) && isPresent(one);
    return {
      kind: "read",
      misplaced,
      group,
      vpc,
      keptFor: given.keptFor,
      endpoints: read("VPC endpoints", facts.endpoints).filter(serves),
    };
  } catch (error) {
    return unreadBy(error, "EC2 cannot be read");
  }
}

/** What was read, with what all parts of the observation ask of it: which environments need what is a search over paths. */
interface Given extends Reading {
  readonly network: BatchNetwork;
  readonly facts: NetworkFacts;
  /** All environments that may run, and those of them in the VPC. */
  readonly running: readonly Running[];
  readonly here: readonly Running[];
  readonly owner: VpcSeen["owner"];
  readonly owned: ReturnType<typeof ownedBy>;
  /** The endpoints of ours that an environment may depend on. */
  readonly held: ReturnType<typeof heldAmong>;
  readonly keptFor: ReadonlyMap<string, readonly string[]>;
  /** Monotonic ms. */
  readonly now: number;
}

function inVpc(network: BatchNetwork, reading: Reading, facts: NetworkFacts, running: readonly Running[]): Given {
  const { cluster, clock } = reading.ports;
  const { metadata, spec } = network;
  const owner = { cluster, object: { namespace: metadata.namespace, name: metadata.name }, tags: spec.tags };
  const owned = ownedBy(owner, facts);
  const held = heldAmong(facts, owned.isOurs);
  const here = running.filter(({ user }) => vpcsOf(user, facts).includes(spec.vpcId));
  const kept = keptFor(servicesOf(spec), here, held);
  return { ...reading, network, facts, running, here, owner, owned, held, keptFor: kept, now: clock.monotonic() };
}

/** Reads until the environments are the same before and after. */
async function factsOf(
  network: BatchNetwork,
  { region, ports, memory }: Reading,
  signal: AbortSignal,
): Promise<Pick<Given, "facts" | "running">> {
  const { spec, metadata } = network;
  const ec2 = await ports.regions.ec2(spec.region, signal, metadata.namespace);
  const readAfterMs = taken(memory.readAfter, metadata.uid);
  if (readAfterMs !== undefined) ec2.forget(readAfterMs);
  const maxAgeMs = factsMaxAgeMs(metadata.uid, isAskedFor(network), memory);
  const who = { ports, self: undefined, allowed: new Set<string>() };
  let running = usersIn(region, who).environments;
  for (;;) {
    const request = requestOf(network, running, region.region);
    const facts = await ec2.network.of(request, { signal, maxAgeMs });
    running = usersIn(region, who).environments;
    if (JSON.stringify(requestOf(network, running, region.region)) !== JSON.stringify(request)) continue;
    return { facts: withoutGoing(facts, memory, ports.clock.monotonic()), running };
  }
}

function requestOf(network: BatchNetwork, running: readonly Running[], region: string): NetworkRequest {
  const { subnets = [], securityGroupIds = [] } = placedIn(network);
  const requests = running.map(({ user }) => user.described.request);
  return {
    ...emptyRequest,
    subnetIds: subnets,
    vpcIds: [network.spec.vpcId],
    securityGroupIds: [...securityGroupIds, ...requests.flatMap((one) => one.securityGroupIds)],
    launchTemplates: requests.flatMap(({ launchTemplates }) => launchTemplates),
    endpointServices: servicesOf(network.spec).map((service) => endpointServiceOf(service, region)),
  };
}

/** What the operator is to do in the VPC, as `vpcPlan` takes it. */
function vpcOf(given: Given): VpcSeen {
  const { network, facts, ports, memory, now, owner, owned } = given;
  const { spec, metadata } = network;
  const { vpcId, tags } = spec;
  const directives = directivesOf(network, ports.settings);
  const groups = read("security groups", facts.securityGroups);
  const named = groups.filter((one) => one.vpcId === vpcId && one.groupName === groupName(owner));
  const group = named.find(owned.isOurs);
  const all = read("VPC endpoints", facts.endpoints).filter((one) => one.vpcId === vpcId);
  const ours = all.filter(owned.isOurs);
  const usesGroup = (one: VpcEndpoint): boolean =>
    !owned.isOurs(one) && isPresent(one) && group !== undefined && one.securityGroupIds.includes(group.groupId);
  const unproven = isUnproven(memory, now);
  const resources = [
    ...ours.filter(isPresent).map((one) => ({ ...one, id: one.endpointId })),
    ...(group === undefined ? [] : [{ ...group, id: group.groupId }]),
  ];
  const retag = resources.flatMap((one) => {
    const change = tagChange(tags, endpointTags(owner, one.tags["Name"] ?? ""), one.tags, ports.settings.ignoreTagKeys);
    return change === undefined ? [] : ([[one.id, change]] as const);
  });
  return {
    vpcId,
    owner,
    keeper: {
      uid: metadata.uid,
      identity: identityOf(network, ports.cluster),
      part: directives.deleting ? "leaves" : "asks",
      retain: directives.deleting && directives.retain,
      isHeld: false,
      isHere: true,
    },
    plan: planIn(given, group?.groupId),
    ours,
    group,
    groupNamedBy:
      group === undefined
        ? []
        : [
            ...groupsNaming(group.groupId, groups).map(({ groupId }) => groupId),
            ...all.filter(usesGroup).map(({ endpointId }) => endpointId),
          ],
    retag: new Map(directives.deleting ? [] : retag),
    leftBehind: [
      ...all.filter(owned.isLeft).map(({ endpointId }) => endpointId),
      ...named.filter(owned.isLeft).map(({ groupId }) => groupId),
    ],
    coming: [],
    occupiedBy: [],
    ...connectedIn(given),
    moving: given.running.filter(({ moving }) => moving).map(({ name }) => name),
    justWritten: (unproven && directives.deleting) || wroteLately(memory, vpcId, now),
    unproven,
    refused: refusedLately(memory, writerOf(network), now),
  };
}

function planIn(given: Given, groupId: string | undefined): VpcSeen["plan"] {
  const { network, facts, running, here, owned } = given;
  const { vpcId } = network.spec;
  const { subnets } = placedIn(network);
  const asked = { vpcId, services: subnets === undefined ? [] : servicesOf(network.spec), subnetIds: subnets ?? [] };
  const whole = listedEndpoints(asked, [...given.keptFor.keys()], facts, owned.isOurs);
  // AWS describes only the new subnets of an environment that it moves.
  const isMoving = subnets === undefined || running.some(({ moving }) => moving);
  const plan = isMoving ? { ...whole, remove: [] } : whole;
  return withoutCutOffs(
    plan,
    here.map(({ user }) => user),
    groupId,
    facts,
  );
}

/** The environments that need endpoints of ours of services that the spec does not ask for, by the names of these. */
function keptFor(
  asked: readonly string[],
  here: readonly Running[],
  held: Given["held"],
): ReadonlyMap<string, readonly string[]> {
  const needed = here.flatMap(({ name, user }) =>
    [...held(user).services, ...held(user).unread].map((service) => ({ service, name })),
  );
  const others = needed.filter(({ service }) => !asked.includes(service));
  return new Map(
    [...Map.groupBy(others, ({ service }) => service)].map(([service, some]) => [
      service,
      some.map(({ name }) => name),
    ]),
  );
}

/** Environments in the VPC that only our endpoints connect. */
function connectedIn({ here, held }: Given): Pick<VpcSeen, "connects" | "connectsLeaving" | "mayConnect"> {
  const namesOf = (isMeant: (one: Running) => boolean): readonly string[] =>
    here.filter(isMeant).map(({ name }) => name);
  const isConnected = ({ user }: Running): boolean => held(user).services.length > 0;
  return {
    connects: namesOf((one) => !one.leaving && isConnected(one)),
    connectsLeaving: namesOf((one) => one.leaving && isConnected(one)),
    mayConnect: namesOf(({ user }) => held(user).unread.length > 0),
  };
}

function groupSeen(given: Given): GroupSeen {
  const { network, facts, region, ports, memory, now } = given;
  const { spec, status } = network;
  const { deleting, retain } = directivesOf(network, ports.settings);
  const desired = deleting ? undefined : groupOf(spec);
  const identity = { ...identityOf(network, ports.cluster), purpose: "network" as const };
  const own = { ...groupTags(identity), [leftBehindTag]: undefined };
  const found = groupsIn(
    facts,
    (groupId) => removedLately(memory, groupId, now),
    identity,
    region,
    ({ tags }) => tagChange(spec.tags, own, tags, ports.settings.ignoreTagKeys),
  );
  const unproven = isUnproven(memory, now);
  return {
    identity,
    desired,
    // The VPC of an object never changes, and its finalizer says that it may have a group there.
    claims: deleting || desired !== undefined ? [spec.vpcId] : [],
    retain: deleting && retain,
    tags: spec.tags,
    known: status?.securityGroup?.groupId,
    network: {
      kind: "read",
      vpcIds: [spec.vpcId],
      ...found,
      justWritten: (unproven && deleting) || wroteLately(memory, spec.vpcId, now) ? [spec.vpcId] : [],
      unproven,
      refused: refusedLately(memory, writerOf(network), now),
    },
  };
}

/** Subnets and groups that are not in the VPC, as sentences. */
function misplacedIn(network: BatchNetwork, facts: NetworkFacts): readonly string[] {
  const { vpcId, subnetSelector, securityGroupSelector } = network.spec;
  const { subnets = [], securityGroupIds = [] } = placedIn(network);
  const vpcOfSubnet = new Map(read("subnets", facts.subnets).map((one) => [one.subnetId, one.vpcId]));
  const vpcOfGroup = new Map(read("security groups", facts.securityGroups).map((one) => [one.groupId, one.vpcId]));
  const faults = (field: string, ids: readonly string[], vpcs: ReadonlyMap<string, string>): readonly string[] =>
    ids.flatMap((id) => {
      const vpc = vpcs.get(id);
      if (vpc === vpcId) return [];
      return [
        `${field}: ${id} ${vpc === undefined ? "does not exist in this account and region" : `is in ${vpc}, not in ${vpcId}`}`,
      ];
    });
  return [
    ...(subnetSelector === undefined ? faults("spec.subnets", subnets, vpcOfSubnet) : []),
    ...(securityGroupSelector === undefined ? faults("spec.securityGroupIds", securityGroupIds, vpcOfGroup) : []),
  ];
}

/** Whether something is being created or deleted, so that the next pass reads EC2 again. */
function isBusy({ plan, ours, justWritten, keeper }: VpcSeen, { network }: GroupSeen): boolean {
  const changes = plan.create.length + plan.extend.length + plan.remove.length + plan.awaited.length > 0;
  const inTheWay = network.kind === "read" && network.inTheWay.length > 0;
  return (
    justWritten ||
    inTheWay ||
    changes ||
    keeper?.part === "leaves" ||
    ours.some(({ state }) => /^(?:pending|deleting)/.test(state))
  );
}
