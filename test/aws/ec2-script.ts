/** One life of a network by the calls that the operator makes, in one line each, so that two EC2s can be compared. */

import type { Ec2Api } from "../../src/aws/ec2.ts";
import type { AccountNetwork } from "../../src/simulator/ec2-network.ts";

/** The default VPC as AWS makes it for an account, and nothing that was not made. */
export const defaultVpc: AccountNetwork = {
  vpcs: [{ id: "vpc-1", cidr: "172.31.0.0/16", isDefault: true }],
  subnets: ["a", "b", "c"].map((zone, at) => ({
    id: `subnet-${zone}`,
    vpc: "vpc-1",
    zone: `us-east-1${zone}`,
    cidr: `172.31.${at * 16}.0/20`,
    mapPublicIps: true,
  })),
  internetGateways: [{ id: "igw-1", vpc: "vpc-1" }],
  routeTables: [{ id: "rtb-1", vpc: "vpc-1", main: true, routes: [{ to: "0.0.0.0/0", via: "igw-1" }] }],
};

/**
 * Makes, changes, reads and removes a security group and endpoints in the account's default VPC. Ids are shown by the
 * order in which they appeared.
 */
export async function play(ec2: Ec2Api): Promise<readonly string[]> {
  const lines: string[] = [];
  const ids = new Map<string, string>();
  const named = (text: string): string =>
    text.replace(/\b(vpc|subnet|sg|vpce|rtb|igw|acl|eni|pl)-[0-9a-z]+\b/g, (id, kind: string) => {
      const known = ids.get(id) ?? `${kind}#${[...ids.keys()].filter((one) => one.startsWith(`${kind}-`)).length + 1}`;
      ids.set(id, known);
      return known;
    });
  const shown = async <T>(what: string, call: Promise<T>, show: (answer: T) => unknown): Promise<T | undefined> => {
    try {
      const answer = await call;
      lines.push(named(`${what}: ${JSON.stringify(show(answer))}`));
      return answer;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      lines.push(named(`${what}: ${error.name}`));
      return undefined;
    }
  };
  const vpcs = await shown(
    "default VPC",
    ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] }),
    ({ Vpcs = [] }) => Vpcs.map(({ CidrBlock, IsDefault, State }) => [CidrBlock, IsDefault, State]),
  );
  const VpcId = vpcs?.Vpcs?.[0]?.VpcId ?? "";
  const inVpc = [{ Name: "vpc-id", Values: [VpcId] }];
  const first = await ec2.describeSubnets({ Filters: inVpc });
  const zoneA = (first.Subnets ?? []).find(({ AvailabilityZone = "" }) => AvailabilityZone.endsWith("a"));
  const zoneB = (first.Subnets ?? []).find(({ AvailabilityZone = "" }) => AvailabilityZone.endsWith("b"));
  const [subnetA, subnetB] = [zoneA?.SubnetId ?? "", zoneB?.SubnetId ?? ""];
  lines.push(named(`subnets ${subnetA} ${subnetB} map public addresses: ${zoneA?.MapPublicIpOnLaunch}`));
  for (const Attribute of ["enableDnsSupport", "enableDnsHostnames"] as const) {
    await shown(Attribute, ec2.describeVpcAttribute({ VpcId, Attribute }), (answer) => [
      answer.EnableDnsSupport?.Value,
      answer.EnableDnsHostnames?.Value,
    ]);
  }
  await shown("route tables", ec2.describeRouteTables({ Filters: inVpc }), ({ RouteTables = [] }) =>
    RouteTables.map(({ Associations, Routes = [] }) => [
      Associations?.[0]?.Main,
      Routes.map(({ DestinationCidrBlock, State }) => [DestinationCidrBlock, State]),
    ]),
  );
  await shown(
    "internet gateways of no VPC",
    ec2.describeInternetGateways({ Filters: [{ Name: "attachment.vpc-id", Values: ["vpc-00000000"] }] }),
    ({ InternetGateways }) => InternetGateways,
  );
  await shown("NAT gateways", ec2.describeNatGateways({ Filter: inVpc }), ({ NatGateways }) => NatGateways);
  await shown(
    "default ACL",
    ec2.describeNetworkAcls({ Filters: [...inVpc, { Name: "default", Values: ["true"] }] }),
    ({ NetworkAcls = [] }) =>
      NetworkAcls.map(({ Entries = [] }) =>
        Entries.map(({ RuleNumber, Egress, RuleAction, Protocol, CidrBlock }) =>
          [RuleNumber, Egress, RuleAction, Protocol, CidrBlock].join(" "),
        ).toSorted(),
      ),
  );

  const directives = {
    GroupName: "aws-batch-operator/blue/team/ours",
    Description: "made by the operator",
    VpcId,
    TagSpecifications: [{ ResourceType: "security-group" as const, Tags: [{ Key: "owner", Value: "us" }] }],
  };
  const made = await shown("make a group", ec2.createSecurityGroup(directives), ({ GroupId }) => GroupId);
  const GroupId = made?.GroupId ?? "";
  await shown("make it again", ec2.createSecurityGroup(directives), ({ GroupId: id }) => id);
  const rule = { IpProtocol: "tcp", FromPort: 443, ToPort: 443 };
  const fromSelf = { GroupId, IpPermissions: [{ ...rule, UserIdGroupPairs: [{ GroupId }] }] };
  await shown("let itself in", ec2.authorizeSecurityGroupIngress(fromSelf), () => "done");
  await shown("let itself in again", ec2.authorizeSecurityGroupIngress(fromSelf), () => "done");
  const all = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  await shown("close egress", ec2.revokeSecurityGroupEgress({ GroupId, IpPermissions: [all] }), () => "done");
  const out = { GroupId, IpPermissions: [{ ...rule, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }] };
  await shown("open egress 443", ec2.authorizeSecurityGroupEgress(out), () => "done");
  const out6 = { GroupId, IpPermissions: [{ ...rule, Ipv6Ranges: [{ CidrIpv6: "::/0" }] }] };
  await shown("open egress 443 of IPv6", ec2.authorizeSecurityGroupEgress(out6), () => "done");
  const ofTag = [{ Name: "tag:owner", Values: ["us"] }];
  await shown("groups of the tag", ec2.describeSecurityGroups({ Filters: ofTag }), ({ SecurityGroups = [] }) =>
    SecurityGroups.map(({ GroupName, IpPermissions = [], IpPermissionsEgress = [], Tags }) => [
      GroupName,
      ...[...IpPermissions, ...IpPermissionsEgress].map(
        ({ IpProtocol, FromPort, ToPort, IpRanges, Ipv6Ranges, UserIdGroupPairs }) => [
          IpProtocol,
          FromPort,
          ToPort,
          IpRanges?.map(({ CidrIp }) => CidrIp),
          Ipv6Ranges?.map(({ CidrIpv6 }) => CidrIpv6),
          UserIdGroupPairs?.map((pair) => pair.GroupId),
        ],
      ),
      Tags,
    ]),
  );

  await shown(
    "tag a subnet",
    ec2.createTags({ Resources: [subnetA], Tags: [{ Key: "team", Value: "batch" }] }),
    () => "done",
  );
  for (const filter of [
    { Name: "tag:team", Values: ["batch"] },
    { Name: "tag:team", Values: ["b*"] },
    { Name: "tag:team", Values: ["web"] },
    { Name: "tag-key", Values: ["team"] },
  ]) {
    const selected = ec2.describeSubnets({ Filters: [...inVpc, filter] });
    await shown(`subnets with ${filter.Name} ${filter.Values.join()}`, selected, ({ Subnets = [] }) =>
      Subnets.map(({ SubnetId }) => SubnetId),
    );
  }

  const endpoint = {
    VpcId,
    VpcEndpointType: "Interface" as const,
    ServiceName: "com.amazonaws.us-east-1.ecs",
    SubnetIds: [subnetA],
    SecurityGroupIds: [GroupId],
    PrivateDnsEnabled: true,
    TagSpecifications: [{ ResourceType: "vpc-endpoint" as const, Tags: [{ Key: "owner", Value: "us" }] }],
  };
  const ended = await shown("make an endpoint", ec2.createVpcEndpoint(endpoint), ({ VpcEndpoint }) => [
    VpcEndpoint?.VpcEndpointType,
    VpcEndpoint?.ServiceName,
    VpcEndpoint?.SubnetIds,
    VpcEndpoint?.Groups?.map(({ GroupId: id }) => id),
    VpcEndpoint?.PrivateDnsEnabled,
    VpcEndpoint?.Tags,
  ]);
  const VpcEndpointId = ended?.VpcEndpoint?.VpcEndpointId ?? "";
  await shown("extend it", ec2.modifyVpcEndpoint({ VpcEndpointId, AddSubnetIds: [subnetB] }), () => "done");
  const tags = [{ Key: "more", Value: "1" }];
  await shown("tag it", ec2.createTags({ Resources: [VpcEndpointId], Tags: tags }), () => "done");
  const endpoints = () => ec2.describeVpcEndpoints({ Filters: [...inVpc, ...ofTag] });
  await shown("endpoints of the tag", endpoints(), ({ VpcEndpoints = [] }) =>
    VpcEndpoints.map(({ ServiceName, SubnetIds = [], Tags = [] }) => [
      ServiceName,
      SubnetIds.length,
      Tags.map(({ Key = "" }) => Key).toSorted((left, right) => (left < right ? -1 : 1)),
    ]),
  );
  await shown("untag it", ec2.deleteTags({ Resources: [VpcEndpointId], Tags: [{ Key: "more" }] }), () => "done");
  const tables = await ec2.describeRouteTables({ Filters: inVpc });
  const RouteTableIds = [tables.RouteTables?.[0]?.RouteTableId ?? ""];
  const gateway = await shown(
    "make a gateway",
    ec2.createVpcEndpoint({ VpcId, ServiceName: "com.amazonaws.us-east-1.s3", RouteTableIds }),
    ({ VpcEndpoint }) => [VpcEndpoint?.VpcEndpointType, VpcEndpoint?.RouteTableIds?.length],
  );
  const remove = (id: string) => ec2.deleteVpcEndpoints({ VpcEndpointIds: [id] });
  await shown("remove the endpoint", remove(VpcEndpointId), ({ Unsuccessful = [] }) => Unsuccessful);
  const gatewayId = gateway?.VpcEndpoint?.VpcEndpointId ?? "";
  await shown("remove the gateway", remove(gatewayId), ({ Unsuccessful = [] }) => Unsuccessful);
  await shown("let itself in no more", ec2.revokeSecurityGroupIngress(fromSelf), () => "done");
  await shown("remove the group", ec2.deleteSecurityGroup({ GroupId }), () => "done");
  await shown("remove it again", ec2.deleteSecurityGroup({ GroupId }), () => "done");
  await shown("a missing subnet by id", ec2.describeSubnets({ SubnetIds: ["subnet-00000000"] }), () => "found");
  const missing = [{ Name: "subnet-id", Values: ["subnet-00000000"] }];
  await shown("a missing subnet by filter", ec2.describeSubnets({ Filters: missing }), ({ Subnets }) => Subnets);
  await shown("a missing endpoint", ec2.describeVpcEndpoints({ VpcEndpointIds: ["vpce-00000000"] }), () => "found");
  const type = { InstanceTypes: ["c7g.large" as const] };
  await shown("an instance type", ec2.describeInstanceTypes(type), ({ InstanceTypes = [] }) =>
    InstanceTypes.map(({ VCpuInfo, MemoryInfo, ProcessorInfo }) => [
      VCpuInfo?.DefaultVCpus,
      MemoryInfo?.SizeInMiB,
      ProcessorInfo?.SupportedArchitectures,
    ]),
  );
  await shown(
    "no key pair",
    ec2.describeKeyPairs({ Filters: [{ Name: "key-name", Values: ["x"] }] }),
    ({ KeyPairs }) => (KeyPairs ?? []).length,
  );
  return lines;
}
