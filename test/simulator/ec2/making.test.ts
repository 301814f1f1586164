import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  EC2Client,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
  ReleaseAddressCommand,
  ReplaceRouteCommand,
  ReplaceRouteTableAssociationCommand,
} from "@aws-sdk/client-ec2";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ServedBatch, serveBatch } from "../../../src/simulator/http.ts";
import type { AwsSnapshot } from "../../../src/simulator/snapshot.ts";
import { type Account, account, environment, ec2 as onEc2, refusal } from "../account.ts";
import { makeNetwork, removeNetwork } from "../made-network.ts";

let world: Account;
let served: ServedBatch;
let ec2: EC2Client;

beforeEach(async () => {
  world = account();
  served = await serveBatch(world.aws, { port: 0 });
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  ec2 = new EC2Client({ endpoint: served.url, region: "us-east-1", credentials, maxAttempts: 1 });
});
afterEach(async () => {
  ec2.destroy();
  await served.close();
});

async function vpcWith(cidr = "10.0.0.0/16"): Promise<string> {
  return (await ec2.send(new CreateVpcCommand({ CidrBlock: cidr }))).Vpc?.VpcId ?? "";
}

function whyNoInstanceJoins(subnet: string, group: string): string | undefined {
  const network = { subnets: [subnet], securityGroupIds: [group] };
  return world.aws.truth.whyNoInstanceJoins({ type: "EC2", maxvCpus: 16, ...network });
}

describe("a network made over HTTP", () => {
  it("lets the agent of an instance in its private subnet reach the cluster", async () => {
    const made = await makeNetwork(ec2, world.clock);
    expect(whyNoInstanceJoins(made.privateSubnet, made.group)).toBeUndefined();
    expect(whyNoInstanceJoins(made.publicSubnet, made.group)).toContain("no public address");
  });

  it("is gone without a trace once it is removed in AWS's order", async () => {
    const before = world.aws.snapshot().ec2?.records;
    const made = await makeNetwork(ec2, world.clock);
    await removeNetwork(ec2, world.clock, made);
    await world.clock.advance(3_600_000);
    expect(world.aws.snapshot().ec2?.records).toEqual(before);
  });

  it("ends that subnets and groups exist because a request names them", async () => {
    await vpcWith();
    expect(await refusal(ec2.send(new DescribeSubnetsCommand({ SubnetIds: ["subnet-1"] })))).toBe(
      "InvalidSubnetID.NotFound: The subnet ID 'subnet-1' does not exist",
    );
    await world.aws.outside.createComputeEnvironment(onEc2("ce"));
    await world.clock.advance(60_000);
    expect(environment(world, "ce").statusReason).toContain("The subnet ID 'subnet-1' does not exist");
  });

  it("outlives the process, with what was in transition", async () => {
    const made = await makeNetwork(ec2, world.clock);
    const SubnetId = made.publicSubnet;
    const spare = (await ec2.send(new AllocateAddressCommand({}))).AllocationId ?? "";
    const input = { SubnetId, AllocationId: spare, ClientToken: "second" };
    const pending = (await ec2.send(new CreateNatGatewayCommand(input))).NatGateway?.NatGatewayId ?? "";
    const state = JSON.parse(JSON.stringify(world.aws.snapshot())) as AwsSnapshot;
    const later = account();
    later.aws.restore(state);
    expect(await later.aws.ec2.describeVpcs({ VpcIds: [made.vpc] })).toMatchObject({ Vpcs: [{ VpcId: made.vpc }] });
    await expect(later.aws.ec2.describeSubnets({ SubnetIds: ["subnet-1"] })).rejects.toThrow("does not exist");
    await later.clock.advance(120_000);
    const NatGatewayIds = [pending];
    expect(await later.aws.ec2.describeNatGateways({ NatGatewayIds })).toMatchObject({
      NatGateways: [{ State: "available" }],
    });
    expect((await later.aws.ec2.createNatGateway(input)).NatGateway?.NatGatewayId).toBe(pending);
    const another = (await later.aws.ec2.createVpc({ CidrBlock: "10.9.0.0/16" })).Vpc?.VpcId;
    expect(Object.values(made)).not.toContain(another);
  });

  it("is described with what AWS adds", async () => {
    const made = await makeNetwork(ec2, world.clock);
    const { Vpcs } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [made.vpc] }));
    expect(Vpcs).toMatchObject([{ State: "available", IsDefault: false, CidrBlock: "10.0.0.0/16" }]);
    const attribute = async (Attribute: "enableDnsHostnames" | "enableDnsSupport") =>
      await ec2.send(new DescribeVpcAttributeCommand({ VpcId: made.vpc, Attribute }));
    expect((await attribute("enableDnsSupport")).EnableDnsSupport).toEqual({ Value: true });
    expect((await attribute("enableDnsHostnames")).EnableDnsHostnames).toEqual({ Value: false });
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [made.privateSubnet] }));
    expect(Subnets).toMatchObject([
      { AvailableIpAddressCount: 251, AvailabilityZoneId: "use1-az1", MapPublicIpOnLaunch: false },
    ]);
    const ofVpc = [{ Name: "vpc-id", Values: [made.vpc] }];
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: ofVpc }));
    expect(SecurityGroups?.map(({ GroupName }) => GroupName)).toEqual(["default", "batch"]);
    const main = [...ofVpc, { Name: "association.main", Values: ["true"] }];
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters: main }));
    expect(RouteTables?.map(({ Routes }) => Routes)).toMatchObject([
      [{ DestinationCidrBlock: "10.0.0.0/16", GatewayId: "local", State: "active" }],
    ]);
    const { Addresses } = await ec2.send(new DescribeAddressesCommand({ AllocationIds: [made.address] }));
    expect(Addresses).toMatchObject([{ Domain: "vpc", AssociationId: expect.stringMatching(/^eipassoc-/) }]);
    const { NatGateways } = await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [made.nat] }));
    expect(NatGateways).toMatchObject([
      { State: "available", NatGatewayAddresses: [{ AllocationId: made.address, PublicIp: Addresses?.[0]?.PublicIp }] },
    ]);
    const { NetworkInterfaces } = await ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: "subnet-id", Values: [made.publicSubnet] }] }),
    );
    expect(NetworkInterfaces).toMatchObject([{ Description: `Interface for NAT Gateway ${made.nat}` }]);
  });

  it("takes changes of attributes and tags", async () => {
    const made = await makeNetwork(ec2, world.clock);
    const VpcId = made.vpc;
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
    const Attribute = "enableDnsHostnames";
    const { EnableDnsHostnames } = await ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute }));
    expect(EnableDnsHostnames).toEqual({ Value: true });
    const SubnetId = made.publicSubnet;
    await ec2.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: true } }));
    const Resources = [made.vpc, SubnetId, made.gateway, made.address, made.nat, ...made.tables, made.group];
    await ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: "team", Value: "a" }] }));
    const Filters = [{ Name: "tag:team", Values: ["a"] }];
    const found = [
      (await ec2.send(new DescribeVpcsCommand({ Filters }))).Vpcs,
      (await ec2.send(new DescribeSubnetsCommand({ Filters }))).Subnets,
      (await ec2.send(new DescribeInternetGatewaysCommand({ Filters }))).InternetGateways,
      (await ec2.send(new DescribeAddressesCommand({ Filters }))).Addresses,
      (await ec2.send(new DescribeNatGatewaysCommand({ Filter: Filters }))).NatGateways,
      (await ec2.send(new DescribeRouteTablesCommand({ Filters }))).RouteTables,
      (await ec2.send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups,
    ];
    expect(found.map((list) => list?.length)).toEqual([1, 1, 1, 1, 1, 2, 1]);
    expect(found[1]).toMatchObject([{ MapPublicIpOnLaunch: true }]);
  });

  it("moves an association and a route to another target", async () => {
    const made = await makeNetwork(ec2, world.clock);
    const [publicTable = "", privateTable = ""] = made.tables;
    const [AssociationId = ""] = made.associations;
    const moved = await ec2.send(
      new ReplaceRouteTableAssociationCommand({ AssociationId, RouteTableId: privateTable }),
    );
    const Filters = [{ Name: "association.route-table-association-id", Values: [moved.NewAssociationId ?? ""] }];
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
    expect(RouteTables?.map(({ RouteTableId }) => RouteTableId)).toEqual([privateTable]);
    const route = { RouteTableId: publicTable, DestinationCidrBlock: "0.0.0.0/0" };
    await ec2.send(new ReplaceRouteCommand({ ...route, NatGatewayId: made.nat }));
    const replaced = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [publicTable] }));
    expect(replaced.RouteTables?.[0]?.Routes).toMatchObject([{ GatewayId: "local" }, { NatGatewayId: made.nat }]);
    await ec2.send(new DeleteRouteCommand(route));
    const left = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [publicTable] }));
    expect(left.RouteTables?.[0]?.Routes).toHaveLength(1);
  });

  it("has black holes where a gateway was", async () => {
    const made = await makeNetwork(ec2, world.clock);
    await world.aws.ec2.deleteNatGateway({ NatGatewayId: made.nat });
    await world.clock.advance(120_000);
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [made.tables[1] ?? ""] }));
    expect(RouteTables?.[0]?.Routes?.[1]?.State).toBe("blackhole");
    expect(whyNoInstanceJoins(made.privateSubnet, made.group)).toContain("drops");
  });

  it("has the zones of its region", async () => {
    const Filters = [{ Name: "state", Values: ["available"] }];
    const { AvailabilityZones } = await ec2.send(new DescribeAvailabilityZonesCommand({ Filters }));
    expect(AvailabilityZones?.map(({ ZoneName, ZoneId }) => `${ZoneName} ${ZoneId}`)).toEqual([
      "us-east-1a use1-az1",
      "us-east-1b use1-az2",
      "us-east-1c use1-az3",
    ]);
  });
});

describe("a NAT gateway that cannot be", () => {
  it("fails after a while, not at the call, and lets its record go after an hour", async () => {
    const vpc = await vpcWith();
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: "10.0.0.0/24" }));
    const { AllocationId } = await ec2.send(new AllocateAddressCommand({}));
    const { NatGateway } = await ec2.send(new CreateNatGatewayCommand({ SubnetId: Subnet?.SubnetId, AllocationId }));
    expect(NatGateway?.State).toBe("pending");
    const NatGatewayIds = [NatGateway?.NatGatewayId ?? ""];
    const { NatGateways } = await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds }));
    expect(NatGateways).toMatchObject([{ State: "failed", FailureCode: "Gateway.NotAttached" }]);
    await world.clock.advance(3_600_000);
    expect(await refusal(ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds })))).toBe(
      `NatGatewayNotFound: NatGateway ${NatGatewayIds[0]} was not found`,
    );
  });

  it("does not take the address of another one away", async () => {
    const made = await makeNetwork(ec2, world.clock);
    const input = { SubnetId: made.publicSubnet, AllocationId: made.address };
    const { NatGateway } = await ec2.send(new CreateNatGatewayCommand(input));
    const NatGatewayIds = [NatGateway?.NatGatewayId ?? ""];
    const { NatGateways } = await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds }));
    expect(NatGateways?.[0]?.FailureCode).toBe("Resource.AlreadyAssociated");
    await world.aws.ec2.deleteNatGateway({ NatGatewayId: NatGatewayIds[0] });
    await world.clock.advance(120_000);
    expect(await refusal(ec2.send(new ReleaseAddressCommand({ AllocationId: made.address })))).toContain("is in use");
  });
});

describe("EC2 refuses", () => {
  type Made = Awaited<ReturnType<typeof makeNetwork>>;
  const route = { DestinationCidrBlock: "0.0.0.0/0" };
  const refusals: readonly (readonly [string, (made: Made) => Promise<unknown>, string])[] = [
    [
      "a VPC that is too large",
      () => ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/8" })),
      "InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid.",
    ],
    [
      "a VPC of no block",
      () => ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0" })),
      "InvalidParameterValue: Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
    ],
    [
      "a dry run, which would succeed",
      () => ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16", DryRun: true })),
      "DryRunOperation: Request would have succeeded, but DryRun flag is set.",
    ],
    [
      "a subnet of no VPC",
      () => ec2.send(new CreateSubnetCommand({ VpcId: "vpc-gone", CidrBlock: "10.0.2.0/24" })),
      "InvalidVpcID.NotFound: The vpc ID 'vpc-gone' does not exist",
    ],
    [
      "a subnet outside of its VPC",
      ({ vpc }) => ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: "10.1.0.0/24" })),
      "InvalidSubnet.Range: The CIDR '10.1.0.0/24' is invalid.",
    ],
    [
      "a subnet in the addresses of another",
      ({ vpc }) => ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: "10.0.0.0/20" })),
      "InvalidSubnet.Conflict: The CIDR '10.0.0.0/20' conflicts with another subnet",
    ],
    [
      "a subnet in no zone",
      ({ vpc }) => {
        const input = { VpcId: vpc, CidrBlock: "10.0.2.0/24", AvailabilityZone: "us-east-1z" };
        return ec2.send(new CreateSubnetCommand(input));
      },
      "InvalidParameterValue: Value (us-east-1z) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: us-east-1a, us-east-1b, us-east-1c.",
    ],
    [
      "the same route twice",
      ({ tables: [table], gateway }) =>
        ec2.send(new CreateRouteCommand({ RouteTableId: table, ...route, GatewayId: gateway })),
      "RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists.",
    ],
    [
      "a route to a gateway that is not there",
      ({ tables: [table] }) =>
        ec2.send(new CreateRouteCommand({ RouteTableId: table, ...route, NatGatewayId: "nat-gone" })),
      "InvalidNatGatewayID.NotFound: The natGateway ID 'nat-gone' does not exist",
    ],
    [
      "a route without a target",
      ({ tables: [table] }) => ec2.send(new CreateRouteCommand({ RouteTableId: table, ...route })),
      "MissingParameter: The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId, egressOnlyInternetGatewayId or transitGatewayId",
    ],
    [
      "the removal of the local route",
      ({ tables: [table = ""] }) =>
        ec2.send(new DeleteRouteCommand({ RouteTableId: table, DestinationCidrBlock: "10.0.0.0/16" })),
      "InvalidParameterValue: cannot remove local route 10.0.0.0/16 in route table $table",
    ],
    [
      "a second table for a subnet",
      ({ tables: [, table = ""], publicSubnet }) =>
        ec2.send(new AssociateRouteTableCommand({ RouteTableId: table, SubnetId: publicSubnet })),
      "Resource.AlreadyAssociated: the specified association for route table $second conflicts with an existing association",
    ],
    [
      "a second attachment of a gateway",
      ({ gateway, vpc }) => ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: vpc })),
      "Resource.AlreadyAssociated: resource $gateway is already attached to network $vpc",
    ],
    [
      "a second gateway of a VPC",
      async ({ vpc }) => {
        const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
        const InternetGatewayId = InternetGateway?.InternetGatewayId;
        return ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId: vpc }));
      },
      "InvalidParameterValue: Network $vpc already has an internet gateway attached",
    ],
    [
      "the detachment of a gateway under a NAT gateway",
      ({ gateway, vpc }) => ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: vpc })),
      "DependencyViolation: Network $vpc has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.",
    ],
    [
      "the deletion of an attached gateway",
      ({ gateway }) => ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: gateway })),
      "DependencyViolation: The internetGateway '$gateway' has dependencies and cannot be deleted.",
    ],
    [
      "the deletion of a subnet with a NAT gateway",
      ({ publicSubnet }) => ec2.send(new DeleteSubnetCommand({ SubnetId: publicSubnet })),
      "DependencyViolation: The subnet '$subnet' has dependencies and cannot be deleted.",
    ],
    [
      "the deletion of a table with a subnet",
      ({ tables: [table] }) => ec2.send(new DeleteRouteTableCommand({ RouteTableId: table })),
      "DependencyViolation: The routeTable '$table' has dependencies and cannot be deleted.",
    ],
    [
      "the deletion of a VPC with subnets",
      ({ vpc }) => ec2.send(new DeleteVpcCommand({ VpcId: vpc })),
      "DependencyViolation: The vpc '$vpc' has dependencies and cannot be deleted.",
    ],
    [
      "to release an address in use",
      ({ address }) => ec2.send(new ReleaseAddressCommand({ AllocationId: address })),
      "InvalidIPAddress.InUse: Address 198.18.0.1 is in use.",
    ],
    [
      "a NAT gateway without an address",
      ({ publicSubnet }) => ec2.send(new CreateNatGatewayCommand({ SubnetId: publicSubnet })),
      "MissingParameter: The request must include the AllocationId parameter. Add the required parameter and retry the request.",
    ],
    [
      "an association that is not there",
      () => ec2.send(new DisassociateRouteTableCommand({ AssociationId: "rtbassoc-gone" })),
      "InvalidAssociationID.NotFound: The association ID 'rtbassoc-gone' does not exist",
    ],
    [
      "a filter that it does not know",
      () => ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: "colour", Values: ["red"] }] })),
      "InvalidParameterValue: The filter 'colour' is invalid",
    ],
  ];

  it.each(refusals)("%s", async (_name, call, expected) => {
    const made = await makeNetwork(ec2, world.clock);
    const [table = "", second = ""] = made.tables;
    const said = (await refusal(call(made)))
      .replaceAll(made.vpc, "$vpc")
      .replaceAll(made.gateway, "$gateway")
      .replaceAll(made.publicSubnet, "$subnet")
      .replaceAll(table, "$table")
      .replaceAll(second, "$second");
    expect(said).toBe(expected);
  });

  it("to take the subnet of instances that run, and takes it once they are gone", async () => {
    const made = await makeNetwork(ec2, world.clock);
    const change = { subnets: [made.privateSubnet], securityGroupIds: [made.group], minvCpus: 2 };
    await world.aws.outside.createComputeEnvironment(onEc2("ce", change));
    await world.clock.advance(60_000);
    const remove = new DeleteSubnetCommand({ SubnetId: made.privateSubnet });
    expect(await refusal(ec2.send(remove))).toContain("DependencyViolation");
    await world.aws.outside.updateComputeEnvironment({ computeEnvironment: "ce", state: "DISABLED" });
    await world.clock.advance(60_000);
    await world.aws.outside.deleteComputeEnvironment({ computeEnvironment: "ce" });
    await world.clock.advance(180_000);
    expect(await refusal(ec2.send(remove))).toBe("accepted");
  });

  it("a route through the gateway of another network", async () => {
    const made = await makeNetwork(ec2, world.clock);
    const other = await vpcWith("10.2.0.0/16");
    const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: other }));
    const RouteTableId = RouteTable?.RouteTableId;
    const command = new CreateRouteCommand({ RouteTableId, ...route, GatewayId: made.gateway });
    expect(await refusal(ec2.send(command))).toBe(
      `InvalidParameterValue: route table ${RouteTableId} and network gateway ${made.gateway} belong to different networks`,
    );
  });
});
