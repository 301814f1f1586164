import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  TagRoleCommand,
  UntagInstanceProfileCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { type SdkOptions, sdkCalls } from "./sdk.ts";

/**
 * The calls of IAM that the operator makes (API version 2010-05-08). This module is imported only when something asks
 * IAM: most operators make no roles.
 */
export const iamCommands = {
  getRole: GetRoleCommand,
  createRole: CreateRoleCommand,
  deleteRole: DeleteRoleCommand,
  updateAssumeRolePolicy: UpdateAssumeRolePolicyCommand,
  createServiceLinkedRole: CreateServiceLinkedRoleCommand,

  listAttachedRolePolicies: ListAttachedRolePoliciesCommand,
  attachRolePolicy: AttachRolePolicyCommand,
  detachRolePolicy: DetachRolePolicyCommand,

  listRolePolicies: ListRolePoliciesCommand,
  getRolePolicy: GetRolePolicyCommand,
  putRolePolicy: PutRolePolicyCommand,
  deleteRolePolicy: DeleteRolePolicyCommand,

  putRolePermissionsBoundary: PutRolePermissionsBoundaryCommand,
  deleteRolePermissionsBoundary: DeleteRolePermissionsBoundaryCommand,

  tagRole: TagRoleCommand,
  untagRole: UntagRoleCommand,

  getInstanceProfile: GetInstanceProfileCommand,
  listInstanceProfilesForRole: ListInstanceProfilesForRoleCommand,
  createInstanceProfile: CreateInstanceProfileCommand,
  deleteInstanceProfile: DeleteInstanceProfileCommand,
  addRoleToInstanceProfile: AddRoleToInstanceProfileCommand,
  removeRoleFromInstanceProfile: RemoveRoleFromInstanceProfileCommand,
  tagInstanceProfile: TagInstanceProfileCommand,
  untagInstanceProfile: UntagInstanceProfileCommand,
} as const;

/** IAM by the SDK. The region determines the partition, and by it the endpoint: IAM has one for each partition. */
export function sdkIam(options: SdkOptions) {
  return sdkCalls(IAMClient, iamCommands, options);
}
