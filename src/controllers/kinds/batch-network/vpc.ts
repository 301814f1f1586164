/** What a network has in its VPC, and who needs it: what environments reach only by its endpoints is a search over paths. Pure. */

import { keyText } from "../../../api/object.ts";
import type { BatchNetwork } from "../../../api/v1alpha1/batch-network.ts";
import { BatchNetworkKind } from "../../../api/v1alpha1/kinds.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { heldAmong } from "../../../network/dependence.ts";
import { endpointPlan, withoutCutOffs } from "../../../network/endpoints.ts";
import type { NetworkFacts, SecurityGroup, VpcEndpoint } from "../../../network/facts.ts";
import { isPresent, read } from "../../../network/lookups.ts";
import { shortName } from "../../../network/needs.ts";
import { identityOf } from "../../ownership/ownership.ts";
import { tagChange } from "../../ownership/tags.ts";
import { type Ec2Memory, isUnproven, refusedLately, writerOf, wroteLately } from "../../parts/ec2-memory.ts";
import { endpointTags, groupName, ownedBy } from "../../parts/endpoints/ownership.ts";
import type { VpcSeen } from "../../parts/endpoints/seen.ts";
import type { Running } from "../../parts/endpoints/users.ts";
import { groupsNaming } from "../../parts/security-group/rules.ts";
import { directivesOf } from "../../pass/directives.ts";
import type { Ports } from "../../ports.ts";
import { vpcText } from "../../references/vpc-text.ts";
import { placedIn, servicesOf } from "./spec.ts";

/** What an observation reads with. */
export interface Reading {
  readonly region: BatchRegion;
  readonly ports: Ports;
  readonly memory: Ec2Memory;
}

/** What EC2 has, and who is in the VPC. */
export interface Inhabited {
  readonly facts: NetworkFacts;
  /** All environments that may run, and those of them in the VPC. */
  readonly running: readonly Running[];
  readonly here: readonly Running[];
}

/** What was read, with what all parts of the observation ask of it: which environments need what is a search over paths. */
export interface Given extends Reading, Inhabited {
  readonly network: BatchNetwork;
  readonly owner: VpcSeen["owner"];
  readonly owned: ReturnType<typeof ownedBy>;
  /** The endpoints of ours that an environment may depend on. */
  readonly held: ReturnType<typeof heldAmong>;
  /** Who else in the VPC asks for services of which there are endpoints of ours, with their short names. */
  readonly asking: readonly Asking[];
  readonly keptFor: ReadonlyMap<string, readonly string[]>;
  /** Monotonic ms. */
  readonly now: number;
}

interface Asking {
  readonly name: string;
  readonly services: readonly string[];
}

export function inVpc(network: BatchNetwork, reading: Reading, read: Inhabited): Given {
  const { facts, here } = read;
  const { cluster, clock } = reading.ports;
  const { metadata, spec } = network;
  const owner = { cluster, object: { namespace: metadata.namespace, name: metadata.name }, tags: spec.tags };
  const owned = ownedBy(owner, facts);
  const held = heldAmong(facts, owned.isOurs);
  const asking = askingIn(network, reading, here, servicesWith(owned, facts));
  const kept = keptFor(servicesOf(spec), here, held, asking);
  return {
    ...reading,
    ...read,
    network,
    owner,
    owned,
    held,
    asking,
    keptFor: kept,
    now: clock.monotonic(),
  };
}

/** The short names of the services of which there are endpoints of ours. */
function servicesWith({ isOurs }: Given["owned"], facts: NetworkFacts): ReadonlySet<string> {
  const ours = read("VPC endpoints", facts.endpoints).filter((one) => isOurs(one) && isPresent(one));
  return new Set(ours.map(({ serviceName }) => shortName(serviceName)));
}

/** What jobs call shows on no path: other networks of the VPC say it, and environments that listed services themselves. */
function askingIn(
  network: BatchNetwork,
  { region, ports }: Reading,
  here: readonly Running[],
  ours: ReadonlySet<string>,
): readonly Asking[] {
  const others = networksIn(network, region, ports).filter(
    ({ metadata }) => metadata.uid !== network.metadata.uid && metadata.deletionTimestamp === undefined,
  );
  const all = [
    ...others.map((one) => ({
      name: `${BatchNetworkKind.kind} ${keyText(one.metadata)}`,
      services: servicesOf(one.spec),
    })),
    ...here.flatMap(({ name, services, leaving }) => (leaving ? [] : [{ name, services }])),
  ];
  return all.flatMap(({ name, services }) => {
    const shared = services.filter((service) => ours.has(service));
    return shared.length === 0 ? [] : [{ name, services: shared }];
  });
}

/** All networks of the VPC of one. */
export function networksIn(
  { spec: { vpcId } }: BatchNetwork,
  { region }: Pick<BatchRegion, "region">,
  { objects }: Pick<Ports, "objects">,
): readonly BatchNetwork[] {
  return objects.having(BatchNetworkKind, "vpc", vpcText(region, vpcId)) as readonly BatchNetwork[];
}

/** What the operator is to do in the VPC, as `vpcPlan` takes it. */
export function vpcOf(given: Given): VpcSeen {
  const { network, facts, ports, memory, now, owner, owned } = given;
  const { spec } = network;
  const { vpcId, tags } = spec;
  const directives = directivesOf(network, ports.settings);
  const groups = read("security groups", facts.securityGroups);
  const groupsHere = groups.filter((one) => one.vpcId === vpcId);
  const group = groupsHere.filter(owned.isOurs).toSorted((one) => (one.groupName === groupName(owner) ? -1 : 1))[0];
  const all = read("VPC endpoints", facts.endpoints).filter((one) => one.vpcId === vpcId);
  const ours = all.filter(owned.isOurs);
  // Who asks for endpoints takes over what environments shared there before there were networks, also what it does not ask for.
  const takesOver = servicesOf(spec).length > 0;
  const isLeft = (one: VpcEndpoint | SecurityGroup): boolean =>
    owned.isLeft(one) || (takesOver && owned.isOfCluster(one));
  const usesGroup = (one: VpcEndpoint): boolean =>
    !owned.isOurs(one) && isPresent(one) && group !== undefined && one.securityGroupIds.includes(group.groupId);
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
    identity: identityOf(network, ports.cluster),
    leaves: directives.deleting,
    retain: directives.retain,
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
      ...all.filter((one) => isPresent(one) && isLeft(one)).map(({ endpointId }) => endpointId),
      ...groupsHere.filter(isLeft).map(({ groupId }) => groupId),
    ],
    ...connectedIn(given),
    moving: given.running.filter(({ moving }) => moving).map(({ name }) => name),
    justWritten: (isUnproven(memory, now) && directives.deleting) || wroteLately(memory, vpcId, now),
    refused: refusedLately(memory, writerOf(network), now),
  };
}

function planIn(given: Given, groupId: string | undefined): VpcSeen["plan"] {
  const { network, facts, running, here, owned } = given;
  const { vpcId } = network.spec;
  const { subnets } = placedIn(network);
  const asked = { vpcId, services: subnets === undefined ? [] : servicesOf(network.spec), subnetIds: subnets ?? [] };
  const whole = endpointPlan(asked, [...given.keptFor.keys()], facts, owned.isOurs);
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

/** Who needs endpoints of ours of services that the spec does not ask for, by the names of these. */
function keptFor(
  asked: readonly string[],
  here: readonly Running[],
  held: Given["held"],
  asking: readonly Asking[],
): ReadonlyMap<string, readonly string[]> {
  const all = [
    ...here.map(({ name, user }) => ({ name, services: [...held(user).services, ...held(user).unread] })),
    ...asking,
  ];
  const needed = all.flatMap(({ name, services }) => services.map((service) => ({ service, name })));
  const others = needed.filter(({ service }) => !asked.includes(service));
  return new Map(
    [...Map.groupBy(others, ({ service }) => service)].map(([service, some]) => [
      service,
      [...new Set(some.map(({ name }) => name))],
    ]),
  );
}

/** Environments in the VPC that only our endpoints connect, and others that ask for what they serve. */
function connectedIn({ here, held, asking }: Given): Pick<VpcSeen, "connects" | "connectsLeaving" | "mayConnect"> {
  const namesOf = (isMeant: (one: Running) => boolean): readonly string[] =>
    here.filter(isMeant).map(({ name }) => name);
  const isConnected = ({ user }: Running): boolean => held(user).services.length > 0;
  return {
    connects: [...new Set([...namesOf((one) => !one.leaving && isConnected(one)), ...asking.map(({ name }) => name)])],
    connectsLeaving: namesOf((one) => one.leaving && isConnected(one)),
    mayConnect: namesOf(({ user }) => held(user).unread.length > 0),
  };
}
