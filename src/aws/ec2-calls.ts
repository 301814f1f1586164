import type { CallKind } from "./budget.ts";
import { type CallGuardOptions, callGuard, guardedCalls } from "./calls.ts";
import type { Ec2Api } from "./ec2.ts";

/** Which calls change something in EC2. */
export const ec2CallKinds: Readonly<Record<keyof Ec2Api, CallKind>> = {
  describeSubnets: "read",
  describeRouteTables: "read",
  describeSecurityGroups: "read",
  describeVpcs: "read",
  describeVpcAttribute: "read",
  describeVpcEndpoints: "read",
  describeVpcEndpointServices: "read",
  describeNatGateways: "read",
  describeInternetGateways: "read",
  describeEgressOnlyInternetGateways: "read",
  describeNetworkAcls: "read",
  describeInstanceTypes: "read",
  describeInstanceTypeOfferings: "read",
  describeLaunchTemplates: "read",
  describeLaunchTemplateVersions: "read",
  describeKeyPairs: "read",
  describeImages: "read",
  describePlacementGroups: "read",
  getManagedPrefixListEntries: "read",
  createVpcEndpoint: "write",
  createSecurityGroup: "write",
  deleteVpcEndpoints: "write",
  modifyVpcEndpoint: "write",
  deleteSecurityGroup: "write",
  authorizeSecurityGroupIngress: "write",
  authorizeSecurityGroupEgress: "write",
  revokeSecurityGroupIngress: "write",
  revokeSecurityGroupEgress: "write",
  createTags: "write",
  deleteTags: "write",
};

/** EC2 behind budget, lease, deadline and classification. */
export function guardedEc2(raw: Ec2Api, options: CallGuardOptions): Ec2Api {
  return guardedCalls("ec2", raw, ec2CallKinds, callGuard(options));
}
