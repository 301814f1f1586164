import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVpcEndpointCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DeleteVpcEndpointsCommand,
  DescribeEgressOnlyInternetGatewaysCommand,
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeInternetGatewaysCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribePlacementGroupsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointServicesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
  GetManagedPrefixListEntriesCommand,
  ModifyVpcEndpointCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { type SdkOptions, sdkCalls } from "./sdk.ts";

/**
 * The calls of EC2 that the operator makes (API version 2016-11-15). EC2's client is by far the largest, so this module
 * is imported only when something asks EC2, and it names each command: of the others nothing comes into the bundle.
 */
export const ec2Commands = {
  describeSubnets: DescribeSubnetsCommand,
  describeRouteTables: DescribeRouteTablesCommand,
  describeSecurityGroups: DescribeSecurityGroupsCommand,
  describeVpcs: DescribeVpcsCommand,
  describeVpcAttribute: DescribeVpcAttributeCommand,
  describeVpcEndpoints: DescribeVpcEndpointsCommand,
  describeVpcEndpointServices: DescribeVpcEndpointServicesCommand,
  describeNatGateways: DescribeNatGatewaysCommand,
  describeInternetGateways: DescribeInternetGatewaysCommand,
  describeEgressOnlyInternetGateways: DescribeEgressOnlyInternetGatewaysCommand,
  describeNetworkAcls: DescribeNetworkAclsCommand,
  describeInstanceTypes: DescribeInstanceTypesCommand,
  describeInstanceTypeOfferings: DescribeInstanceTypeOfferingsCommand,
  describeLaunchTemplates: DescribeLaunchTemplatesCommand,
  describeLaunchTemplateVersions: DescribeLaunchTemplateVersionsCommand,
  describeKeyPairs: DescribeKeyPairsCommand,
  describeImages: DescribeImagesCommand,
  describePlacementGroups: DescribePlacementGroupsCommand,
  getManagedPrefixListEntries: GetManagedPrefixListEntriesCommand,

  createVpcEndpoint: CreateVpcEndpointCommand,
  createSecurityGroup: CreateSecurityGroupCommand,
  deleteVpcEndpoints: DeleteVpcEndpointsCommand,
  modifyVpcEndpoint: ModifyVpcEndpointCommand,
  deleteSecurityGroup: DeleteSecurityGroupCommand,
  authorizeSecurityGroupIngress: AuthorizeSecurityGroupIngressCommand,
  authorizeSecurityGroupEgress: AuthorizeSecurityGroupEgressCommand,
  revokeSecurityGroupIngress: RevokeSecurityGroupIngressCommand,
  revokeSecurityGroupEgress: RevokeSecurityGroupEgressCommand,
  createTags: CreateTagsCommand,
  deleteTags: DeleteTagsCommand,
} as const;

/** EC2 by the SDK. */
export function sdkEc2(options: SdkOptions) {
  return sdkCalls(EC2Client, ec2Commands, options);
}
