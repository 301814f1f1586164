import { describe, expect, it } from "vitest";
import { account, refusal } from "./account.ts";
import { agentEndpoints, threeSubnets } from "./networks.ts";

describe("the simulated EC2", () => {
  it("has a default VPC with a public subnet in each zone, and whatever id is asked for in it", async () => {
    const { ec2 } = account().aws;
    const { Subnets: own = [] } = await ec2.describeSubnets({});
    expect(own.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual(["us-east-1a", "us-east-1b", "us-east-1c"]);
    const { Subnets: asked = [] } = await ec2.describeSubnets({
      Filters: [{ Name: "subnet-id", Values: ["subnet-of-a-manifest"] }],
    });
    expect(asked[0]).toMatchObject({ VpcId: own[0]?.VpcId, MapPublicIpOnLaunch: true });
    const { RouteTables: [table] = [] } = await ec2.describeRouteTables({
      Filters: [{ Name: "association.main", Values: ["true"] }],
    });
    expect(table?.Routes?.map(({ GatewayId }) => GatewayId?.slice(0, 5))).toEqual(["local", "igw-0"]);
  });

  it("has nothing but what was described, once it was", async () => {
    const { aws } = account();
    aws.outside.describeNetwork(threeSubnets);
    expect(await refusal(aws.ec2.describeSubnets({ SubnetIds: ["subnet-of-a-manifest"] }))).toBe(
      "InvalidSubnetID.NotFound: The subnet ID 'subnet-of-a-manifest' does not exist",
    );
    const byFilter = await aws.ec2.describeSubnets({ Filters: [{ Name: "subnet-id", Values: ["subnet-other"] }] });
    expect(byFilter.Subnets).toEqual([]);
  });

  it("shows everything else that was described, with what an entry leaves out filled in", async () => {
    const { aws } = account();
    aws.outside.describeNetwork({
      ...threeSubnets,
      keyPairs: ["key-a", "key-b"],
      placementGroups: ["group-a", "group-b"],
      images: [{ id: "ami-1" }, { id: "ami-2", architecture: "arm64", state: "deregistered" }],
      launchTemplates: [{ id: "lt-1", name: "template", versions: [{ ImageId: "ami-1" }, { ImageId: "ami-2" }] }],
    });
    const { ec2 } = aws;
    expect({
      keys: (await ec2.describeKeyPairs({})).KeyPairs?.map(({ KeyName }) => KeyName),
      groups: (await ec2.describePlacementGroups({})).PlacementGroups?.map((one) => [one.GroupName, one.State]),
      images: (await ec2.describeImages({})).Images?.map((one) => [one.ImageId, one.Architecture, one.State]),
      versions: (await ec2.describeLaunchTemplateVersions({ LaunchTemplateId: "lt-1" })).LaunchTemplateVersions?.map(
        (one) => [one.VersionNumber, one.DefaultVersion, one.LaunchTemplateData?.ImageId],
      ),
    }).toEqual({
      keys: ["key-a", "key-b"],
      groups: [
        ["group-a", "available"],
        ["group-b", "available"],
      ],
      images: [
        ["ami-1", "x86_64", "available"],
        ["ami-2", "arm64", "deregistered"],
      ],
      versions: [
        [1, true, "ami-1"],
        [2, false, "ami-2"],
      ],
    });
  });

  it("finds by tag, by wildcard, and only what passes every filter", async () => {
    const { aws } = account();
    aws.outside.describeNetwork({
      ...threeSubnets,
      subnets: (threeSubnets.subnets ?? []).map((one) => ({ ...one, tags: { tier: one.mapPublicIps ? "a" : "b" } })),
    });
    const found = async (...filters: readonly [string, string][]) => {
      const Filters = filters.map(([Name, value]) => ({ Name, Values: [value] }));
      return ((await aws.ec2.describeSubnets({ Filters })).Subnets ?? []).map(({ SubnetId }) => SubnetId);
    };
    expect(await found(["tag:tier", "a"])).toEqual(["subnet-public"]);
    expect(await found(["tag:tier", "b"], ["availability-zone", "*b"])).toEqual(["subnet-closed-b"]);
    expect(await found(["subnet-id", "subnet-closed*"])).toEqual(["subnet-closed", "subnet-closed-b"]);
    expect(await refusal(found(["colour", "red"]))).toBe("InvalidParameterValue: The filter 'colour' is invalid");
  });

  it("gives pages", async () => {
    const { ec2 } = account().aws;
    const types = new Set<string>();
    let token: string | undefined;
    let pages = 0;
    do {
      const answer = await ec2.describeInstanceTypes({ NextToken: token });
      for (const { InstanceType = "" } of answer.InstanceTypes ?? []) types.add(InstanceType);
      token = answer.NextToken;
      pages++;
    } while (token !== undefined);
    expect(pages).toBeGreaterThan(3);
    expect(types.has("c7g.large")).toBe(true);
  });

  it.each([
    ["m5.large", { VCpuInfo: { DefaultVCpus: 2 }, MemoryInfo: { SizeInMiB: 8192 } }, ["x86_64"]],
    ["c7g.4xlarge", { VCpuInfo: { DefaultVCpus: 16 }, MemoryInfo: { SizeInMiB: 32768 } }, ["arm64"]],
    ["g4dn.xlarge", { MemoryInfo: { SizeInMiB: 16384 }, GpuInfo: { TotalGpuMemoryInMiB: 16384 } }, ["x86_64"]],
    ["p4d.24xlarge", { VCpuInfo: { DefaultVCpus: 96 }, MemoryInfo: { SizeInMiB: 1179648 } }, ["x86_64"]],
  ] as const)("knows %s", async (type, facts, architectures) => {
    const { InstanceTypes: [info] = [] } = await account().aws.ec2.describeInstanceTypes({ InstanceTypes: [type] });
    expect(info).toMatchObject(facts);
    expect(info?.ProcessorInfo?.SupportedArchitectures).toEqual(architectures);
  });

  it("distinguishes a launch template id from a name, and refuses an invalid id", async () => {
    const { aws } = account();
    const versions = (input: object) => refusal(aws.ec2.describeLaunchTemplateVersions({ ...input, Versions: ["1"] }));
    const malformed = (id: string) => `InvalidLaunchTemplateId.Malformed: Invalid id: "${id}" (expecting "lt-...")`;
    expect(await versions({ LaunchTemplateId: "lt-0123456789abcdef0" })).toBe("accepted");
    expect(await versions({ LaunchTemplateName: "lt-batch-gpu" })).toBe("accepted");
    expect(await versions({ LaunchTemplateId: "lt-batch-gpu" })).toBe(malformed("lt-batch-gpu"));
    expect(await refusal(aws.ec2.describeLaunchTemplates({ LaunchTemplateIds: ["lt-0typo"] }))).toBe(
      malformed("lt-0typo"),
    );
    const { LaunchTemplateVersions: [one] = [] } = await aws.ec2.describeLaunchTemplateVersions({
      LaunchTemplateName: "lt-batch-gpu",
      Versions: ["1"],
    });
    expect(one?.LaunchTemplateId).toMatch(/^lt-[0-9a-f]{17}$/);
    expect(await versions({ LaunchTemplateId: one?.LaunchTemplateId })).toBe("accepted");
  });

  it("answers late with what was written just now", async () => {
    const { aws, clock } = account({ stalenessMs: 5_000 });
    aws.outside.describeNetwork(threeSubnets);
    const named = { Filters: [{ Name: "group-name", Values: ["fresh"] }] };
    await aws.ec2.createSecurityGroup({ GroupName: "fresh", Description: "d", VpcId: "vpc-1" });
    aws.faults.add({ fault: { kind: "stale", staleMs: 4_000 }, on: "DescribeSecurityGroups", times: 1 });
    await clock.advance(1_000);
    expect((await aws.ec2.describeSecurityGroups(named)).SecurityGroups).toEqual([]);
    await clock.advance(5_000);
    expect((await aws.ec2.describeSecurityGroups(named)).SecurityGroups).toHaveLength(1);
  });
});

describe("a simulated security group", () => {
  it("is made once by its name, lets all out, and refuses a rule twice", async () => {
    const { aws } = account();
    aws.outside.describeNetwork(threeSubnets);
    const { ec2 } = aws;
    const directives = { GroupName: "ours", Description: "d", VpcId: "vpc-1" };
    const { GroupId = "" } = await ec2.createSecurityGroup(directives);
    expect(await refusal(ec2.createSecurityGroup(directives))).toBe(
      "InvalidGroup.Duplicate: The security group 'ours' already exists for VPC 'vpc-1'",
    );
    const rule = {
      GroupId,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "10.0.0.0/16" }] }],
    };
    await ec2.authorizeSecurityGroupIngress(rule);
    expect(await refusal(ec2.authorizeSecurityGroupIngress(rule))).toBe(
      'InvalidPermission.Duplicate: the specified rule "peer: 10.0.0.0/16, TCP, from port: 443, to port: 443, ALLOW" already exists',
    );
    const { SecurityGroups: [group] = [] } = await ec2.describeSecurityGroups({ GroupIds: [GroupId] });
    expect(group?.IpPermissionsEgress?.[0]).toMatchObject({ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] });
    await ec2.revokeSecurityGroupIngress(rule);
    expect(await refusal(ec2.revokeSecurityGroupIngress(rule))).toMatch(/^InvalidPermission.NotFound: /);
  });

  it("takes 60 rules of a direction for each address family, and no more", async () => {
    const { aws } = account();
    aws.outside.describeNetwork(threeSubnets);
    const { ec2 } = aws;
    const { GroupId = "" } = await ec2.createSecurityGroup({ GroupName: "ours", Description: "d", VpcId: "vpc-1" });
    const tcp = { IpProtocol: "tcp", FromPort: 443, ToPort: 443 };
    const allow = (peers: object) =>
      refusal(ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [{ ...tcp, ...peers }] }));
    const IpRanges = Array.from({ length: 60 }, (_, at) => ({ CidrIp: `10.0.${at}.0/24` }));
    expect(await allow({ IpRanges })).toBe("accepted");
    const full = "RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been reached.";
    expect(await allow({ IpRanges: [{ CidrIp: "10.1.0.0/24" }] })).toBe(full);
    expect(await allow({ UserIdGroupPairs: [{ GroupId }] })).toBe(full);
    expect(await allow({ Ipv6Ranges: [{ CidrIpv6: "2001:db8::/32" }] })).toBe("accepted");
  });

  it("takes no address block, port or range of ports that does not exist, and the nearest that does", async () => {
    const { aws } = account();
    aws.outside.describeNetwork(threeSubnets);
    const { ec2 } = aws;
    const { GroupId = "" } = await ec2.createSecurityGroup({ GroupName: "ours", Description: "d", VpcId: "vpc-1" });
    const tcp = { IpProtocol: "tcp", FromPort: 443, ToPort: 443 };
    const four = (CidrIp: string) => ({ ...tcp, IpRanges: [{ CidrIp }] });
    const six = (CidrIpv6: string) => ({ ...tcp, Ipv6Ranges: [{ CidrIpv6 }] });
    const ports = (IpProtocol: string, FromPort?: number, ToPort?: number) => ({
      IpProtocol,
      ...(FromPort === undefined ? {} : { FromPort }),
      ...(ToPort === undefined ? {} : { ToPort }),
      IpRanges: [{ CidrIp: "10.9.0.0/16" }],
    });
    const malformed = (cidr: string) => `InvalidParameterValue: CIDR block ${cidr} is malformed`;
    const missing = (protocol: string) =>
      `InvalidParameterValue: Invalid value 'Must specify both from and to ports with ${protocol}.' for portRange.`;
    const rows: readonly [accepted: object, refused: object, words: string][] = [
      [four("10.0.0.0/32"), four("10.0.0.0/33"), malformed("10.0.0.0/33")],
      [four("10.0.0.0/0"), four("10.0.0.0"), malformed("10.0.0.0")],
      [four("255.0.0.0/8"), four("256.0.0.0/8"), malformed("256.0.0.0/8")],
      [six("fd00::/128"), six("fd00::/129"), malformed("fd00::/129")],
      [six("::/0"), four("::/0"), malformed("::/0")],
      [ports("tcp", 0, 0), ports("tcp", -1, 0), "InvalidParameterValue: TCP/UDP (from) port (-1) out of range"],
      [
        ports("udp", 0, 65_535),
        ports("udp", 0, 65_536),
        "InvalidParameterValue: TCP/UDP (to) port (65536) out of range",
      ],
      [ports("tcp", 50, 50), ports("tcp", 51, 50), "InvalidParameterValue: Invalid TCP/UDP port range (51:50)"],
      [ports("6", 22, 22), ports("6", 22), missing("TCP/UDP")],
      [ports("icmp", -1, -1), ports("1"), missing("ICMP")],
      [ports("-1", 100, 50), ports("17", 100, 50), "InvalidParameterValue: Invalid TCP/UDP port range (100:50)"],
    ];
    for (const [accepted, refused, words] of rows) {
      for (const authorize of ["authorizeSecurityGroupIngress", "authorizeSecurityGroupEgress"] as const) {
        const asked = (rule: object) => refusal(ec2[authorize]({ GroupId, IpPermissions: [rule] }));
        expect(await asked(refused)).toBe(words);
        // What every group lets out is there already.
        expect(await asked(accepted)).toMatch(/^accepted$|^InvalidPermission.Duplicate/);
      }
    }
  });

  it("keeps a block by the address of its network", async () => {
    const { aws } = account();
    aws.outside.describeNetwork(threeSubnets);
    const { ec2 } = aws;
    const { GroupId = "" } = await ec2.createSecurityGroup({ GroupName: "ours", Description: "d", VpcId: "vpc-1" });
    const rule = (CidrIp: string) => ({
      GroupId,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp }] }],
    });
    await ec2.authorizeSecurityGroupIngress(rule("10.0.0.28/29"));
    const { SecurityGroups: [group] = [] } = await ec2.describeSecurityGroups({ GroupIds: [GroupId] });
    expect(group?.IpPermissions?.[0]?.IpRanges).toEqual([{ CidrIp: "10.0.0.24/29" }]);
    await ec2.revokeSecurityGroupIngress(rule("10.0.0.28/29"));
  });

  it("cannot go while an endpoint, another group's rule or an instance needs it", async () => {
    const { aws, clock } = account();
    aws.outside.describeNetwork(threeSubnets);
    aws.outside.describeNetwork(agentEndpoints());
    const goes = (GroupId: string) => refusal(aws.ec2.deleteSecurityGroup({ GroupId }));
    expect(await goes("sg-endpoints")).toBe("DependencyViolation: resource sg-endpoints has a dependent object");
    expect(await goes("sg-1")).toBe("DependencyViolation: resource sg-1 has a dependent object");
    await aws.ec2.deleteVpcEndpoints({ VpcEndpointIds: ["vpce-0", "vpce-1", "vpce-2"] });
    expect(await goes("sg-endpoints")).toMatch(/^DependencyViolation/);
    await clock.advance(60_000);
    expect(await goes("sg-endpoints")).toBe("accepted");
    expect(await goes("sg-1")).toBe("accepted");
    expect(await goes("sg-1")).toBe("InvalidGroup.NotFound: The security group 'sg-1' does not exist");
  });
});

describe("a simulated VPC endpoint", () => {
  const directives = {
    VpcEndpointType: "Interface",
    VpcId: "vpc-1",
    ServiceName: "com.amazonaws.us-east-1.ecs",
    SubnetIds: ["subnet-closed"],
    SecurityGroupIds: ["sg-1"],
  } as const;
  const made = () => {
    const world = account();
    world.aws.outside.describeNetwork(threeSubnets);
    const states = async () =>
      ((await world.aws.ec2.describeVpcEndpoints({})).VpcEndpoints ?? []).map(({ State }) => State);
    return { ...world, ec2: world.aws.ec2, states };
  };

  it("is pending, then available, then deleting, then gone", async () => {
    const { ec2, clock, states } = made();
    const { VpcEndpoint } = await ec2.createVpcEndpoint({
      ...directives,
      SubnetIds: [...directives.SubnetIds],
      SecurityGroupIds: ["sg-1"],
    });
    expect(await states()).toEqual(["pending"]);
    await clock.advance(60_000);
    expect(await states()).toEqual(["available"]);
    await ec2.deleteVpcEndpoints({ VpcEndpointIds: [VpcEndpoint?.VpcEndpointId ?? ""] });
    expect(await states()).toEqual(["deleting"]);
    await clock.advance(60_000);
    expect(await states()).toEqual([]);
  });

  it("is made once for a client token, and once with private DNS in a VPC", async () => {
    const { ec2 } = made();
    const request = { ...directives, SubnetIds: ["subnet-closed"], SecurityGroupIds: ["sg-1"], ClientToken: "once" };
    const first = await ec2.createVpcEndpoint(request);
    const again = await ec2.createVpcEndpoint(request);
    expect(again.VpcEndpoint?.VpcEndpointId).toBe(first.VpcEndpoint?.VpcEndpointId);
    expect(await refusal(ec2.createVpcEndpoint({ ...request, ClientToken: "twice" }))).toBe(
      "InvalidParameter: private-dns-enabled cannot be set because there is already a conflicting DNS domain for ecs.us-east-1.amazonaws.com in the VPC vpc-1",
    );
  });

  it.each([
    ["an unknown service", { ServiceName: "com.amazonaws.us-east-1.nothing" }, /^InvalidServiceName: /],
    ["two subnets of a zone", { SubnetIds: ["subnet-closed", "subnet-nat"] }, /^DuplicateSubnetsInSameZone: /],
    ["a group that is not there", { SecurityGroupIds: ["sg-2"] }, /^InvalidGroup.NotFound: /],
  ])("is refused with %s", async (_what, change, text) => {
    const { ec2 } = made();
    const request = { ...directives, SubnetIds: ["subnet-closed"], SecurityGroupIds: ["sg-1"], ...change };
    expect(await refusal(ec2.createVpcEndpoint(request))).toMatch(text);
  });

  it("needs both DNS attributes for private DNS", async () => {
    const { aws } = account();
    aws.outside.describeNetwork({
      ...threeSubnets,
      vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16", dnsHostnames: false }],
    });
    const request = { ...directives, SubnetIds: ["subnet-closed"], SecurityGroupIds: ["sg-1"] };
    expect(await refusal(aws.ec2.createVpcEndpoint(request))).toMatch(/enableDnsSupport and enableDnsHostnames/);
  });

  it("of a gateway puts routes into its tables and takes them away again", async () => {
    const { ec2 } = made();
    const routes = async () =>
      (await ec2.describeRouteTables({ RouteTableIds: ["rtb-main"] })).RouteTables?.[0]?.Routes?.length;
    const request = { VpcId: "vpc-1", ServiceName: "com.amazonaws.us-east-1.s3", RouteTableIds: ["rtb-main"] };
    const { VpcEndpoint } = await ec2.createVpcEndpoint(request);
    expect(await routes()).toBe(2);
    expect(await refusal(ec2.createVpcEndpoint(request))).toBe(
      "RouteAlreadyExists: route table rtb-main already has a route with destination-prefix-list-id pl-63a5400a",
    );
    await ec2.deleteVpcEndpoints({ VpcEndpointIds: [VpcEndpoint?.VpcEndpointId ?? ""] });
    expect(await routes()).toBe(1);
  });

  it("survives the process that simulates", async () => {
    const { aws, clock, ec2 } = made();
    await ec2.createVpcEndpoint({ ...directives, SubnetIds: ["subnet-closed"], SecurityGroupIds: ["sg-1"] });
    const later = account();
    later.aws.restore(JSON.parse(JSON.stringify(aws.snapshot())));
    await clock.advance(1);
    await later.clock.advance(60_000);
    const { VpcEndpoints = [] } = await later.aws.ec2.describeVpcEndpoints({});
    expect(VpcEndpoints.map(({ State }) => State)).toEqual(["available"]);
    expect(await refusal(later.aws.ec2.describeSubnets({ SubnetIds: ["subnet-other"] }))).toMatch(/NotFound/);
  });
});
