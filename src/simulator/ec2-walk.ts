import type { IpPermission, NetworkAcl, RouteTable, Subnet, VpcEndpoint } from "@aws-sdk/client-ec2";
import { addressIn, contains } from "./ec2-addresses.ts";
import { type Ec2State, stateOf } from "./ec2-state.ts";

/** The source of packets: an instance or a Fargate task. */
export interface Source {
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  /** Whether it has a public address. */
  readonly publicIp: boolean;
}

/** Addresses of AWS and of registries across the internet; a valid path leads to all of them. */
const somewhere = ["3.80.17.10", "18.200.3.4", "44.192.7.9", "52.94.1.2", "54.239.5.6", "104.16.99.52"];
const httpsPort = 443;
/** Linux's range of source ports, the targets of answers. */
const sourcePorts = [32768, 45000, 60999];

/**
 * Sends packets through the network, hop by hop, as AWS does. Independent of the operator's preflight, so that tests
 * can compare the preflight with the result.
 * @param service the last part of an endpoint's name, e.g. `ecs-agent`
 * @returns where the packets are dropped; undefined if they and their answers arrive
 */
export function whyServiceUnreachable(state: Ec2State, source: Source, service: string): string | undefined {
  const subnet = state.subnets.get(source.subnetId);
  if (subnet === undefined) return `the subnet ${source.subnetId} does not exist`;
  const vpc = state.vpcs.get(subnet.VpcId ?? "");
  if (vpc?.dnsSupport !== true) return `names are not resolved in ${subnet.VpcId}`;
  const name = `com.amazonaws.${state.world.region}.${service}`;
  const ends = state.endpoints
    .all()
    .filter((one) => one.VpcId === subnet.VpcId && one.ServiceName === name && stateOf(one) === "available");
  const own = ends.find((one) => one.VpcEndpointType === "Interface" && one.PrivateDnsEnabled === true);
  if (own !== undefined && vpc.dnsHostnames) return whyEndpointUnreachable(state, source, subnet, own);
  const list = state.prefixLists.all().find((one) => one.name === name);
  const addresses = list === undefined ? somewhere : list.cidrs.map((cidr) => addressIn(cidr, 10));
  return firstReason(addresses, (address) => whyAddressUnreachable(state, source, subnet, address));
}

/** The same for any internet address, such as a public image registry. */
export function whyInternetUnreachable(state: Ec2State, source: Source): string | undefined {
  const subnet = state.subnets.get(source.subnetId);
  if (subnet === undefined) return `the subnet ${source.subnetId} does not exist`;
  if (state.vpcs.get(subnet.VpcId ?? "")?.dnsSupport !== true) return `names are not resolved in ${subnet.VpcId}`;
  return firstReason(somewhere, (address) => whyAddressUnreachable(state, source, subnet, address));
}

function firstReason<T>(items: readonly T[], why: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const reason = why(item);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** One reachable network interface is enough: clients try the next address. */
function whyEndpointUnreachable(
  state: Ec2State,
  source: Source,
  from: Subnet,
  endpoint: VpcEndpoint,
): string | undefined {
  const groups = (endpoint.Groups ?? []).map(({ GroupId = "" }) => GroupId);
  const ours = addressIn(from.CidrBlock ?? "", 20);
  const reasons = (endpoint.SubnetIds ?? []).map((id) => {
    const to = state.subnets.get(id);
    const theirs = addressIn(to?.CidrBlock ?? "", 10);
    if (!groupsAllow(state, source.groupIds, "IpPermissionsEgress", theirs, groups)) {
      return `no security group lets port 443 out to ${endpoint.VpcEndpointId}`;
    }
    if (!groupsAllow(state, groups, "IpPermissions", ours, source.groupIds)) {
      return `the security groups of ${endpoint.VpcEndpointId} let nothing in from ${source.subnetId}`;
    }
    if (to?.SubnetId === from.SubnetId) return undefined;
    return (
      whyAclStops(state, from.SubnetId ?? "", { out: theirs }) ?? whyAclStops(state, to?.SubnetId ?? "", { in: ours })
    );
  });
  if (reasons.length === 0) return `${endpoint.VpcEndpointId} has no subnet`;
  return reasons.includes(undefined) ? undefined : reasons[0];
}

function whyAddressUnreachable(state: Ec2State, source: Source, subnet: Subnet, address: string): string | undefined {
  if (!groupsAllow(state, source.groupIds, "IpPermissionsEgress", address, [])) {
    return `no security group lets port 443 out to ${address}`;
  }
  const acl = whyAclStops(state, source.subnetId, { out: address });
  if (acl !== undefined) return acl;
  const target = targetOf(state, subnet, address);
  if (target === undefined) return `${source.subnetId} has no route to ${address}`;
  const kind = target.slice(0, target.indexOf("-"));
  switch (kind) {
    case "igw":
      if (!isAttached(state, target, subnet)) return `${target} is not attached`;
      return source.publicIp ? undefined : `no public address for ${target}`;
    case "nat":
      return whyNatStops(state, target, subnet, address);
    case "vpce":
      return state.endpoints.all().some((one) => one.VpcEndpointId === target && stateOf(one) === "available")
        ? undefined
        : `${target} is not available`;
    case "tgw":
    case "vgw":
    case "pcx":
    case "eni":
      // The network behind it belongs to others; the simulator treats it as open.
      return undefined;
    default:
      return `${source.subnetId} drops what goes to ${address}`;
  }
}

function whyNatStops(state: Ec2State, natId: string, from: Subnet, address: string): string | undefined {
  const nat = state.natGateways.get(natId);
  if (nat?.State !== "available") return `${natId} is not available`;
  if (nat.ConnectivityType === "private") return `${natId} has no public address`;
  const subnet = state.subnets.get(nat.SubnetId ?? "");
  if (subnet === undefined) return `${natId} has no subnet`;
  const target = targetOf(state, subnet, address);
  if (target === undefined || !target.startsWith("igw-") || !isAttached(state, target, subnet)) {
    return `${natId} has no way to the internet`;
  }
  const inside = addressIn(from.CidrBlock ?? "", 20);
  return (
    whyAclStops(state, subnet.SubnetId ?? "", { out: address }) ??
    (subnet.SubnetId === from.SubnetId ? undefined : whyAclStops(state, subnet.SubnetId ?? "", { in: inside }))
  );
}

function isAttached(state: Ec2State, gatewayId: string, subnet: Subnet): boolean {
  const attachments = state.internetGateways.get(gatewayId)?.Attachments ?? [];
  return attachments.some(({ VpcId }) => VpcId === subnet.VpcId);
}

/** The target of the route with the longest prefix; `blackhole` if it leads nowhere. */
function targetOf(state: Ec2State, subnet: Subnet, address: string): string | undefined {
  const table = tableOf(state, subnet);
  const matching = (table?.Routes ?? [])
    .flatMap((route) => {
      const listed = state.prefixLists.get(route.DestinationPrefixListId ?? "")?.cidrs ?? [];
      const own = route.DestinationCidrBlock;
      return [...listed, ...(own === undefined ? [] : [own])]
        .filter((cidr) => contains(cidr, address))
        .map((cidr) => ({ route, length: Number(cidr.split("/")[1]) }));
    })
    .toSorted((left, right) => right.length - left.length);
  const route = matching[0]?.route;
  if (route === undefined) return undefined;
  if (route.State !== "active") return "blackhole";
  return (
    route.NatGatewayId ??
    route.TransitGatewayId ??
    route.VpcPeeringConnectionId ??
    route.NetworkInterfaceId ??
    route.GatewayId
  );
}

function tableOf(state: Ec2State, subnet: Subnet): RouteTable | undefined {
  const tables = state.routeTables.all().filter(({ VpcId }) => VpcId === subnet.VpcId);
  return (
    tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnet.SubnetId)) ??
    tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main === true))
  );
}

function groupsAllow(
  state: Ec2State,
  groupIds: readonly string[],
  direction: "IpPermissions" | "IpPermissionsEgress",
  address: string,
  peerGroups: readonly string[],
): boolean {
  return groupIds
    .flatMap((id) => state.groups.get(id)?.[direction] ?? [])
    .filter(opensHttps)
    .some(
      ({ IpRanges = [], PrefixListIds = [], UserIdGroupPairs = [] }) =>
        IpRanges.some(({ CidrIp = "" }) => contains(CidrIp, address)) ||
        UserIdGroupPairs.some(({ GroupId = "" }) => peerGroups.includes(GroupId)) ||
        PrefixListIds.some(({ PrefixListId = "" }) =>
          (state.prefixLists.get(PrefixListId)?.cidrs ?? []).some((cidr) => contains(cidr, address)),
        ),
    );
}

function opensHttps({ IpProtocol, FromPort = 0, ToPort = 65535 }: IpPermission): boolean {
  if (IpProtocol === "-1") return true;
  return (IpProtocol === "tcp" || IpProtocol === "6") && FromPort <= httpsPort && httpsPort <= ToPort;
}

/**
 * Whether a network ACL blocks a connection out of the subnet (`out`: the other side's address) or into it (`in`: the
 * client's address): the request on port 443, or the answers to any source port.
 */
function whyAclStops(
  state: Ec2State,
  subnetId: string,
  way: { readonly out: string } | { readonly in: string },
): string | undefined {
  const acl = state.acls
    .all()
    .find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnetId));
  if (acl === undefined) return undefined;
  const outward = "out" in way;
  const peer = outward ? way.out : way.in;
  if (!aclAllows(acl, outward, peer, httpsPort)) {
    return `${acl.NetworkAclId} stops port 443 ${outward ? "to" : "from"} ${peer}`;
  }
  const closed = sourcePorts.find((port) => !aclAllows(acl, !outward, peer, port));
  if (closed === undefined) return undefined;
  return `${acl.NetworkAclId} stops answers on port ${closed} ${outward ? "from" : "to"} ${peer}`;
}

function aclAllows({ Entries = [] }: NetworkAcl, egress: boolean, peer: string, port: number): boolean {
  const entry = Entries.filter((one) => one.Egress === egress)
    .toSorted((left, right) => (left.RuleNumber ?? 0) - (right.RuleNumber ?? 0))
    .find(({ Protocol, PortRange, CidrBlock }) => {
      if (CidrBlock === undefined || !contains(CidrBlock, peer)) return false;
      if (Protocol === "-1") return true;
      return Protocol === "6" && (PortRange?.From ?? 0) <= port && port <= (PortRange?.To ?? 65535);
    });
  return entry?.RuleAction === "allow";
}
