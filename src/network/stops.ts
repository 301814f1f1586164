/** Why paths end, with a message and the fixes. Messages name neither subnet nor service. Pure. */

import type { NatGateway, NetworkAcl, PortRange, Route, RouteTable, VpcEndpoint } from "./facts.ts";
import { list, portsText, type Remedy } from "./remedies.ts";
import { destinationText } from "./routes.ts";
import type { PathCause, Stop } from "./verdict.ts";

type PathStop = Stop<PathCause>;

function stop(
  cause: PathCause,
  message: string,
  objects: readonly string[],
  remedies: readonly Remedy[],
  wayOut = false,
): PathStop {
  return { cause, message, objects, remedies, wayOut };
}

export function dnsSupportOff(vpcId: string): PathStop {
  return stop(
    "DnsSupportOff",
    `${vpcId} has enableDnsSupport off, so names of AWS services do not resolve`,
    [vpcId],
    [{ kind: "enableDns", vpcId, attributes: ["enableDnsSupport"] }],
  );
}

export function privateDnsOff(endpoint: VpcEndpoint, hostnames: boolean): PathStop {
  const { endpointId, vpcId } = endpoint;
  const enableDns: Remedy = { kind: "enableDns", vpcId, attributes: ["enableDnsHostnames"] };
  const missing = [
    ...(endpoint.privateDns ? [] : [`${endpointId} has private DNS names off`]),
    ...(hostnames ? [] : [`${vpcId} has enableDnsHostnames off`]),
  ];
  return stop(
    "PrivateDnsOff",
    `${list(missing)}, so the service's name still resolves to the internet, to which there is no path`,
    endpoint.privateDns ? [vpcId, endpointId] : [endpointId],
    [
      ...(hostnames ? [] : [enableDns]),
      ...(endpoint.privateDns ? [] : [{ kind: "enablePrivateDns", endpointId } as const]),
    ],
  );
}

export function endpointNotAvailable({ endpointId, state }: VpcEndpoint): PathStop {
  const passes = state === "pending";
  return stop(
    "EndpointNotAvailable",
    `${endpointId} is ${state}`,
    [endpointId],
    [passes ? { kind: "waitFor", id: endpointId, state } : { kind: "replaceEndpoint", endpointId }],
    !passes,
  );
}

export function endpointGone(table: RouteTable, endpointId: string): PathStop {
  const message = `${table.routeTableId} leads to ${endpointId}, which does not exist`;
  return stop("RouteBlackhole", message, [table.routeTableId, endpointId], [], true);
}

export function endpointWithoutSubnet({ endpointId }: VpcEndpoint, subnetId: string): PathStop {
  return stop(
    "EndpointWithoutSubnet",
    `${endpointId} has no network interface in any subnet`,
    [endpointId],
    [{ kind: "addEndpointSubnets", endpointId, subnetIds: [subnetId] }],
  );
}

export function endpointIpFamily({ endpointId, ipAddressType }: VpcEndpoint, family: string): PathStop {
  return stop(
    "EndpointIpFamily",
    `${endpointId} (${ipAddressType}) has no ${family} address, which is needed`,
    [endpointId],
    [{ kind: "changeEndpointFamily", endpointId }],
  );
}

export function endpointPolicyDenies({ endpointId }: VpcEndpoint, actions: readonly string[]): PathStop {
  return stop(
    "EndpointPolicyDenies",
    `the policy of ${endpointId} does not allow ${list(actions)}`,
    [endpointId],
    [{ kind: "widenPolicy", endpointId, actions }],
  );
}

export function endpointRefusesGroup(endpoint: VpcEndpoint, from: readonly string[], partly: boolean): PathStop {
  const { endpointId, securityGroupIds } = endpoint;
  const whom = partly ? "every address of the subnet" : list(from);
  return stop(
    "EndpointRefusesGroup",
    `${groups(securityGroupIds)} of the endpoint ${verb(securityGroupIds, "does", "do")} not allow TCP 443 from ${whom}`,
    [...securityGroupIds, endpointId],
    [{ kind: "allowIngress", groupIds: securityGroupIds, from: from[0] ?? "the instances" }],
  );
}

/** @param to the destination to allow: a CIDR, or the group of an endpoint */
export function egressClosed(groupIds: readonly string[], to: string, endpointIds: readonly string[] = []): PathStop {
  const end = endpointIds.length === 0 ? "the service" : `the endpoint, ${to}`;
  return stop(
    "EgressClosed",
    `${groups(groupIds)} ${verb(groupIds, "does", "do")} not allow TCP 443 to ${end}`,
    [...groupIds, ...endpointIds],
    [{ kind: "allowEgress", groupIds, to }],
  );
}

function groups(ids: readonly string[]): string {
  return `${verb(ids, "security group", "security groups")} ${list(ids)}`;
}

function verb(ids: readonly string[], one: string, several: string): string {
  return ids.length === 1 ? one : several;
}

export function aclDeniesOutbound(
  acl: NetworkAcl,
  direction: "egress" | "ingress",
  cidrs: readonly string[],
): PathStop {
  const way = direction === "egress" ? "outbound TCP 443 to" : "inbound TCP 443 from";
  const ports = { from: 443, to: 443 };
  return stop(
    "AclDeniesOutbound",
    `network ACL ${acl.aclId} denies ${way} ${list(cidrs)}, or a part of it`,
    [acl.aclId],
    [{ kind: "allowAcl", aclId: acl.aclId, direction, ports, cidrs }],
  );
}

export function aclDeniesReturn(
  acl: NetworkAcl,
  direction: "egress" | "ingress",
  ports: PortRange,
  cidrs: readonly string[],
): PathStop {
  const way = direction === "egress" ? "outbound to" : "inbound from";
  return stop(
    "AclDeniesReturn",
    `network ACL ${acl.aclId} denies responses: ${way} ${list(cidrs)} on some of the ports ${portsText(ports)}`,
    [acl.aclId],
    [{ kind: "allowAcl", aclId: acl.aclId, direction, ports, cidrs }],
  );
}

export function noRoute(table: RouteTable | undefined): PathStop {
  const message =
    table === undefined
      ? "there is no route table"
      : `${table.routeTableId} has no route to the internet or the service`;
  return stop("NoRoute", message, table === undefined ? [] : [table.routeTableId], [], true);
}

export function blackhole(table: RouteTable, route: Route, remedies: readonly Remedy[]): PathStop {
  const { id } = route.target;
  return stop(
    "RouteBlackhole",
    `route ${destinationText(route)} of ${table.routeTableId} leads to ${id}, which is gone or does not work`,
    [table.routeTableId, id],
    remedies,
    true,
  );
}

export function gatewayNotAttached(table: RouteTable, gatewayId: string, vpcId: string): PathStop {
  return stop(
    "GatewayNotAttached",
    `${table.routeTableId} leads to ${gatewayId}, which is not attached to ${vpcId}`,
    [table.routeTableId, gatewayId],
    [{ kind: "attachGateway", gatewayId, vpcId }],
    true,
  );
}

export function noPublicIp(table: RouteTable, gatewayId: string): PathStop {
  return stop(
    "NoPublicIp",
    `${table.routeTableId} leads to ${gatewayId}, but instances get no public IP, so no response can return`,
    [table.routeTableId, gatewayId],
    [],
    true,
  );
}

export function noIpv6Address(subnetId: string): PathStop {
  return stop(
    "NoIpv6Address",
    "instances get no IPv6 address",
    [subnetId],
    [{ kind: "assignIpv6", subnetIds: [subnetId] }],
  );
}

export function natNotAvailable(natGatewayId: string, nat: NatGateway | undefined): PathStop {
  const passes = nat?.state === "pending";
  const message = nat === undefined ? `${natGatewayId} does not exist` : `${natGatewayId} is ${nat.state}`;
  const remedies: readonly Remedy[] = passes ? [{ kind: "waitFor", id: natGatewayId, state: "pending" }] : [];
  return stop("NatNotAvailable", message, [natGatewayId], remedies, !passes);
}

export function natWithoutInternet(
  nat: NatGateway,
  table: RouteTable | undefined,
  gatewayId: string | undefined,
): PathStop {
  const { natGatewayId } = nat;
  const subnetId = nat.subnetId ?? "";
  const message = `${natGatewayId} is in ${subnetId}, where ${table?.routeTableId ?? "no route table"} has no path to the internet`;
  const remedies: readonly Remedy[] =
    table === undefined
      ? []
      : [
          {
            kind: "routeToInternet",
            routeTableId: table.routeTableId,
            gatewayId,
            why: `a NAT gateway must be in a subnet with a route to an internet gateway`,
          },
        ];
  return stop("NatWithoutInternet", message, [natGatewayId, subnetId], remedies, true);
}

export function natIsPrivate({ natGatewayId }: NatGateway): PathStop {
  const message = `${natGatewayId} is a private NAT gateway: it does not lead to the internet`;
  return stop("NatIsPrivate", message, [natGatewayId], [], true);
}

export function peeringLeadsNowhere(table: RouteTable, route: Route): PathStop {
  const { id } = route.target;
  return stop(
    "PeeringLeadsNowhere",
    `route ${destinationText(route)} of ${table.routeTableId} leads to ${id}, and a peering connection provides no path to the internet`,
    [table.routeTableId, id],
    [],
    true,
  );
}
