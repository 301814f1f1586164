import type {
  DescribeEgressOnlyInternetGatewaysRequest,
  DescribeEgressOnlyInternetGatewaysResult,
  DescribeInternetGatewaysRequest,
  DescribeInternetGatewaysResult,
  DescribeNatGatewaysRequest,
  DescribeNatGatewaysResult,
  DescribeNetworkAclsRequest,
  DescribeNetworkAclsResult,
  DescribeRouteTablesRequest,
  DescribeRouteTablesResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  DescribeVpcAttributeRequest,
  DescribeVpcAttributeResult,
  DescribeVpcEndpointsRequest,
  DescribeVpcEndpointsResult,
  DescribeVpcsRequest,
  DescribeVpcsResult,
  EgressOnlyInternetGateway,
  InternetGateway,
  NatGateway,
  NetworkAcl,
  RouteTable,
  SecurityGroup,
  Subnet,
  VpcEndpoint,
} from "@aws-sdk/client-ec2";
import { byIds, ec2Page, type FilterTable, filtered } from "./ec2-filters.ts";
import { type Ec2State, ec2Refusal, type StoredVpc } from "./ec2-state.ts";

/** Reads of VPCs and everything in them; each as of a monotonic time. @throws Refusal */
export class NetworkReads {
  readonly #state: Ec2State;

  constructor(state: Ec2State) {
    this.#state = state;
  }

  vpcs(input: DescribeVpcsRequest, asOf: number): DescribeVpcsResult {
    const named = byIds(this.#state.vpcs.asOf(asOf), input.VpcIds, ({ vpc }) => vpc.VpcId, noSuchVpc);
    const found = filtered(named, input.Filters, vpcFilters, ({ vpc }) => vpc.Tags);
    const { page, next } = this.#page(found, input);
    return { Vpcs: page.map(({ vpc }) => vpc), ...next };
  }

  vpcAttribute(input: DescribeVpcAttributeRequest, asOf: number): DescribeVpcAttributeResult {
    const { VpcId: id = "", Attribute: attribute } = input;
    const stored = this.#state.vpcs.asOf(asOf).find(({ vpc }) => vpc.VpcId === id);
    if (stored === undefined) throw noSuchVpc(id);
    switch (attribute) {
      case "enableDnsSupport":
        return { VpcId: id, EnableDnsSupport: { Value: stored.dnsSupport } };
      case "enableDnsHostnames":
        return { VpcId: id, EnableDnsHostnames: { Value: stored.dnsHostnames } };
      case "enableNetworkAddressUsageMetrics":
        return { VpcId: id, EnableNetworkAddressUsageMetrics: { Value: stored.addressUsageMetrics ?? false } };
      default:
        throw ec2Refusal("InvalidParameterValue", `Value (${attribute}) for parameter attribute is invalid.`);
    }
  }

  subnets(input: DescribeSubnetsRequest, asOf: number): DescribeSubnetsResult {
    const named = byIds(this.#state.subnets.asOf(asOf), input.SubnetIds, ({ SubnetId }) => SubnetId, noSuchSubnet);
    const { page, next } = this.#page(
      filtered(named, input.Filters, subnetFilters, ({ Tags }) => Tags),
      input,
    );
    return { Subnets: page, ...next };
  }

  routeTables(input: DescribeRouteTablesRequest, asOf: number): DescribeRouteTablesResult {
    const missing = (id: string): Error =>
      ec2Refusal("InvalidRouteTableID.NotFound", `The routeTable ID '${id}' does not exist`);
    const tables = this.#state.routeTables.asOf(asOf);
    const named = byIds(tables, input.RouteTableIds, ({ RouteTableId }) => RouteTableId, missing);
    const { page, next } = this.#page(
      filtered(named, input.Filters, routeTableFilters, ({ Tags }) => Tags),
      input,
    );
    return { RouteTables: page, ...next };
  }

  groups(input: DescribeSecurityGroupsRequest, asOf: number): DescribeSecurityGroupsResult {
    const named = byIds(this.#state.groups.asOf(asOf), input.GroupIds, ({ GroupId }) => GroupId, noSuchGroup);
    const { page, next } = this.#page(
      filtered(named, input.Filters, groupFilters, ({ Tags }) => Tags),
      input,
    );
    return { SecurityGroups: page, ...next };
  }

  acls(input: DescribeNetworkAclsRequest, asOf: number): DescribeNetworkAclsResult {
    const missing = (id: string): Error =>
      ec2Refusal("InvalidNetworkAclID.NotFound", `The networkAcl ID '${id}' does not exist`);
    const acls = this.#state.acls.asOf(asOf);
    const named = byIds(acls, input.NetworkAclIds, ({ NetworkAclId }) => NetworkAclId, missing);
    const { page, next } = this.#page(
      filtered(named, input.Filters, aclFilters, ({ Tags }) => Tags),
      input,
    );
    return { NetworkAcls: page, ...next };
  }

  internetGateways(input: DescribeInternetGatewaysRequest, asOf: number): DescribeInternetGatewaysResult {
    const missing = (id: string): Error =>
      ec2Refusal("InvalidInternetGatewayID.NotFound", `The internetGateway ID '${id}' does not exist`);
    const gateways = this.#state.internetGateways.asOf(asOf);
    const named = byIds(gateways, input.InternetGatewayIds, (one) => one.InternetGatewayId, missing);
    const { page, next } = this.#page(
      filtered(named, input.Filters, internetGatewayFilters, ({ Tags }) => Tags),
      input,
    );
    return { InternetGateways: page, ...next };
  }

  egressOnlyGateways(
    input: DescribeEgressOnlyInternetGatewaysRequest,
    asOf: number,
  ): DescribeEgressOnlyInternetGatewaysResult {
    const missing = (id: string): Error =>
      ec2Refusal("InvalidGatewayID.NotFound", `The egressOnlyInternetGateway ID '${id}' does not exist`);
    const gateways = this.#state.egressOnlyGateways.asOf(asOf);
    const ids = input.EgressOnlyInternetGatewayIds;
    const named = byIds(gateways, ids, (one) => one.EgressOnlyInternetGatewayId, missing);
    const { page, next } = this.#page(
      filtered(named, input.Filters, egressOnlyFilters, ({ Tags }) => Tags),
      input,
    );
    return { EgressOnlyInternetGateways: page, ...next };
  }

  natGateways(input: DescribeNatGatewaysRequest, asOf: number): DescribeNatGatewaysResult {
    const missing = (id: string): Error => ec2Refusal("NatGatewayNotFound", `NatGateway ${id} was not found`);
    const gateways = this.#state.natGateways.asOf(asOf);
    const named = byIds(gateways, input.NatGatewayIds, ({ NatGatewayId }) => NatGatewayId, missing);
    const { page, next } = this.#page(
      filtered(named, input.Filter, natFilters, ({ Tags }) => Tags),
      input,
    );
    return { NatGateways: page, ...next };
  }

  endpoints(input: DescribeVpcEndpointsRequest, asOf: number): DescribeVpcEndpointsResult {
    const endpoints = this.#state.endpoints.asOf(asOf);
    const named = byIds(endpoints, input.VpcEndpointIds, ({ VpcEndpointId }) => VpcEndpointId, noSuchEndpoint);
    const { page, next } = this.#page(
      filtered(named, input.Filters, endpointFilters, ({ Tags }) => Tags),
      input,
    );
    return { VpcEndpoints: page, ...next };
  }

  #page<T>(records: readonly T[], input: { MaxResults?: number | undefined; NextToken?: string | undefined }) {
    return ec2Page(records, input, 1000);
  }
}

export function noSuchVpc(id: string): Error {
  return ec2Refusal("InvalidVpcID.NotFound", `The vpc ID '${id}' does not exist`);
}

export function noSuchSubnet(id: string): Error {
  return ec2Refusal("InvalidSubnetID.NotFound", `The subnet ID '${id}' does not exist`);
}

export function noSuchGroup(id: string): Error {
  return ec2Refusal("InvalidGroup.NotFound", `The security group '${id}' does not exist`);
}

export function noSuchEndpoint(id: string): Error {
  return ec2Refusal("InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${id}' does not exist`);
}

const vpcFilters: FilterTable<StoredVpc> = {
  "vpc-id": ({ vpc }) => [vpc.VpcId],
  cidr: ({ vpc }) => [vpc.CidrBlock],
  "cidr-block-association.cidr-block": ({ vpc }) => [vpc.CidrBlock],
  "is-default": ({ vpc }) => [vpc.IsDefault],
  isDefault: ({ vpc }) => [vpc.IsDefault],
  "owner-id": ({ vpc }) => [vpc.OwnerId],
  state: ({ vpc }) => [vpc.State],
};

const subnetFilters: FilterTable<Subnet> = {
  "subnet-id": ({ SubnetId }) => [SubnetId],
  "vpc-id": ({ VpcId }) => [VpcId],
  "availability-zone": ({ AvailabilityZone }) => [AvailabilityZone],
  "availability-zone-id": ({ AvailabilityZoneId }) => [AvailabilityZoneId],
  "available-ip-address-count": ({ AvailableIpAddressCount }) => [AvailableIpAddressCount],
  "cidr-block": ({ CidrBlock }) => [CidrBlock],
  "default-for-az": ({ DefaultForAz }) => [DefaultForAz ?? false],
  "map-public-ip-on-launch": ({ MapPublicIpOnLaunch }) => [MapPublicIpOnLaunch],
  "owner-id": ({ OwnerId }) => [OwnerId],
  state: ({ State }) => [State],
};

const routeTableFilters: FilterTable<RouteTable> = {
  "route-table-id": ({ RouteTableId }) => [RouteTableId],
  "vpc-id": ({ VpcId }) => [VpcId],
  "association.subnet-id": ({ Associations = [] }) => Associations.map(({ SubnetId }) => SubnetId),
  "association.main": ({ Associations = [] }) => Associations.map(({ Main }) => Main),
  "association.route-table-association-id": ({ Associations = [] }) =>
    Associations.map(({ RouteTableAssociationId }) => RouteTableAssociationId),
  "association.route-table-id": ({ Associations = [] }) => Associations.map(({ RouteTableId }) => RouteTableId),
  "owner-id": ({ OwnerId }) => [OwnerId],
  "route.destination-cidr-block": ({ Routes = [] }) => Routes.map(({ DestinationCidrBlock }) => DestinationCidrBlock),
  "route.gateway-id": ({ Routes = [] }) => Routes.map(({ GatewayId }) => GatewayId),
  "route.nat-gateway-id": ({ Routes = [] }) => Routes.map(({ NatGatewayId }) => NatGatewayId),
  "route.state": ({ Routes = [] }) => Routes.map(({ State }) => State),
};

const groupFilters: FilterTable<SecurityGroup> = {
  "group-id": ({ GroupId }) => [GroupId],
  "group-name": ({ GroupName }) => [GroupName],
  "vpc-id": ({ VpcId }) => [VpcId],
  description: ({ Description }) => [Description],
  "owner-id": ({ OwnerId }) => [OwnerId],
};

const aclFilters: FilterTable<NetworkAcl> = {
  "network-acl-id": ({ NetworkAclId }) => [NetworkAclId],
  "vpc-id": ({ VpcId }) => [VpcId],
  "association.subnet-id": ({ Associations = [] }) => Associations.map(({ SubnetId }) => SubnetId),
  default: ({ IsDefault }) => [IsDefault],
};

const internetGatewayFilters: FilterTable<InternetGateway> = {
  "internet-gateway-id": ({ InternetGatewayId }) => [InternetGatewayId],
  "attachment.state": ({ Attachments = [] }) => Attachments.map(({ State }) => State),
  "attachment.vpc-id": ({ Attachments = [] }) => Attachments.map(({ VpcId }) => VpcId),
  "owner-id": ({ OwnerId }) => [OwnerId],
};

/** Only tags exist here. */
const egressOnlyFilters: FilterTable<EgressOnlyInternetGateway> = {};

const natFilters: FilterTable<NatGateway> = {
  "nat-gateway-id": ({ NatGatewayId }) => [NatGatewayId],
  "subnet-id": ({ SubnetId }) => [SubnetId],
  "vpc-id": ({ VpcId }) => [VpcId],
  state: ({ State }) => [State],
};

const endpointFilters: FilterTable<VpcEndpoint> = {
  "vpc-endpoint-id": ({ VpcEndpointId }) => [VpcEndpointId],
  "vpc-id": ({ VpcId }) => [VpcId],
  "service-name": ({ ServiceName }) => [ServiceName],
  "vpc-endpoint-type": ({ VpcEndpointType }) => [VpcEndpointType],
  "vpc-endpoint-state": ({ State }) => [State],
};
