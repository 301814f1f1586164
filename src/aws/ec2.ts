import type {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupIngressRequest,
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult,
  CreateTagsRequest,
  CreateVpcEndpointRequest,
  CreateVpcEndpointResult,
  DeleteSecurityGroupRequest,
  DeleteTagsRequest,
  DeleteVpcEndpointsRequest,
  DeleteVpcEndpointsResult,
  DescribeEgressOnlyInternetGatewaysRequest,
  DescribeEgressOnlyInternetGatewaysResult,
  DescribeImagesRequest,
  DescribeImagesResult,
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  DescribeInternetGatewaysRequest,
  DescribeInternetGatewaysResult,
  DescribeKeyPairsRequest,
  DescribeKeyPairsResult,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
  DescribeNatGatewaysRequest,
  DescribeNatGatewaysResult,
  DescribeNetworkAclsRequest,
  DescribeNetworkAclsResult,
  DescribePlacementGroupsRequest,
  DescribePlacementGroupsResult,
  DescribeRouteTablesRequest,
  DescribeRouteTablesResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  DescribeVpcAttributeRequest,
  DescribeVpcAttributeResult,
  DescribeVpcEndpointServicesRequest,
  DescribeVpcEndpointServicesResult,
  DescribeVpcEndpointsRequest,
  DescribeVpcEndpointsResult,
  DescribeVpcsRequest,
  DescribeVpcsResult,
  GetManagedPrefixListEntriesRequest,
  GetManagedPrefixListEntriesResult,
  ModifyVpcEndpointRequest,
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupIngressRequest,
} from "@aws-sdk/client-ec2";
import type { CallOptions } from "./batch.ts";

/**
 * The calls of EC2 that the operator makes (API version 2016-11-15), under the SDK's names and shapes. Reading by
 * filter instead of by id gives an empty list where an id is missing, not an error.
 */
export interface Ec2Api {
  describeSubnets(input: DescribeSubnetsRequest, options?: CallOptions): Promise<DescribeSubnetsResult>;
  describeRouteTables(input: DescribeRouteTablesRequest, options?: CallOptions): Promise<DescribeRouteTablesResult>;
  describeSecurityGroups(
    input: DescribeSecurityGroupsRequest,
    options?: CallOptions,
  ): Promise<DescribeSecurityGroupsResult>;
  describeVpcs(input: DescribeVpcsRequest, options?: CallOptions): Promise<DescribeVpcsResult>;
  describeVpcAttribute(input: DescribeVpcAttributeRequest, options?: CallOptions): Promise<DescribeVpcAttributeResult>;
  describeVpcEndpoints(input: DescribeVpcEndpointsRequest, options?: CallOptions): Promise<DescribeVpcEndpointsResult>;
  describeVpcEndpointServices(
    input: DescribeVpcEndpointServicesRequest,
    options?: CallOptions,
  ): Promise<DescribeVpcEndpointServicesResult>;
  describeNatGateways(input: DescribeNatGatewaysRequest, options?: CallOptions): Promise<DescribeNatGatewaysResult>;
  describeInternetGateways(
    input: DescribeInternetGatewaysRequest,
    options?: CallOptions,
  ): Promise<DescribeInternetGatewaysResult>;
  describeEgressOnlyInternetGateways(
    input: DescribeEgressOnlyInternetGatewaysRequest,
    options?: CallOptions,
  ): Promise<DescribeEgressOnlyInternetGatewaysResult>;
  describeNetworkAcls(input: DescribeNetworkAclsRequest, options?: CallOptions): Promise<DescribeNetworkAclsResult>;
  describeInstanceTypes(
    input: DescribeInstanceTypesRequest,
    options?: CallOptions,
  ): Promise<DescribeInstanceTypesResult>;
  describeInstanceTypeOfferings(
    input: DescribeInstanceTypeOfferingsRequest,
    options?: CallOptions,
  ): Promise<DescribeInstanceTypeOfferingsResult>;
  describeLaunchTemplates(
    input: DescribeLaunchTemplatesRequest,
    options?: CallOptions,
  ): Promise<DescribeLaunchTemplatesResult>;
  describeLaunchTemplateVersions(
    input: DescribeLaunchTemplateVersionsRequest,
    options?: CallOptions,
  ): Promise<DescribeLaunchTemplateVersionsResult>;
  describeKeyPairs(input: DescribeKeyPairsRequest, options?: CallOptions): Promise<DescribeKeyPairsResult>;
  describeImages(input: DescribeImagesRequest, options?: CallOptions): Promise<DescribeImagesResult>;
  describePlacementGroups(
    input: DescribePlacementGroupsRequest,
    options?: CallOptions,
  ): Promise<DescribePlacementGroupsResult>;
  getManagedPrefixListEntries(
    input: GetManagedPrefixListEntriesRequest,
    options?: CallOptions,
  ): Promise<GetManagedPrefixListEntriesResult>;

  createVpcEndpoint(input: CreateVpcEndpointRequest, options?: CallOptions): Promise<CreateVpcEndpointResult>;
  createSecurityGroup(input: CreateSecurityGroupRequest, options?: CallOptions): Promise<CreateSecurityGroupResult>;
  deleteVpcEndpoints(input: DeleteVpcEndpointsRequest, options?: CallOptions): Promise<DeleteVpcEndpointsResult>;
  modifyVpcEndpoint(input: ModifyVpcEndpointRequest, options?: CallOptions): Promise<void>;
  deleteSecurityGroup(input: DeleteSecurityGroupRequest, options?: CallOptions): Promise<void>;
  authorizeSecurityGroupIngress(input: AuthorizeSecurityGroupIngressRequest, options?: CallOptions): Promise<void>;
  authorizeSecurityGroupEgress(input: AuthorizeSecurityGroupEgressRequest, options?: CallOptions): Promise<void>;
  revokeSecurityGroupIngress(input: RevokeSecurityGroupIngressRequest, options?: CallOptions): Promise<void>;
  revokeSecurityGroupEgress(input: RevokeSecurityGroupEgressRequest, options?: CallOptions): Promise<void>;
  createTags(input: CreateTagsRequest, options?: CallOptions): Promise<void>;
  deleteTags(input: DeleteTagsRequest, options?: CallOptions): Promise<void>;
}
