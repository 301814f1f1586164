/** Through a NAT gateway: into its subnet, out of it, and back. Pure. */

import { covers } from "./addresses.ts";
import type { NatGateway, Route, RouteTable, Subnet } from "./facts.ts";
import { instancePorts, natPorts, throughAcl } from "./filters.ts";
import { all, assume, type Flow, hop, only, split } from "./flow.ts";
import type { Lookups } from "./lookups.ts";
import { branches } from "./routes.ts";
import { beyond, https, ownCidrs, sourceAddresses } from "./source.ts";
import * as stops from "./stops.ts";

export function throughNat(given: Flow, natGatewayId: string, subnet: Subnet, lookups: Lookups): Flow {
  const nat = lookups.natGateway(natGatewayId);
  if (nat === undefined && lookups.vpc(subnet.vpcId)?.shared === true) {
    const hidden = hop(given, {
      kind: "natGateway",
      id: natGatewayId,
      detail: "of the account that shares the subnet",
    });
    return assume(hidden, `${natGatewayId}, which another account does not show, leads to the internet`);
  }
  if (nat?.state !== "available") return { ...given, through: [], stop: stops.natNotAvailable(natGatewayId, nat) };
  const flow = hop(given, { kind: "natGateway", id: natGatewayId, detail: nat.subnetId ?? "regional" });
  const place = nat.subnetId === undefined ? undefined : lookups.subnet(nat.subnetId);
  if (place === undefined) return assume(flow, `${natGatewayId} leads to the internet`);
  const from = sourceAddresses(subnet);
  const acl = lookups.acl(place);
  if (acl === undefined) return out(flow, nat, place, lookups);
  const away = place.subnetId !== subnet.subnetId;
  const enters = !away || covers(throughAcl(acl, "ingress", from, https), from);
  const answers = !away || covers(throughAcl(acl, "egress", from, instancePorts), from);
  const entered = all(flow, enters, () => stops.aclDeniesOutbound(acl, "ingress", ownCidrs(subnet)));
  const left = only(entered, throughAcl(acl, "egress", entered.through, https), () =>
    stops.aclDeniesOutbound(acl, "egress", ["0.0.0.0/0"]),
  );
  const beyondIt = out(left, nat, place, lookups);
  const returned = only(beyondIt, throughAcl(acl, "ingress", beyondIt.through, natPorts), () =>
    stops.aclDeniesReturn(acl, "ingress", natPorts, ["0.0.0.0/0"]),
  );
  return all(returned, answers, () => stops.aclDeniesReturn(acl, "egress", instancePorts, ownCidrs(subnet)));
}

/** By the route table of the gateway's own subnet. */
function out(flow: Flow, nat: NatGateway, place: Subnet, lookups: Lookups): Flow {
  if (flow.stop !== undefined) return flow;
  const table = lookups.table(place);
  if (table === undefined) return ended(flow, nat, table, lookups);
  const parts = branches(table, flow.through, lookups.listCidrs).map(({ addresses, route }) => ({
    addresses,
    walk: (part: Flow): Flow => along(part, nat, table, route, lookups),
  }));
  return split(flow, parts);
}

function along(flow: Flow, nat: NatGateway, table: RouteTable, route: Route | undefined, lookups: Lookups): Flow {
  if (route === undefined || route.state === "blackhole") return ended(flow, nat, table, lookups);
  const { kind, id } = route.target;
  switch (kind) {
    case "internetGateway":
      if (nat.connectivity === "private") return { ...flow, through: [], stop: stops.natIsPrivate(nat) };
      if (lookups.internetGateway(id)?.vpcIds.includes(nat.vpcId) !== true) {
        return { ...flow, through: [], stop: stops.gatewayNotAttached(table, id, nat.vpcId) };
      }
      return hop(flow, { kind: "internetGateway", id, detail: "to the internet" });
    case "vpcEndpoint": {
      const endpoint = lookups.endpoint(id);
      if (endpoint === undefined) return { ...flow, through: [], stop: stops.endpointGone(table, id) };
      if (endpoint.type !== "Gateway") return beyond(flow, route);
      if (endpoint.state !== "available") return { ...flow, through: [], stop: stops.endpointNotAvailable(endpoint) };
      return hop(flow, { kind: "endpoint", id, detail: "gateway endpoint" });
    }
    case "transitGateway":
    case "virtualPrivateGateway":
    case "networkInterface":
    case "other":
      return beyond(flow, route);
    case "local":
    case "natGateway":
    case "peering":
    case "egressOnlyGateway":
      return ended(flow, nat, table, lookups);
  }
}

function ended(flow: Flow, nat: NatGateway, table: RouteTable | undefined, lookups: Lookups): Flow {
  const gateway = lookups.attachedGateway(nat.vpcId)?.gatewayId;
  return { ...flow, through: [], stop: stops.natWithoutInternet(nat, table, gateway) };
}
