import type { ProfileSeen, RoleSeen } from "../../../src/aws/iam-account.ts";
import type { Decision, Next } from "../../../src/controllers/decision.ts";
import type { Identity } from "../../../src/controllers/ownership.ts";
import { defaultRoleLimits, limitsOf } from "../../../src/controllers/roles/limits.ts";
import { markOf } from "../../../src/controllers/roles/ownership.ts";
import type { IamSeen, RolesSeen } from "../../../src/controllers/roles/seen.ts";
import { type RoleWish, rolesWished } from "../../../src/controllers/roles/wish.ts";

export const identity: Identity = {
  cluster: { name: "default", uid: "cluster-1" },
  namespace: "team",
  name: "ce",
  uid: "uid-1",
};

/** What Retain writes on its roles. */
export const mark = markOf(identity, "eu-west-1/team_ce");

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

/** What is seen of roles that are wished and are in IAM just so. */
export function seenRoles(iam: object, other: Partial<RolesSeen> = {}): RolesSeen {
  const wishes = rolesWished(iam, identity, place);
  return {
    identity,
    mark,
    place,
    wishes,
    claims: wishes.map(({ name }) => name).sort(),
    unnoted: [],
    named: [],
    limits: { kind: "read", limits: limitsOf(defaultRoleLimits, {}) },
    iam: inIam(wishes),
    conflicts: new Map(),
    others: new Map(),
    rank: "2026-01-01T00:00:00Z BatchComputeEnvironment team/ce",
    justWritten: new Set(),
    unsettledMs: 0,
    absenceUnproven: new Set(),
    stranded: new Map(),
    referred: new Set(),
    jobs: { kind: "counted", count: 0 },
    goingForMs: undefined,
    ignoreTagKeys: [],
    repairForeign: false,
    retain: false,
    ...other,
  };
}

/** All that is wished, with changes by purpose; null: there is no such role. */
export function inIam(
  wishes: readonly RoleWish[],
  roles: Readonly<Record<string, Partial<RoleSeen> | null>> = {},
): Extract<IamSeen, { kind: "read" }> {
  const present = wishes.filter(({ purpose }) => roles[purpose] !== null);
  return {
    kind: "read",
    roles: new Map(present.map((wish) => [wish.name, roleAs(wish, roles[wish.purpose] ?? {})])),
    profiles: new Map(
      present.filter(({ profileArn }) => profileArn !== undefined).map((wish) => [wish.name, profileAs(wish)]),
    ),
  };
}

/** What an object would do by itself. */
export function deciding(next: Next<Own>, serving = next.kind === "settled"): Decision<Own> {
  return { next, serving, news: [], change: { action: "None", id: "id", reason: "AsWished", changes: [] } };
}

export interface Own {
  readonly kind: "own";
}

export const settled: Next<Own> = { kind: "settled", reason: "Available", message: "fine" };
export const acting: Next<Own> = {
  kind: "act",
  action: { kind: "own" },
  reason: "Creating",
  message: "it is made",
  irreversible: true,
};
export const waiting: Next<Own> = { kind: "wait", reason: "Deleting", message: "it goes" };
export const released: Next<Own> = { kind: "release", reason: "Deleted", message: "nothing is left" };
