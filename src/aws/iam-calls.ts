import { type CallTable, passRoles, read, write } from "./call-facts.ts";
import { type CallGuardOptions, callGuard, guardedCalls } from "./calls.ts";
import type { IamApi } from "./iam.ts";

/** The calls of IAM. One without an entry does not compile. */
export const iamCalls: CallTable<keyof IamApi> = {
  getRole: read("IamRead"),
  createRole: write(
    ["RoleCreate", "RepairRoles"],
    [
      ["iam:TagRole", "MadeTag"],
      ["iam:TagRole", "RepairRoles"],
    ],
  ),
  deleteRole: write(["MadeChange", "RepairRoles"]),
  updateAssumeRolePolicy: write(["MadeChange", "RepairRoles"]),
  createServiceLinkedRole: write(["ServiceLinkedRole"]),
  listAttachedRolePolicies: read("IamRead"),
  attachRolePolicy: write(["RoleAttach", "RepairAttach"]),
  detachRolePolicy: write(["MadeChange", "RepairRoles"]),
  listRolePolicies: read("IamRead"),
  getRolePolicy: read("IamRead"),
  putRolePolicy: write(["RoleInline"]),
  deleteRolePolicy: write(["MadeChange"]),
  putRolePermissionsBoundary: write(["RoleBound"]),
  deleteRolePermissionsBoundary: write(["RoleUnbound"]),
  tagRole: write(["MadeTag", "RepairRoles"]),
  untagRole: write(["MadeChange"]),
  getInstanceProfile: read("IamRead"),
  listInstanceProfilesForRole: read("IamRead"),
  createInstanceProfile: write(["ProfileCreate"], [["iam:TagInstanceProfile", "MadeTag"]]),
  deleteInstanceProfile: write(["MadeChange"]),
  addRoleToInstanceProfile: write(["MadeChange"], [passRoles]),
  removeRoleFromInstanceProfile: write(["MadeChange"]),
  tagInstanceProfile: write(["MadeTag"]),
  untagInstanceProfile: write(["MadeChange"]),
};

/** IAM behind budget, lease, deadline and classification. */
export function guardedIam(raw: IamApi, options: CallGuardOptions): IamApi {
  return guardedCalls("iam", raw, iamCalls, callGuard(options));
}
