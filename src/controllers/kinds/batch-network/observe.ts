import { keyText } from "../../../api/object.ts";
import type { BatchNetwork } from "../../../api/v1alpha1/batch-network.ts";
import { BatchComputeEnvironmentKind, BatchNetworkKind } from "../../../api/v1alpha1/kinds.ts";
import type { NetworkFacts, VpcEndpoint } from "../../../network/facts.ts";
import { isPending, isPresent, read } from "../../../network/lookups.ts";
import { endpointServiceOf } from "../../../network/needs.ts";
import { emptyRequest, type NetworkRequest } from "../../../network/port.ts";
import { askedForMaxAgeMs } from "../../intervals.ts";
import { identityOf } from "../../ownership/ownership.ts";
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
import { lackOf } from "../../parts/endpoints/lacking.ts";
import type { VpcSeen } from "../../parts/endpoints/seen.ts";
import { environmentsIn, type Running, runningIn } from "../../parts/endpoints/users.ts";
import { groupIn } from "../../parts/security-group/observe.ts";
import type { GroupSeen } from "../../parts/security-group/seen.ts";
import { observeSelection } from "../../parts/selection/observe.ts";
import { directivesOf, isAskedFor } from "../../pass/directives.ts";
import { unreadBy } from "../../pass/unread.ts";
import type { Ports } from "../../ports.ts";
import { usersAmong } from "../../references/reference.ts";
import type { NetworkOfVpc, Seen } from "./seen.ts";
import { groupOf, namedBy, placedIn, selectionsOf, servicesOf } from "./spec.ts";
import { type Given, type Inhabited, inVpc, type Reading, vpcOf } from "./vpc.ts";

/** Every read that the plan of a network needs. */
export async function observe(network: BatchNetwork, reading: Reading, signal: AbortSignal): Promise<Seen> {
  const { ports } = reading;
  return {
    identity: identityOf(network, ports.cluster),
    selection: await observeSelection(network, selectionsOf(network), ports, signal),
    allowed: await allowedSeen(network.metadata, namedBy(network), ports, signal),
    network: await networkOf(network, reading, signal),
    referring: await referringTo(network, ports, signal),
  };
}

async function referringTo(network: BatchNetwork, ports: Ports, signal: AbortSignal): Promise<Seen["referring"]> {
  const { metadata } = network;
  const { deleting, retain } = directivesOf(network, ports.settings);
  // What is retained stays for whoever uses it.
  if (!deleting || retain) return [];
  const found = ports.objects.referring(BatchComputeEnvironmentKind, BatchNetworkKind.kind, metadata);
  const keys = found.map((one) => one.metadata);
  const users = await usersAmong(keys, network, ports, signal);
  return users
    .map((one) => ({ name: keyText(one), isLeaving: one.deletionTimestamp !== undefined }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

async function networkOf(network: BatchNetwork, reading: Reading, signal: AbortSignal): Promise<NetworkOfVpc> {
  const { memory } = reading;
  const { uid } = network.metadata;
  try {
    const inhabited = await factsOf(network, reading, signal);
    const { facts } = inhabited;
    const given = inVpc(network, reading, inhabited);
    const vpc = vpcOf(given);
    const group = groupSeen(given);
    const misplaced = misplacedIn(network, facts);
    const services = servicesOf(network.spec).map((service) => endpointServiceOf(service, facts.region));
    const serves = (one: VpcEndpoint): boolean =>
      one.vpcId === network.spec.vpcId && services.includes(one.serviceName) && isPresent(one);
    const endpoints = read("VPC endpoints", facts.endpoints).filter(serves);
    if (isBusy(vpc, group) || endpoints.some(isPending)) memory.readAfter.set(uid, Number.POSITIVE_INFINITY);
    // A person may add or correct what is missing at any time.
    if (misplaced.length > 0 || lackOf(vpc, []) !== undefined) memory.lacking.add(uid);
    return {
      kind: "read",
      misplaced,
      group,
      vpc,
      keptFor: given.keptFor,
      endpoints,
    };
  } catch (error) {
    return unreadBy(error, "EC2 cannot be read");
  }
}

/**
 * Reads until the environments in the VPC are the same before and after. The first read shows who they are: groups and launch
 * templates of all others are not read, for another tenant may have thousands, and each template takes a call. Those in the
 * VPC are not read again because this network was edited.
 */
async function factsOf(
  network: BatchNetwork,
  { region, ports, memory }: Reading,
  signal: AbortSignal,
): Promise<Inhabited> {
  const { spec, metadata } = network;
  const ec2 = await ports.regions.ec2(spec.region, signal, metadata.namespace);
  const readAfterMs = taken(memory.readAfter, metadata.uid);
  if (readAfterMs !== undefined) ec2.forget(readAfterMs);
  const usersMaxAgeMs = factsMaxAgeMs(metadata.uid, isAskedFor(network), memory);
  // A spec that asks for something else is judged by what is there now.
  const isEdited = network.status?.observedGeneration !== metadata.generation;
  let maxAgeMs = isEdited ? Math.min(usersMaxAgeMs, askedForMaxAgeMs) : usersMaxAgeMs;
  let request = requestOf(network, [], region.region);
  for (;;) {
    const facts = await ec2.network.of(request, { signal, maxAgeMs });
    const running = runningIn(region, ports);
    const here = environmentsIn(spec.vpcId, running, facts);
    const next = requestOf(network, here, region.region);
    if (JSON.stringify(next) === JSON.stringify(request)) {
      return { facts: withoutGoing(facts, memory, ports.clock.monotonic()), running, here };
    }
    request = next;
    maxAgeMs = usersMaxAgeMs;
  }
}

/** @param here the environments in the VPC */
function requestOf(network: BatchNetwork, here: readonly Running[], region: string): NetworkRequest {
  const { subnets = [], securityGroupIds = [] } = placedIn(network);
  const requests = here.map(({ user }) => user.described.request);
  return {
    ...emptyRequest,
    subnetIds: subnets,
    vpcIds: [network.spec.vpcId],
    securityGroupIds: [...securityGroupIds, ...requests.flatMap((one) => one.securityGroupIds)],
    launchTemplates: requests.flatMap(({ launchTemplates }) => launchTemplates),
    endpointServices: servicesOf(network.spec).map((service) => endpointServiceOf(service, region)),
  };
}

/** The facts with recently deleted endpoints in the state `deleting`, whatever EC2 still shows. */
function withoutGoing(facts: NetworkFacts, memory: Ec2Memory, now: number): NetworkFacts {
  const { endpoints } = facts;
  if (endpoints.kind === "unread" || memory.removedAt.size === 0) return facts;
  const value = endpoints.value.map((one) =>
    removedLately(memory, one.endpointId, now) ? { ...one, state: "deleting" } : one,
  );
  return { ...facts, endpoints: { kind: "read", value } };
}

function groupSeen({ network, facts, region, ports, memory, now }: Given): GroupSeen {
  const { spec, status } = network;
  const { vpcId, tags } = spec;
  const { deleting, retain } = directivesOf(network, ports.settings);
  const desired = deleting ? undefined : groupOf(spec);
  const identity = identityOf(network, ports.cluster);
  const isGone = (groupId: string): boolean => removedLately(memory, groupId, now);
  const whose = { identity, vpcId, tags, ignoreTagKeys: ports.settings.ignoreTagKeys, isGone };
  const unproven = isUnproven(memory, now);
  return {
    identity,
    vpcId,
    desired,
    retain: deleting && retain,
    tags,
    known: status?.securityGroup?.groupId,
    ...groupIn(facts, whose, region),
    justWritten: (unproven && desired === undefined) || wroteLately(memory, vpcId, now),
    unproven,
    refused: refusedLately(memory, writerOf(network), now),
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
function isBusy({ plan, ours, justWritten, leaves }: VpcSeen, group: GroupSeen): boolean {
  const changes = plan.create.length + plan.extend.length + plan.remove.length + plan.awaited.length > 0;
  const isChanging = ours.some(({ state }) => /^(?:pending|deleting)/.test(state));
  return justWritten || group.justWritten || group.inTheWay !== undefined || changes || leaves || isChanging;
}
