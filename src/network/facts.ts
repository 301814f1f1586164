/**
 * Facts about the network of a compute environment, as plain data: `NetworkReader` collects them from EC2 and IAM, and
 * the preflight decides from them alone. Names follow EC2's, reduced to what a decision needs. IDs are EC2's own
 * (`subnet-…`); CIDRs are strings as EC2 returns them.
 */

/**
 * One part of the facts: AWS's answer, or why it could not be read. An unread part proves nothing. A list that was read
 * is complete for the request, so a resource that is not in it does not exist.
 */
export type Part<T> = { readonly kind: "read"; readonly value: T } | Unread;

export interface Unread {
  readonly kind: "unread";
  /** The IAM action that is missing, e.g. `ec2:DescribeRouteTables`; undefined when it failed for another reason. */
  readonly permission: string | undefined;
  /** AWS's words, without request ids. */
  readonly message: string;
}

/** The reason of a condition that reports a part that was not read. */
export function reasonUnread({ permission }: Pick<Unread, "permission">): "NotReadable" | "AccessDenied" {
  return permission === undefined ? "NotReadable" : "AccessDenied";
}

/** Everything about the VPCs of a request; lists contain the whole VPC, not only what the request names. */
export interface NetworkFacts {
  readonly region: string;
  /** When the oldest of the reads began, wall ms. */
  readonly gatheredAt: number;
  /** The subnets that were asked for and all others of their VPCs. */
  readonly subnets: Part<readonly Subnet[]>;
  readonly vpcs: Part<readonly Vpc[]>;
  readonly routeTables: Part<readonly RouteTable[]>;
  readonly internetGateways: Part<readonly InternetGateway[]>;
  readonly egressOnlyGateways: Part<readonly InternetGateway[]>;
  readonly natGateways: Part<readonly NatGateway[]>;
  readonly endpoints: Part<readonly VpcEndpoint[]>;
  /** The groups that were asked for, and those of the endpoints. */
  readonly securityGroups: Part<readonly SecurityGroup[]>;
  readonly networkAcls: Part<readonly NetworkAcl[]>;
  /** The lists that routes and security groups of these VPCs name. */
  readonly prefixLists: Part<readonly (PrefixList | UnreadPrefixList)[]>;
  /** Which of the instance types that were asked for are offered where. */
  readonly offerings: Part<readonly Offering[]>;
  readonly launchTemplates: Part<readonly (LaunchTemplateVersion | UnreadTemplate)[]>;
  /** The profile that was asked for; undefined when there is none of that name, or none was asked for. */
  readonly instanceProfile: Part<InstanceProfile | undefined>;
  readonly images: Part<readonly Image[]>;
  /** Names of the key pairs that exist, out of those asked for. */
  readonly keyPairs: Part<readonly string[]>;
  readonly placementGroups: Part<readonly PlacementGroup[]>;
  /** What AWS offers as endpoint services, out of those asked for. */
  readonly endpointServices: Part<readonly EndpointService[]>;
}

export interface Subnet {
  readonly subnetId: string;
  readonly vpcId: string;
  /** `pending`, `available`, `unavailable`, … */
  readonly state: string;
  /** e.g. `eu-west-1a`. */
  readonly zone: string;
  /** Undefined for a subnet that has IPv6 only. */
  readonly cidr: string | undefined;
  /** Associated IPv6 CIDRs. */
  readonly ipv6Cidrs: readonly string[];
  /** MapPublicIpOnLaunch: instances get a public IPv4 address unless the launch template says otherwise. */
  readonly mapPublicIp: boolean;
  /** AssignIpv6AddressOnCreation. */
  readonly assignIpv6: boolean;
  /** AvailableIpAddressCount; of IPv4 addresses only. */
  readonly freeAddresses: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Vpc {
  readonly vpcId: string;
  /** Associated CIDRs of either family. */
  readonly cidrs: readonly string[];
  /**
   * It belongs to another account, which shares subnets (AWS RAM): EC2 shows its NAT and egress-only internet gateways
   * only to that account (Amazon VPC User Guide, "Share your VPC subnets").
   */
  readonly shared: boolean;
  readonly dns: Part<{
    /** enableDnsSupport: the Amazon resolver answers. */
    readonly support: boolean;
    /** enableDnsHostnames: private DNS of endpoints needs it. */
    readonly hostnames: boolean;
  }>;
}

export interface RouteTable {
  readonly routeTableId: string;
  readonly vpcId: string;
  /** The table of every subnet of the VPC that has none of its own. */
  readonly main: boolean;
  /** Explicitly associated subnets. */
  readonly subnetIds: readonly string[];
  readonly routes: readonly Route[];
}

export interface Route {
  readonly destination: RouteDestination;
  readonly target: RouteTarget;
  /** `blackhole`: the target is gone or does not work. */
  readonly state: "active" | "blackhole";
}

export type RouteDestination =
  | { readonly kind: "cidr"; readonly cidr: string }
  | { readonly kind: "prefixList"; readonly id: string };

/** Where a route leads, with the id that EC2 gives; `local` has none. */
export interface RouteTarget {
  readonly kind:
    | "local"
    | "internetGateway"
    | "egressOnlyGateway"
    | "natGateway"
    /** A gateway endpoint, or a Gateway Load Balancer's endpoint. */
    | "vpcEndpoint"
    | "transitGateway"
    | "peering"
    | "virtualPrivateGateway"
    | "networkInterface"
    | "other";
  readonly id: string;
}

/** An internet gateway, or an egress-only one (IPv6). */
export interface InternetGateway {
  readonly gatewayId: string;
  /** VPCs to which it is attached now; attachments under way or ending do not count. */
  readonly vpcIds: readonly string[];
}

export interface NatGateway {
  readonly natGatewayId: string;
  readonly vpcId: string;
  /** Its subnet; undefined for a regional one. */
  readonly subnetId: string | undefined;
  /** `pending`, `failed`, `available`, `deleting`, `deleted`. */
  readonly state: string;
  readonly connectivity: "public" | "private";
  /** Its addresses in the VPC. */
  readonly privateIps: readonly string[];
}

export interface VpcEndpoint {
  readonly endpointId: string;
  readonly vpcId: string;
  readonly type: "Interface" | "Gateway" | "GatewayLoadBalancer" | "other";
  /** e.g. `com.amazonaws.eu-west-1.ecs-agent`. */
  readonly serviceName: string;
  /** In lower case: `available`, `pending`, `pendingacceptance`, `deleting`, `rejected`, `failed`, … */
  readonly state: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Of a gateway endpoint. */
  readonly routeTableIds: readonly string[];
  readonly privateDns: boolean;
  /** DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint: the VPC itself does not resolve to this endpoint. */
  readonly privateDnsForInboundOnly: boolean;
  readonly ipAddressType: "ipv4" | "ipv6" | "dualstack";
  /** The policy document as JSON text; undefined when EC2 gives none: full access. */
  readonly policy: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface SecurityGroup {
  readonly groupId: string;
  readonly groupName: string;
  readonly vpcId: string;
  readonly egress: readonly GroupRule[];
  readonly ingress: readonly GroupRule[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Allows traffic of this protocol and these ports from or to one of the peers. */
export interface GroupRule {
  /** `all` (EC2's -1), `tcp`, `udp`, `icmp`, … */
  readonly protocol: string;
  /** Undefined with `all`: every port. */
  readonly ports: PortRange | undefined;
  readonly cidrs: readonly string[];
  readonly prefixListIds: readonly string[];
  /** Also the group itself. */
  readonly groupIds: readonly string[];
}

/** Both ends included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface NetworkAcl {
  readonly aclId: string;
  readonly vpcId: string;
  readonly default: boolean;
  readonly subnetIds: readonly string[];
  /** By rule number; the last of each direction, 32767, denies. */
  readonly entries: readonly AclEntry[];
}

export interface AclEntry {
  readonly number: number;
  readonly egress: boolean;
  readonly allow: boolean;
  readonly protocol: string;
  readonly ports: PortRange | undefined;
  readonly cidr: string;
}

export interface PrefixList {
  readonly prefixListId: string;
  /** e.g. `com.amazonaws.eu-west-1.s3`; undefined if it was not read. */
  readonly name: string | undefined;
  readonly cidrs: readonly string[];
}

/** One that EC2 denies reading, while it may show others. */
export interface UnreadPrefixList extends Pick<PrefixList, "prefixListId" | "name"> {
  readonly unread: Unread;
}

export interface Offering {
  readonly instanceType: string;
  readonly zone: string;
}

/** A launch template in the requested version. */
export interface LaunchTemplateVersion {
  /** As in the request: ID or name, and version. */
  readonly by: "id" | "name";
  readonly reference: string;
  readonly requested: string;
  /** The resolved version number; undefined if the template exists but the version does not. */
  readonly version: number | undefined;
  readonly imageId: string | undefined;
  readonly keyName: string | undefined;
  /** Name or ARN. */
  readonly instanceProfile: string | undefined;
  readonly placementGroup: string | undefined;
  readonly securityGroupIds: readonly string[];
  readonly networkInterfaces: readonly TemplateInterface[];
  /** Whether the user data is MIME multipart, as AWS Batch requires; undefined without user data. */
  readonly userDataIsMime: boolean | undefined;
}

/** One that EC2 denies reading, while it shows others. */
export interface UnreadTemplate extends Pick<LaunchTemplateVersion, "by" | "reference" | "requested"> {
  readonly unread: Unread;
}

export interface TemplateInterface {
  readonly deviceIndex: number;
  /** Undefined: as the subnet says. */
  readonly publicIp: boolean | undefined;
  readonly ipv6AddressCount: number;
  readonly subnetId: string | undefined;
  readonly securityGroupIds: readonly string[];
}

export interface InstanceProfile {
  readonly name: string;
  readonly arn: string;
  /** At most one, says AWS; undefined when the profile is empty. */
  readonly role: ProfileRole | undefined;
}

export interface ProfileRole {
  readonly roleName: string;
  /** Trust policy as JSON text. */
  readonly trust: string;
  readonly attachedPolicyArns: readonly string[];
  /** JSON text of the inline policies, and of attached ones that were read. */
  readonly policies: readonly string[];
}

export interface Image {
  readonly imageId: string;
  /** `available`, `pending`, `deregistered`, `disabled`, … */
  readonly state: string;
  /** `x86_64`, `arm64`, … */
  readonly architecture: string;
}

export interface PlacementGroup {
  readonly name: string;
  readonly state: string;
  /** `cluster`, `spread`, `partition`. */
  readonly strategy: string;
}

export interface EndpointService {
  readonly serviceName: string;
  readonly types: readonly string[];
  readonly zones: readonly string[];
}
