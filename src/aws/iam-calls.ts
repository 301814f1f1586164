import type { CallKind } from "./budget.ts";
import { type CallGuardOptions, callGuard, guardedCalls } from "./calls.ts";
import type { IamApi } from "./iam.ts";

/** Which calls change something in IAM. */
export const iamCallKinds: Readonly<Record<keyof IamApi, CallKind>> = {
  getRole: "read",
  createRole: "write",
  deleteRole: "write",
  updateAssumeRolePolicy: "write",
  createServiceLinkedRole: "write",
  listAttachedRolePolicies: "read",
  attachRolePolicy: "write",
  detachRolePolicy: "write",
  listRolePolicies: "read",
  getRolePolicy: "read",
  putRolePolicy: "write",
  deleteRolePolicy: "write",
  putRolePermissionsBoundary: "write",
  deleteRolePermissionsBoundary: "write",
  tagRole: "write",
  untagRole: "write",
  getInstanceProfile: "read",
  listInstanceProfilesForRole: "read",
  createInstanceProfile: "write",
  deleteInstanceProfile: "write",
  addRoleToInstanceProfile: "write",
  removeRoleFromInstanceProfile: "write",
  tagInstanceProfile: "write",
  untagInstanceProfile: "write",
};

/** IAM behind budget, lease, deadline and classification. */
export function guardedIam(raw: IamApi, options: CallGuardOptions): IamApi {
  return guardedCalls("iam", raw, iamCallKinds, callGuard(options));
}
