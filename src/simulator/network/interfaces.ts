import type {
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult,
  NetworkInterface,
} from "@aws-sdk/client-ec2";
import { byIds, ec2Page, type FilterTable, filtered } from "../ec2-filters.ts";
import { type Ec2State, ec2Refusal } from "../ec2-state.ts";
import type { NetworkParts } from "./handler.ts";

/** Reads of the network interfaces of NAT gateways and interface endpoints; Terraform calls them before it deletes. */
export const interfaceReads = {
  describeNetworkInterfaces(
    { state }: NetworkParts,
    input: DescribeNetworkInterfacesRequest,
    asOf: number,
  ): DescribeNetworkInterfacesResult {
    const all = [...ofNatGateways(state, asOf), ...ofEndpoints(state, asOf)];
    const named = byIds(all, input.NetworkInterfaceIds, ({ NetworkInterfaceId }) => NetworkInterfaceId, noSuchOne);
    const found = filtered(named, input.Filters, filters, () => []);
    const { page, next } = ec2Page(found, input, 1000);
    return { NetworkInterfaces: page, ...next };
  },
};

/** The service writes it in this form, unlike its model. */
const natGatewayType = "nat_gateway" as unknown as "natGateway";

function ofNatGateways({ natGateways, world }: Ec2State, asOf: number): NetworkInterface[] {
  return natGateways
    .asOf(asOf)
    .filter(({ State }) => State !== "deleted" && State !== "failed")
    .flatMap(({ NatGatewayAddresses = [], NatGatewayId, SubnetId = "", VpcId = "" }) =>
      NatGatewayAddresses.map(({ NetworkInterfaceId = "", PrivateIp = "" }) => ({
        NetworkInterfaceId,
        SubnetId,
        VpcId,
        PrivateIpAddress: PrivateIp,
        Description: `Interface for NAT Gateway ${NatGatewayId}`,
        InterfaceType: natGatewayType,
        Status: "in-use" as const,
        OwnerId: world.account,
        RequesterManaged: true,
        Groups: [],
      })),
    );
}

function ofEndpoints({ endpoints, world }: Ec2State, asOf: number): NetworkInterface[] {
  return endpoints
    .asOf(asOf)
    .flatMap(({ NetworkInterfaceIds = [], SubnetIds = [], VpcEndpointId, VpcId = "", Groups = [] }) =>
      NetworkInterfaceIds.map((NetworkInterfaceId, at) => ({
        NetworkInterfaceId,
        SubnetId: SubnetIds[at] ?? "",
        VpcId,
        Description: `VPC Endpoint Interface ${VpcEndpointId}`,
        InterfaceType: "vpc_endpoint" as const,
        Status: "in-use" as const,
        OwnerId: world.account,
        RequesterManaged: true,
        Groups,
      })),
    );
}

function noSuchOne(id: string): Error {
  return ec2Refusal("InvalidNetworkInterfaceID.NotFound", `The networkInterface ID '${id}' does not exist`);
}

const filters: FilterTable<NetworkInterface> = {
  "attachment.instance-owner-id": () => [],
  "attachment.instance-id": () => [],
  description: ({ Description }) => [Description],
  "group-id": ({ Groups = [] }) => Groups.map(({ GroupId }) => GroupId),
  "interface-type": ({ InterfaceType }) => [InterfaceType],
  "network-interface-id": ({ NetworkInterfaceId }) => [NetworkInterfaceId],
  "requester-id": () => [],
  status: ({ Status }) => [Status],
  "subnet-id": ({ SubnetId }) => [SubnetId],
  "vpc-id": ({ VpcId }) => [VpcId],
};
