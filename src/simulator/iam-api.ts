import type { CallOptions } from "../aws/api.ts";
import type { IamApi } from "../aws/iam.ts";
import type { Iam } from "./iam.ts";
import { describedProfile, describedRole } from "./iam-records.ts";
import { withoutTags, withTags } from "./iam-rules.ts";
import type { Run } from "./wire.ts";

/** All operations over one transport: with faults and latency, or without. */
export function iamApi(iam: Iam, run: Run): IamApi {
  const { roles, profiles } = iam;
  const call =
    <Input, Output>(operation: string, apply: (input: Input, asOf: number) => Output) =>
    (input: Input, options?: CallOptions): Promise<Output> =>
      run(operation, input, apply, options);
  return {
    getRole: call("GetRole", ({ RoleName: name }, asOf) => ({ Role: roles.describe(name, asOf) })),
    createRole: call("CreateRole", (input) => ({ Role: describedRole(roles.create(input)) })),
    deleteRole: call("DeleteRole", (input) => iam.deleteRole(input)),
    updateAssumeRolePolicy: call("UpdateAssumeRolePolicy", ({ RoleName: name, PolicyDocument: document }) =>
      roles.setTrust(name, document),
    ),
    createServiceLinkedRole: call("CreateServiceLinkedRole", (input) => ({ Role: roles.createServiceLinked(input) })),

    listAttachedRolePolicies: call("ListAttachedRolePolicies", (input, asOf) => iam.listAttached(input, asOf)),
    attachRolePolicy: call("AttachRolePolicy", ({ RoleName: name, PolicyArn: arn }) => roles.attach(name, arn)),
    detachRolePolicy: call("DetachRolePolicy", ({ RoleName: name, PolicyArn: arn }) => roles.detach(name, arn)),

    listRolePolicies: call("ListRolePolicies", (input, asOf) => iam.listInline(input, asOf)),
    getRolePolicy: call("GetRolePolicy", (input, asOf) => iam.getInline(input, asOf)),
    putRolePolicy: call("PutRolePolicy", (input) =>
      roles.putInline(input.RoleName, input.PolicyName, input.PolicyDocument),
    ),
    deleteRolePolicy: call("DeleteRolePolicy", (input) => roles.deleteInline(input.RoleName, input.PolicyName)),

    putRolePermissionsBoundary: call("PutRolePermissionsBoundary", (input) =>
      roles.setBoundary(input.RoleName, input.PermissionsBoundary ?? ""),
    ),
    deleteRolePermissionsBoundary: call("DeleteRolePermissionsBoundary", ({ RoleName: name }) =>
      roles.setBoundary(name, undefined),
    ),

    tagRole: call("TagRole", ({ RoleName: name, Tags: given }) =>
      roles.change(name, ({ tags }) => ({ tags: withTags(tags, given) })),
    ),
    untagRole: call("UntagRole", ({ RoleName: name, TagKeys: keys }) =>
      roles.change(name, ({ tags }) => ({ tags: withoutTags(tags, keys) })),
    ),

    getInstanceProfile: call("GetInstanceProfile", ({ InstanceProfileName: name }, asOf) => ({
      InstanceProfile: iam.describeProfile(name, asOf),
    })),
    listInstanceProfilesForRole: call("ListInstanceProfilesForRole", (input, asOf) => iam.profilesOf(input, asOf)),
    createInstanceProfile: call("CreateInstanceProfile", (input) => ({
      InstanceProfile: describedProfile(profiles.create(input), undefined),
    })),
    deleteInstanceProfile: call("DeleteInstanceProfile", ({ InstanceProfileName: name }) => iam.deleteProfile(name)),
    addRoleToInstanceProfile: call("AddRoleToInstanceProfile", (input) =>
      profiles.addRole(input.InstanceProfileName, roles.get(input.RoleName).name),
    ),
    removeRoleFromInstanceProfile: call("RemoveRoleFromInstanceProfile", (input) =>
      profiles.removeRole(input.InstanceProfileName, roles.get(input.RoleName).name),
    ),
    tagInstanceProfile: call("TagInstanceProfile", ({ InstanceProfileName: name, Tags: given }) =>
      profiles.changeTags(name, (tags) => withTags(tags, given)),
    ),
    untagInstanceProfile: call("UntagInstanceProfile", ({ InstanceProfileName: name, TagKeys: keys }) =>
      profiles.changeTags(name, (tags) => withoutTags(tags, keys)),
    ),
  };
}
