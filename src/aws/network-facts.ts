/** What EC2 and IAM describe, as the facts that the preflight decides from. Pure. */

import type * as ec2 from "@aws-sdk/client-ec2";
import type {
  AclEntry,
  EndpointService,
  GroupRule,
  Image,
  InstanceProfile,
  InternetGateway,
  LaunchTemplateVersion,
  NatGateway,
  NetworkAcl,
  PlacementGroup,
  PortRange,
  Route,
  RouteTable,
  RouteTarget,
  SecurityGroup,
  Subnet,
  TemplateInterface,
  VpcEndpoint,
} from "../network/facts.ts";
import type { LaunchTemplateReference } from "../network/port.ts";
import type { ProfileSeen, RoleSeen } from "./iam-account.ts";

type Tags = Readonly<Record<string, string>>;

export function subnetFact(subnet: ec2.Subnet): Subnet {
  const ipv6 = (subnet.Ipv6CidrBlockAssociationSet ?? [])
    .filter(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === "associated")
    .flatMap(({ Ipv6CidrBlock }) => Ipv6CidrBlock ?? []);
  return {
    subnetId: subnet.SubnetId ?? "",
    vpcId: subnet.VpcId ?? "",
    state: subnet.State ?? "",
    zone: subnet.AvailabilityZone ?? "",
    cidr: subnet.Ipv6Native === true || subnet.CidrBlock === "" ? undefined : subnet.CidrBlock,
    ipv6Cidrs: ipv6,
    mapPublicIp: subnet.MapPublicIpOnLaunch ?? false,
    assignIpv6: subnet.AssignIpv6AddressOnCreation ?? false,
    freeAddresses: subnet.AvailableIpAddressCount ?? 0,
    tags: tagsOf(subnet.Tags),
  };
}

/** All CIDR blocks of a VPC that are associated now. */
export function vpcCidrs(vpc: ec2.Vpc): readonly string[] {
  const ipv4 = (vpc.CidrBlockAssociationSet ?? [])
    .filter(({ CidrBlockState }) => CidrBlockState?.State === "associated")
    .flatMap(({ CidrBlock }) => CidrBlock ?? []);
  const ipv6 = (vpc.Ipv6CidrBlockAssociationSet ?? [])
    .filter(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === "associated")
    .flatMap(({ Ipv6CidrBlock }) => Ipv6CidrBlock ?? []);
  return [...new Set([...(vpc.CidrBlock === undefined ? [] : [vpc.CidrBlock]), ...ipv4, ...ipv6])];
}

export function routeTableFact(table: ec2.RouteTable): RouteTable {
  const associations = table.Associations ?? [];
  return {
    routeTableId: table.RouteTableId ?? "",
    vpcId: table.VpcId ?? "",
    main: associations.some(({ Main }) => Main === true),
    subnetIds: associations.flatMap(({ SubnetId }) => SubnetId ?? []),
    routes: (table.Routes ?? []).flatMap(routeFact),
  };
}

function routeFact(route: ec2.Route): readonly Route[] {
  const cidr = route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock;
  const list = route.DestinationPrefixListId;
  const destination =
    cidr !== undefined
      ? ({ kind: "cidr", cidr } as const)
      : list !== undefined
        ? ({ kind: "prefixList", id: list } as const)
        : undefined;
  if (destination === undefined) return [];
  return [{ destination, target: targetFact(route), state: route.State === "blackhole" ? "blackhole" : "active" }];
}

function targetFact(route: ec2.Route): RouteTarget {
  const gateway = route.GatewayId;
  if (gateway === "local") return { kind: "local", id: "local" };
  const candidates: readonly (readonly [RouteTarget["kind"], string | undefined])[] = [
    ["natGateway", route.NatGatewayId],
    ["egressOnlyGateway", route.EgressOnlyInternetGatewayId],
    ["transitGateway", route.TransitGatewayId],
    ["peering", route.VpcPeeringConnectionId],
    ["internetGateway", prefixed(gateway, "igw-")],
    ["vpcEndpoint", prefixed(gateway, "vpce-")],
    ["virtualPrivateGateway", prefixed(gateway, "vgw-")],
    ["networkInterface", route.NetworkInterfaceId],
    ["other", gateway ?? route.LocalGatewayId ?? route.CarrierGatewayId ?? route.CoreNetworkArn ?? route.InstanceId],
  ];
  for (const [kind, id] of candidates) if (id !== undefined) return { kind, id };
  return { kind: "other", id: "" };
}

function prefixed(id: string | undefined, prefix: string): string | undefined {
  return id?.startsWith(prefix) === true ? id : undefined;
}

/** EC2 says `available` of an internet gateway that is attached, and `attached` of an egress-only one. */
export function gatewayFact(
  gatewayId: string | undefined,
  attachments: readonly ec2.InternetGatewayAttachment[] | undefined,
): InternetGateway {
  const attached = (attachments ?? []).filter(({ State }) => /^(?:available|attached)$/.test(String(State)));
  return { gatewayId: gatewayId ?? "", vpcIds: attached.flatMap(({ VpcId }) => VpcId ?? []) };
}

export function natFact(nat: ec2.NatGateway): NatGateway {
  return {
    natGatewayId: nat.NatGatewayId ?? "",
    vpcId: nat.VpcId ?? "",
    subnetId: nat.SubnetId === "" ? undefined : nat.SubnetId,
    state: nat.State ?? "",
    connectivity: nat.ConnectivityType === "private" ? "private" : "public",
    privateIps: (nat.NatGatewayAddresses ?? []).flatMap(({ PrivateIp }) => PrivateIp ?? []),
  };
}

export function endpointFact(endpoint: ec2.VpcEndpoint): VpcEndpoint {
  const { VpcEndpointType: type, DnsOptions: dns } = endpoint;
  const known = type === "Interface" || type === "Gateway" || type === "GatewayLoadBalancer";
  const family = String(endpoint.IpAddressType ?? "ipv4");
  return {
    endpointId: endpoint.VpcEndpointId ?? "",
    vpcId: endpoint.VpcId ?? "",
    type: known ? type : "other",
    serviceName: endpoint.ServiceName ?? "",
    state: String(endpoint.State ?? "").toLowerCase(),
    subnetIds: endpoint.SubnetIds ?? [],
    securityGroupIds: (endpoint.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    routeTableIds: endpoint.RouteTableIds ?? [],
    privateDns: endpoint.PrivateDnsEnabled ?? false,
    privateDnsForInboundOnly: dns?.PrivateDnsOnlyForInboundResolverEndpoint ?? false,
    ipAddressType: family === "ipv6" || family === "dualstack" ? family : "ipv4",
    policy: endpoint.PolicyDocument === "" ? undefined : endpoint.PolicyDocument,
    tags: tagsOf(endpoint.Tags),
  };
}

export function groupFact(group: ec2.SecurityGroup): SecurityGroup {
  return {
    groupId: group.GroupId ?? "",
    groupName: group.GroupName ?? "",
    vpcId: group.VpcId ?? "",
    egress: (group.IpPermissionsEgress ?? []).map(ruleFact),
    ingress: (group.IpPermissions ?? []).map(ruleFact),
    tags: tagsOf(group.Tags),
  };
}

function ruleFact(permission: ec2.IpPermission): GroupRule {
  const protocol = protocolName(permission.IpProtocol);
  const { FromPort: from, ToPort: to } = permission;
  return {
    protocol,
    ports: protocol === "all" || from === undefined || to === undefined ? undefined : { from, to },
    cidrs: [
      ...(permission.IpRanges ?? []).flatMap(({ CidrIp }) => CidrIp ?? []),
      ...(permission.Ipv6Ranges ?? []).flatMap(({ CidrIpv6 }) => CidrIpv6 ?? []),
    ],
    prefixListIds: (permission.PrefixListIds ?? []).flatMap(({ PrefixListId }) => PrefixListId ?? []),
    groupIds: (permission.UserIdGroupPairs ?? []).flatMap(({ GroupId }) => GroupId ?? []),
  };
}

export function aclFact(acl: ec2.NetworkAcl): NetworkAcl {
  return {
    aclId: acl.NetworkAclId ?? "",
    vpcId: acl.VpcId ?? "",
    default: acl.IsDefault ?? false,
    subnetIds: (acl.Associations ?? []).flatMap(({ SubnetId }) => SubnetId ?? []),
    entries: (acl.Entries ?? []).flatMap(entryFact).toSorted((left, right) => left.number - right.number),
  };
}

function entryFact(entry: ec2.NetworkAclEntry): readonly AclEntry[] {
  const cidr = entry.CidrBlock ?? entry.Ipv6CidrBlock;
  if (cidr === undefined) return [];
  const { From: from, To: to } = entry.PortRange ?? {};
  const ports: PortRange | undefined = from === undefined || to === undefined ? undefined : { from, to };
  return [
    {
      number: entry.RuleNumber ?? 0,
      egress: entry.Egress ?? false,
      allow: entry.RuleAction === "allow",
      protocol: protocolName(entry.Protocol),
      ports,
      cidr,
    },
  ];
}

function protocolName(protocol: string | undefined): string {
  const names: Readonly<Record<string, string>> = { "-1": "all", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6" };
  return names[protocol ?? "-1"] ?? protocol ?? "all";
}

export function imageFact(image: ec2.Image): Image {
  return { imageId: image.ImageId ?? "", state: image.State ?? "", architecture: image.Architecture ?? "" };
}

export function placementGroupFact(group: ec2.PlacementGroup): PlacementGroup {
  return { name: group.GroupName ?? "", state: group.State ?? "", strategy: group.Strategy ?? "" };
}

export function endpointServiceFact(service: ec2.ServiceDetail): EndpointService {
  return {
    serviceName: service.ServiceName ?? "",
    types: (service.ServiceType ?? []).flatMap(({ ServiceType }) => ServiceType ?? []),
    zones: service.AvailabilityZones ?? [],
  };
}

/** @param version undefined: the template has no such version */
export function templateFact(
  { by, reference, version: requested }: LaunchTemplateReference,
  version: ec2.LaunchTemplateVersion | undefined,
): LaunchTemplateVersion {
  const data = version?.LaunchTemplateData;
  const interfaces = (data?.NetworkInterfaces ?? []).map(
    (one): TemplateInterface => ({
      deviceIndex: one.DeviceIndex ?? 0,
      publicIp: one.AssociatePublicIpAddress,
      ipv6AddressCount: one.Ipv6AddressCount ?? one.Ipv6Addresses?.length ?? 0,
      subnetId: one.SubnetId,
      securityGroupIds: one.Groups ?? [],
    }),
  );
  return {
    by,
    reference,
    requested,
    version: version?.VersionNumber,
    imageId: data?.ImageId,
    keyName: data?.KeyName,
    instanceProfile: data?.IamInstanceProfile?.Arn ?? data?.IamInstanceProfile?.Name,
    placementGroup: data?.Placement?.GroupName,
    securityGroupIds: data?.SecurityGroupIds ?? [],
    networkInterfaces: interfaces,
    userDataIsMime: data?.UserData === undefined ? undefined : isMime(data.UserData),
  };
}

function isMime(base64: string): boolean {
  return /^(?:MIME-Version:|Content-Type:\s*multipart\/)/im.test(atob(base64).slice(0, 2000));
}

/** @param role of the profile; undefined when the profile is empty, or names a role that is gone */
export function profileFact(profile: ProfileSeen, role: RoleSeen | undefined): InstanceProfile {
  return {
    name: profile.name,
    arn: profile.arn,
    role:
      role === undefined
        ? undefined
        : {
            roleName: role.name,
            trust: role.trust,
            attachedPolicyArns: role.attachedPolicyArns,
            policies: Object.values(role.inlinePolicies),
          },
  };
}

/** The prefix lists that routes and rules name. */
export function prefixListsIn(tables: readonly RouteTable[], groups: readonly SecurityGroup[]): readonly string[] {
  const routed = tables.flatMap(({ routes }) =>
    routes.flatMap(({ destination }) => (destination.kind === "prefixList" ? destination.id : [])),
  );
  const ruled = groups.flatMap(({ egress, ingress }) =>
    [...egress, ...ingress].flatMap(({ prefixListIds }) => prefixListIds),
  );
  return [...new Set([...routed, ...ruled])];
}

function tagsOf(tags: readonly ec2.Tag[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}
