import { type CallTable, passRoles, readCall, writeCall } from "./call-facts.ts";
import { type CallGuardOptions, callGuard, guardedCalls } from "./calls.ts";
import type { IamApi } from "./iam.ts";

/** The calls of IAM. One without an entry does not compile. */
export const iamCalls: CallTable<keyof IamApi> = {
  getRole: readCall("IamRead"),
  createRole: writeCall(
    ["RoleCreate", "RepairRoles"],
    [
      ["iam:TagRole", "MadeTag"],
      ["iam:TagRole", "RepairRoles"],
    ],
  ),
  deleteRole: writeCall(["MadeChange", "RepairRoles"]),
  updateAssumeRolePolicy: writeCall(["MadeChange", "RepairRoles"]),
  createServiceLinkedRole: writeCall(["ServiceLinkedRole"]),
  listAttachedRolePolicies: readCall("IamRead"),
  attachRolePolicy: writeCall(["RoleAttach", "ServiceAttach", "SpotAttach", "RepairAttach"]),
  detachRolePolicy: writeCall(["MadeChange", "RepairRoles"]),
  listRolePolicies: readCall("IamRead"),
  getRolePolicy: readCall("IamRead"),
  putRolePolicy: writeCall(["RoleInline"]),
  deleteRolePolicy: writeCall(["MadeChange"]),
  putRolePermissionsBoundary: writeCall(["RoleBound"]),
  deleteRolePermissionsBoundary: writeCall(["RoleUnbound"]),
  tagRole: writeCall(["MadeTag", "RepairRoles"]),
  untagRole: writeCall(["MadeChange"]),
  getInstanceProfile: readCall("IamRead"),
  listInstanceProfilesForRole: readCall("IamRead"),
  createInstanceProfile: writeCall(["ProfileCreate"], [["iam:TagInstanceProfile", "MadeTag"]]),
  deleteInstanceProfile: writeCall(["MadeChange"]),
  addRoleToInstanceProfile: writeCall(["MadeChange"], passRoles),
  removeRoleFromInstanceProfile: writeCall(["MadeChange"]),
  tagInstanceProfile: writeCall(["MadeTag"]),
  untagInstanceProfile: writeCall(["MadeChange"]),
};

/** IAM behind budget, lease, deadline and classification. */
export function guardedIam(raw: IamApi, options: CallGuardOptions): IamApi {
  return guardedCalls("iam", raw, iamCalls, callGuard(options));
}
