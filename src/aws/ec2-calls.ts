import { type CallTable, readCall, writeCall } from "./call-facts.ts";
import { type CallGuardOptions, callGuard, guardedCalls } from "./calls.ts";
import type { Ec2Api } from "./ec2.ts";

/** The calls of EC2. One without an entry does not compile. */
export const ec2Calls: CallTable<keyof Ec2Api> = {
  describeSubnets: readCall("Ec2Read"),
  describeRouteTables: readCall("Ec2Read"),
  describeSecurityGroups: readCall("Ec2Read"),
  describeVpcs: readCall("Ec2Read"),
  describeVpcAttribute: readCall("Ec2Read"),
  describeVpcEndpoints: readCall("Ec2Read"),
  describeVpcEndpointServices: readCall("Ec2Read"),
  describeNatGateways: readCall("Ec2Read"),
  describeInternetGateways: readCall("Ec2Read"),
  describeEgressOnlyInternetGateways: readCall("Ec2Read"),
  describeNetworkAcls: readCall("Ec2Read"),
  describeInstanceTypes: readCall("Ec2Read"),
  describeInstanceTypeOfferings: readCall("Ec2Read"),
  describeLaunchTemplates: readCall("Ec2Read"),
  describeLaunchTemplateVersions: readCall("Ec2Read"),
  describeKeyPairs: readCall("Ec2Read"),
  describeImages: readCall("Ec2Read"),
  describePlacementGroups: readCall("Ec2Read"),
  getManagedPrefixListEntries: readCall("Ec2Read"),
  createVpcEndpoint: writeCall(
    ["EndpointCreate", "EndpointRefer"],
    [
      ["ec2:CreateTags", "EndpointTag"],
      // Private DNS names are a hosted zone of AWS that is put before the VPC.
      ["route53:AssociateVPCWithHostedZone", "EndpointNames"],
    ],
  ),
  createSecurityGroup: writeCall(["EndpointCreate", "EndpointRefer"], [["ec2:CreateTags", "EndpointTag"]]),
  deleteVpcEndpoints: writeCall(["EndpointChange"]),
  modifyVpcEndpoint: writeCall(
    ["EndpointChange", "EndpointRefer"],
    [["route53:AssociateVPCWithHostedZone", "EndpointNames"]],
  ),
  deleteSecurityGroup: writeCall(["EndpointChange"]),
  authorizeSecurityGroupIngress: writeCall(["EndpointChange", "EndpointRules"]),
  authorizeSecurityGroupEgress: writeCall(["EndpointChange", "EndpointRules"]),
  revokeSecurityGroupIngress: writeCall(["EndpointChange"]),
  revokeSecurityGroupEgress: writeCall(["EndpointChange"]),
  createTags: writeCall(["EndpointChange", "GroupReclaim"]),
  deleteTags: writeCall(["EndpointChange"]),
};

/** EC2 behind budget, lease, deadline and classification. */
export function guardedEc2(raw: Ec2Api, options: CallGuardOptions): Ec2Api {
  return guardedCalls("ec2", raw, ec2Calls, callGuard(options));
}
