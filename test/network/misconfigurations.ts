import type { AclEntry, LaunchTemplateVersion, NetworkAcl, Route, RouteTarget } from "../../src/network/facts.ts";
import type { Remedy } from "../../src/network/remedies.ts";
import type { Cause } from "../../src/network/verdict.ts";
import { read } from "./facts.ts";
import {
  added,
  anywhere,
  type Case,
  changed,
  ecrJob,
  endpoint,
  endpointNetwork,
  entry,
  group,
  ipv6Network,
  natNetwork,
  openEntries,
  publicNetwork,
  region,
  removed,
  rule,
  subnet,
  table,
  trustOf,
  vpcId,
  withFacts,
  withRequest,
} from "./networks.ts";

/** A mistake as people make it, the cause that has to be named, and each remedy that has to be offered and to help. */
export interface Misconfiguration {
  readonly name: string;
  readonly given: Case;
  readonly cause: Cause;
  readonly remedies: readonly Remedy["kind"][];
  /** What a person does where the remedy leaves the choice to one. */
  readonly fix?: (given: Case) => Case;
}

const job = { ...ecrJob, images: ["busybox"], logDriver: "json-file" };
const gateway: RouteTarget = { kind: "internetGateway", id: "igw-1" };
const private_ = (given: Case): Case => changed(given, "subnets", all, (one) => ({ ...one, mapPublicIp: false }));
const template: LaunchTemplateVersion = {
  by: "id",
  reference: "lt-1",
  requested: "$Default",
  version: 3,
  imageId: undefined,
  keyName: undefined,
  instanceProfile: undefined,
  placementGroup: undefined,
  securityGroupIds: [],
  networkInterfaces: [],
  userDataIsMime: undefined,
};
const reference = { by: "id", reference: "lt-1", version: "$Default" } as const;
const refused = { kind: "unread", permission: undefined, message: "Not this one." } as const;
const inner = { deviceIndex: 0, publicIp: undefined, ipv6AddressCount: 0, subnetId: undefined, securityGroupIds: [] };
const denyAll = JSON.stringify({ Statement: [{ Effect: "Deny", Principal: "*", Action: "*", Resource: "*" }] });

const noWayOut: Case = private_(withFacts(publicNetwork(), { routeTables: read([table("rtb-main")]) }));
const threeWays = ["publicIps", "interfaceEndpoints", "natGateway"] as const;

export const misconfigurations: readonly Misconfiguration[] = [
  {
    name: "a subnet that was meant to be public and does not assign public IPs",
    given: private_(publicNetwork()),
    cause: "NoPublicIp",
    remedies: ["publicIps", "interfaceEndpoints"],
  },
  {
    name: "a launch template that turns public IPs off in public subnets",
    given: withTemplate(publicNetwork(), { networkInterfaces: [{ ...inner, publicIp: false }] }),
    cause: "NoPublicIp",
    remedies: ["publicIps", "interfaceEndpoints"],
  },
  {
    name: "a private subnet without any default route",
    given: added(noWayOut, "subnets", subnet("subnet-p", "a")),
    cause: "NoRoute",
    remedies: ["publicIps", "interfaceEndpoints"],
  },
  {
    name: "private subnets next to a public one without a NAT gateway",
    given: removed(
      changed(natNetwork(), "routeTables", isMain, () => table("rtb-main")),
      "natGateways",
      all,
    ),
    cause: "NoRoute",
    remedies: threeWays,
  },
  {
    name: "private subnets next to a public one with public IPs",
    given: changed(
      changed(natNetwork(), "routeTables", isMain, () => table("rtb-main")),
      "subnets",
      ({ subnetId }) => subnetId === "subnet-p",
      (one) => ({ ...one, mapPublicIp: true }),
    ),
    cause: "NoRoute",
    remedies: ["useSubnets", "interfaceEndpoints", "natGateway"],
  },
  {
    name: "a VPC without internet gateway",
    given: removed(noWayOut, "internetGateways", all),
    cause: "NoRoute",
    remedies: ["publicIps", "interfaceEndpoints"],
  },
  {
    name: "a subnet that fell back to the main route table",
    given: changed(
      withFacts(publicNetwork(), {
        routeTables: read([
          table("rtb-main"),
          { ...table("rtb-own", ["0.0.0.0/0", gateway]), subnetIds: ["subnet-b"] },
        ]),
      }),
      "subnets",
      all,
      (one) => one,
    ),
    cause: "NoRoute",
    remedies: ["useSubnets", "interfaceEndpoints"],
  },
  {
    name: "a NAT gateway that was deleted, its route left behind",
    given: changed(removed(natNetwork(), "natGateways", all), "routeTables", isMain, (one) => ({
      ...one,
      routes: one.routes.map((route): Route => ({ ...route, state: isNat(route) })),
    })),
    cause: "RouteBlackhole",
    remedies: threeWays,
  },
  {
    name: "an internet gateway that was detached, its route left behind",
    given: changed(
      changed(publicNetwork(), "internetGateways", all, (one) => ({ ...one, vpcIds: [] })),
      "routeTables",
      all,
      (one) => ({
        ...one,
        routes: one.routes.map(
          (route): Route => (route.target.id === "igw-1" ? { ...route, state: "blackhole" } : route),
        ),
      }),
    ),
    cause: "RouteBlackhole",
    remedies: ["attachGateway"],
  },
  {
    name: "an internet gateway that is attached to another VPC",
    given: changed(publicNetwork(), "internetGateways", all, (one) => ({ ...one, vpcIds: ["vpc-2"] })),
    cause: "GatewayNotAttached",
    remedies: ["attachGateway"],
  },
  {
    name: "a NAT gateway that failed",
    given: changed(natNetwork(), "natGateways", all, (one) => ({ ...one, state: "failed" })),
    cause: "NatNotAvailable",
    remedies: threeWays,
  },
  {
    name: "a NAT gateway that is being made",
    given: changed(natNetwork(), "natGateways", all, (one) => ({ ...one, state: "pending" })),
    cause: "NatNotAvailable",
    remedies: ["waitFor"],
  },
  {
    name: "a NAT gateway in a private subnet, routing to itself",
    given: changed(natNetwork(), "natGateways", all, (one) => ({ ...one, subnetId: "subnet-a" })),
    cause: "NatWithoutInternet",
    remedies: ["interfaceEndpoints"],
  },
  {
    name: "a NAT gateway in a subnet that lost its default route",
    given: changed(
      natNetwork(),
      "routeTables",
      ({ routeTableId }) => routeTableId === "rtb-p",
      (one) => ({ ...one, routes: one.routes.slice(0, 1) }),
    ),
    cause: "NatWithoutInternet",
    remedies: ["routeToInternet", "interfaceEndpoints"],
  },
  {
    name: "a private NAT gateway taken for a public one",
    given: changed(natNetwork(), "natGateways", all, (one) => ({ ...one, connectivity: "private" as const })),
    cause: "NatIsPrivate",
    remedies: threeWays,
  },
  {
    name: "a default route to a peering connection",
    given: changed(natNetwork(), "routeTables", isMain, () =>
      table("rtb-main", ["0.0.0.0/0", { kind: "peering", id: "pcx-1" }]),
    ),
    cause: "PeeringLeadsNowhere",
    remedies: threeWays,
  },
  {
    name: "a security group without egress",
    given: changed(publicNetwork(), "securityGroups", all, (one) => ({ ...one, egress: [] })),
    cause: "EgressClosed",
    remedies: ["allowEgress"],
  },
  {
    name: "a security group that lets out port 80 only",
    given: egress(publicNetwork(), rule({ ports: { from: 80, to: 80 }, cidrs: ["0.0.0.0/0"] })),
    cause: "EgressClosed",
    remedies: ["allowEgress"],
  },
  {
    name: "a security group that lets out to the VPC only",
    given: egress(natNetwork(), rule({ cidrs: ["10.0.0.0/16"] })),
    cause: "EgressClosed",
    remedies: ["allowEgress"],
  },
  {
    name: "a security group that lets out to itself only, before endpoints of another group",
    given: egress(endpointNetwork(), rule({ groupIds: ["sg-1"] }), rule({ prefixListIds: ["pl-s3"] })),
    cause: "EgressClosed",
    remedies: ["allowEgress"],
  },
  {
    name: "a security group that lets out to a part of the internet",
    given: egress(publicNetwork(), rule({ cidrs: ["52.0.0.0/8", "54.0.0.0/8"] })),
    cause: "PartlyAllowed",
    remedies: ["allowEgress"],
  },
  {
    name: "a network ACL that denies everything",
    given: acl(publicNetwork(), []),
    cause: "AclDeniesOutbound",
    remedies: [],
    fix: (given) => acl(given, openEntries),
  },
  {
    name: "a network ACL that denies 443 out by a rule with a lower number",
    given: acl(natNetwork(), [
      ...openEntries,
      entry({ number: 50, allow: false, protocol: "tcp", ports: { from: 443, to: 443 } }),
    ]),
    cause: "AclDeniesOutbound",
    remedies: ["allowAcl"],
  },
  {
    name: "a network ACL that lets 443 in but not the ephemeral ports",
    given: acl(publicNetwork(), [entry({}), entry({ egress: false, protocol: "tcp", ports: { from: 443, to: 443 } })]),
    cause: "AclDeniesReturn",
    remedies: ["allowAcl"],
  },
  {
    name: "a network ACL that lets in the ephemeral ports of Windows only",
    given: acl(publicNetwork(), [
      entry({}),
      entry({ egress: false, protocol: "tcp", ports: { from: 49_152, to: 65_535 } }),
    ]),
    cause: "AclDeniesReturn",
    remedies: ["allowAcl"],
  },
  {
    name: "a network ACL around the NAT gateway that does not let instances in",
    given: aclOf(natNetwork(), "subnet-p", [
      entry({}),
      entry({ number: 50, egress: false, allow: false, cidr: "10.0.0.0/16" }),
      entry({ egress: false }),
    ]),
    cause: "AclDeniesOutbound",
    remedies: ["allowAcl"],
  },
  {
    name: "a network ACL around the NAT gateway that keeps answers of the internet away",
    given: aclOf(natNetwork(), "subnet-p", [entry({}), entry({ egress: false, cidr: "10.0.0.0/16" })]),
    cause: "AclDeniesReturn",
    remedies: ["allowAcl"],
  },
  {
    name: "a network ACL around the endpoints that does not let answers out",
    given: aclOf(endpointNetwork(), "subnet-b", [
      entry({ protocol: "tcp", ports: { from: 443, to: 443 } }),
      entry({ egress: false }),
    ]),
    cause: "AclDeniesReturn",
    remedies: ["allowAcl"],
  },
  {
    name: "a VPC with DNS support off",
    given: dns(publicNetwork(), { support: false, hostnames: true }),
    cause: "DnsSupportOff",
    remedies: ["enableDns"],
  },
  {
    name: "endpoints in a VPC with DNS hostnames off",
    given: dns(endpointNetwork(), { support: true, hostnames: false }),
    cause: "PrivateDnsOff",
    remedies: ["enableDns"],
  },
  {
    name: "an endpoint made without private DNS names",
    given: ofEndpoint("ecs-agent", { privateDns: false }),
    cause: "PrivateDnsOff",
    remedies: ["enablePrivateDns"],
  },
  {
    name: "endpoints for ecs and ecs-agent, and ecs-telemetry forgotten",
    given: removed(endpointNetwork(), "endpoints", ({ endpointId }) => endpointId === "vpce-ecs-telemetry"),
    cause: "NoRoute",
    remedies: ["interfaceEndpoints"],
  },
  {
    name: "an endpoint with a security group that does not allow the instances",
    given: ingress(endpointNetwork(), rule({ groupIds: ["sg-other"] })),
    cause: "EndpointRefusesGroup",
    remedies: ["allowIngress"],
  },
  {
    name: "an endpoint with a security group that allows only some subnets",
    given: ingress(endpointNetwork(), rule({ cidrs: ["10.0.0.0/24"] })),
    cause: "EndpointRefusesGroup",
    remedies: ["allowIngress"],
  },
  {
    name: "an endpoint with the default group, in a public subnet with instances that are not members",
    given: added(
      added(publicNetwork(), "endpoints", endpoint("ecs", { securityGroupIds: ["sg-default"] })),
      "securityGroups",
      group("sg-default", { ingress: [rule({ protocol: "all", ports: undefined, groupIds: ["sg-default"] })] }),
    ),
    cause: "EndpointRefusesGroup",
    remedies: ["allowIngress"],
  },
  {
    name: "an endpoint that waits for its owner to accept it",
    given: ofEndpoint("ecs", { state: "pendingacceptance" }),
    cause: "EndpointNotAvailable",
    remedies: ["replaceEndpoint"],
  },
  {
    name: "an endpoint that is being made",
    given: ofEndpoint("ecs", { state: "pending" }),
    cause: "EndpointNotAvailable",
    remedies: ["waitFor"],
  },
  {
    name: "an endpoint without subnets",
    given: ofEndpoint("ecs", { subnetIds: [] }),
    cause: "EndpointWithoutSubnet",
    remedies: ["addEndpointSubnets"],
  },
  {
    name: "an endpoint with a policy that allows only other services",
    given: ofEndpoint("ecs", {
      policy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action: "ec2:*", Resource: "*" }] }),
    }),
    cause: "EndpointPolicyDenies",
    remedies: ["widenPolicy"],
  },
  {
    name: "an S3 gateway endpoint with a policy that allows only the user's own bucket, so image layers are denied",
    given: changed(
      endpointNetwork(),
      "endpoints",
      ({ endpointId }) => endpointId === "vpce-s3",
      (one) => ({
        ...one,
        policy: JSON.stringify({
          Statement: [
            { Effect: "Allow", Principal: "*", Action: "s3:*", Resource: ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"] },
          ],
        }),
      }),
    ),
    cause: "EndpointPolicyDenies",
    remedies: ["widenPolicy"],
  },
  {
    name: "endpoints for ECR, and no gateway endpoint for S3",
    given: changed(
      removed(endpointNetwork(), "endpoints", ({ endpointId }) => endpointId === "vpce-s3"),
      "routeTables",
      all,
      () => table("rtb-main"),
    ),
    cause: "NoRoute",
    remedies: ["interfaceEndpoints"],
  },
  {
    name: "an S3 gateway endpoint in another route table",
    given: changed(endpointNetwork(), "routeTables", all, () => table("rtb-main")),
    cause: "NoRoute",
    remedies: ["interfaceEndpoints"],
  },
  {
    name: "an image of Docker Hub in a VPC that has endpoints only",
    given: { ...endpointNetwork(), workload: { region, platform: "ecs", jobs: [job] } },
    cause: "NoRoute",
    remedies: ["publicIps"],
  },
  {
    name: "an image in ECR of another region in a VPC that has endpoints only",
    given: {
      ...endpointNetwork(),
      workload: {
        region,
        platform: "ecs",
        jobs: [{ ...ecrJob, images: ["123456789012.dkr.ecr.us-east-1.amazonaws.com/app"] }],
      },
    },
    cause: "NoRoute",
    remedies: ["publicIps"],
  },
  {
    name: "secrets of a job without an endpoint for Secrets Manager",
    given: {
      ...endpointNetwork(),
      workload: {
        region,
        platform: "ecs",
        jobs: [{ ...ecrJob, secrets: [`arn:aws:secretsmanager:${region}:123456789012:secret:a`] }],
      },
    },
    cause: "NoRoute",
    remedies: ["interfaceEndpoints"],
  },
  {
    name: "Fargate tasks in a public subnet without assignPublicIp",
    given: fargate(publicNetwork()),
    cause: "NoPublicIp",
    remedies: ["publicIps", "interfaceEndpoints"],
  },
  {
    name: "an IPv6-only subnet without its egress-only gateway",
    given: changed(ipv6Network(), "routeTables", all, (one) => ({
      ...one,
      routes: one.routes.filter(({ target }) => target.kind !== "egressOnlyGateway"),
    })),
    cause: "NoRoute",
    remedies: ["ipv6Egress"],
  },
  {
    name: "an IPv6-only subnet that does not assign addresses",
    given: changed(ipv6Network(), "subnets", all, (one) => ({ ...one, assignIpv6: false })),
    cause: "NoIpv6Address",
    remedies: ["assignIpv6"],
  },
  {
    name: "an endpoint of IPv4 only in the VPC of an IPv6-only subnet",
    given: added(
      added(ipv6Network(), "endpoints", endpoint("ecs", { subnetIds: ["subnet-d"] })),
      "subnets",
      subnet("subnet-d", "b", { ipv6Cidrs: ["2600:1f00:0:2::/64"] }),
    ),
    cause: "EndpointIpFamily",
    remedies: [],
    fix: (given) =>
      added(
        changed(given, "endpoints", all, (one) => ({ ...one, ipAddressType: "dualstack" as const })),
        "securityGroups",
        group("sg-e", { ingress: [anywhere] }),
      ),
  },
  {
    name: "a subnet with IPv6 egress and no way for IPv4",
    given: changed(
      added(ipv6Network(), "internetGateways", { gatewayId: "igw-1", vpcIds: [vpcId] }),
      "subnets",
      all,
      (one) => ({ ...one, cidr: "10.0.0.0/24" }),
    ),
    cause: "NoRoute",
    remedies: ["publicIps", "interfaceEndpoints"],
  },
  {
    name: "a subnet that does not exist",
    given: removed(publicNetwork(), "subnets", ({ subnetId }) => subnetId === "subnet-b"),
    cause: "SubnetMissing",
    remedies: ["changeSpec"],
    fix: (given) => withRequest(given, { subnetIds: ["subnet-a"] }),
  },
  {
    name: "a subnet that is still being made",
    given: changed(
      publicNetwork(),
      "subnets",
      ({ subnetId }) => subnetId === "subnet-b",
      (one) => ({ ...one, state: "pending" }),
    ),
    cause: "SubnetNotAvailable",
    remedies: ["waitFor"],
  },
  {
    name: "subnets of two VPCs",
    given: changed(
      changed(
        added(
          added(publicNetwork(), "vpcs", {
            vpcId: "vpc-2",
            cidrs: ["10.0.0.0/16"],
            shared: false,
            dns: read({ support: true, hostnames: true }),
          }),
          "routeTables",
          {
            ...table("rtb-main", ["0.0.0.0/0", gateway]),
            routeTableId: "rtb-2",
            vpcId: "vpc-2",
          },
        ),
        "internetGateways",
        all,
        (one) => ({ ...one, vpcIds: [vpcId, "vpc-2"] }),
      ),
      "subnets",
      ({ subnetId }) => subnetId === "subnet-b",
      (one) => ({ ...one, vpcId: "vpc-2" }),
    ),
    cause: "SeveralVpcs",
    remedies: ["changeSpec"],
    fix: (given) => withRequest(given, { subnetIds: ["subnet-a"] }),
  },
  {
    name: "a subnet without free addresses",
    given: changed(
      publicNetwork(),
      "subnets",
      ({ subnetId }) => subnetId === "subnet-a",
      (one) => ({ ...one, freeAddresses: 0 }),
    ),
    cause: "NoFreeAddresses",
    remedies: ["changeSpec"],
    fix: (given) => changed(given, "subnets", all, (one) => ({ ...one, freeAddresses: 9 })),
  },
  {
    name: "no security group at all",
    given: withRequest(publicNetwork(), { securityGroupIds: [] }),
    cause: "NoSecurityGroup",
    remedies: ["changeSpec"],
    fix: (given) => withRequest(given, { securityGroupIds: ["sg-1"] }),
  },
  {
    name: "a security group that does not exist",
    given: withRequest(publicNetwork(), { securityGroupIds: ["sg-1", "sg-gone"] }),
    cause: "SecurityGroupMissing",
    remedies: ["changeSpec"],
    fix: (given) => withRequest(given, { securityGroupIds: ["sg-1"] }),
  },
  {
    name: "a security group of another VPC",
    given: withRequest(added(publicNetwork(), "securityGroups", group("sg-2", { vpcId: "vpc-2" })), {
      securityGroupIds: ["sg-1", "sg-2"],
    }),
    cause: "SecurityGroupOfOtherVpc",
    remedies: ["changeSpec"],
    fix: (given) => withRequest(given, { securityGroupIds: ["sg-1"] }),
  },
  {
    name: "an instance type that one of the zones does not offer",
    given: removed(publicNetwork(), "offerings", ({ zone }) => zone === "eu-west-1b"),
    cause: "TypeNotOffered",
    remedies: ["changeSpec"],
    fix: (given) => added(given, "offerings", { instanceType: "c7i.xlarge", zone: "eu-west-1b" }),
  },
  {
    name: "one of several instance types that no zone offers",
    given: withRequest(publicNetwork(), { instanceTypes: ["c7i", "p5.48xlarge"] }),
    cause: "TypeNotOffered",
    remedies: ["changeSpec"],
    fix: (given) => withRequest(given, { instanceTypes: ["c7i"] }),
  },
  {
    name: "a launch template that does not exist",
    given: withRequest(publicNetwork(), { launchTemplates: [reference] }),
    cause: "LaunchTemplateMissing",
    remedies: ["changeSpec"],
    fix: (given) => withRequest(given, { launchTemplates: [] }),
  },
  {
    name: "a version that the launch template does not have",
    given: withTemplate(publicNetwork(), { version: undefined }),
    cause: "LaunchTemplateVersionMissing",
    remedies: ["changeSpec"],
    fix: (given) => withTemplate(given, {}),
  },
  {
    name: "a launch template that fixes the subnet",
    given: withTemplate(publicNetwork(), { networkInterfaces: [{ ...inner, subnetId: "subnet-a" }] }),
    cause: "LaunchTemplateInterfaces",
    remedies: ["changeAws"],
    fix: (given) => withTemplate(given, { networkInterfaces: [inner] }),
  },
  {
    name: "user data that is a plain script",
    given: withTemplate(publicNetwork(), { userDataIsMime: false }),
    cause: "LaunchTemplateUserData",
    remedies: ["changeAws"],
    fix: (given) => withTemplate(given, { userDataIsMime: true }),
  },
  {
    name: "a role where an instance profile is needed",
    given: withFacts(publicNetwork(), { instanceProfile: read(undefined) }),
    cause: "InstanceProfileMissing",
    remedies: ["changeSpec"],
    fix: (given) => withFacts(given, { instanceProfile: publicNetwork().facts.instanceProfile }),
  },
  {
    name: "an instance profile without a role",
    given: withFacts(publicNetwork(), { instanceProfile: read({ name: "batch", arn: "arn:x", role: undefined }) }),
    cause: "InstanceProfileEmpty",
    remedies: ["changeAws"],
    fix: (given) => withFacts(given, { instanceProfile: publicNetwork().facts.instanceProfile }),
  },
  {
    name: "an instance role that trusts ECS tasks instead of EC2",
    given: withRole({ trust: trustOf("ecs-tasks.amazonaws.com") }),
    cause: "InstanceRoleTrust",
    remedies: ["changeAws"],
    fix: () => withRole({ trust: trustOf("ec2.amazonaws.com") }),
  },
  {
    name: "an instance role without the ECS policy",
    given: withRole({ attachedPolicyArns: [], policies: [denyAll] }),
    cause: "InstanceRolePermissions",
    remedies: ["changeAws"],
    fix: () => withRole({}),
  },
  {
    name: "an image that does not exist",
    given: withRequest(publicNetwork(), { imageIds: ["ami-1"] }),
    cause: "ImageMissing",
    remedies: ["changeSpec"],
    fix: (given) => added(given, "images", { imageId: "ami-1", state: "available", architecture: "x86_64" }),
  },
  {
    name: "an image that was deregistered",
    given: withImage({ state: "deregistered" }),
    cause: "ImageNotAvailable",
    remedies: ["changeSpec"],
    fix: () => withImage({}),
  },
  {
    name: "an image of arm64 for types of x86_64",
    given: withImage({ architecture: "arm64" }),
    cause: "ImageArchitecture",
    remedies: ["changeSpec"],
    fix: () => withImage({}),
  },
  {
    name: "a key pair of another region",
    given: withRequest(publicNetwork(), { keyPairs: ["ops"] }),
    cause: "KeyPairMissing",
    remedies: ["changeSpec"],
    fix: (given) => added(given, "keyPairs", "ops"),
  },
  {
    name: "a placement group that does not exist",
    given: withRequest(publicNetwork(), { placementGroups: ["mpi"] }),
    cause: "PlacementGroupMissing",
    remedies: ["changeSpec"],
    fix: (given) => added(given, "placementGroups", { name: "mpi", state: "available", strategy: "spread" }),
  },
  {
    name: "a cluster placement group over two zones",
    given: withRequest(
      added(publicNetwork(), "placementGroups", { name: "mpi", state: "available", strategy: "cluster" }),
      { placementGroups: ["mpi"] },
    ),
    cause: "PlacementGroupZones",
    remedies: ["changeSpec"],
    fix: (given) => withRequest(given, { subnetIds: ["subnet-a"] }),
  },
  {
    name: "an operator that may not describe route tables",
    given: withFacts(publicNetwork(), {
      routeTables: {
        kind: "unread",
        permission: "ec2:DescribeRouteTables",
        message: "You are not authorized to perform this operation.",
      },
    }),
    cause: "NotPermitted",
    remedies: ["grantPermission"],
    fix: (given) => withFacts(given, { routeTables: publicNetwork().facts.routeTables }),
  },
  {
    name: "an EC2 that does not answer",
    given: withFacts(publicNetwork(), {
      networkAcls: { kind: "unread", permission: undefined, message: "Request limit exceeded." },
    }),
    cause: "NotReadable",
    remedies: [],
    fix: (given) => withFacts(given, { networkAcls: publicNetwork().facts.networkAcls }),
  },
  {
    name: "a launch template that EC2 denies reading",
    given: withRequest(
      withFacts(publicNetwork(), {
        launchTemplates: read([{ by: "id", reference: "lt-1", requested: "$Default", unread: refused }]),
      }),
      { launchTemplates: [reference] },
    ),
    cause: "NotReadable",
    remedies: [],
    fix: (given) => withRequest(given, { launchTemplates: [] }),
  },
];

function all(): boolean {
  return true;
}

function isMain({ routeTableId }: { readonly routeTableId: string }): boolean {
  return routeTableId === "rtb-main";
}

function isNat({ target }: Route): Route["state"] {
  return target.kind === "natGateway" ? "blackhole" : "active";
}

function egress(given: Case, ...rules: readonly ReturnType<typeof rule>[]): Case {
  return changed(
    given,
    "securityGroups",
    ({ groupId }) => groupId === "sg-1",
    (one) => ({ ...one, egress: rules }),
  );
}

function ingress(given: Case, ...rules: readonly ReturnType<typeof rule>[]): Case {
  return changed(
    given,
    "securityGroups",
    ({ groupId }) => groupId === "sg-e",
    (one) => ({ ...one, ingress: rules }),
  );
}

function acl(given: Case, entries: readonly AclEntry[]): Case {
  return changed(given, "networkAcls", all, (one) => ({ ...one, entries }));
}

function aclOf(given: Case, subnetId: string, entries: readonly AclEntry[]): Case {
  const without = changed(given, "networkAcls", all, (one) => ({
    ...one,
    subnetIds: one.subnetIds.filter((id) => id !== subnetId),
  }));
  const own: NetworkAcl = { aclId: "acl-own", vpcId, default: false, subnetIds: [subnetId], entries };
  return added(without, "networkAcls", own);
}

function dns(given: Case, value: { readonly support: boolean; readonly hostnames: boolean }): Case {
  return changed(given, "vpcs", all, (one) => ({ ...one, dns: read(value) }));
}

function ofEndpoint(service: string, part: Partial<ReturnType<typeof endpoint>>): Case {
  return changed(
    endpointNetwork(),
    "endpoints",
    ({ endpointId }) => endpointId === `vpce-${service}`,
    (one) => ({ ...one, ...part }),
  );
}

function fargate(given: Case): Case {
  return {
    ...given,
    described: { ...given.described, platform: "fargate" },
    workload: { region, platform: "fargate", jobs: [ecrJob] },
  };
}

function withTemplate(given: Case, part: Partial<LaunchTemplateVersion>): Case {
  const one = withFacts(given, { launchTemplates: read([{ ...template, ...part }]) });
  return withRequest(one, { launchTemplates: [reference] });
}

function withImage(part: { readonly state?: string; readonly architecture?: string }): Case {
  const image = { imageId: "ami-1", state: "available", architecture: "x86_64", ...part };
  return withRequest(added(publicNetwork(), "images", image), { imageIds: ["ami-1"] });
}

function withRole(
  part: Partial<{ trust: string; attachedPolicyArns: readonly string[]; policies: readonly string[] }>,
) {
  const given = publicNetwork();
  const { instanceProfile } = given.facts;
  if (instanceProfile.kind === "unread" || instanceProfile.value?.role === undefined) return given;
  const role = { ...instanceProfile.value.role, ...part };
  return withFacts(given, { instanceProfile: read({ ...instanceProfile.value, role }) });
}
