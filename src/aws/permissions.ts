import type { BatchApi } from "./batch.ts";
import type { Ec2Api } from "./ec2.ts";
import type { IamApi } from "./iam.ts";
import type { StatementName } from "./policy-statements.ts";

/**
 * What each call of the operator needs to be allowed: actions, each with the statement that says on what and under
 * which conditions. The only source of the operator's policy; a call without an entry does not compile.
 */

/** An action and the statement it goes into. */
export type Need = readonly [action: string, statement: StatementName];

const passRoles: Need = ["iam:PassRole", "PassRoles"];

export const batchPermissions: Readonly<Record<keyof BatchApi, readonly Need[]>> = {
  describeComputeEnvironments: [["batch:DescribeComputeEnvironments", "BatchRead"]],
  createComputeEnvironment: [
    ["batch:CreateComputeEnvironment", "BatchCreate"],
    ["batch:TagResource", "BatchClaim"],
    // Batch makes it for the first environment without a service role, by the caller's permission.
    ["iam:CreateServiceLinkedRole", "ServiceLinkedRole"],
    passRoles,
  ],
  updateComputeEnvironment: [["batch:UpdateComputeEnvironment", "BatchChange"], passRoles],
  deleteComputeEnvironment: [["batch:DeleteComputeEnvironment", "BatchChange"]],
  describeJobQueues: [["batch:DescribeJobQueues", "BatchRead"]],
  createJobQueue: [
    ["batch:CreateJobQueue", "BatchCreate"],
    ["batch:CreateJobQueue", "BatchRefer"],
    ["batch:TagResource", "BatchClaim"],
  ],
  updateJobQueue: [
    ["batch:UpdateJobQueue", "BatchChange"],
    ["batch:UpdateJobQueue", "BatchRefer"],
    ["batch:UpdateJobQueue", "ForeignQueues"],
  ],
  deleteJobQueue: [["batch:DeleteJobQueue", "BatchChange"]],
  describeJobDefinitions: [["batch:DescribeJobDefinitions", "BatchRead"]],
  registerJobDefinition: [
    ["batch:RegisterJobDefinition", "BatchCreate"],
    ["batch:TagResource", "BatchClaim"],
    passRoles,
  ],
  deregisterJobDefinition: [["batch:DeregisterJobDefinition", "BatchChange"]],
  tagResource: [
    ["batch:TagResource", "BatchChange"],
    ["batch:TagResource", "BatchClaim"],
  ],
  untagResource: [["batch:UntagResource", "BatchChange"]],
  listJobs: [["batch:ListJobs", "BatchRead"]],
  describeJobs: [["batch:DescribeJobs", "BatchRead"]],
  getJobQueueSnapshot: [["batch:GetJobQueueSnapshot", "BatchRead"]],
  terminateJob: [["batch:TerminateJob", "BatchJobs"]],
};

export const iamPermissions: Readonly<Record<keyof IamApi, readonly Need[]>> = {
  getRole: [["iam:GetRole", "IamRead"]],
  createRole: [
    ["iam:CreateRole", "RoleCreate"],
    ["iam:TagRole", "MadeTag"],
    ["iam:CreateRole", "RepairRoles"],
    ["iam:TagRole", "RepairRoles"],
  ],
  deleteRole: [
    ["iam:DeleteRole", "MadeChange"],
    ["iam:DeleteRole", "RepairRoles"],
  ],
  updateAssumeRolePolicy: [
    ["iam:UpdateAssumeRolePolicy", "MadeChange"],
    ["iam:UpdateAssumeRolePolicy", "RepairRoles"],
  ],
  createServiceLinkedRole: [["iam:CreateServiceLinkedRole", "ServiceLinkedRole"]],
  listAttachedRolePolicies: [["iam:ListAttachedRolePolicies", "IamRead"]],
  attachRolePolicy: [
    ["iam:AttachRolePolicy", "RoleAttach"],
    ["iam:AttachRolePolicy", "RepairAttach"],
  ],
  detachRolePolicy: [
    ["iam:DetachRolePolicy", "MadeChange"],
    ["iam:DetachRolePolicy", "RepairRoles"],
  ],
  listRolePolicies: [["iam:ListRolePolicies", "IamRead"]],
  getRolePolicy: [["iam:GetRolePolicy", "IamRead"]],
  putRolePolicy: [["iam:PutRolePolicy", "RoleInline"]],
  deleteRolePolicy: [["iam:DeleteRolePolicy", "MadeChange"]],
  putRolePermissionsBoundary: [["iam:PutRolePermissionsBoundary", "RoleBound"]],
  deleteRolePermissionsBoundary: [["iam:DeleteRolePermissionsBoundary", "RoleUnbound"]],
  tagRole: [
    ["iam:TagRole", "MadeTag"],
    ["iam:TagRole", "RepairRoles"],
  ],
  untagRole: [["iam:UntagRole", "MadeChange"]],
  getInstanceProfile: [["iam:GetInstanceProfile", "IamRead"]],
  listInstanceProfilesForRole: [["iam:ListInstanceProfilesForRole", "IamRead"]],
  createInstanceProfile: [
    ["iam:CreateInstanceProfile", "ProfileCreate"],
    ["iam:TagInstanceProfile", "MadeTag"],
  ],
  deleteInstanceProfile: [["iam:DeleteInstanceProfile", "MadeChange"]],
  addRoleToInstanceProfile: [["iam:AddRoleToInstanceProfile", "MadeChange"], passRoles],
  removeRoleFromInstanceProfile: [["iam:RemoveRoleFromInstanceProfile", "MadeChange"]],
  tagInstanceProfile: [["iam:TagInstanceProfile", "MadeTag"]],
  untagInstanceProfile: [["iam:UntagInstanceProfile", "MadeChange"]],
};

export const ec2Permissions: Readonly<Record<keyof Ec2Api, readonly Need[]>> = {
  describeSubnets: [["ec2:DescribeSubnets", "Ec2Read"]],
  describeRouteTables: [["ec2:DescribeRouteTables", "Ec2Read"]],
  describeSecurityGroups: [["ec2:DescribeSecurityGroups", "Ec2Read"]],
  describeVpcs: [["ec2:DescribeVpcs", "Ec2Read"]],
  describeVpcAttribute: [["ec2:DescribeVpcAttribute", "Ec2Read"]],
  describeVpcEndpoints: [["ec2:DescribeVpcEndpoints", "Ec2Read"]],
  describeVpcEndpointServices: [["ec2:DescribeVpcEndpointServices", "Ec2Read"]],
  describeNatGateways: [["ec2:DescribeNatGateways", "Ec2Read"]],
  describeInternetGateways: [["ec2:DescribeInternetGateways", "Ec2Read"]],
  describeEgressOnlyInternetGateways: [["ec2:DescribeEgressOnlyInternetGateways", "Ec2Read"]],
  describeNetworkAcls: [["ec2:DescribeNetworkAcls", "Ec2Read"]],
  describeInstanceTypes: [["ec2:DescribeInstanceTypes", "Ec2Read"]],
  describeInstanceTypeOfferings: [["ec2:DescribeInstanceTypeOfferings", "Ec2Read"]],
  describeLaunchTemplates: [["ec2:DescribeLaunchTemplates", "Ec2Read"]],
  describeLaunchTemplateVersions: [["ec2:DescribeLaunchTemplateVersions", "Ec2Read"]],
  describeKeyPairs: [["ec2:DescribeKeyPairs", "Ec2Read"]],
  describeImages: [["ec2:DescribeImages", "Ec2Read"]],
  describePlacementGroups: [["ec2:DescribePlacementGroups", "Ec2Read"]],
  getManagedPrefixListEntries: [["ec2:GetManagedPrefixListEntries", "Ec2Read"]],
  createVpcEndpoint: [
    ["ec2:CreateVpcEndpoint", "EndpointCreate"],
    ["ec2:CreateVpcEndpoint", "EndpointRefer"],
    ["ec2:CreateTags", "EndpointTag"],
    // Private DNS names are a hosted zone of AWS that is put before the VPC.
    ["route53:AssociateVPCWithHostedZone", "EndpointNames"],
  ],
  createSecurityGroup: [
    ["ec2:CreateSecurityGroup", "EndpointCreate"],
    ["ec2:CreateSecurityGroup", "EndpointRefer"],
    ["ec2:CreateTags", "EndpointTag"],
  ],
  deleteVpcEndpoints: [["ec2:DeleteVpcEndpoints", "EndpointChange"]],
  modifyVpcEndpoint: [
    ["ec2:ModifyVpcEndpoint", "EndpointChange"],
    ["ec2:ModifyVpcEndpoint", "EndpointRefer"],
    ["route53:AssociateVPCWithHostedZone", "EndpointNames"],
  ],
  deleteSecurityGroup: [["ec2:DeleteSecurityGroup", "EndpointChange"]],
  authorizeSecurityGroupIngress: [
    ["ec2:AuthorizeSecurityGroupIngress", "EndpointChange"],
    ["ec2:AuthorizeSecurityGroupIngress", "EndpointRules"],
  ],
  authorizeSecurityGroupEgress: [
    ["ec2:AuthorizeSecurityGroupEgress", "EndpointChange"],
    ["ec2:AuthorizeSecurityGroupEgress", "EndpointRules"],
  ],
  revokeSecurityGroupIngress: [["ec2:RevokeSecurityGroupIngress", "EndpointChange"]],
  revokeSecurityGroupEgress: [["ec2:RevokeSecurityGroupEgress", "EndpointChange"]],
  createTags: [
    ["ec2:CreateTags", "EndpointChange"],
    ["ec2:CreateTags", "GroupReclaim"],
  ],
  deleteTags: [["ec2:DeleteTags", "EndpointChange"]],
};

/** Everybody may ask STS who they are, whatever their policies say. */
export const stsPermissions: Readonly<Record<"getCallerIdentity", readonly Need[]>> = { getCallerIdentity: [] };

/** What all calls together need. */
export const allNeeds: readonly Need[] = [batchPermissions, iamPermissions, ec2Permissions, stsPermissions].flatMap(
  (table): readonly Need[] => Object.values(table).flat(),
);
