import type { ProfileSeen, RoleSeen } from "../../../src/aws/iam-account.ts";
import type { Identity } from "../../../src/controllers/ownership.ts";
import { type RoleWish, rolesWished } from "../../../src/controllers/roles/wish.ts";

export const identity: Identity = {
  cluster: { name: "default", uid: "cluster-1" },
  namespace: "team",
  name: "ce",
  uid: "uid-1",
};

export const place = { account: "123456789012", partition: "aws" };

/** The one role that this wishes. */
export function wished(iam: object): RoleWish {
  const [wish] = rolesWished(iam, identity, place);
  if (wish === undefined) throw new Error("no role is wished");
  return wish;
}

/** A role in IAM just as it is wished. */
export function roleAs(wish: RoleWish, other: Partial<RoleSeen> = {}): RoleSeen {
  const { name, arn, path, trust, policyArns, inlinePolicies, permissionsBoundaryArn, userTags, ownTags } = wish;
  return {
    name,
    arn,
    path,
    trust,
    attachedPolicyArns: policyArns,
    inlinePolicies,
    permissionsBoundaryArn,
    tags: { ...userTags, ...ownTags },
    profileNames: wish.profileArn === undefined ? [] : [name],
    ...other,
  };
}

/** An instance profile in IAM just as it is wished. */
export function profileAs(wish: RoleWish, other: Partial<ProfileSeen> = {}): ProfileSeen {
  const { name, path, profileArn = "", userTags, ownTags } = wish;
  return { name, arn: profileArn, path, roleNames: [name], tags: { ...userTags, ...ownTags }, ...other };
}
