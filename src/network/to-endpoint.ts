/** The path to an interface endpoint in the VPC. Pure. */

import { type AddressSet, addressesOf, covers, isEmpty } from "./addresses.ts";
import type { RouteTable, Subnet, VpcEndpoint } from "./facts.ts";
import { instancePorts, throughAcl, throughGroups } from "./filters.ts";
import { all, begin, type Flow, hop, only, split, verdictOf } from "./flow.ts";
import type { Lookups } from "./lookups.ts";
import type { ServiceNeed } from "./needs.ts";
import { branches } from "./routes.ts";
import {
  aclHop,
  arrived,
  beyond,
  cidrsLike,
  groupHops,
  https,
  ipv6Assigned,
  isIpv6Only,
  ownCidrs,
  permitted,
  type Source,
  sourceAddresses,
  subnetHop,
  tableHop,
} from "./source.ts";
import * as stops from "./stops.ts";
import type { Verdict } from "./verdict.ts";

/** The name resolves to all network interfaces of the endpoint in turn, so each must be reachable. */
export function toEndpoint(source: Source, need: ServiceNeed, endpoint: VpcEndpoint, lookups: Lookups): Verdict {
  const isNear = (subnet: Subnet): boolean => subnet.zone === source.subnet.zone;
  const places = endpoint.subnetIds
    .map((id) => lookups.subnet(id))
    .filter((subnet) => subnet !== undefined)
    .toSorted((left, right) => Number(isNear(right)) - Number(isNear(left)));
  const hops = [subnetHop(source.subnet)];
  if (places.length === 0) {
    return { kind: "unreachable", hops, stop: stops.endpointWithoutSubnet(endpoint, source.subnet.subnetId) };
  }
  const verdicts = places.map((place) => verdictOf(toInterface(source, need, endpoint, place, lookups)));
  const worst =
    verdicts.find(({ kind }) => kind === "unreachable") ??
    verdicts.find(({ kind }) => kind === "unknown") ??
    verdicts[0];
  return worst ?? { kind: "reachable", hops, assumed: [] };
}

function toInterface(source: Source, need: ServiceNeed, endpoint: VpcEndpoint, place: Subnet, lookups: Lookups): Flow {
  const { subnet, groupIds } = source;
  const from = sourceAddresses(subnet);
  const family = isIpv6Only(subnet) ? "IPv6" : "IPv4";
  const suits = endpoint.ipAddressType === "dualstack" || endpoint.ipAddressType === family.toLowerCase();
  const to = addressesOf(family === "IPv6" ? place.ipv6Cidrs : place.cidr === undefined ? [] : [place.cidr]);
  const cidrs = family === "IPv6" ? place.ipv6Cidrs : [place.cidr ?? ""];
  const away = place.subnetId !== subnet.subnetId;
  let flow = begin(to, [subnetHop(subnet)]);
  if (!suits || isEmpty(to)) return { ...flow, stop: stops.endpointIpFamily(endpoint, family) };
  flow = ipv6Assigned(flow, source);
  const peer = { addresses: to, groupIds: endpoint.securityGroupIds, prefixListId: undefined };
  const out = throughGroups(lookups.groups(groupIds), "egress", peer, lookups.listCidrs);
  flow = only(hop(flow, ...groupHops(groupIds)), out, () =>
    stops.egressClosed(groupIds, endpoint.securityGroupIds[0] ?? cidrs[0] ?? "", [endpoint.endpointId]),
  );
  if (away) flow = across(flow, source, place, to, lookups);
  const accepted = throughGroups(
    lookups.groups(endpoint.securityGroupIds),
    "ingress",
    { addresses: from, groupIds, prefixListId: undefined },
    lookups.listCidrs,
  );
  flow = hop(flow, { kind: "endpoint", id: endpoint.endpointId, detail: `in ${place.subnetId}` });
  flow = all(flow, covers(accepted, from), () => stops.endpointRefusesGroup(endpoint, groupIds, !isEmpty(accepted)));
  if (away) flow = back(flow, source, place, to, lookups);
  return arrived(permitted(flow, endpoint, need, lookups.region), need);
}

/** From the subnet of the source to another one of the VPC. */
function across(given: Flow, { subnet }: Source, place: Subnet, to: AddressSet, lookups: Lookups): Flow {
  const [own, theirs] = [lookups.acl(subnet), lookups.acl(place)];
  const from = sourceAddresses(subnet);
  const cidrs = cidrsLike(subnet, place);
  let flow = given;
  if (own !== undefined) {
    flow = only(hop(flow, aclHop(own.aclId)), throughAcl(own, "egress", to, https), () =>
      stops.aclDeniesOutbound(own, "egress", cidrs),
    );
  }
  const table = lookups.table(subnet);
  flow = table === undefined ? { ...flow, stop: flow.stop ?? stops.noRoute(undefined) } : inside(flow, table, lookups);
  if (theirs === undefined) return flow;
  const enters = covers(throughAcl(theirs, "ingress", from, https), from);
  return all(flow, enters, () => stops.aclDeniesOutbound(theirs, "ingress", ownCidrs(subnet)));
}

function inside(flow: Flow, table: RouteTable, lookups: Lookups): Flow {
  const parts = branches(table, flow.through, lookups.listCidrs).map(({ addresses, route }) => ({
    addresses,
    walk: (part: Flow): Flow => {
      if (route === undefined) return { ...part, through: [], stop: stops.noRoute(table) };
      if (route.state === "blackhole") return { ...part, through: [], stop: stops.blackhole(table, route, []) };
      const next = hop(part, tableHop(table, route));
      return route.target.kind === "local" ? next : beyond(next, route);
    },
  }));
  return split(flow, parts);
}

/** The responses from the other subnet. */
function back(given: Flow, { subnet }: Source, place: Subnet, to: AddressSet, lookups: Lookups): Flow {
  const [own, theirs] = [lookups.acl(subnet), lookups.acl(place)];
  const from = sourceAddresses(subnet);
  let flow = given;
  if (theirs !== undefined) {
    const leaves = covers(throughAcl(theirs, "egress", from, instancePorts), from);
    flow = all(flow, leaves, () => stops.aclDeniesReturn(theirs, "egress", instancePorts, ownCidrs(subnet)));
  }
  if (own === undefined) return flow;
  return only(flow, throughAcl(own, "ingress", to, instancePorts), () =>
    stops.aclDeniesReturn(own, "ingress", instancePorts, cidrsLike(subnet, place)),
  );
}
