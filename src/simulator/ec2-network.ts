import type { IpPermission, NetworkAclEntry, Route, SecurityGroup, Subnet } from "@aws-sdk/client-ec2";
import { type Ec2State, endpointState, tagList } from "./ec2-state.ts";

type Tags = Readonly<Record<string, string>>;

/**
 * The network of an account as a person writes it down: what a scenario file holds. Ids are those that manifests
 * name. What is left out is as AWS makes it: DNS on, a main route table with the local route, one network ACL that
 * allows all, no public addresses.
 */
export interface AccountNetwork {
  readonly vpcs?: readonly {
    readonly id: string;
    readonly cidr: string;
    readonly dnsSupport?: boolean;
    readonly dnsHostnames?: boolean;
    readonly isDefault?: boolean;
    readonly tags?: Tags;
  }[];
  readonly subnets?: readonly {
    readonly id: string;
    readonly vpc: string;
    /** e.g. `us-east-1a`. */
    readonly zone: string;
    readonly cidr: string;
    readonly mapPublicIps?: boolean;
    readonly freeAddresses?: number;
    readonly tags?: Tags;
  }[];
  readonly internetGateways?: readonly { readonly id: string; readonly vpc?: string; readonly tags?: Tags }[];
  readonly egressOnlyInternetGateways?: readonly { readonly id: string; readonly vpc: string; readonly tags?: Tags }[];
  readonly natGateways?: readonly {
    readonly id: string;
    readonly subnet: string;
    readonly state?: "pending" | "available" | "failed" | "deleting" | "deleted";
    readonly connectivity?: "public" | "private";
    readonly tags?: Tags;
  }[];
  readonly routeTables?: readonly {
    readonly id: string;
    readonly vpc: string;
    /** Of every subnet that no other table names. */
    readonly main?: boolean;
    readonly subnets?: readonly string[];
    readonly routes?: readonly RouteLine[];
    readonly tags?: Tags;
  }[];
  readonly securityGroups?: readonly {
    readonly id: string;
    readonly vpc: string;
    readonly name?: string;
    /** Left out: everything may leave. */
    readonly egress?: readonly RuleLine[];
    /** Left out: nothing may come in. */
    readonly ingress?: readonly RuleLine[];
    readonly tags?: Tags;
  }[];
  readonly networkAcls?: readonly {
    readonly id: string;
    readonly vpc: string;
    readonly subnets: readonly string[];
    readonly egress: readonly AclLine[];
    readonly ingress: readonly AclLine[];
    readonly tags?: Tags;
  }[];
  readonly vpcEndpoints?: readonly {
    readonly id: string;
    readonly vpc: string;
    /** The last part of the name: `ecs-agent`, `s3`. */
    readonly service: string;
    readonly type?: "Interface" | "Gateway";
    readonly subnets?: readonly string[];
    readonly securityGroups?: readonly string[];
    readonly routeTables?: readonly string[];
    readonly privateDns?: boolean;
    readonly state?: "pending" | "available" | "failed" | "rejected" | "pendingAcceptance";
    /** A policy document as JSON text. */
    readonly policy?: string;
    readonly tags?: Tags;
  }[];
  readonly keyPairs?: readonly string[];
  readonly placementGroups?: readonly string[];
  readonly images?: readonly {
    readonly id: string;
    readonly architecture?: "x86_64" | "arm64";
    readonly state?: "available" | "pending" | "failed" | "deregistered";
  }[];
  readonly launchTemplates?: readonly {
    readonly id: string;
    readonly name: string;
    /** In the shape of EC2's LaunchTemplateData, the oldest first. */
    readonly versions: readonly Readonly<Record<string, unknown>>[];
  }[];
}

export interface RouteLine {
  /** A CIDR block, or the id of a prefix list. */
  readonly to: string;
  /** The id of a gateway, NAT gateway, peering, interface or endpoint. */
  readonly via: string;
  readonly state?: "active" | "blackhole";
}

export interface RuleLine {
  /** `tcp`, `udp`, `icmp`, or `-1` for all. */
  readonly protocol: string;
  /** `443`, `1024-65535`; left out: all. */
  readonly ports?: string | number;
  /** A CIDR block, or the id of a security group or prefix list. */
  readonly peer: string;
}

export interface AclLine {
  readonly rule: number;
  readonly action: "allow" | "deny";
  readonly protocol: string;
  readonly ports?: string | number;
  readonly cidr: string;
}

const usualFreeAddresses = 250;
const denyAll = 32767;

/** Puts the network into EC2 as if it had been there ever since. Records of the same id are replaced. */
export function loadNetwork(state: Ec2State, network: AccountNetwork): void {
  loadVpcs(state, network);
  loadSubnets(state, network);
  loadRouteTables(state, network);
  loadGateways(state, network);
  loadGroups(state, network);
  loadAcls(state, network);
  loadEndpoints(state, network);
  loadRest(state, network);
}

function loadVpcs(state: Ec2State, { vpcs = [] }: AccountNetwork): void {
  for (const { id, cidr, dnsSupport = true, dnsHostnames = true, isDefault = false, tags = {} } of vpcs) {
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
      OwnerId: state.world.account,
      Tags: tagList(tags),
    };
    state.vpcs.load(id, { vpc, dnsSupport, dnsHostnames });
  }
}

function loadSubnets(state: Ec2State, { subnets = [] }: AccountNetwork): void {
  for (const one of subnets) {
    const { id, vpc, zone, cidr, mapPublicIps = false, freeAddresses = usualFreeAddresses, tags = {} } = one;
    const subnet: Subnet = {
      SubnetId: id,
      SubnetArn: state.world.arn("ec2", `subnet/${id}`),
      VpcId: vpc,
      AvailabilityZone: zone,
      AvailabilityZoneId: zoneId(zone),
      CidrBlock: cidr,
      MapPublicIpOnLaunch: mapPublicIps,
      AvailableIpAddressCount: freeAddresses,
      State: "available",
      Ipv6Native: false,
      OwnerId: state.world.account,
      Tags: tagList(tags),
    };
    state.subnets.load(id, subnet);
  }
}

function loadRouteTables(state: Ec2State, { vpcs = [], routeTables = [] }: AccountNetwork): void {
  const withMain = new Set(routeTables.filter(({ main }) => main === true).map(({ vpc }) => vpc));
  const implied = vpcs
    .filter(({ id }) => !withMain.has(id))
    .map(({ id }) => ({ id: `rtb-${tail(id)}`, vpc: id, main: true }));
  const tables: NonNullable<AccountNetwork["routeTables"]> = [...routeTables, ...implied];
  for (const { id, vpc, main = false, subnets = [], routes = [], tags = {} } of tables) {
    const cidr = state.vpcs.get(vpc)?.vpc.CidrBlock;
    const local: Route = {
      ...(cidr === undefined ? {} : { DestinationCidrBlock: cidr }),
      GatewayId: "local",
      State: "active",
      Origin: "CreateRouteTable",
    };
    state.routeTables.load(id, {
      RouteTableId: id,
      VpcId: vpc,
      OwnerId: state.world.account,
      Associations: [
        ...(main ? [association(id, "main", { Main: true })] : []),
        ...subnets.map((subnet) => association(id, tail(subnet), { Main: false, SubnetId: subnet })),
      ],
      Routes: [local, ...routes.map(routeOf)],
      PropagatingVgws: [],
      Tags: tagList(tags),
    });
  }
}

function association(table: string, name: string, rest: { readonly Main: boolean; readonly SubnetId?: string }) {
  return {
    RouteTableAssociationId: `rtbassoc-${tail(table)}${name}`,
    RouteTableId: table,
    AssociationState: { State: "associated" as const },
    ...rest,
  };
}

function routeOf({ to, via, state = "active" }: RouteLine): Route {
  const destination = to.startsWith("pl-")
    ? { DestinationPrefixListId: to }
    : to.includes(":")
      ? { DestinationIpv6CidrBlock: to }
      : { DestinationCidrBlock: to };
  return { ...destination, ...targetOf(via), State: state, Origin: "CreateRoute" };
}

function targetOf(via: string): Route {
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

function loadGateways(state: Ec2State, network: AccountNetwork): void {
  for (const { id, vpc, tags = {} } of network.internetGateways ?? []) {
    const attachments = vpc === undefined ? [] : [{ VpcId: vpc, State: "available" as unknown as "attached" }];
    state.internetGateways.load(id, {
      InternetGatewayId: id,
      Attachments: attachments,
      OwnerId: state.world.account,
      Tags: tagList(tags),
    });
  }
  for (const { id, vpc, tags = {} } of network.egressOnlyInternetGateways ?? []) {
    state.egressOnlyGateways.load(id, {
      EgressOnlyInternetGatewayId: id,
      Attachments: [{ VpcId: vpc, State: "attached" }],
      Tags: tagList(tags),
    });
  }
  for (const { id, subnet, state: is = "available", connectivity = "public", tags = {} } of network.natGateways ?? []) {
    const vpc = state.subnets.get(subnet)?.VpcId;
    state.natGateways.load(id, {
      NatGatewayId: id,
      SubnetId: subnet,
      ...(vpc === undefined ? {} : { VpcId: vpc }),
      State: is,
      ConnectivityType: connectivity,
      NatGatewayAddresses: [],
      Tags: tagList(tags),
    });
  }
}

const everywhere: RuleLine = { protocol: "-1", peer: "0.0.0.0/0" };

function loadGroups(state: Ec2State, { securityGroups = [], vpcs = [] }: AccountNetwork): void {
  for (const { id } of vpcs) {
    const group = `sg-${tail(id)}`;
    const self: RuleLine = { protocol: "-1", peer: group };
    state.groups.load(group, groupOf(state, { id: group, vpc: id, name: "default", ingress: [self] }));
  }
  for (const group of securityGroups) state.groups.load(group.id, groupOf(state, group));
}

function groupOf(state: Ec2State, group: NonNullable<AccountNetwork["securityGroups"]>[number]): SecurityGroup {
  const { id, vpc, name = id, egress = [everywhere], ingress = [], tags = {} } = group;
  return {
    GroupId: id,
    GroupName: name,
    Description: name === "default" ? "default VPC security group" : name,
    VpcId: vpc,
    OwnerId: state.world.account,
    SecurityGroupArn: state.world.arn("ec2", `security-group/${id}`),
    IpPermissions: ingress.map((line) => permissionOf(line, state.world.account)),
    IpPermissionsEgress: egress.map((line) => permissionOf(line, state.world.account)),
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

function loadAcls(state: Ec2State, { networkAcls = [], vpcs = [] }: AccountNetwork): void {
  const elsewhere = new Set(networkAcls.flatMap(({ subnets }) => subnets));
  const open: AclLine = { rule: 100, action: "allow", protocol: "-1", cidr: "0.0.0.0/0" };
  for (const { id } of vpcs) {
    const subnets = state.subnets
      .all()
      .filter(({ VpcId, SubnetId = "" }) => VpcId === id && !elsewhere.has(SubnetId))
      .map(({ SubnetId = "" }) => SubnetId);
    loadAcl(state, { id: `acl-${tail(id)}`, vpc: id, subnets, egress: [open], ingress: [open] }, true);
  }
  for (const acl of networkAcls) loadAcl(state, acl, false);
}

function loadAcl(
  state: Ec2State,
  { id, vpc, subnets, egress, ingress, tags = {} }: NonNullable<AccountNetwork["networkAcls"]>[number],
  isDefault: boolean,
): void {
  const last: AclLine = { rule: denyAll, action: "deny", protocol: "-1", cidr: "0.0.0.0/0" };
  state.acls.load(id, {
    NetworkAclId: id,
    VpcId: vpc,
    IsDefault: isDefault,
    OwnerId: state.world.account,
    Associations: subnets.map((subnet) => ({
      NetworkAclAssociationId: `aclassoc-${tail(subnet)}`,
      NetworkAclId: id,
      SubnetId: subnet,
    })),
    Entries: [
      ...[...egress, last].map((line) => entryOf(line, true)),
      ...[...ingress, last].map((line) => entryOf(line, false)),
    ],
    Tags: tagList(tags),
  });
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

function loadEndpoints(state: Ec2State, { vpcEndpoints = [] }: AccountNetwork): void {
  for (const one of vpcEndpoints) {
    const gateway = one.type === "Gateway";
    const { id, vpc, subnets = [], securityGroups = [], routeTables = [], privateDns = !gateway, tags = {} } = one;
    const { region, account } = state.world;
    state.endpoints.load(id, {
      VpcEndpointId: id,
      VpcEndpointType: gateway ? "Gateway" : "Interface",
      VpcId: vpc,
      ServiceName: `com.amazonaws.${region}.${one.service}`,
      State: endpointState(one.state ?? "available"),
      PrivateDnsEnabled: privateDns,
      RouteTableIds: [...routeTables],
      SubnetIds: [...subnets],
      Groups: securityGroups.map((group) => ({
        GroupId: group,
        GroupName: state.groups.get(group)?.GroupName ?? group,
      })),
      NetworkInterfaceIds: gateway ? [] : subnets.map((subnet) => `eni-${tail(subnet)}${tail(id).slice(-4)}`),
      PolicyDocument: one.policy ?? '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}',
      OwnerId: account,
      Tags: tagList(tags),
    });
    if (!gateway) continue;
    const list = state.prefixLists.all().find(({ name }) => name === `com.amazonaws.${region}.${one.service}`);
    for (const table of routeTables) if (list !== undefined) addGatewayRoute(state, table, list.id, id);
  }
}

function addGatewayRoute(state: Ec2State, tableId: string, listId: string, endpointId: string): void {
  const table = state.routeTables.get(tableId);
  if (table === undefined) return;
  const route: Route = {
    DestinationPrefixListId: listId,
    GatewayId: endpointId,
    State: "active",
    Origin: "CreateRoute",
  };
  state.routeTables.load(tableId, { ...table, Routes: [...(table.Routes ?? []), route] });
}

function loadRest(state: Ec2State, network: AccountNetwork): void {
  for (const name of network.keyPairs ?? []) state.keyPairs.load(name, { KeyName: name, KeyPairId: `key-${name}` });
  for (const name of network.placementGroups ?? []) {
    state.placementGroups.load(name, { GroupName: name, State: "available", Strategy: "cluster" });
  }
  for (const { id, architecture = "x86_64", state: is = "available" } of network.images ?? []) {
    state.images.load(id, { ImageId: id, Architecture: architecture, State: is, Name: id });
  }
  for (const { id, name, versions } of network.launchTemplates ?? []) {
    const count = versions.length;
    state.templates.load(id, {
      template: { LaunchTemplateId: id, LaunchTemplateName: name, DefaultVersionNumber: 1, LatestVersionNumber: count },
      versions: versions.map((data, at) => ({
        LaunchTemplateId: id,
        LaunchTemplateName: name,
        VersionNumber: at + 1,
        DefaultVersion: at === 0,
        LaunchTemplateData: data,
      })),
    });
  }
}

function tail(id: string): string {
  return id.slice(id.indexOf("-") + 1);
}

/** e.g. `us-east-1a` is `use1-az1` in every account of the simulator. */
function zoneId(zone: string): string {
  const [place = "", direction = "", number = ""] = zone.slice(0, -1).split("-");
  return `${place}${direction.charAt(0)}${number}-az${zone.charCodeAt(zone.length - 1) - 96}`;
}
