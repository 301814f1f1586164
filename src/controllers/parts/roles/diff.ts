/** Compares a desired role with the role in IAM, and returns the writes that fix the differences. Pure. */

import type { ProfileSeen, RoleSeen } from "../../../aws/iam-account.ts";
import { retainedFromTag, type Tags } from "../../ownership/ownership.ts";
import { tagChange, withOwnTags } from "../../ownership/tags.ts";
import type { RoleWrite } from "./action.ts";
import type { DesiredRole } from "./desired.ts";
import { samePolicy } from "./documents.ts";
import { isTooLong } from "./inline.ts";

/** A write, and the part of the role that it is about, e.g. `spec.iam.jobRole.policyArns`. */
export interface RoleDifference {
  readonly path: string;
  readonly why: string;
  readonly write: RoleWrite;
}

/**
 * The differences in the order of their writes: the role before its attachments, the profile last.
 *
 * @param ignoreTagKeys globs of tag keys that others own
 * @param mark what Retain writes on a role of the object
 */
export function roleDifferences(
  desired: DesiredRole,
  role: RoleSeen | undefined,
  profile: ProfileSeen | undefined,
  ignoreTagKeys: readonly string[],
  mark: string,
): readonly RoleDifference[] {
  return [
    ...(role === undefined
      ? creation(desired)
      : [...tags(desired, role, ignoreTagKeys, mark), ...trust(desired, role)]),
    ...(role === undefined ? [] : boundary(desired, role)),
    ...attachments(desired, role?.attachedPolicyArns ?? []),
    ...inlinePolicies(desired, role?.inlinePolicies ?? {}),
    ...(desired.profileArn === undefined ? [] : instanceProfile(desired, profile, ignoreTagKeys, mark)),
  ];
}

/** Deletes everything that a role holds, then the role. Foreign profiles stay, and AWS then keeps the role. */
export function removalWrites(role: RoleSeen | undefined, profile: ProfileSeen | undefined): readonly RoleWrite[] {
  const ofProfile: RoleWrite[] =
    profile === undefined
      ? []
      : [
          ...profile.roleNames.map(
            (held): RoleWrite => ({ kind: "removeFromProfile", name: profile.name, role: held }),
          ),
          { kind: "deleteProfile", name: profile.name },
        ];
  if (role === undefined) return ofProfile;
  const { name } = role;
  return [
    ...ofProfile,
    ...role.attachedPolicyArns.map((policyArn): RoleWrite => ({ kind: "detach", name, policyArn })),
    ...Object.keys(role.inlinePolicies).map((policy): RoleWrite => ({ kind: "deleteInline", name, policy })),
    { kind: "deleteRole", name },
  ];
}

function creation({ field, name, path, trust: document, permissionsBoundaryArn, userTags, ownTags }: DesiredRole) {
  const write: RoleWrite = {
    kind: "createRole",
    name,
    path,
    trust: document,
    boundaryArn: permissionsBoundaryArn,
    tags: withOwnTags(userTags, ownTags),
  };
  return [{ path: field, why: "there is no such role", write }];
}

function trust({ field, name, trust: document }: DesiredRole, role: RoleSeen): RoleDifference[] {
  if (samePolicy(document, role.trust)) return [];
  return [
    {
      path: `${field} (trust)`,
      why: "only the service that needs the role may assume it",
      write: { kind: "putTrust", name, trust: document },
    },
  ];
}

function boundary({ field, name, permissionsBoundaryArn: desired }: DesiredRole, role: RoleSeen): RoleDifference[] {
  if (desired === role.permissionsBoundaryArn) return [];
  return [
    {
      path: `${field}.permissionsBoundary`,
      why: "the boundary of the role differs",
      write:
        desired === undefined ? { kind: "deleteBoundary", name } : { kind: "putBoundary", name, policyArn: desired },
    },
  ];
}

/** IAM's default quota of managed policies of a role. */
const attachedLimit = 10;
/** IAM's limit of tags. */
const tagLimit = 50;

/** Adds first, so that nothing is ever missing. Where both together exceed IAM's limit, it removes first. */
function inTurn<T>(added: readonly T[], removed: readonly T[], isTooMuch: boolean): T[] {
  return isTooMuch ? [...removed, ...added] : [...added, ...removed];
}

function attachments({ field, name, policyArns }: DesiredRole, attached: readonly string[]): RoleDifference[] {
  const path = `${field}.policyArns`;
  const missing = policyArns.filter((policyArn) => !attached.includes(policyArn));
  const surplus = attached.filter((policyArn) => !policyArns.includes(policyArn));
  const added = missing.map((policyArn): RoleDifference => {
    return { path, why: `${policyArn} is not attached`, write: { kind: "attach", name, policyArn } };
  });
  const removed = surplus.map((policyArn): RoleDifference => {
    return { path, why: `${policyArn} is attached but not desired`, write: { kind: "detach", name, policyArn } };
  });
  return inTurn(added, removed, attached.length + missing.length > attachedLimit);
}

function inlinePolicies(
  { field, name, inlinePolicies: desired }: DesiredRole,
  seen: Readonly<Record<string, string>>,
): RoleDifference[] {
  const present = new Map(Object.entries(seen));
  const path = (policy: string): string => `${field}.inlinePolicies[${JSON.stringify(policy)}]`;
  const different = Object.entries(desired).filter(([policy, document]) => {
    const now = present.get(policy);
    return now === undefined || !samePolicy(document, now);
  });
  const surplus = Object.keys(seen).filter((policy) => !Object.hasOwn(desired, policy));
  const added = different.map(([policy, document]): RoleDifference => {
    const write: RoleWrite = { kind: "putInline", name, policy, document };
    return { path: path(policy), why: "the document differs in meaning, or is missing", write };
  });
  const removed = surplus.map((policy): RoleDifference => {
    return { path: path(policy), why: "it is not desired", write: { kind: "deleteInline", name, policy } };
  });
  return inTurn(added, removed, isTooLong({ ...seen, ...desired }));
}

function tags(desired: DesiredRole, role: RoleSeen, ignoreTagKeys: readonly string[], mark: string): RoleDifference[] {
  const { field, name } = desired;
  return tagWrites(desired, role.tags, ignoreTagKeys, mark).map(({ set, remove }) => {
    const write: RoleWrite =
      set === undefined ? { kind: "untagRole", name, keys: remove ?? [] } : { kind: "tagRole", name, tags: set };
    return { path: `${field}.tags`, why: "the tags differ", write };
  });
}

type TagWrite = { readonly set?: Tags; readonly remove?: readonly string[] };

function tagWrites(
  { userTags, ownTags }: DesiredRole,
  described: Tags,
  ignored: readonly string[],
  mark: string,
): TagWrite[] {
  // The object in the mark of Retain removes it as it takes the role back. Any other mark keeps the role after its last user.
  const { [retainedFromTag]: marked, ...others } = described;
  const change = tagChange(userTags, ownTags, marked === mark ? described : others, ignored);
  if (change === undefined) return [];
  const together = Object.keys({ ...described, ...change.set }).length;
  return inTurn(
    Object.keys(change.set).length === 0 ? [] : [{ set: change.set }],
    change.remove.length === 0 ? [] : [{ remove: change.remove }],
    together > tagLimit,
  );
}

function instanceProfile(
  desired: DesiredRole,
  profile: ProfileSeen | undefined,
  ignoreTagKeys: readonly string[],
  mark: string,
): RoleDifference[] {
  const { field, name, path: iamPath, userTags, ownTags } = desired;
  const path = `${field} (instance profile)`;
  const created: RoleWrite[] =
    profile === undefined ? [{ kind: "createProfile", name, path: iamPath, tags: withOwnTags(userTags, ownTags) }] : [];
  const strangers = (profile?.roleNames ?? []).filter((held) => held !== name);
  const held = profile?.roleNames.includes(name) ?? false;
  const writes: RoleWrite[] = [
    ...created,
    ...(profile === undefined ? [] : tagWrites(desired, profile.tags, ignoreTagKeys, mark)).map(
      ({ set, remove }): RoleWrite =>
        set === undefined
          ? { kind: "untagProfile", name, keys: remove ?? [] }
          : { kind: "tagProfile", name, tags: set },
    ),
    ...strangers.map((role): RoleWrite => ({ kind: "removeFromProfile", name, role })),
    ...(held ? [] : [{ kind: "addToProfile", name, role: name } as const]),
  ];
  return writes.map((write) => ({ path, why: "instances get their role from it", write }));
}
