import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteNatGatewayCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  type EC2Client,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import type { VirtualClock } from "../../src/runtime/clock.ts";

export interface MadeNetwork {
  readonly vpc: string;
  readonly publicSubnet: string;
  readonly privateSubnet: string;
  readonly gateway: string;
  readonly address: string;
  readonly nat: string;
  readonly tables: readonly string[];
  readonly associations: readonly string[];
  readonly group: string;
}

/** Makes what people make first: a VPC with a public and a private subnet, which reaches the internet through a NAT gateway. */
export async function makeNetwork(ec2: EC2Client, clock: VirtualClock): Promise<MadeNetwork> {
  const vpc = (await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }))).Vpc?.VpcId ?? "";
  const subnet = async (CidrBlock: string): Promise<string> => {
    const input = { VpcId: vpc, CidrBlock, AvailabilityZone: "us-east-1a" };
    return (await ec2.send(new CreateSubnetCommand(input))).Subnet?.SubnetId ?? "";
  };
  const publicSubnet = await subnet("10.0.0.0/24");
  const privateSubnet = await subnet("10.0.1.0/24");
  const created = await ec2.send(new CreateInternetGatewayCommand({}));
  const gateway = created.InternetGateway?.InternetGatewayId ?? "";
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: vpc }));
  const address = (await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }))).AllocationId ?? "";
  const made = await ec2.send(new CreateNatGatewayCommand({ SubnetId: publicSubnet, AllocationId: address }));
  const nat = made.NatGateway?.NatGatewayId ?? "";
  await clock.advance(120_000);
  const tables: string[] = [];
  const associations: string[] = [];
  for (const [SubnetId, target] of [
    [publicSubnet, { GatewayId: gateway }],
    [privateSubnet, { NatGatewayId: nat }],
  ] as const) {
    const RouteTableId = (await ec2.send(new CreateRouteTableCommand({ VpcId: vpc }))).RouteTable?.RouteTableId ?? "";
    await ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: "0.0.0.0/0", ...target }));
    const { AssociationId = "" } = await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    tables.push(RouteTableId);
    associations.push(AssociationId);
  }
  const input = { GroupName: "batch", Description: "batch", VpcId: vpc };
  const group = (await ec2.send(new CreateSecurityGroupCommand(input))).GroupId ?? "";
  return { vpc, publicSubnet, privateSubnet, gateway, address, nat, tables, associations, group };
}

/** Removes it in the order that AWS asks for. */
export async function removeNetwork(ec2: EC2Client, clock: VirtualClock, made: MadeNetwork): Promise<void> {
  await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: made.nat }));
  await clock.advance(120_000);
  await ec2.send(new ReleaseAddressCommand({ AllocationId: made.address }));
  for (const AssociationId of made.associations) await ec2.send(new DisassociateRouteTableCommand({ AssociationId }));
  for (const RouteTableId of made.tables) await ec2.send(new DeleteRouteTableCommand({ RouteTableId }));
  await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: made.gateway, VpcId: made.vpc }));
  await ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: made.gateway }));
  await ec2.send(new DeleteSecurityGroupCommand({ GroupId: made.group }));
  for (const SubnetId of [made.publicSubnet, made.privateSubnet]) await ec2.send(new DeleteSubnetCommand({ SubnetId }));
  await ec2.send(new DeleteVpcCommand({ VpcId: made.vpc }));
}
