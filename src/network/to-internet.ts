/** The path to a service by its public addresses. Pure. */

import {
  type AddressSet,
  addressesOf,
  difference,
  intersection,
  isEmpty,
  publicIpv4,
  publicIpv6,
} from "./addresses.ts";
import type { Route, RouteTable, Subnet } from "./facts.ts";
import { instancePorts, throughAcl, throughGroups } from "./filters.ts";
import { assume, begin, type Flow, hop, only, split } from "./flow.ts";
import type { Lookups } from "./lookups.ts";
import { throughNat } from "./nat.ts";
import { endpointServiceOf, type ServiceNeed } from "./needs.ts";
import { branches } from "./routes.ts";
import {
  aclHop,
  arrived,
  beyond,
  groupHops,
  https,
  ipv6Assigned,
  isIpv6Only,
  permitted,
  type Source,
  subnetHop,
  tableHop,
} from "./source.ts";
import * as stops from "./stops.ts";

export function toInternet(source: Source, need: ServiceNeed, lookups: Lookups): Flow {
  const { subnet, groupIds } = source;
  const { to, listId } = destinations(subnet, need, lookups);
  const anywhere = isIpv6Only(subnet) ? "::/0" : "0.0.0.0/0";
  let flow = ipv6Assigned(begin(to, [subnetHop(subnet)]), source);
  const peer = { addresses: to, groupIds: [], prefixListId: listId };
  const out = throughGroups(lookups.groups(groupIds), "egress", peer, lookups.listCidrs);
  flow = only(hop(flow, ...groupHops(groupIds)), out, () => stops.egressClosed(groupIds, anywhere));
  const acl = lookups.acl(subnet);
  if (acl !== undefined) {
    flow = only(hop(flow, aclHop(acl.aclId)), throughAcl(acl, "egress", to, https), () =>
      stops.aclDeniesOutbound(acl, "egress", [anywhere]),
    );
  }
  flow = routed(flow, source, need, lookups);
  if (acl !== undefined) {
    flow = only(flow, throughAcl(acl, "ingress", to, instancePorts), () =>
      stops.aclDeniesReturn(acl, "ingress", instancePorts, [anywhere]),
    );
  }
  return arrived(flow, need);
}

function routed(flow: Flow, source: Source, need: ServiceNeed, lookups: Lookups): Flow {
  if (flow.stop !== undefined) return flow;
  const table = lookups.table(source.subnet);
  if (table === undefined) return { ...flow, through: [], stop: stops.noRoute(undefined) };
  const parts = branches(table, flow.through, lookups.listCidrs).map(({ addresses, route }) => ({
    addresses,
    walk: (part: Flow): Flow =>
      route === undefined
        ? { ...part, through: [], stop: stops.noRoute(table) }
        : along(hop(part, tableHop(table, route)), route, table, source, need, lookups),
  }));
  return split(flow, parts);
}

/** Through the target of a route out of the VPC. */
function along(flow: Flow, route: Route, table: RouteTable, source: Source, need: ServiceNeed, lookups: Lookups): Flow {
  const { vpcId } = source.subnet;
  const ends = (stop: ReturnType<typeof stops.noRoute>): Flow => ({ ...flow, through: [], stop });
  const { id } = route.target;
  if (route.state === "blackhole") {
    const detached = route.target.kind === "internetGateway" ? lookups.internetGateway(id) : undefined;
    return ends(
      stops.blackhole(table, route, detached === undefined ? [] : [{ kind: "attachGateway", gatewayId: id, vpcId }]),
    );
  }
  switch (route.target.kind) {
    case "internetGateway": {
      if (lookups.internetGateway(id)?.vpcIds.includes(vpcId) !== true)
        return ends(stops.gatewayNotAttached(table, id, vpcId));
      if (!isIpv6Only(source.subnet) && !source.publicIp) return ends(stops.noPublicIp(table, id));
      return hop(flow, { kind: "internetGateway", id, detail: "to the internet" });
    }
    case "egressOnlyGateway":
      if (lookups.egressOnlyGateway(id) === undefined && lookups.vpc(vpcId)?.shared === true) {
        const hidden = hop(flow, { kind: "egressOnlyGateway", id, detail: "of the account that shares the subnet" });
        return assume(hidden, `${id}, which another account does not show, leads to the internet`);
      }
      if (lookups.egressOnlyGateway(id)?.vpcIds.includes(vpcId) !== true)
        return ends(stops.gatewayNotAttached(table, id, vpcId));
      return hop(flow, { kind: "egressOnlyGateway", id, detail: "to the internet, by IPv6" });
    case "natGateway":
      return throughNat(flow, id, source.subnet, lookups);
    case "vpcEndpoint": {
      const endpoint = lookups.endpoint(id);
      if (endpoint === undefined) return ends(stops.endpointGone(table, id));
      if (endpoint.type !== "Gateway") return beyond(flow, route);
      if (endpoint.state !== "available") return ends(stops.endpointNotAvailable(endpoint));
      const passed = hop(flow, { kind: "endpoint", id, detail: "gateway endpoint" });
      const serves = endpoint.serviceName === endpointServiceOf(need.service, lookups.region);
      return serves ? permitted(passed, endpoint, need, lookups.region) : passed;
    }
    case "peering":
      return ends(stops.peeringLeadsNowhere(table, route));
    case "local":
      return ends(stops.noRoute(table));
    case "transitGateway":
    case "virtualPrivateGateway":
    case "networkInterface":
    case "other":
      return beyond(flow, route);
  }
}

function destinations(
  subnet: Subnet,
  need: ServiceNeed,
  lookups: Lookups,
): { readonly to: AddressSet; readonly listId: string | undefined } {
  const anywhere = isIpv6Only(subnet) ? publicIpv6 : publicIpv4;
  const inVpc = addressesOf(lookups.vpc(subnet.vpcId)?.cidrs ?? []);
  const listId = need.service === "s3" ? lookups.listOf(endpointServiceOf("s3", lookups.region)) : undefined;
  const listed = listId === undefined ? [] : intersection(anywhere, addressesOf(lookups.listCidrs(listId)));
  if (!isEmpty(listed)) return { to: listed, listId };
  const ofOthers = addressesOf(lookups.managedCidrs());
  return { to: difference(difference(anywhere, inVpc), ofOthers), listId: undefined };
}
