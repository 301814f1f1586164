import type {
  AddRoleToInstanceProfileRequest,
  AttachRolePolicyRequest,
  CreateInstanceProfileRequest,
  CreateInstanceProfileResponse,
  CreateRoleRequest,
  CreateRoleResponse,
  CreateServiceLinkedRoleRequest,
  CreateServiceLinkedRoleResponse,
  DeleteInstanceProfileRequest,
  DeleteRolePermissionsBoundaryRequest,
  DeleteRolePolicyRequest,
  DeleteRoleRequest,
  DetachRolePolicyRequest,
  GetInstanceProfileRequest,
  GetInstanceProfileResponse,
  GetRolePolicyRequest,
  GetRolePolicyResponse,
  GetRoleRequest,
  GetRoleResponse,
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesForRoleResponse,
  ListRolePoliciesRequest,
  ListRolePoliciesResponse,
  PutRolePermissionsBoundaryRequest,
  PutRolePolicyRequest,
  RemoveRoleFromInstanceProfileRequest,
  TagInstanceProfileRequest,
  TagRoleRequest,
  UntagInstanceProfileRequest,
  UntagRoleRequest,
  UpdateAssumeRolePolicyRequest,
} from "@aws-sdk/client-iam";
import type { CallOptions } from "./batch.ts";

export type { AttachedPolicy, InstanceProfile, Role, Tag } from "@aws-sdk/client-iam";

/**
 * The calls of IAM that the operator makes (API version 2010-05-08), under the SDK's names and shapes. Policy
 * documents come back URL-encoded (RFC 3986), as AWS sends them. `GetRole` and `GetInstanceProfile` give tags, the
 * lists do not.
 */
export interface IamApi {
  getRole(input: GetRoleRequest, options?: CallOptions): Promise<GetRoleResponse>;
  createRole(input: CreateRoleRequest, options?: CallOptions): Promise<CreateRoleResponse>;
  deleteRole(input: DeleteRoleRequest, options?: CallOptions): Promise<void>;
  updateAssumeRolePolicy(input: UpdateAssumeRolePolicyRequest, options?: CallOptions): Promise<void>;
  createServiceLinkedRole(
    input: CreateServiceLinkedRoleRequest,
    options?: CallOptions,
  ): Promise<CreateServiceLinkedRoleResponse>;

  listAttachedRolePolicies(
    input: ListAttachedRolePoliciesRequest,
    options?: CallOptions,
  ): Promise<ListAttachedRolePoliciesResponse>;
  attachRolePolicy(input: AttachRolePolicyRequest, options?: CallOptions): Promise<void>;
  detachRolePolicy(input: DetachRolePolicyRequest, options?: CallOptions): Promise<void>;

  listRolePolicies(input: ListRolePoliciesRequest, options?: CallOptions): Promise<ListRolePoliciesResponse>;
  getRolePolicy(input: GetRolePolicyRequest, options?: CallOptions): Promise<GetRolePolicyResponse>;
  putRolePolicy(input: PutRolePolicyRequest, options?: CallOptions): Promise<void>;
  deleteRolePolicy(input: DeleteRolePolicyRequest, options?: CallOptions): Promise<void>;

  putRolePermissionsBoundary(input: PutRolePermissionsBoundaryRequest, options?: CallOptions): Promise<void>;
  deleteRolePermissionsBoundary(input: DeleteRolePermissionsBoundaryRequest, options?: CallOptions): Promise<void>;

  tagRole(input: TagRoleRequest, options?: CallOptions): Promise<void>;
  untagRole(input: UntagRoleRequest, options?: CallOptions): Promise<void>;

  getInstanceProfile(input: GetInstanceProfileRequest, options?: CallOptions): Promise<GetInstanceProfileResponse>;
  listInstanceProfilesForRole(
    input: ListInstanceProfilesForRoleRequest,
    options?: CallOptions,
  ): Promise<ListInstanceProfilesForRoleResponse>;
  createInstanceProfile(
    input: CreateInstanceProfileRequest,
    options?: CallOptions,
  ): Promise<CreateInstanceProfileResponse>;
  deleteInstanceProfile(input: DeleteInstanceProfileRequest, options?: CallOptions): Promise<void>;
  addRoleToInstanceProfile(input: AddRoleToInstanceProfileRequest, options?: CallOptions): Promise<void>;
  removeRoleFromInstanceProfile(input: RemoveRoleFromInstanceProfileRequest, options?: CallOptions): Promise<void>;
  tagInstanceProfile(input: TagInstanceProfileRequest, options?: CallOptions): Promise<void>;
  untagInstanceProfile(input: UntagInstanceProfileRequest, options?: CallOptions): Promise<void>;
}
