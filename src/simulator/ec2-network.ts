type Tags = Readonly<Record<string, string>>;

/**
 * The network of an account in a scenario file. Ids are those in manifests. Omitted parts are as AWS creates them: DNS
 * on, a main route table with the local route, one network ACL that allows all, no public addresses.
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
    /** The table of every subnet that is in no other table. */
    readonly main?: boolean;
    readonly subnets?: readonly string[];
    readonly routes?: readonly RouteLine[];
    readonly tags?: Tags;
  }[];
  readonly securityGroups?: readonly {
    readonly id: string;
    readonly vpc: string;
    readonly name?: string;
    /** Omitted: all outgoing traffic is allowed. */
    readonly egress?: readonly RuleLine[];
    /** Omitted: no incoming traffic is allowed. */
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
  /** `443`, `1024-65535`; omitted: all. */
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
