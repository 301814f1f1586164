/** Which VPC endpoints a network lacks, and which of its own nobody needs. Pure. */

import { cutOffs, type EndpointToBe, type Inhabitant, type IsOurs } from "./dependence.ts";
import type { EndpointService, NetworkFacts, Part, Subnet, Vpc, VpcEndpoint } from "./facts.ts";
import { isBroken, isPresent, read, UnreadPart } from "./lookups.ts";
import { endpointServiceOf } from "./needs.ts";
import { sentenceOf } from "./remedies.ts";
import { tableOf } from "./routes.ts";
import { onePerZone } from "./ways-out.ts";

/** Required changes in one VPC; the lists are empty when nothing is missing. `isOurs` decides which endpoints are ours. */
export interface EndpointPlan {
  readonly vpcId: string;
  /** Full names of all services that need an endpoint of ours, including those that have one. */
  readonly services: readonly string[];
  readonly create: readonly EndpointToMake[];
  /** Full names of services with an endpoint that is being deleted: EC2 accepts the next one only when it is gone. */
  readonly awaited: readonly string[];
  /** Endpoints of ours that lack subnets or route tables of new users. */
  readonly extend: readonly EndpointToExtend[];
  /** Endpoints of ours that no environment needs any more. */
  readonly remove: readonly string[];
  /**
   * The CIDR blocks that the group of our interface endpoints must allow on TCP 443: the whole VPC, because the
   * services' names resolve to the endpoints everywhere in it, also for environments that never asked for any. Empty:
   * no group is needed, and ours is deleted after the endpoints.
   */
  readonly ingressFrom: readonly string[];
  /** What only a person can fix. */
  readonly obstacles: readonly Obstacle[];
}

export interface Obstacle {
  /** Full names of the services that cannot have endpoints because of it. */
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
 * The plan for endpoints of listed services in listed subnets, whatever the paths there are.
 *
 * @param asked `services`: short names
 * @param keeping short names of services of which our endpoints are needed, listed or not
 * @throws UnreadPart when VPCs, subnets, endpoints or route tables were not read
 */
export function endpointPlan(
  asked: { readonly vpcId: string; readonly services: readonly string[]; readonly subnetIds: readonly string[] },
  keeping: readonly string[],
  facts: NetworkFacts,
  isOurs: IsOurs,
): EndpointPlan {
  const { vpcId, services } = asked;
  const subnets = read("subnets", facts.subnets).filter((one) => asked.subnetIds.includes(one.subnetId));
  const here = read("VPC endpoints", facts.endpoints).filter((one) => one.vpcId === vpcId);
  const present = here.filter(isPresent);
  const create: EndpointToMake[] = [];
  const awaited: string[] = [];
  const extend: EndpointToExtend[] = [];
  const obstacles: Obstacle[] = [];
  const needed = new Set<string>();
  const interfaces: string[] = [];
  for (const service of services.toSorted()) {
    const serviceName = endpointServiceOf(service, facts.region);
    const same = present.filter((one) => one.serviceName === serviceName);
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
    // A foreign endpoint with the service's private name is used as it is; a second one could not have the name.
    if (same.some((one) => !isOurs(one) && one.type === "Interface" && one.privateDns)) continue;
    needed.add(serviceName);
    interfaces.push(serviceName);
    const usable = offeredIn(serviceName, subnets, facts.endpointServices);
    if (usable.length === 0) {
      const message = `AWS does not offer ${serviceName} in any zone of ${ids(subnets).join(", ")}`;
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
    obstacles.push(...changes(own).map((message) => ({ services: [serviceName], message })));
    // A failed endpoint gets no more subnets; a person has to delete it.
    const more = isBroken(own) ? [] : uncovered(own, usable, facts);
    if (more.length > 0) extend.push({ endpointId: own.endpointId, addSubnetIds: ids(more), addRouteTableIds: [] });
  }
  const kept = new Set(keeping.map((service) => endpointServiceOf(service, facts.region)));
  const remove = present
    .filter((one) => isOurs(one) && !needed.has(one.serviceName) && !kept.has(one.serviceName))
    .map((one) => one.endpointId);
  const withoutDns = interfaces.length > 0 ? dnsObstacles(vpcIn(facts, vpcId), interfaces) : [];
  return {
    vpcId,
    services: [...needed],
    // EC2 would reject private DNS, with another message.
    create: create.filter(({ kind }) => kind === "Gateway" || withoutDns.length === 0),
    awaited,
    extend,
    remove,
    ingressFrom: interfaces.length > 0 ? vpcIn(facts, vpcId).cidrs : [],
    obstacles: [...obstacles, ...withoutDns],
  };
}

/**
 * The plan without endpoints that would cut off an environment that reaches the service now; these become obstacles.
 */
export function withoutCutOffs(
  plan: EndpointPlan,
  inhabitants: readonly Inhabitant[],
  groupId: string | undefined,
  facts: NetworkFacts,
): EndpointPlan {
  const securityGroupIds = groupId === undefined ? [] : [groupId];
  const { vpcId, create, extend, ingressFrom } = plan;
  const present = read("VPC endpoints", facts.endpoints);
  const made = create.flatMap((one): readonly EndpointToBe[] =>
    one.kind === "Interface"
      ? [{ ...one, vpcId, securityGroupIds, endpointId: `the endpoint of ${one.serviceName}` }]
      : [],
  );
  const extended = extend.flatMap(({ endpointId, addSubnetIds }): readonly EndpointToBe[] => {
    const own = present.find((one) => one.endpointId === endpointId);
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

/** An endpoint keeps the private name of its service until it is gone. */
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
 * Changes by somebody else to an endpoint of ours that break the path over it, with the next step. EC2 may not show all
 * of an endpoint before it is available.
 */
function changes(own: VpcEndpoint): readonly string[] {
  const { endpointId, state, privateDns, privateDnsForInboundOnly } = own;
  if (state !== "available") return [];
  const recreate = `delete ${endpointId}, and the operator creates it again`;
  return [
    ...(privateDns
      ? []
      : [
          `${endpointId} has private DNS names off: ${sentenceOf({ kind: "enablePrivateDns", endpointId })}, or ${recreate}`,
        ]),
    ...(privateDns && privateDnsForInboundOnly
      ? [`${endpointId} has private DNS names for inbound resolver endpoints only: turn that off, or ${recreate}`]
      : []),
  ];
}

/** Private DNS needs both attributes of the VPC, which the operator does not change. */
function dnsObstacles({ vpcId, dns }: Vpc, services: readonly string[]): readonly Obstacle[] {
  if (dns.kind !== "read") return [];
  const { support, hostnames } = dns.value;
  const off = [...(support ? [] : ["enableDnsSupport"]), ...(hostnames ? [] : ["enableDnsHostnames"])];
  return off.map((attribute) => {
    return { services, message: `private DNS of endpoints needs ${attribute}, which is off in ${vpcId}` };
  });
}

/** The tables of the subnets without a foreign endpoint; a table accepts one endpoint of a service. */
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

/** If the offer is unknown, every zone is used. */
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
