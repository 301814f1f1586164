/** Reasons of the preflight of a network: what `src/network` finds, and where the operator waits for it. */

import type { ReasonTable, ReasonText } from "./table.ts";

type Texts = Readonly<Record<string, ReasonText>>;

/** Why a path ends. */
export const pathCauses = {
  NoRoute: {
    means: "the route table has no route there",
    todo: "public IPs with a route to an internet gateway, interface endpoints, or a NAT gateway: the message has the IDs",
  },
  RouteBlackhole: {
    means: "the route's target is gone or does not work",
    todo: "as for NoRoute, or restore the target",
  },
  NoPublicIp: {
    means: "the route leads to an internet gateway, and instances have no public IP",
    todo: "assign public IPs (on Fargate in the job definition), endpoints, or NAT",
  },
  GatewayNotAttached: { means: "the route's gateway is not attached to this VPC", todo: "attach it" },
  NatNotAvailable: { means: "the NAT gateway failed, is gone, or is being created", todo: "wait, or create another" },
  NatWithoutInternet: {
    means: "the NAT gateway is in a subnet without a path to the internet",
    todo: "move it to a public subnet, or give its subnet a route to an internet gateway",
  },
  NatIsPrivate: { means: "a private NAT gateway leads to other networks only", todo: "create a public one" },
  PeeringLeadsNowhere: {
    means: "the route leads into another VPC, which provides no path to the internet",
    todo: "as for NoRoute",
  },
  NoIpv6Address: {
    means: "an IPv6-only subnet that assigns no addresses",
    todo: "turn on AssignIpv6AddressOnCreation",
  },
  EgressClosed: {
    means: "the instances' security groups do not allow TCP 443 to that destination",
    todo: "add an egress rule",
  },
  AclDeniesOutbound: {
    means: "a network ACL on the path denies TCP 443",
    todo: "add a rule before the one that denies",
  },
  AclDeniesReturn: {
    means: "a network ACL on the path denies responses, at least on some ephemeral ports",
    todo: "add a rule for these ports",
  },
  DnsSupportOff: { means: "the VPC resolves no names", todo: "turn on enableDnsSupport" },
  PrivateDnsOff: {
    means: "there is an endpoint, but the service's name does not resolve to it",
    todo: "turn on private DNS of the endpoint, and enableDnsHostnames of the VPC",
  },
  EndpointNotAvailable: {
    means: "the endpoint is being created, waits to be accepted, or failed",
    todo: "wait, or create it again",
  },
  EndpointWithoutSubnet: { means: "the endpoint has no network interface", todo: "add subnets to it" },
  EndpointIpFamily: {
    means: "the endpoint has no address of the family that instances use",
    todo: "make it dualstack",
  },
  EndpointRefusesGroup: {
    means:
      "the endpoint's security group does not allow the instances. Another path does not help, because the name resolves to the endpoint",
    todo: "allow their group on TCP 443",
  },
  EndpointPolicyDenies: {
    means: "the endpoint's policy does not allow what is needed",
    todo: "widen it; image layers need `arn:aws:s3:::prod-REGION-starport-layer-bucket/*`",
  },
} as const satisfies Texts;

/** What is wrong with the environment whatever the path. */
export const environmentCauses = {
  SubnetMissing: { means: "the subnet does not exist here, or is not ready", todo: "correct the spec, or wait" },
  SubnetNotAvailable: { means: "the subnet does not exist here, or is not ready", todo: "correct the spec, or wait" },
  SeveralVpcs: { means: "the subnets are in more than one VPC", todo: "name subnets of one" },
  NoFreeAddresses: { means: "the subnet is full", todo: "release addresses, or add a subnet" },
  NoSecurityGroup: { means: "no group, one that does not exist, or one of another VPC", todo: "correct the spec" },
  SecurityGroupMissing: { means: "no group, one that does not exist, or one of another VPC", todo: "correct the spec" },
  SecurityGroupOfOtherVpc: {
    means: "no group, one that does not exist, or one of another VPC",
    todo: "correct the spec",
  },
  TypeNotOffered: {
    means: "a zone offers none of the instance types, or no zone offers one of them",
    todo: "other types, or subnets of other zones",
  },
  LaunchTemplateMissing: { means: "the launch template, or its version, does not exist", todo: "correct the spec" },
  LaunchTemplateVersionMissing: {
    means: "the launch template, or its version, does not exist",
    todo: "correct the spec",
  },
  LaunchTemplateInterfaces: { means: "the launch template sets a subnet", todo: "remove it" },
  LaunchTemplateUserData: {
    means: "user data is not MIME multipart, so AWS Batch cannot add its own",
    todo: "wrap it",
  },
  InstanceProfileMissing: {
    means: "the profile does not exist (a role is not enough), or has no role",
    todo: "create it, or let `.spec.iam.instanceRole` create it",
  },
  InstanceProfileEmpty: {
    means: "the profile does not exist (a role is not enough), or has no role",
    todo: "create it, or let `.spec.iam.instanceRole` create it",
  },
  InstanceRoleTrust: {
    means: "EC2 may not assume the role, or the role may not register instances with ECS",
    todo: "correct the role",
  },
  InstanceRolePermissions: {
    means: "EC2 may not assume the role, or the role may not register instances with ECS",
    todo: "correct the role",
  },
  ImageMissing: {
    means: "the image does not exist, is not usable, or is not for these instance types",
    todo: "another image",
  },
  ImageNotAvailable: {
    means: "the image does not exist, is not usable, or is not for these instance types",
    todo: "another image",
  },
  ImageArchitecture: {
    means: "the image does not exist, is not usable, or is not for these instance types",
    todo: "another image",
  },
  KeyPairMissing: { means: "it does not exist in this region", todo: "create it, or correct the spec" },
  PlacementGroupMissing: { means: "it does not exist in this region", todo: "create it, or correct the spec" },
  PlacementGroupZones: {
    means: "a cluster placement group keeps all instances in one zone, and the subnets are in several",
    todo: "subnets of one zone",
  },
} as const satisfies Texts;

/** Why nothing can be said. */
export const unknownCauses = {
  NotPermitted: {
    status: "Unknown",
    means: "the operator lacks the permission that the message names",
    todo: "allow it, or set `preflight: Skip`",
  },
  NotReadable: { status: "Unknown", means: "EC2 or IAM did not answer", todo: "if it lasts: see the message" },
  PartlyAllowed: {
    status: "Unknown",
    means: "only some addresses get through, and it is unknown which one the service has",
    todo: "allow the others too, or ignore it if you know the address",
  },
} as const satisfies Texts;

export const networkReasons = {
  Reconciling: {
    CheckingNetwork: {
      means: "with `preflight: Enforce`: the operator is still reading the network",
      todo: "if it lasts: check whether the operator reaches EC2",
    },
  },
  Stalled: {
    NetworkNotReady: {
      means: "with `preflight: Enforce`: instances could not join; see [NetworkReady](#networkready)",
      todo: "as the message says; nothing is created until then",
    },
  },
  NetworkReady: {
    PathsFound: { status: "True", means: "every subnet reaches everything" },
    ...pathCauses,
    ...environmentCauses,
    ...unknownCauses,
    EndpointsPending: {
      status: "Unknown",
      means: "the operator is creating endpoints: the paths are checked afterwards",
    },
  },
} as const satisfies ReasonTable;
