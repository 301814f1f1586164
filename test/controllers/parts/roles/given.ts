import type { ProfileSeen, RoleSeen } from "../../../../src/aws/iam-account.ts";
import type { Identity } from "../../../../src/controllers/ownership/ownership.ts";
import type { RolesAction } from "../../../../src/controllers/parts/roles/action.ts";
import { type DesiredRole, desiredRolesOf } from "../../../../src/controllers/parts/roles/desired.ts";
import { defaultRoleLimits, limitsOf } from "../../../../src/controllers/parts/roles/limits.ts";
import { markOf } from "../../../../src/controllers/parts/roles/ownership.ts";
import { repairedFirst, rolesPlan, rolesRemoval } from "../../../../src/controllers/parts/roles/plan.ts";
import type { IamSeen, RolesSeen } from "../../../../src/controllers/parts/roles/seen.ts";
import type { Change, Step } from "../../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../../src/controllers/pass/choose.ts";
import { decided } from "../../decided.ts";

export const identity: Identity = {
  cluster: { name: "default", uid: "cluster-1" },
  namespace: "team",
  name: "ce",
  uid: "uid-1",
};

/** The mark of Retain on its roles. */
export const mark = markOf(identity, "eu-west-1/team_ce");

export const place = { account: "123456789012", partition: "aws" };

/** The one role that this requests. */
export function desired(iam: object): DesiredRole {
  const [directives] = desiredRolesOf(iam, identity, place);
  if (directives === undefined) throw new Error("the spec requests no role");
  return directives;
}

/** A role in IAM that matches the desired one. */
export function roleAs(directives: DesiredRole, other: Partial<RoleSeen> = {}): RoleSeen {
  const { name, arn, path, trust, policyArns, inlinePolicies, permissionsBoundaryArn, userTags, ownTags } = directives;
  return {
    name,
    arn,
    path,
    trust,
    attachedPolicyArns: policyArns,
    inlinePolicies,
    permissionsBoundaryArn,
    tags: { ...userTags, ...ownTags },
    profileNames: directives.profileArn === undefined ? [] : [name],
    ...other,
  };
}

/** An instance profile in IAM that matches the desired one. */
export function profileAs(directives: DesiredRole, other: Partial<ProfileSeen> = {}): ProfileSeen {
  const { name, path, profileArn = "", userTags, ownTags } = directives;
  return { name, arn: profileArn, path, roleNames: [name], tags: { ...userTags, ...ownTags }, ...other };
}

/** The observation of desired roles that match in IAM. */
export function seenRoles(iam: object, other: Partial<RolesSeen> = {}): RolesSeen {
  const desiredRoles = desiredRolesOf(iam, identity, place);
  return {
    identity,
    mark,
    place,
    desiredRoles,
    claims: desiredRoles.map(({ name }) => name).sort(),
    unnoted: [],
    named: [],
    limits: { kind: "read", limits: limitsOf(defaultRoleLimits, {}, "replace") },
    iam: inIam(desiredRoles),
    justWritten: new Set(),
    unsettledMs: 0,
    absenceUnproven: new Set(),
    stranded: new Map(),
    referred: new Set(),
    usedInRegion: new Set(),
    jobs: { kind: "counted", count: 0 },
    goingForMs: undefined,
    ignoreTagKeys: [],
    repairForeign: false,
    retain: false,
    ...other,
  };
}

/** All desired roles, with changes by purpose; null: the role does not exist. */
export function inIam(
  desiredRoles: readonly DesiredRole[],
  roles: Readonly<Record<string, Partial<RoleSeen> | null>> = {},
): Extract<IamSeen, { kind: "read" }> {
  const present = desiredRoles.filter(({ purpose }) => roles[purpose] !== null);
  return {
    kind: "read",
    roles: new Map(present.map((desired) => [desired.name, roleAs(desired, roles[desired.purpose] ?? {})])),
    profiles: new Map(
      present.filter(({ profileArn }) => profileArn !== undefined).map((desired) => [desired.name, profileAs(desired)]),
    ),
  };
}

export interface Own {
  readonly kind: "own";
}

export const settled: Step<Own> = { kind: "serves", reason: "Available", message: "fine" };
export const acting: Step<Own> = {
  kind: "act",
  action: { kind: "own" },
  reason: "Creating",
  message: "creating it",
};
export const waiting: Step<Own> = { kind: "wait", reason: "Deleting", message: "deleting it" };
export const released: Step<Own> = { kind: "release", reason: "Deleted", message: "nothing is left" };

const change: Change = { action: "None", id: "id", reason: "InSync", changes: [] };

/** The choice for an object with the own step `own`, composed as `life.ts` of its kind does. */
export function using(seen: RolesSeen, own: Step<Own> = acting): Choice<Own | RolesAction> {
  const { steps, tail = [], conditions, checkInMs } = rolesPlan(seen);
  const agenda = [...steps, ...repairedFirst([own], seen), ...tail];
  return decided({ change, agenda, conditions, ...(checkInMs === undefined ? {} : { checkInMs }) });
}

/** The choice for an object in deletion. */
export function leaving(seen: RolesSeen, own: Step<Own> = released): Choice<Own | RolesAction> {
  const agenda = own.kind === "release" ? [...rolesRemoval(seen), own] : repairedFirst([own], seen);
  return decided({ change, agenda, conditions: [] });
}
