/** Which VPC endpoints have to be made so that environments need no way to the internet. Pure. */

import { type Described, groupIdsOf, subnetsOf } from "./described.ts";
import type { EndpointService, NetworkFacts, Part, RouteTable, Subnet, VpcEndpoint } from "./facts.ts";
import { read } from "./lookups.ts";
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
  /**
   * Whose instances the group of our interface endpoints has to let in on TCP 443; empty: no group is needed, and one
   * of ours goes after the endpoints.
   */
  readonly ingressFrom: readonly string[];
  /** Whose instances stay let in beside these: of what is on its way out and still runs, or cannot be seen whole. */
  readonly keepFrom: readonly string[];
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

/**
 * The short names of the services that a user needs endpoints for. What would be reached without endpoints of ours
 * needs none, so that one that is there does not make itself superfluous.
 */
export function wantedServices(user: EndpointUser, facts: NetworkFacts, isOurs: IsOurs): readonly string[] {
  return servicesFor(user, facts, isOurs).wanted;
}

/** @returns `unsure`: of which it could not be seen whether they are reached without endpoints of ours */
function servicesFor(
  user: EndpointUser,
  facts: NetworkFacts,
  isOurs: IsOurs,
): { readonly wanted: readonly string[]; readonly unsure: readonly string[] } {
  if (user.services !== undefined) return { wanted: user.services, unsure: [] };
  const { findings } = preflight(user.described, user.workload, withoutOurs(facts, isOurs));
  const servicesOf = (some: readonly Finding[]): readonly string[] => [
    ...new Set(some.flatMap(({ needs }) => needs.map(({ service }) => service))),
  ];
  return {
    wanted: servicesOf(
      findings.filter(
        ({ state, remedies }) => state === "Unreachable" && remedies.some(({ kind }) => kind === "interfaceEndpoints"),
      ),
    ),
    unsure: servicesOf(findings.filter(({ state }) => state === "Unknown")),
  };
}

type IsOurs = (endpoint: VpcEndpoint) => boolean;

/**
 * The plan for each VPC in which users are, or in which endpoints of ours are left.
 * @param leaving what still runs although nobody wishes it any more: nothing is made for it, and nothing that it needs
 * is taken away
 * @throws UnreadPart when subnets, endpoints, route tables, groups or launch templates were not read
 */
export function endpointPlans(
  users: readonly EndpointUser[],
  facts: NetworkFacts,
  isOurs: IsOurs,
  leaving: readonly EndpointUser[] = [],
): readonly EndpointPlan[] {
  const ours = read("VPC endpoints", facts.endpoints).filter(isOurs);
  const vpcIds = new Set([
    ...users.flatMap(({ described }) => subnetsOf(described, facts).map(({ vpcId }) => vpcId)),
    ...ours.map((one) => one.vpcId),
  ]);
  const wishesIn = (vpcId: string, of: readonly EndpointUser[], which: "wanted" | "unsure"): readonly EndpointWish[] =>
    of.flatMap((user) => {
      const here = subnetsOf(user.described, facts).filter((subnet) => subnet.vpcId === vpcId);
      const services = here.length === 0 ? [] : servicesFor(user, facts, isOurs)[which];
      return services.map((service) => ({ service, subnets: here, groupIds: groupIdsOf(user.described, facts) }));
    });
  return [...vpcIds].toSorted().map((vpcId) => {
    // What cannot be seen is no reason to make anything, and none to take anything away.
    const kept = [...wishesIn(vpcId, leaving, "wanted"), ...wishesIn(vpcId, [...users, ...leaving], "unsure")];
    return planFor(vpcId, wishesIn(vpcId, users, "wanted"), kept, facts, isOurs);
  });
}

interface EndpointWish {
  readonly service: string;
  readonly subnets: readonly Subnet[];
  readonly groupIds: readonly string[];
}

function planFor(
  vpcId: string,
  wishes: readonly EndpointWish[],
  keeping: readonly EndpointWish[],
  facts: NetworkFacts,
  isOurs: IsOurs,
): EndpointPlan {
  const standing = read("VPC endpoints", facts.endpoints).filter((one) => one.vpcId === vpcId && !isGone(one));
  const create: EndpointToMake[] = [];
  const extend: EndpointToExtend[] = [];
  const obstacles: string[] = [];
  const needed = new Set<string>();
  const groups = new Set<string>();
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
    for (const groupId of users.flatMap((wish) => wish.groupIds)) groups.add(groupId);
    const usable = offeredIn(serviceName, subnets, facts.endpointServices);
    if (usable.length === 0) {
      obstacles.push(`AWS offers ${serviceName} in none of the zones of ${ids(subnets).join(", ")}`);
      continue;
    }
    const own = same.find((one) => isOurs(one) && one.type === "Interface");
    if (own === undefined) {
      create.push({
        kind: "Interface",
        serviceName,
        subnetIds: ids(onePerZone(usable)),
        ipAddressType: family(usable),
      });
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
    ingressFrom: [...groups].toSorted(),
    keepFrom: [...new Set(keeping.flatMap(({ groupIds }) => groupIds))].toSorted(),
    obstacles: [...obstacles, ...dnsObstacles(vpcId, groups.size > 0, facts)],
  };
}

/** Private DNS needs both attributes of the VPC, and those are not ours to change. */
function dnsObstacles(vpcId: string, interfaces: boolean, facts: NetworkFacts): readonly string[] {
  const vpc = read("VPCs", facts.vpcs).find((one) => one.vpcId === vpcId);
  if (!interfaces || vpc?.dns.kind !== "read") return [];
  const { support, hostnames } = vpc.dns.value;
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
