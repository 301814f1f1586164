/** The ways out of a subnet that has none: public IPs, interface endpoints, or a NAT gateway. Pure. */

import type { NatGateway, Subnet } from "./facts.ts";
import { type Lookups, UnreadPart } from "./lookups.ts";
import { endpointServiceOf, type ServiceNeed } from "./needs.ts";
import type { Remedy } from "./remedies.ts";
import { isIpv6Only } from "./source.ts";

export interface Stranded {
  /** Of one VPC. */
  readonly subnets: readonly Subnet[];
  readonly needs: readonly ServiceNeed[];
  /** Launch templates that disable public IPs, whatever the subnet says. */
  readonly launchTemplates: readonly string[];
  readonly byJobDefinition: boolean;
}

/** Each of them is sufficient; the cheapest is first. */
export function waysOut(stranded: Stranded, lookups: Lookups): readonly Remedy[] {
  const [first] = stranded.subnets;
  if (first === undefined) return [];
  const endpoints = interfaceEndpoints(stranded, first.vpcId, lookups);
  if (isIpv6Only(first)) return [ipv6Egress(stranded, first.vpcId, lookups), ...endpoints];
  return [...publicIps(stranded, first.vpcId, lookups), ...endpoints, natGateway(stranded, first.vpcId, lookups)];
}

function publicIps(stranded: Stranded, vpcId: string, lookups: Lookups): readonly Remedy[] {
  const { subnets, launchTemplates, byJobDefinition } = stranded;
  const subnetIds = subnets.map(({ subnetId }) => subnetId);
  const without = subnets.filter((subnet) => !isPublic(subnet, lookups));
  const elsewhere = seen(() => lookups.subnetsOf(vpcId)) ?? [];
  const better = elsewhere.filter(
    (one) => one.mapPublicIp && one.freeAddresses > 0 && !subnetIds.includes(one.subnetId) && isPublic(one, lookups),
  );
  if (without.length > 0 && better.length > 0 && !byJobDefinition) {
    return [{ kind: "useSubnets", subnetIds: better.map(({ subnetId }) => subnetId) }];
  }
  const gatewayId = seen(() => lookups.attachedGateway(vpcId))?.gatewayId;
  const routeTableIds = tablesOf(without, lookups);
  return [{ kind: "publicIps", vpcId, subnetIds, routeTableIds, gatewayId, launchTemplates, byJobDefinition }];
}

function interfaceEndpoints({ subnets, needs }: Stranded, vpcId: string, lookups: Lookups): readonly Remedy[] {
  if (needs.some(({ service }) => service === "registry")) return [];
  const names = new Set(needs.map(({ service }) => service));
  const services = [...names]
    .filter((service) => service !== "s3")
    .map((service) => endpointServiceOf(service, lookups.region))
    .filter((name) => (seen(() => lookups.endpointsOf(vpcId, name)) ?? []).length === 0);
  const s3RouteTableIds = names.has("s3") ? tablesOf(subnets, lookups) : [];
  if (services.length === 0 && s3RouteTableIds.length === 0) return [];
  const enableHostnames = services.length > 0 && seen(() => lookups.dns(vpcId))?.hostnames === false;
  const subnetIds = onePerZone(subnets).map(({ subnetId }) => subnetId);
  return [{ kind: "interfaceEndpoints", vpcId, enableHostnames, services, subnetIds, s3RouteTableIds }];
}

function natGateway({ subnets }: Stranded, vpcId: string, lookups: Lookups): Remedy {
  const nats = seen(() => lookups.natGatewaysOf(vpcId)) ?? [];
  const working = nats.find((nat) => leadsOut(nat, lookups));
  const others = seen(() => lookups.subnetsOf(vpcId)) ?? [];
  const own = new Set(tablesOf(subnets, lookups));
  const host = others.find((one) => isPublic(one, lookups) && tablesOf([one], lookups).every((id) => !own.has(id)));
  return {
    kind: "natGateway",
    vpcId,
    routeTableIds: [...own],
    natGatewayId: working?.natGatewayId,
    publicSubnetId: host?.subnetId,
  };
}

function ipv6Egress({ subnets }: Stranded, vpcId: string, lookups: Lookups): Remedy {
  const gatewayId = seen(() => lookups.attachedEgressOnlyGateway(vpcId))?.gatewayId;
  return { kind: "ipv6Egress", vpcId, routeTableIds: tablesOf(subnets, lookups), gatewayId };
}

function leadsOut(nat: NatGateway, lookups: Lookups): boolean {
  if (nat.state !== "available" || nat.connectivity !== "public" || nat.subnetId === undefined) return false;
  const { subnetId } = nat;
  const place = seen(() => lookups.subnet(subnetId));
  return place !== undefined && isPublic(place, lookups);
}

/** Whether the default route leads to an internet gateway that is attached. */
function isPublic(subnet: Subnet, lookups: Lookups): boolean {
  const route = seen(() => lookups.table(subnet))?.routes.find(
    ({ destination }) => destination.kind === "cidr" && destination.cidr === "0.0.0.0/0",
  );
  if (route?.target.kind !== "internetGateway" || route.state !== "active") return false;
  return seen(() => lookups.internetGateway(route.target.id))?.vpcIds.includes(subnet.vpcId) === true;
}

function tablesOf(subnets: readonly Subnet[], lookups: Lookups): readonly string[] {
  const tables = subnets.map((subnet) => seen(() => lookups.table(subnet))?.routeTableId);
  return [...new Set(tables.filter((id) => id !== undefined))];
}

/** An endpoint uses one subnet per zone, and an address in it: preferably one with free addresses. */
export function onePerZone(subnets: readonly Subnet[]): readonly Subnet[] {
  return subnets.filter((subnet) => {
    const same = subnets.filter(({ zone }) => zone === subnet.zone);
    return subnet === (same.find(({ freeAddresses }) => freeAddresses > 0) ?? same[0]);
  });
}

/** A remedy leaves out what could not be read. */
function seen<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof UnreadPart) return undefined;
    throw error;
  }
}
