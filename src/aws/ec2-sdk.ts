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
  type EC2ClientConfig,
  GetManagedPrefixListEntriesCommand,
  ModifyVpcEndpointCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import type { CallOptions } from "./batch.ts";
import type { Ec2Api } from "./ec2.ts";
import { checked, sending } from "./sdk.ts";

export interface Ec2SdkOptions {
  readonly region: string;
  /** The SDK's own way to send requests, unless a test brings another. */
  readonly requestHandler?: EC2ClientConfig["requestHandler"];
}

/**
 * EC2 by the SDK. Its client is by far the largest, so this module is imported only when something asks EC2, and it
 * names each command that it needs: of the others nothing comes into the bundle. Rejects with the SDK's own errors;
 * tries once, as `sdkBatch` does.
 */
export function sdkEc2(options: Ec2SdkOptions): Ec2Api & { close(): void } {
  const client = new EC2Client({
    region: options.region,
    ...(options.requestHandler === undefined ? {} : { requestHandler: options.requestHandler }),
    maxAttempts: 1,
    customUserAgent: "aws-batch-operator",
  });
  type Sent = Parameters<EC2Client["send"]>[0];
  const read =
    <Input, Output>(command: (input: Input) => object) =>
    async (input: Input, call?: CallOptions): Promise<Output> =>
      (await client.send(command(input) as Sent, sending(call))) as Output;
  const write =
    <Input, Output>(command: (input: Input) => object) =>
    async (input: Input, call?: CallOptions): Promise<Output> =>
      (await client.send(checked(command(input) as Sent, call), sending(call))) as Output;

  return {
    close: () => client.destroy(),
    describeSubnets: read((input) => new DescribeSubnetsCommand(input)),
    describeRouteTables: read((input) => new DescribeRouteTablesCommand(input)),
    describeSecurityGroups: read((input) => new DescribeSecurityGroupsCommand(input)),
    describeVpcs: read((input) => new DescribeVpcsCommand(input)),
    describeVpcAttribute: read((input) => new DescribeVpcAttributeCommand(input)),
    describeVpcEndpoints: read((input) => new DescribeVpcEndpointsCommand(input)),
    describeVpcEndpointServices: read((input) => new DescribeVpcEndpointServicesCommand(input)),
    describeNatGateways: read((input) => new DescribeNatGatewaysCommand(input)),
    describeInternetGateways: read((input) => new DescribeInternetGatewaysCommand(input)),
    describeEgressOnlyInternetGateways: read((input) => new DescribeEgressOnlyInternetGatewaysCommand(input)),
    describeNetworkAcls: read((input) => new DescribeNetworkAclsCommand(input)),
    describeInstanceTypes: read((input) => new DescribeInstanceTypesCommand(input)),
    describeInstanceTypeOfferings: read((input) => new DescribeInstanceTypeOfferingsCommand(input)),
    describeLaunchTemplates: read((input) => new DescribeLaunchTemplatesCommand(input)),
    describeLaunchTemplateVersions: read((input) => new DescribeLaunchTemplateVersionsCommand(input)),
    describeKeyPairs: read((input) => new DescribeKeyPairsCommand(input)),
    describeImages: read((input) => new DescribeImagesCommand(input)),
    describePlacementGroups: read((input) => new DescribePlacementGroupsCommand(input)),
    getManagedPrefixListEntries: read((input) => new GetManagedPrefixListEntriesCommand(input)),

    createVpcEndpoint: write((input) => new CreateVpcEndpointCommand(input)),
    createSecurityGroup: write((input) => new CreateSecurityGroupCommand(input)),
    deleteVpcEndpoints: write((input) => new DeleteVpcEndpointsCommand(input)),
    modifyVpcEndpoint: write((input) => new ModifyVpcEndpointCommand(input)),
    deleteSecurityGroup: write((input) => new DeleteSecurityGroupCommand(input)),
    authorizeSecurityGroupIngress: write((input) => new AuthorizeSecurityGroupIngressCommand(input)),
    authorizeSecurityGroupEgress: write((input) => new AuthorizeSecurityGroupEgressCommand(input)),
    revokeSecurityGroupIngress: write((input) => new RevokeSecurityGroupIngressCommand(input)),
    revokeSecurityGroupEgress: write((input) => new RevokeSecurityGroupEgressCommand(input)),
    createTags: write((input) => new CreateTagsCommand(input)),
    deleteTags: write((input) => new DeleteTagsCommand(input)),
  };
}
