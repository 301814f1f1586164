/** Which VPC endpoints have to be made so that environments need no way to the internet. Pure. */

import {
  cutOffs,
  type EndpointToBe,
  type Held,
  helpedByEndpoints,
  type Inhabitant,
  type IsOurs,
  withoutOurs,
} from "./dependence.ts";
import { subnetsOf } from "./described.ts";
import type { EndpointService, NetworkFacts, Part, Subnet, Vpc, VpcEndpoint } from "./facts.ts";
import { isBroken, isStanding, isUnreadCause, read, UnreadPart } from "./lookups.ts";
import { endpointServiceOf } from "./needs.ts";
import { type Finding, preflight } from "./preflight.ts";
import { sentenceOf } from "./remedies.ts";
import { tableOf } from "./routes.ts";
import { onePerZone } from "./ways-out.ts";

/** An environment that may wish endpoints. */
export interface EndpointUser extends Inhabitant {
  /** Short names of services (`ecr.api`); undefined: all that its subnets do not reach without. */
  readonly services: readonly string[] | undefined;
}

/** What has to change in one VPC; empty lists when everything is there. Ours is what `isOurs` says. */
export interface EndpointPlan {
  readonly vpcId: string;
  /** Full names of all services for which endpoints of ours have to be, also those that are there. */
  readonly services: readonly string[];
  readonly create: readonly EndpointToMake[];
  /** Full names of services of which an endpoint is on its way out: EC2 takes the next one only when it is gone. */
  readonly awaited: readonly string[];
  /** Endpoints of ours that lack subnets or route tables of new users. */
  readonly extend: readonly EndpointToExtend[];
  /** Endpoints of ours that nobody needs any more. */
  readonly remove: readonly string[];
  /** Full names of services whose endpoints stay for what is on its way out and still runs, or cannot be seen whole. */
  readonly kept: readonly string[];
  /**
   * The addresses (CIDR blocks) that the group of our interface endpoints has to let in on TCP 443: the whole VPC, for
   * the services' names lead to the endpoints from everywhere in it, also for those who never asked for any. Empty: no
   * group is needed, and one of ours goes after the endpoints.
   */
  readonly ingressFrom: readonly string[];
  /** What only a person can mend. */
  readonly obstacles: readonly Obstacle[];
  /** Full names of the services that each of the users wishes; none where that is not known. */
  readonly wishes: ReadonlyMap<EndpointUser, readonly string[]>;
  /** Users whose wish nobody knows, and why: something on their ways could not be read. Nothing is removed meanwhile. */
  readonly unread: ReadonlyMap<EndpointUser, Finding>;
}

export interface Obstacle {
  /** Full names of the services that it keeps from having endpoints. */
  readonly services: readonly string[];
  /** A sentence. */
  readonly message: string;
}

export type EndpointToMake =
  | {
      readonly kind: "Interface";
      readonly serviceName: string;
      readonly subnetIds: readonly string[];
      readonly ipAddressType: "ipv4" | "dualstack" | "ipv6";
    }
  | { readonly kind: "Gateway"; readonly serviceName: string; readonly routeTableIds: readonly string[] };

export interface EndpointToExtend {
  readonly endpointId: string;
  readonly addSubnetIds: readonly string[];
  readonly addRouteTableIds: readonly string[];
}

/**
 * The plan for one VPC.
 *
 * @param users who wish endpoints
 * @param leaving what runs without a wish for endpoints: nothing is made for it, and nothing that it needs is taken away
 * @param held which of our endpoints they run by
 * @param groupId the endpoints' group, where it is there already
 * @throws UnreadPart when VPCs, subnets, endpoints or route tables were not read
 */
export function endpointPlan(
  vpcId: string,
  users: readonly EndpointUser[],
  leaving: readonly EndpointUser[],
  held: (user: EndpointUser) => Held,
  facts: NetworkFacts,
  isOurs: IsOurs,
  groupId: string | undefined,
): EndpointPlan {
  const bare = withoutOurs(facts, isOurs);
  const subnetsIn = (user: EndpointUser): readonly Subnet[] =>
    subnetsOf(user.described, facts).filter((subnet) => subnet.vpcId === vpcId);
  const here = (all: readonly EndpointUser[]): readonly EndpointUser[] =>
    all.filter((user) => subnetsIn(user).length > 0);
  // Environments of one team lie in the same subnets: what one needs is traced once.
  const known = new Map<string, Wanted>();
  const wanted = (user: EndpointUser): Wanted => {
    const key = JSON.stringify([user.described, user.workload, user.services]);
    const found = known.get(key) ?? wantedBy(user, vpcId, bare);
    known.set(key, found);
    return found;
  };
  const wishes = here(users).flatMap((user) =>
    wanted(user).services.map((service) => ({ service, subnets: subnetsIn(user) })),
  );
  // What cannot be seen is no reason to make anything, and none to take anything away.
  const runsBy = (user: EndpointUser): readonly string[] => [...held(user).services, ...held(user).unread];
  // Who names services says which others may go; of what still runs elsewhere that says nothing.
  const kept = [
    ...here(users).flatMap((user) => (user.services === undefined ? runsBy(user) : [])),
    ...here(leaving).flatMap((user) => [...(user.services ?? []), ...runsBy(user)]),
  ];
  const full = (service: string): string => endpointServiceOf(service, facts.region);
  const unread = here(users).flatMap((user) => {
    const why = wanted(user).unread;
    return why === undefined ? [] : [[user, why] as const];
  });
  const plan = planFor(vpcId, wishes, kept, facts, isOurs, groupId);
  return {
    ...plan,
    remove: unread.length > 0 ? [] : plan.remove,
    wishes: new Map(here(users).map((user) => [user, wanted(user).services.map(full)])),
    unread: new Map(unread),
  };
}

interface Wanted {
  /** Short names. */
  readonly services: readonly string[];
  /** Why they are not known. */
  readonly unread?: Finding;
}

/** What would be reached without endpoints of ours needs none, so that one that is there does not make itself superfluous. */
function wantedBy(user: EndpointUser, vpcId: string, bare: NetworkFacts): Wanted {
  const { described, workload, services } = user;
  if (services !== undefined) return { services };
  const { findings } = preflight(described, workload, bare);
  if (findings.length === 0) return { services: [] };
  // Where a way could not be followed to its end, nobody knows what is needed.
  const unread = findings.find(({ cause, needs }) => needs.length > 0 && isUnreadCause(cause));
  if (unread !== undefined) return { services: [], unread };
  const found = findings.filter(
    ({ state, remedies }) => state === "Unreachable" && remedies.some(({ kind }) => kind === "interfaceEndpoints"),
  );
  const advised = found.flatMap(({ needs }) => needs.map(({ service }) => service));
  return { services: [...new Set([...advised, ...helpedByEndpoints(user, vpcId, bare)])] };
}

/**
 * The plan without what would cut somebody off who reaches a service now; that is an obstacle.
 *
 * @param groupId the endpoints' group, where it is there already
 */
export function withoutCutOffs(
  plan: EndpointPlan,
  inhabitants: readonly Inhabitant[],
  groupId: string | undefined,
  facts: NetworkFacts,
): EndpointPlan {
  const securityGroupIds = groupId === undefined ? [] : [groupId];
  const { vpcId, create, extend, ingressFrom } = plan;
  const standing = read("VPC endpoints", facts.endpoints);
  const made = create.flatMap((one): readonly EndpointToBe[] =>
    one.kind === "Interface"
      ? [{ ...one, vpcId, securityGroupIds, endpointId: `the endpoint of ${one.serviceName}` }]
      : [],
  );
  const extended = extend.flatMap(({ endpointId, addSubnetIds }): readonly EndpointToBe[] => {
    const own = standing.find((one) => one.endpointId === endpointId);
    if (own === undefined || addSubnetIds.length === 0) return [];
    return [{ ...own, subnetIds: [...own.subnetIds, ...addSubnetIds] }];
  });
  if (made.length + extended.length === 0) return plan;
  const hindered = cutOffs([...made, ...extended], ingressFrom, inhabitants, facts);
  const isHindered = (endpointId: string): boolean =>
    extended.some((one) => one.endpointId === endpointId && hindered.has(one.serviceName));
  return {
    ...plan,
    create: create.filter((one) => one.kind === "Gateway" || !hindered.has(one.serviceName)),
    extend: extend.filter(({ endpointId }) => !isHindered(endpointId)),
    obstacles: [...plan.obstacles, ...[...hindered].map(([service, message]) => ({ services: [service], message }))],
  };
}

/** Ids of the endpoints that a plan extends to subnets of this user, to zones of theirs, or to their route tables. */
export function extendedFor(
  user: EndpointUser,
  { vpcId, extend }: EndpointPlan,
  facts: NetworkFacts,
): readonly string[] {
  const own = subnetsOf(user.described, facts).filter((subnet) => subnet.vpcId === vpcId);
  const zones = new Set(own.map(({ zone }) => zone));
  const tables = read("route tables", facts.routeTables);
  const tableIds = new Set(own.map((subnet) => tableOf(subnet, tables)?.routeTableId));
  const zoneOf = new Map(read("subnets", facts.subnets).map(({ subnetId, zone }) => [subnetId, zone]));
  const isFor = ({ addSubnetIds, addRouteTableIds }: EndpointToExtend): boolean =>
    addRouteTableIds.some((id) => tableIds.has(id)) || addSubnetIds.some((id) => zones.has(zoneOf.get(id) ?? ""));
  return extend.filter(isFor).map(({ endpointId }) => endpointId);
}

interface EndpointWish {
  readonly service: string;
  readonly subnets: readonly Subnet[];
}

function planFor(
  vpcId: string,
  wishes: readonly EndpointWish[],
  keeping: readonly string[],
  facts: NetworkFacts,
  isOurs: IsOurs,
  groupId: string | undefined,
): Omit<EndpointPlan, "wishes" | "unread"> {
  const here = read("VPC endpoints", facts.endpoints).filter((one) => one.vpcId === vpcId);
  const standing = here.filter(isStanding);
  const create: EndpointToMake[] = [];
  const awaited: string[] = [];
  const extend: EndpointToExtend[] = [];
  const obstacles: Obstacle[] = [];
  const needed = new Set<string>();
  const interfaces: string[] = [];
  for (const service of [...new Set(wishes.map((wish) => wish.service))].toSorted()) {
    const serviceName = endpointServiceOf(service, facts.region);
    const users = wishes.filter((wish) => wish.service === service);
    const subnets = [...new Set(users.flatMap((wish) => wish.subnets))];
    const same = standing.filter((one) => one.serviceName === serviceName);
    if (service === "s3") {
      const tables = missingTables(
        subnets,
        same.filter((one) => !isOurs(one)),
        facts,
      );
      const own = same.find((one) => isOurs(one) && one.type === "Gateway");
      if (tables.length > 0) needed.add(serviceName);
      const lacking = tables.filter((id) => own?.routeTableIds.includes(id) !== true);
      if (lacking.length === 0) continue;
      if (own === undefined) create.push({ kind: "Gateway", serviceName, routeTableIds: lacking });
      else extend.push({ endpointId: own.endpointId, addSubnetIds: [], addRouteTableIds: lacking });
      continue;
    }
    // A foreign endpoint that answers to the service's name is used as it is; a second one could not have the name.
    if (same.some((one) => !isOurs(one) && one.type === "Interface" && one.privateDns)) continue;
    needed.add(serviceName);
    interfaces.push(serviceName);
    const usable = offeredIn(serviceName, subnets, facts.endpointServices);
    if (usable.length === 0) {
      const message = `AWS offers ${serviceName} in none of the zones of ${ids(subnets).join(", ")}`;
      obstacles.push({ services: [serviceName], message });
      continue;
    }
    const own = same.find((one) => isOurs(one) && one.type === "Interface");
    if (own === undefined && here.some((one) => one.serviceName === serviceName && holdsName(one))) {
      awaited.push(serviceName);
      continue;
    }
    if (own === undefined) {
      create.push({
        kind: "Interface",
        serviceName,
        subnetIds: ids(onePerZone(usable)),
        ipAddressType: family(usable),
      });
      continue;
    }
    obstacles.push(...changes(own, groupId).map((message) => ({ services: [serviceName], message })));
    // What failed gets no more subnets; a person has to delete it.
    const more = isBroken(own) ? [] : uncovered(own, usable, facts);
    if (more.length > 0) extend.push({ endpointId: own.endpointId, addSubnetIds: ids(more), addRouteTableIds: [] });
  }
  const kept = new Set(keeping.map((service) => endpointServiceOf(service, facts.region)));
  const remove = standing
    .filter((one) => isOurs(one) && !needed.has(one.serviceName) && !kept.has(one.serviceName))
    .map((one) => one.endpointId);
  const withoutDns = interfaces.length > 0 ? dnsObstacles(vpcIn(facts, vpcId), interfaces) : [];
  return {
    vpcId,
    services: [...needed],
    // EC2 would refuse private DNS, with other words.
    create: create.filter(({ kind }) => kind === "Gateway" || withoutDns.length === 0),
    awaited,
    extend,
    remove,
    kept: [...kept],
    ingressFrom: interfaces.length > 0 ? vpcIn(facts, vpcId).cidrs : [],
    obstacles: [...obstacles, ...withoutDns],
  };
}

/** Until an endpoint is gone it keeps the private name of its service. */
function holdsName({ state, type, privateDns }: VpcEndpoint): boolean {
  return state === "deleting" && type === "Interface" && privateDns;
}

/** @throws UnreadPart also when EC2 does not show it */
function vpcIn(facts: NetworkFacts, vpcId: string): Vpc {
  const vpc = read("VPCs", facts.vpcs).find((one) => one.vpcId === vpcId);
  if (vpc !== undefined) return vpc;
  throw new UnreadPart(vpcId, { kind: "unread", permission: undefined, message: "EC2 does not show it" });
}

/**
 * What somebody changed of an endpoint of ours so that the way to the service does not lead over it, with the next step.
 * Before it is available EC2 need not show all of it.
 */
function changes(own: VpcEndpoint, groupId: string | undefined): readonly string[] {
  const { endpointId, state, privateDns, privateDnsForInboundOnly, securityGroupIds } = own;
  if (state !== "available") return [];
  const anew = `delete ${endpointId}, which is then made anew`;
  return [
    ...(privateDns
      ? []
      : [
          `${endpointId} has private DNS names off: ${sentenceOf({ kind: "enablePrivateDns", endpointId })}, or ${anew}`,
        ]),
    ...(privateDns && privateDnsForInboundOnly
      ? [`${endpointId} has private DNS names for inbound resolver endpoints only: turn that off, or ${anew}`]
      : []),
    ...(groupId === undefined || securityGroupIds.includes(groupId)
      ? []
      : [`${endpointId} lacks ${groupId}, the security group of the endpoints: add it, or ${anew}`]),
  ];
}

/** Private DNS needs both attributes of the VPC, and those are not ours to change. */
function dnsObstacles({ vpcId, dns }: Vpc, services: readonly string[]): readonly Obstacle[] {
  if (dns.kind !== "read") return [];
  const { support, hostnames } = dns.value;
  const off = [...(support ? [] : ["enableDnsSupport"]), ...(hostnames ? [] : ["enableDnsHostnames"])];
  return off.map((attribute) => {
    return { services, message: `private DNS of endpoints needs ${attribute}, which is off in ${vpcId}` };
  });
}

/** The tables of the subnets that no foreign endpoint serves; a table takes one endpoint of a service. */
function missingTables(
  subnets: readonly Subnet[],
  foreign: readonly VpcEndpoint[],
  facts: NetworkFacts,
): readonly string[] {
  const tables = read("route tables", facts.routeTables);
  const own = subnets.map((subnet) => tableOf(subnet, tables)?.routeTableId).filter((id) => id !== undefined);
  const served = foreign.flatMap(({ routeTableIds }) => routeTableIds);
  return [...new Set(own)].filter((id) => !served.includes(id)).toSorted();
}

/** One subnet for each zone in which our endpoint has no network interface yet. */
function uncovered(endpoint: VpcEndpoint, usable: readonly Subnet[], facts: NetworkFacts): readonly Subnet[] {
  const all = read("subnets", facts.subnets);
  const zones = all.filter(({ subnetId }) => endpoint.subnetIds.includes(subnetId)).map(({ zone }) => zone);
  return onePerZone(usable).filter(({ zone }) => !zones.includes(zone));
}

/** Where the offer is not known every zone is tried. */
function offeredIn(
  serviceName: string,
  subnets: readonly Subnet[],
  services: Part<readonly EndpointService[]>,
): readonly Subnet[] {
  const offer = services.kind === "read" ? services.value.find((one) => one.serviceName === serviceName) : undefined;
  return offer === undefined ? subnets : subnets.filter(({ zone }) => offer.zones.includes(zone));
}

function family(subnets: readonly Subnet[]): "ipv4" | "dualstack" | "ipv6" {
  if (subnets.every(({ cidr }) => cidr === undefined)) return "ipv6";
  return subnets.some(({ cidr }) => cidr === undefined) ? "dualstack" : "ipv4";
}

function ids(subnets: readonly Subnet[]): readonly string[] {
  return subnets.map(({ subnetId }) => subnetId);
}
