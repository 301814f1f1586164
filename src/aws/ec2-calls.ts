import { type CallTable, read, write } from "./call-facts.ts";
import { type CallGuardOptions, callGuard, guardedCalls } from "./calls.ts";
import type { Ec2Api } from "./ec2.ts";

/** The calls of EC2. One without an entry does not compile. */
export const ec2Calls: CallTable<keyof Ec2Api> = {
  describeSubnets: read("Ec2Read"),
  describeRouteTables: read("Ec2Read"),
  describeSecurityGroups: read("Ec2Read"),
  describeVpcs: read("Ec2Read"),
  describeVpcAttribute: read("Ec2Read"),
  describeVpcEndpoints: read("Ec2Read"),
  describeVpcEndpointServices: read("Ec2Read"),
  describeNatGateways: read("Ec2Read"),
  describeInternetGateways: read("Ec2Read"),
  describeEgressOnlyInternetGateways: read("Ec2Read"),
  describeNetworkAcls: read("Ec2Read"),
  describeInstanceTypes: read("Ec2Read"),
  describeInstanceTypeOfferings: read("Ec2Read"),
  describeLaunchTemplates: read("Ec2Read"),
  describeLaunchTemplateVersions: read("Ec2Read"),
  describeKeyPairs: read("Ec2Read"),
  describeImages: read("Ec2Read"),
  describePlacementGroups: read("Ec2Read"),
  getManagedPrefixListEntries: read("Ec2Read"),
  createVpcEndpoint: write(
    ["EndpointCreate", "EndpointRefer"],
    [
      ["ec2:CreateTags", "EndpointTag"],
      // Private DNS names are a hosted zone of AWS that is put before the VPC.
      ["route53:AssociateVPCWithHostedZone", "EndpointNames"],
    ],
  ),
  createSecurityGroup: write(["EndpointCreate", "EndpointRefer"], [["ec2:CreateTags", "EndpointTag"]]),
  deleteVpcEndpoints: write(["EndpointChange"]),
  modifyVpcEndpoint: write(
    ["EndpointChange", "EndpointRefer"],
    [["route53:AssociateVPCWithHostedZone", "EndpointNames"]],
  ),
  deleteSecurityGroup: write(["EndpointChange"]),
  authorizeSecurityGroupIngress: write(["EndpointChange", "EndpointRules"]),
  authorizeSecurityGroupEgress: write(["EndpointChange", "EndpointRules"]),
  revokeSecurityGroupIngress: write(["EndpointChange"]),
  revokeSecurityGroupEgress: write(["EndpointChange"]),
  createTags: write(["EndpointChange", "GroupReclaim"]),
  deleteTags: write(["EndpointChange"]),
};

/** EC2 behind budget, lease, deadline and classification. */
export function guardedEc2(raw: Ec2Api, options: CallGuardOptions): Ec2Api {
  return guardedCalls("ec2", raw, ec2Calls, callGuard(options));
}
