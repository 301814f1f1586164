/** Sources of connections, and the hops and checks that all paths share. Pure. */

import { type AddressSet, addressesOf } from "./addresses.ts";
import type { Route, RouteTable, Subnet, VpcEndpoint } from "./facts.ts";
import { httpsPort } from "./filters.ts";
import { assume, type Flow, hop } from "./flow.ts";
import { askedOf, type ServiceNeed } from "./needs.ts";
import { allowance } from "./policy.ts";
import { destinationText } from "./routes.ts";
import * as stops from "./stops.ts";
import type { Hop } from "./verdict.ts";

export const https = { from: httpsPort, to: httpsPort };

/** The source of connections. */
export interface Source {
  readonly subnet: Subnet;
  readonly groupIds: readonly string[];
  /** Whether instances have a public IPv4 address, or tasks where the need says nothing else. */
  readonly publicIp: boolean;
  /** Whether instances have an IPv6 address. */
  readonly ipv6: boolean;
}

export function isIpv6Only(subnet: Subnet): boolean {
  return subnet.cidr === undefined;
}

export function sourceAddresses(subnet: Subnet): AddressSet {
  return addressesOf(ownCidrs(subnet));
}

export function ownCidrs(subnet: Subnet): readonly string[] {
  return subnet.cidr === undefined ? subnet.ipv6Cidrs : [subnet.cidr];
}

export function cidrsLike(subnet: Subnet, place: Subnet): readonly string[] {
  return isIpv6Only(subnet) ? place.ipv6Cidrs : ownCidrs(place);
}

export function ipv6Assigned(flow: Flow, { subnet, ipv6 }: Source): Flow {
  if (!isIpv6Only(subnet) || ipv6) return flow;
  return { ...flow, through: [], stop: stops.noIpv6Address(subnet.subnetId) };
}

/** Whether the policy of an endpoint allows what the service is needed for. */
export function permitted(flow: Flow, endpoint: VpcEndpoint, { service }: ServiceNeed, region: string): Flow {
  if (endpoint.policy === undefined || flow.stop !== undefined) return flow;
  const answer = allowance([endpoint.policy], askedOf(service, region));
  if (answer.kind === "denied")
    return { ...flow, through: [], stop: stops.endpointPolicyDenies(endpoint, answer.actions) };
  return answer.kind === "allowed"
    ? flow
    : assume(flow, `the policy of ${endpoint.endpointId} allows it for this account`);
}

/** What is behind it cannot be evaluated; it is assumed to lead on. */
export function beyond(flow: Flow, { target }: Route): Flow {
  const gone = hop(flow, { kind: "beyond", id: target.id, detail: "what is behind it cannot be evaluated" });
  return assume(gone, `${target.id} leads on to the service`);
}

export function arrived(flow: Flow, need: ServiceNeed): Flow {
  return hop(flow, { kind: "service", id: need.host, detail: need.service });
}

export function subnetHop({ subnetId, zone }: Subnet): Hop {
  return { kind: "subnet", id: subnetId, detail: zone };
}

export function groupHops(groupIds: readonly string[]): readonly Hop[] {
  return groupIds.length === 0 ? [] : [{ kind: "securityGroup", id: groupIds.join(", "), detail: "TCP 443 out" }];
}

export function aclHop(aclId: string): Hop {
  return { kind: "networkAcl", id: aclId, detail: "TCP 443 out, responses in" };
}

export function tableHop({ routeTableId }: RouteTable, route: Route): Hop {
  const target = route.target.kind === "local" ? "local" : route.target.id;
  return { kind: "routeTable", id: routeTableId, detail: `${destinationText(route)} → ${target}` };
}
