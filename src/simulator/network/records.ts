import type {
  InternetGateway,
  IpPermission,
  NetworkAcl,
  NetworkAclEntry,
  Route,
  RouteTable,
  SecurityGroup,
  Subnet,
} from "@aws-sdk/client-ec2";
import type { AccountNetwork, AclLine, RouteLine, RuleLine } from "../ec2-network.ts";
import { type StoredVpc, tagList } from "../ec2-state.ts";
import type { World } from "../world.ts";

/** Builds the records that EC2 describes, both for loaded and for created networks. */

type Line<Kind extends keyof AccountNetwork> = NonNullable<AccountNetwork[Kind]>[number];

const usualFreeAddresses = 250;
const denyAll = 32767;

export function vpcRecord(world: World, line: Line<"vpcs">): StoredVpc {
  const { id, cidr, dnsSupport = true, dnsHostnames = true, isDefault = false, tags = {} } = line;
  const vpc = {
    VpcId: id,
    CidrBlock: cidr,
    CidrBlockAssociationSet: [
      {
        AssociationId: `vpc-cidr-assoc-${tail(id)}`,
        CidrBlock: cidr,
        CidrBlockState: { State: "associated" as const },
      },
    ],
    State: "available" as const,
    IsDefault: isDefault,
    OwnerId: world.account,
    Tags: tagList(tags),
  };
  return { vpc, dnsSupport, dnsHostnames };
}

export function subnetRecord(world: World, line: Line<"subnets">): Subnet {
  const { id, vpc, zone, cidr, mapPublicIps = false, freeAddresses = usualFreeAddresses, tags = {} } = line;
  return {
    SubnetId: id,
    SubnetArn: world.arn("ec2", `subnet/${id}`),
    VpcId: vpc,
    AvailabilityZone: zone,
    AvailabilityZoneId: zoneId(zone),
    CidrBlock: cidr,
    MapPublicIpOnLaunch: mapPublicIps,
    AvailableIpAddressCount: freeAddresses,
    State: "available",
    Ipv6Native: false,
    OwnerId: world.account,
    Tags: tagList(tags),
  };
}

/** @param cidr of the VPC, to which the local route leads */
export function routeTableRecord(world: World, line: Line<"routeTables">, cidr: string | undefined): RouteTable {
  const { id, vpc, main = false, subnets = [], routes = [], tags = {} } = line;
  const local: Route = {
    ...(cidr === undefined ? {} : { DestinationCidrBlock: cidr }),
    GatewayId: "local",
    State: "active",
    Origin: "CreateRouteTable",
  };
  return {
    RouteTableId: id,
    VpcId: vpc,
    OwnerId: world.account,
    Associations: [
      ...(main ? [associationRecord(id, "main", { Main: true })] : []),
      ...subnets.map((subnet) => associationRecord(id, tail(subnet), { Main: false, SubnetId: subnet })),
    ],
    Routes: [local, ...routes.map(routeOf)],
    PropagatingVgws: [],
    Tags: tagList(tags),
  };
}

export function internetGatewayRecord(world: World, line: Line<"internetGateways">): InternetGateway {
  const { id, vpc, tags = {} } = line;
  return {
    InternetGatewayId: id,
    Attachments: vpc === undefined ? [] : [gatewayAttachment(vpc)],
    OwnerId: world.account,
    Tags: tagList(tags),
  };
}

/** The service returns `available` here, unlike its model. */
export function gatewayAttachment(vpc: string): NonNullable<InternetGateway["Attachments"]>[number] {
  return { VpcId: vpc, State: "available" as unknown as "attached" };
}

export function associationRecord(
  table: string,
  name: string,
  rest: { readonly Main: boolean; readonly SubnetId?: string },
) {
  return {
    RouteTableAssociationId: `rtbassoc-${tail(table)}${name}`,
    RouteTableId: table,
    AssociationState: { State: "associated" as const },
    ...rest,
  };
}

export function routeOf({ to, via, state = "active" }: RouteLine): Route {
  const destination = to.startsWith("pl-")
    ? { DestinationPrefixListId: to }
    : to.includes(":")
      ? { DestinationIpv6CidrBlock: to }
      : { DestinationCidrBlock: to };
  return { ...destination, ...targetOf(via), State: state, Origin: "CreateRoute" };
}

/** The member of a route for its target, by the kind of its id. */
export function targetOf(via: string): Route {
  const kind = via.slice(0, via.indexOf("-"));
  switch (kind) {
    case "nat":
      return { NatGatewayId: via };
    case "tgw":
      return { TransitGatewayId: via };
    case "pcx":
      return { VpcPeeringConnectionId: via };
    case "eni":
      return { NetworkInterfaceId: via };
    case "eigw":
      return { EgressOnlyInternetGatewayId: via };
    default:
      return { GatewayId: via };
  }
}

const everywhere: RuleLine = { protocol: "-1", peer: "0.0.0.0/0" };

export function groupRecord(world: World, group: Line<"securityGroups">): SecurityGroup {
  const { id, vpc, name = id, egress = [everywhere], ingress = [], tags = {} } = group;
  return {
    GroupId: id,
    GroupName: name,
    Description: name === "default" ? "default VPC security group" : name,
    VpcId: vpc,
    OwnerId: world.account,
    SecurityGroupArn: world.arn("ec2", `security-group/${id}`),
    IpPermissions: ingress.map((line) => permissionOf(line, world.account)),
    IpPermissionsEgress: egress.map((line) => permissionOf(line, world.account)),
    Tags: tagList(tags),
  };
}

function permissionOf({ protocol, ports, peer }: RuleLine, account: string): IpPermission {
  const range = portRange(ports);
  const all = protocol === "-1" || range === undefined;
  return {
    IpProtocol: protocol,
    ...(all ? {} : { FromPort: range.From, ToPort: range.To }),
    UserIdGroupPairs: peer.startsWith("sg-") ? [{ GroupId: peer, UserId: account }] : [],
    IpRanges: /^\d+\.\d+\.\d+\.\d+\//.test(peer) ? [{ CidrIp: peer }] : [],
    Ipv6Ranges: peer.includes(":") ? [{ CidrIpv6: peer }] : [],
    PrefixListIds: peer.startsWith("pl-") ? [{ PrefixListId: peer }] : [],
  };
}

function portRange(ports: string | number | undefined): { readonly From: number; readonly To: number } | undefined {
  if (ports === undefined) return undefined;
  const [from = "", to = from] = String(ports).split("-");
  return { From: Number(from), To: Number(to) };
}

const protocolNumbers: Readonly<Record<string, string>> = { tcp: "6", udp: "17", icmp: "1" };

export function aclRecord(world: World, line: Line<"networkAcls">, isDefault: boolean): NetworkAcl {
  const { id, vpc, subnets, egress, ingress, tags = {} } = line;
  const last: AclLine = { rule: denyAll, action: "deny", protocol: "-1", cidr: "0.0.0.0/0" };
  return {
    NetworkAclId: id,
    VpcId: vpc,
    IsDefault: isDefault,
    OwnerId: world.account,
    Associations: subnets.map((subnet) => aclAssociation(id, subnet)),
    Entries: [
      ...[...egress, last].map((one) => entryOf(one, true)),
      ...[...ingress, last].map((one) => entryOf(one, false)),
    ],
    Tags: tagList(tags),
  };
}

export function aclAssociation(acl: string, subnet: string): NonNullable<NetworkAcl["Associations"]>[number] {
  return { NetworkAclAssociationId: `aclassoc-${tail(subnet)}`, NetworkAclId: acl, SubnetId: subnet };
}

function entryOf({ rule, action, protocol, ports, cidr }: AclLine, egress: boolean): NetworkAclEntry {
  const range = portRange(ports);
  return {
    RuleNumber: rule,
    RuleAction: action,
    Protocol: protocolNumbers[protocol] ?? protocol,
    Egress: egress,
    ...(cidr.includes(":") ? { Ipv6CidrBlock: cidr } : { CidrBlock: cidr }),
    ...(range === undefined ? {} : { PortRange: range }),
  };
}

/** The main route table that comes with a VPC. */
export function mainTableOf(vpc: string): Line<"routeTables"> {
  return { id: `rtb-${tail(vpc)}`, vpc, main: true };
}

/** The security group that comes with a VPC: its members reach each other. */
export function defaultGroupOf(vpc: string): Line<"securityGroups"> {
  const id = `sg-${tail(vpc)}`;
  return { id, vpc, name: "default", ingress: [{ protocol: "-1", peer: id }] };
}

/** The network ACL that comes with a VPC: it allows all. */
export function defaultAclOf(vpc: string, subnets: readonly string[]): Line<"networkAcls"> {
  const open: AclLine = { rule: 100, action: "allow", protocol: "-1", cidr: "0.0.0.0/0" };
  return { id: `acl-${tail(vpc)}`, vpc, subnets, egress: [open], ingress: [open] };
}

export function tail(id: string): string {
  return id.slice(id.indexOf("-") + 1);
}

/** e.g. `us-east-1a` is `use1-az1` in every account of the simulator. */
export function zoneId(zone: string): string {
  const [place = "", direction = "", number = ""] = zone.slice(0, -1).split("-");
  return `${place}${direction.charAt(0)}${number}-az${zone.charCodeAt(zone.length - 1) - 96}`;
}
