import type { Filter } from "@aws-sdk/client-ec2";
import type { Ec2Api } from "../aws/ec2.ts";
import type { Ec2 } from "./ec2.ts";
import { createTags, deleteTags } from "./ec2-tags.ts";
import type { Run } from "./wire.ts";

/** The calls of EC2 over a wire. */
export function ec2Api(ec2: Ec2, run: Run): Ec2Api {
  const { network, catalogue, groups, endpoints, state } = ec2;
  return {
    describeVpcs: (input, options) => run("DescribeVpcs", input, (given, asOf) => network.vpcs(given, asOf), options),
    describeVpcAttribute: (input, options) =>
      run("DescribeVpcAttribute", input, (given, asOf) => network.vpcAttribute(given, asOf), options),
    describeSubnets: (input, options) =>
      run(
        "DescribeSubnets",
        input,
        (given, asOf) => {
          ec2.provide([...(given.SubnetIds ?? []), ...valuesOf(given.Filters, "subnet-id")]);
          return network.subnets(given, asOf);
        },
        options,
      ),
    describeRouteTables: (input, options) =>
      run("DescribeRouteTables", input, (given, asOf) => network.routeTables(given, asOf), options),
    describeSecurityGroups: (input, options) =>
      run(
        "DescribeSecurityGroups",
        input,
        (given, asOf) => {
          ec2.provide([...(given.GroupIds ?? []), ...valuesOf(given.Filters, "group-id")]);
          return network.groups(given, asOf);
        },
        options,
      ),
    describeNetworkAcls: (input, options) =>
      run("DescribeNetworkAcls", input, (given, asOf) => network.acls(given, asOf), options),
    describeInternetGateways: (input, options) =>
      run("DescribeInternetGateways", input, (given, asOf) => network.internetGateways(given, asOf), options),
    describeEgressOnlyInternetGateways: (input, options) =>
      run(
        "DescribeEgressOnlyInternetGateways",
        input,
        (given, asOf) => network.egressOnlyGateways(given, asOf),
        options,
      ),
    describeNatGateways: (input, options) =>
      run("DescribeNatGateways", input, (given, asOf) => network.natGateways(given, asOf), options),
    describeVpcEndpoints: (input, options) =>
      run("DescribeVpcEndpoints", input, (given, asOf) => network.endpoints(given, asOf), options),

    describeVpcEndpointServices: (input, options) =>
      run("DescribeVpcEndpointServices", input, (given) => catalogue.services(given), options),
    describeInstanceTypes: (input, options) =>
      run("DescribeInstanceTypes", input, (given) => catalogue.instanceTypes(given), options),
    describeInstanceTypeOfferings: (input, options) =>
      run("DescribeInstanceTypeOfferings", input, (given) => catalogue.offerings(given), options),
    getManagedPrefixListEntries: (input, options) =>
      run("GetManagedPrefixListEntries", input, (given, asOf) => catalogue.prefixListEntries(given, asOf), options),
    describeKeyPairs: (input, options) =>
      run(
        "DescribeKeyPairs",
        input,
        (given, asOf) => {
          ec2.provideNamed("keyPairs", [...(given.KeyNames ?? []), ...valuesOf(given.Filters, "key-name")]);
          return catalogue.keyPairs(given, asOf);
        },
        options,
      ),
    describeImages: (input, options) =>
      run(
        "DescribeImages",
        input,
        (given, asOf) => {
          ec2.provide([...(given.ImageIds ?? []), ...valuesOf(given.Filters, "image-id")]);
          return catalogue.images(given, asOf);
        },
        options,
      ),
    describeLaunchTemplates: (input, options) =>
      run(
        "DescribeLaunchTemplates",
        input,
        (given, asOf) => {
          ec2.provide([...(given.LaunchTemplateIds ?? []), ...valuesOf(given.Filters, "launch-template-id")]);
          const names = [...(given.LaunchTemplateNames ?? []), ...valuesOf(given.Filters, "launch-template-name")];
          ec2.provideNamed("templates", names);
          return catalogue.templates(given, asOf);
        },
        options,
      ),
    describeLaunchTemplateVersions: (input, options) =>
      run(
        "DescribeLaunchTemplateVersions",
        input,
        (given, asOf) => {
          ec2.provide([given.LaunchTemplateId]);
          ec2.provideNamed("templates", [given.LaunchTemplateName]);
          return catalogue.templateVersions(given, asOf);
        },
        options,
      ),
    describePlacementGroups: (input, options) =>
      run(
        "DescribePlacementGroups",
        input,
        (given, asOf) => {
          const names = [...(given.GroupNames ?? []), ...valuesOf(given.Filters, "group-name")];
          ec2.provideNamed("placementGroups", names);
          return catalogue.placementGroups(given, asOf);
        },
        options,
      ),

    createVpcEndpoint: (input, options) => run("CreateVpcEndpoint", input, (given) => endpoints.create(given), options),
    modifyVpcEndpoint: (input, options) => run("ModifyVpcEndpoint", input, (given) => endpoints.modify(given), options),
    deleteVpcEndpoints: (input, options) =>
      run("DeleteVpcEndpoints", input, (given) => endpoints.delete(given), options),
    createSecurityGroup: (input, options) =>
      run("CreateSecurityGroup", input, (given) => groups.create(given), options),
    deleteSecurityGroup: (input, options) =>
      run("DeleteSecurityGroup", input, (given) => groups.delete(given), options),
    authorizeSecurityGroupIngress: (input, options) =>
      run("AuthorizeSecurityGroupIngress", input, (given) => groups.authorize("IpPermissions", given), options),
    authorizeSecurityGroupEgress: (input, options) =>
      run("AuthorizeSecurityGroupEgress", input, (given) => groups.authorize("IpPermissionsEgress", given), options),
    revokeSecurityGroupIngress: (input, options) =>
      run("RevokeSecurityGroupIngress", input, (given) => groups.revoke("IpPermissions", given), options),
    revokeSecurityGroupEgress: (input, options) =>
      run("RevokeSecurityGroupEgress", input, (given) => groups.revoke("IpPermissionsEgress", given), options),
    createTags: (input, options) => run("CreateTags", input, (given) => createTags(state, given), options),
    deleteTags: (input, options) => run("DeleteTags", input, (given) => deleteTags(state, given), options),
  };
}

/** The values of a filter without wildcards. */
function valuesOf(filters: readonly Filter[] | undefined, name: string): readonly string[] {
  const named = (filters ?? []).filter(({ Name }) => Name === name).flatMap(({ Values = [] }) => Values);
  return named.filter((value) => !/[*?]/.test(value));
}
