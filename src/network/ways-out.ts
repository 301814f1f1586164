/** The ways out of a subnet that has none: public IPs, interface endpoints, or a NAT gateway. Pure. */

import type { NatGateway, Subnet } from "./facts.ts";
import { type Lookups, UnreadPart } from "./lookups.ts";
import { endpointServiceOf, type Need } from "./needs.ts";
import type { Remedy } from "./remedies.ts";
import { isIpv6Only } from "./source.ts";

export interface Stranded {
  /** Of one VPC. */
  readonly subnets: readonly Subnet[];
  readonly needs: readonly Need[];
  /** Launch templates that keep public IPs away whatever the subnet says. */
  readonly launchTemplates: readonly string[];
  readonly byJobDefinition: boolean;
}

/** Each of them would do; the cheapest to have comes first. */
export function waysOut(stranded: Stranded, look: Lookups): readonly Remedy[] {
  const [first] = stranded.subnets;
  if (first === undefined) return [];
  const endpoints = interfaceEndpoints(stranded, first.vpcId, look);
  if (isIpv6Only(first)) return [ipv6Egress(stranded, first.vpcId, look), ...endpoints];
  return [...publicIps(stranded, first.vpcId, look), ...endpoints, natGateway(stranded, first.vpcId, look)];
}

function publicIps(stranded: Stranded, vpcId: string, look: Lookups): readonly Remedy[] {
  const { subnets, launchTemplates, byJobDefinition } = stranded;
  const subnetIds = subnets.map(({ subnetId }) => subnetId);
  const without = subnets.filter((subnet) => !isPublic(subnet, look));
  const elsewhere = seen(() => look.subnetsOf(vpcId)) ?? [];
  const better = elsewhere.filter(
    (one) => one.mapPublicIp && one.freeAddresses > 0 && !subnetIds.includes(one.subnetId) && isPublic(one, look),
  );
  if (without.length > 0 && better.length > 0 && !byJobDefinition) {
    return [{ kind: "useSubnets", subnetIds: better.map(({ subnetId }) => subnetId) }];
  }
  const gatewayId = seen(() => look.attachedGateway(vpcId))?.gatewayId;
  const routeTableIds = tablesOf(without, look);
  return [{ kind: "publicIps", vpcId, subnetIds, routeTableIds, gatewayId, launchTemplates, byJobDefinition }];
}

function interfaceEndpoints({ subnets, needs }: Stranded, vpcId: string, look: Lookups): readonly Remedy[] {
  if (needs.some(({ service }) => service === "registry")) return [];
  const names = new Set(needs.map(({ service }) => service));
  const services = [...names]
    .filter((service) => service !== "s3")
    .map((service) => endpointServiceOf(service, look.region))
    .filter((name) => (seen(() => look.endpointsOf(vpcId, name)) ?? []).length === 0);
  const s3RouteTableIds = names.has("s3") ? tablesOf(subnets, look) : [];
  if (services.length === 0 && s3RouteTableIds.length === 0) return [];
  const enableHostnames = services.length > 0 && seen(() => look.dns(vpcId))?.hostnames === false;
  const subnetIds = onePerZone(subnets).map(({ subnetId }) => subnetId);
  return [{ kind: "interfaceEndpoints", vpcId, enableHostnames, services, subnetIds, s3RouteTableIds }];
}

function natGateway({ subnets }: Stranded, vpcId: string, look: Lookups): Remedy {
  const nats = seen(() => look.natGatewaysOf(vpcId)) ?? [];
  const working = nats.find((nat) => leadsOut(nat, look));
  const others = seen(() => look.subnetsOf(vpcId)) ?? [];
  const own = new Set(tablesOf(subnets, look));
  const host = others.find((one) => isPublic(one, look) && tablesOf([one], look).every((id) => !own.has(id)));
  return {
    kind: "natGateway",
    vpcId,
    routeTableIds: [...own],
    natGatewayId: working?.natGatewayId,
    publicSubnetId: host?.subnetId,
  };
}

function ipv6Egress({ subnets }: Stranded, vpcId: string, look: Lookups): Remedy {
  const gatewayId = seen(() => look.attachedEgressOnlyGateway(vpcId))?.gatewayId;
  return { kind: "ipv6Egress", vpcId, routeTableIds: tablesOf(subnets, look), gatewayId };
}

function leadsOut(nat: NatGateway, look: Lookups): boolean {
  if (nat.state !== "available" || nat.connectivity !== "public" || nat.subnetId === undefined) return false;
  const { subnetId } = nat;
  const place = seen(() => look.subnet(subnetId));
  return place !== undefined && isPublic(place, look);
}

/** Whether the default route leads to an internet gateway that is attached. */
function isPublic(subnet: Subnet, look: Lookups): boolean {
  const route = seen(() => look.table(subnet))?.routes.find(
    ({ destination }) => destination.kind === "cidr" && destination.cidr === "0.0.0.0/0",
  );
  if (route?.target.kind !== "internetGateway" || route.state !== "active") return false;
  return seen(() => look.internetGateway(route.target.id))?.vpcIds.includes(subnet.vpcId) === true;
}

function tablesOf(subnets: readonly Subnet[], look: Lookups): readonly string[] {
  const tables = subnets.map((subnet) => seen(() => look.table(subnet))?.routeTableId);
  return [...new Set(tables.filter((id) => id !== undefined))];
}

/** An endpoint takes one subnet of a zone, and an address there: rather one that has any left. */
export function onePerZone(subnets: readonly Subnet[]): readonly Subnet[] {
  return subnets.filter((subnet) => {
    const same = subnets.filter(({ zone }) => zone === subnet.zone);
    return subnet === (same.find(({ freeAddresses }) => freeAddresses > 0) ?? same[0]);
  });
}

/** What a remedy would name but could not be read is left out of its sentence. */
function seen<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof UnreadPart) return undefined;
    throw error;
  }
}
