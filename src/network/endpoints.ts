/** Which VPC endpoints have to be made so that environments need no way to the internet. Pure. */

import { cutOffBy } from "./cut-off.ts";
import { type Described, subnetsOf } from "./described.ts";
import type { EndpointService, NetworkFacts, Part, RouteTable, Subnet, Vpc, VpcEndpoint } from "./facts.ts";
import { read, UnreadPart } from "./lookups.ts";
import { endpointServiceOf, type Workload } from "./needs.ts";
import { type Finding, preflight } from "./preflight.ts";
import { tableOf } from "./routes.ts";
import { onePerZone } from "./ways-out.ts";

/** An environment that wishes endpoints. */
export interface EndpointUser {
  readonly described: Described;
  readonly workload: Workload;
  /** Short names of services (`ecr.api`); undefined: all that its subnets do not reach without. */
  readonly services: readonly string[] | undefined;
}

/** What a user needs endpoints for, and where. */
export interface EndpointNeeds {
  readonly user: EndpointUser;
  /** Of its environment, as far as they exist. */
  readonly subnets: readonly Subnet[];
  /** Short names of services. */
  readonly wanted: readonly string[];
  /** Those of which nobody can say whether they are reached without endpoints of ours: only some of their addresses are. */
  readonly unsure: readonly string[];
  /** Those of which it could not be read. */
  readonly unread: readonly string[];
}

/** What has to change in one VPC; empty lists when everything is there. Ours is what `isOurs` says. */
export interface EndpointPlan {
  readonly vpcId: string;
  /** Full names of all services for which endpoints of ours have to be, also those that are there. */
  readonly services: readonly string[];
  readonly create: readonly EndpointToMake[];
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
  /** What only a person can mend, as sentences. */
  readonly obstacles: readonly string[];
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

type IsOurs = (endpoint: VpcEndpoint) => boolean;

/**
 * Tells of users what they need, of each only once. What would be reached without endpoints of ours needs none, so that
 * one that is there does not make itself superfluous.
 *
 * @throws UnreadPart (when called) when subnets were not read
 */
export function needsAmong(facts: NetworkFacts, isOurs: IsOurs): (user: EndpointUser) => EndpointNeeds {
  const bare = withoutOurs(facts, isOurs);
  const known = new Map<EndpointUser, EndpointNeeds>();
  return (user) => {
    const before = known.get(user);
    if (before !== undefined) return before;
    const subnets = subnetsOf(user.described, facts);
    const services = subnets.length === 0 ? { wanted: [], unsure: [], unread: [] } : servicesFor(user, bare);
    const needs = { user, subnets, ...services };
    known.set(user, needs);
    return needs;
  };
}

function servicesFor(
  { described, workload, services }: EndpointUser,
  bare: NetworkFacts,
): Pick<EndpointNeeds, "wanted" | "unsure" | "unread"> {
  if (services !== undefined) return { wanted: services, unsure: [], unread: [] };
  const { findings } = preflight(described, workload, bare);
  const servicesOf = (some: readonly Finding[]): readonly string[] => [
    ...new Set(some.flatMap(({ needs }) => needs.map(({ service }) => service))),
  ];
  return {
    wanted: servicesOf(
      findings.filter(
        ({ state, remedies }) => state === "Unreachable" && remedies.some(({ kind }) => kind === "interfaceEndpoints"),
      ),
    ),
    unsure: servicesOf(findings.filter(({ state, cause }) => state === "Unknown" && !isUnread(cause))),
    unread: servicesOf(findings.filter(({ cause }) => isUnread(cause))),
  };
}

function isUnread(cause: Finding["cause"]): boolean {
  return cause === "NotReadable" || cause === "NotPermitted";
}

/**
 * The plan for each VPC in which users are, or in which endpoints of ours are left.
 * @param leaving of what still runs although nobody wishes it any more: nothing is made for it, and nothing that it
 * needs is taken away
 * @throws UnreadPart when VPCs, endpoints or route tables were not read
 */
export function endpointPlans(
  users: readonly EndpointNeeds[],
  leaving: readonly EndpointNeeds[],
  facts: NetworkFacts,
  isOurs: IsOurs,
): readonly EndpointPlan[] {
  const ours = read("VPC endpoints", facts.endpoints).filter(isOurs);
  const vpcIds = new Set([
    ...users.flatMap(({ subnets }) => subnets.map(({ vpcId }) => vpcId)),
    ...ours.map((one) => one.vpcId),
  ]);
  const wishesIn = (
    vpcId: string,
    of: readonly EndpointNeeds[],
    which: "wanted" | "unsure" | "unread",
  ): readonly EndpointWish[] =>
    of.flatMap((needs) => {
      const subnets = needs.subnets.filter((subnet) => subnet.vpcId === vpcId);
      return subnets.length === 0 ? [] : needs[which].map((service) => ({ service, subnets }));
    });
  return [...vpcIds].toSorted().map((vpcId) => {
    // What cannot be seen is no reason to make anything, and none to take anything away.
    const all = [...users, ...leaving];
    const unclear = [...wishesIn(vpcId, all, "unsure"), ...wishesIn(vpcId, all, "unread")];
    const kept = [...wishesIn(vpcId, leaving, "wanted"), ...unclear];
    const present = all.filter(({ subnets }) => subnets.some((subnet) => subnet.vpcId === vpcId));
    const there = present.map(({ user }) => user);
    return planFor(vpcId, wishesIn(vpcId, users, "wanted"), kept, there, facts, isOurs);
  });
}

interface EndpointWish {
  readonly service: string;
  readonly subnets: readonly Subnet[];
}

function planFor(
  vpcId: string,
  wishes: readonly EndpointWish[],
  keeping: readonly EndpointWish[],
  there: readonly EndpointUser[],
  facts: NetworkFacts,
  isOurs: IsOurs,
): EndpointPlan {
  const standing = read("VPC endpoints", facts.endpoints).filter((one) => one.vpcId === vpcId && !isGone(one));
  const create: EndpointToMake[] = [];
  const extend: EndpointToExtend[] = [];
  const obstacles: string[] = [];
  const needed = new Set<string>();
  let interfaces = false;
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
    interfaces = true;
    const usable = offeredIn(serviceName, subnets, facts.endpointServices);
    if (usable.length === 0) {
      obstacles.push(`AWS offers ${serviceName} in none of the zones of ${ids(subnets).join(", ")}`);
      continue;
    }
    const own = same.find((one) => isOurs(one) && one.type === "Interface");
    if (own === undefined) {
      const made = { serviceName, subnetIds: ids(onePerZone(usable)), ipAddressType: family(usable) };
      const cutOff = cutOffBy({ ...made, vpcId, ingressFrom: vpcIn(facts, vpcId).cidrs }, there, facts);
      if (cutOff === undefined) create.push({ kind: "Interface", ...made });
      else obstacles.push(cutOff);
      continue;
    }
    const more = uncovered(own, usable, facts);
    if (more.length > 0) extend.push({ endpointId: own.endpointId, addSubnetIds: ids(more), addRouteTableIds: [] });
  }
  const kept = new Set(keeping.map(({ service }) => endpointServiceOf(service, facts.region)));
  const remove = standing
    .filter((one) => isOurs(one) && !needed.has(one.serviceName) && !kept.has(one.serviceName))
    .map((one) => one.endpointId);
  return {
    vpcId,
    services: [...needed],
    create,
    extend,
    remove,
    kept: [...kept],
    ingressFrom: interfaces ? vpcIn(facts, vpcId).cidrs : [],
    obstacles: [...obstacles, ...(interfaces ? dnsObstacles(vpcIn(facts, vpcId)) : [])],
  };
}

/** @throws UnreadPart also when EC2 does not show it */
function vpcIn(facts: NetworkFacts, vpcId: string): Vpc {
  const vpc = read("VPCs", facts.vpcs).find((one) => one.vpcId === vpcId);
  if (vpc !== undefined) return vpc;
  throw new UnreadPart(vpcId, { kind: "unread", permission: undefined, message: "EC2 does not show it" });
}

/** Private DNS needs both attributes of the VPC, and those are not ours to change. */
function dnsObstacles({ vpcId, dns }: Vpc): readonly string[] {
  if (dns.kind !== "read") return [];
  const { support, hostnames } = dns.value;
  const off = [...(support ? [] : ["enableDnsSupport"]), ...(hostnames ? [] : ["enableDnsHostnames"])];
  return off.map((attribute) => `private DNS of endpoints needs ${attribute}, which is off in ${vpcId}`);
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

function withoutOurs(facts: NetworkFacts, isOurs: IsOurs): NetworkFacts {
  const { endpoints, routeTables } = facts;
  if (endpoints.kind === "unread") return facts;
  const gone = new Set(endpoints.value.filter(isOurs).map(({ endpointId }) => endpointId));
  if (gone.size === 0) return facts;
  const bare = (table: RouteTable): RouteTable => ({
    ...table,
    routes: table.routes.filter(({ target }) => !gone.has(target.id)),
  });
  return {
    ...facts,
    endpoints: { kind: "read", value: endpoints.value.filter(({ endpointId }) => !gone.has(endpointId)) },
    routeTables: routeTables.kind === "unread" ? routeTables : { kind: "read", value: routeTables.value.map(bare) },
  };
}

function isGone({ state }: VpcEndpoint): boolean {
  return state === "deleting" || state === "deleted";
}

function ids(subnets: readonly Subnet[]): readonly string[] {
  return subnets.map(({ subnetId }) => subnetId);
}
