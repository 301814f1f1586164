import type { CustomResourceDefinition } from "../../api/crd.ts";
import type { BatchRoleSpec } from "../../api/v1alpha1/batch-role.ts";
import { BatchRoleKind, type KindName } from "../../api/v1alpha1/kinds.ts";
import type { RoleSeen } from "../../aws/iam-account.ts";
import { isServiceLinked } from "../../controllers/kinds/compute-environment/fields.ts";
import { isLiteral, matchesAny } from "../../controllers/ownership/glob.ts";
import type { Cluster } from "../../controllers/ownership/ownership.ts";
import { type DesiredRole, desiredRolesOf, type Place, referencePath } from "../../controllers/parts/roles/desired.ts";
import { documentFault, samePolicy } from "../../controllers/parts/roles/documents.ts";
import {
  filledDefinition,
  filledEnvironment,
  rolesNamedByDefinition,
  rolesNamedByEnvironment,
} from "../../controllers/parts/roles/fill.ts";
import { arnOf, defaultAllowedPolicyArns, type NamedRole } from "../../controllers/parts/roles/limits.ts";
import { isMadeByOperator } from "../../controllers/parts/roles/names.ts";
import { batchRoleFor } from "../../controllers/parts/roles/shared-names.ts";
import type { OperatorFlags } from "../../operator/flags.ts";
import { jsonEqual } from "../../runtime/json-equal.ts";
import { isRecord } from "../validation/defaults.ts";
import { objectFindings, schemaOf } from "../validation/object.ts";
import { pathText } from "../validation/problem.ts";
import type { ManifestObject } from "../validation/validate.ts";
import type { Members } from "./kinds.ts";
import { ordered } from "./spec.ts";
import { ownTags, toolTagKeys } from "./tags.ts";

/** Roles that resources name, described as BatchRoles instead, so that the operator makes such roles of its own. Pure. */

/** What a kind has for roles, by what `iam` calls them. */
interface RoleKind {
  /** By the member of `iam` the fields that name such a role. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly named: (spec: Members) => readonly NamedRole[];
  /** The inverse of a spec without these fields. */
  readonly filled: (spec: Members, desiredRoles: readonly DesiredRole[]) => object;
}

const roleKinds: { readonly [Kind in KindName]?: RoleKind } = {
  BatchComputeEnvironment: {
    fields: {
      serviceRole: ["serviceRole"],
      instanceRole: ["instanceRole"],
      spotFleetRole: ["spotIamFleetRole"],
    },
    named: (spec) => rolesNamedByEnvironment(spec as never),
    filled: (spec, desiredRoles) => filledEnvironment(spec as never, desiredRoles),
  },
  JobDefinition: {
    fields: { executionRole: ["executionRoleArn"], jobRole: ["jobRoleArn", "taskRoleArn"] },
    named: (spec) => rolesNamedByDefinition(spec as never),
    filled: (spec, desiredRoles) => filledDefinition(spec as never, desiredRoles),
  },
};

/** What a resource names as a role or instance profile; the service-linked role belongs to AWS. */
export function namedRoles(kind: KindName, spec: Members): readonly NamedRole[] {
  return (roleKinds[kind]?.named(spec) ?? []).filter(({ value }) => !isServiceLinked(value));
}

/** The part of an ARN or path that IAM's calls take. */
export function roleNameIn(value: string): string {
  return value.slice(value.lastIndexOf("/") + 1);
}

/** One text for a role or a profile, however a resource names it. */
export function roleKey({ kind, value }: Pick<NamedRole, "kind" | "value">): string {
  return `${value.includes(":role/") ? "role" : kind}/${roleNameIn(value)}`;
}

/** A role as IAM has it, or why it is not known. */
export type ReadRole = { readonly role: RoleSeen } | { readonly why: string };

export interface RoleChoice {
  /** By `roleKey`; of an instance profile the role in it. */
  readonly roles: ReadonlyMap<string, ReadRole>;
  readonly place: Place;
  /** Members of `iam` by the names of the roles that are named for them, in the whole account as far as it was read. */
  readonly purposes: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A role that an object's resource has. */
export interface RoleUse {
  /** The member of `iam` for it. */
  readonly member: string;
  /** As AWS Batch names it. */
  readonly value: string;
  /** Why no BatchRole describes it; undefined: one does. */
  readonly kept?: string | undefined;
}

export interface WithRoles {
  readonly manifest: ManifestObject;
  /** The BatchRoles to which it refers. */
  readonly roles: readonly ManifestObject[];
  readonly uses: readonly RoleUse[];
}

interface Circumstances {
  readonly choice: RoleChoice;
  readonly cluster: Cluster;
  readonly crds: readonly CustomResourceDefinition[];
  readonly isIgnoredTag: (key: string) => boolean;
}

/**
 * The manifest with references in place of the roles that BatchRoles can describe, which is then more than an adoption:
 * `adoptionPolicy: IfExists`.
 */
export function withRoles(manifest: ManifestObject, circumstances: Circumstances): WithRoles {
  const { fields = {} } = roleKinds[manifest.kind as KindName] ?? {};
  let made = manifest;
  const roles: ManifestObject[] = [];
  const uses: RoleUse[] = [];
  for (const [member, keys] of Object.entries(fields)) {
    const values = valuesOf(made.spec, keys).filter((value) => !isServiceLinked(value));
    const [value] = values;
    if (value === undefined) continue;
    const next = described(made, { member, keys, value }, circumstances);
    const kept = typeof next === "string" ? next : undefined;
    if (typeof next !== "string") {
      made = next.manifest;
      roles.push(next.role);
    }
    uses.push(...[...new Set(values)].map((one): RoleUse => ({ member, value: one, kept })));
  }
  const known = new Set(uses.map(({ value }) => value));
  const others = namedRoles(manifest.kind as KindName, made.spec as Members).filter(({ value }) => !known.has(value));
  const notMade = others.map((one) => keptUse(one, "no BatchRole is for this purpose"));
  return { manifest: made, roles, uses: [...uses, ...notMade] };
}

/** The manifest as it is, with the reason why none of its roles may be described. */
export function withoutRoles(manifest: ManifestObject, why: string): WithRoles {
  const named = namedRoles(manifest.kind as KindName, manifest.spec as Members);
  return { manifest, roles: [], uses: named.map((one) => keptUse(one, why)) };
}

function keptUse({ field, value }: NamedRole, kept: string): RoleUse {
  return { member: field.replace(/^.*\./, ""), value, kept };
}

interface Slot {
  readonly member: string;
  readonly keys: readonly string[];
  readonly value: string;
}

/** The manifest with a reference to one more BatchRole, and that, or why there is none. */
function described(
  manifest: ManifestObject,
  { member, keys, value }: Slot,
  { choice, cluster, crds, isIgnoredTag }: Circumstances,
): { readonly manifest: ManifestObject; readonly role: ManifestObject } | string {
  const { kind, metadata, spec } = manifest;
  const { namespace } = metadata;
  const identity = { cluster, namespace: namespace ?? "", name: metadata.name, uid: "" };
  const [desired] = desiredRolesOf({ [member]: {} }, identity, choice.place);
  if (desired === undefined) throw new Error(`iam has no ${member}`);
  const cleared = without(spec, keys) as Members;
  const asNamed = { ...desired, arn: value, ...(desired.profileArn === undefined ? {} : { profileArn: value }) };
  if (!jsonEqual(roleKinds[kind as KindName]?.filled(cleared, [asNamed]), spec)) {
    return `${referencePath(member).join(".")} is for all containers, and not all of them have this role`;
  }
  const found = choice.roles.get(
    roleKey({ kind: desired.profileArn === undefined ? "role" : "instance-profile", value }),
  );
  if (found === undefined || "why" in found) return found?.why ?? "it was not read";
  const { role } = found;
  const why = whyKept(role, desired, choice.place);
  if (why !== undefined) return why;
  const isShared = (choice.purposes.get(role.name)?.size ?? 0) > 1;
  // No role has a slash in its name, so that of no other role leads to the same object.
  const name = isShared ? `${role.name}/${desired.purpose}` : role.name;
  const content = contentOf(role, desired, isIgnoredTag);
  const made = batchRoleFor({ name, purpose: desired.purpose, content }, namespace);
  const refers = withMember(cleared, referencePath(member), { name: made.metadata.name });
  const crd = crdOf(kind, crds);
  const schema = schemaOf(crd).properties?.["spec"] ?? { type: "object" };
  const next = { ...manifest, spec: ordered(schema, { ...refers, adoptionPolicy: "IfExists" }) };
  const [finding] = [...objectFindings(crdOf(made.kind, crds), made), ...objectFindings(crd, next)];
  return finding === undefined ? { manifest: next, role: made } : `${pathText(finding.path)}: ${finding.message}`;
}

function crdOf(kind: string, crds: readonly CustomResourceDefinition[]): CustomResourceDefinition {
  const found = crds.find(({ spec }) => spec.names.kind === kind);
  if (found === undefined) throw new Error(`there is no CRD for ${kind}`);
  return found;
}

/** The spec with one more member, at a path of members. */
function withMember(spec: Members, [first, ...rest]: readonly string[], value: object): Members {
  if (first === undefined) return spec;
  const inner = spec[first];
  return { ...spec, [first]: rest.length === 0 ? value : withMember(isRecord(inner) ? inner : {}, rest, value) };
}

/** Why a role of the operator's own could not replace it; undefined: it could. */
function whyKept(role: RoleSeen, desired: DesiredRole, { account }: Place): string | undefined {
  if (isMadeByOperator(role.arn)) return "an operator has made it";
  if (role.arn.split(":")[4] !== account) return "it is in another account";
  const fault = documentFault(role.trust);
  if (fault !== undefined || !samePolicy(plainTrust(role.trust, account), plainTrust(desired.trust, account))) {
    return `its trust policy is not that of a role for ${principalOf(desired)} alone`;
  }
  const missing = desired.policyArns.find((arn) => !role.attachedPolicyArns.includes(arn));
  return missing && `it lacks ${roleNameIn(missing)}, which the operator attaches to every role of this purpose`;
}

function principalOf({ trust }: DesiredRole): string {
  const { Statement: statements } = JSON.parse(trust) as {
    readonly Statement: readonly { readonly Principal: { readonly Service: string } }[];
  };
  return statements[0]?.Principal.Service ?? "";
}

/** Without what changes nothing about who may take the role: names, an older version, and this account as the source. */
function plainTrust(text: string, account: string): string {
  const { Statement: statements } = JSON.parse(text) as { readonly Statement: unknown };
  const ofAccount = { StringEquals: { "aws:SourceAccount": account } };
  const plain = [statements].flat().map((statement: unknown) => {
    if (!isRecord(statement)) return statement;
    const { Sid: _name, Condition: condition, ...others } = statement;
    return condition === undefined || jsonEqual(condition, ofAccount) ? others : { ...others, Condition: condition };
  });
  return JSON.stringify({ Version: "2012-10-17", Statement: plain });
}

/** What a BatchRole says for a role with the same permissions. */
function contentOf(
  role: RoleSeen,
  { policyArns: required }: DesiredRole,
  isIgnoredTag: (key: string) => boolean,
): Parameters<typeof batchRoleFor>[0]["content"] {
  const policyArns = role.attachedPolicyArns.filter((arn) => !required.includes(arn)).toSorted();
  const { inlinePolicies } = role;
  const toolKeys = toolTagKeys([role.tags]);
  const tags = ownTags(role.tags, (key) => toolKeys.includes(key) || isIgnoredTag(key));
  return {
    ...(policyArns.length === 0 ? {} : { policyArns }),
    ...(Object.keys(inlinePolicies).length === 0 ? {} : { inlinePolicies }),
    ...(role.permissionsBoundaryArn === undefined ? {} : { permissionsBoundary: role.permissionsBoundaryArn }),
    ...(tags === undefined ? {} : { tags }),
  };
}

/** The values of fields, at any depth. */
function valuesOf(value: unknown, keys: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => valuesOf(item, keys));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    keys.includes(key) && typeof member === "string" ? [member] : valuesOf(member, keys),
  );
}

function without(value: unknown, keys: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => without(item, keys));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      keys.includes(key) && typeof member === "string" ? [] : [[key, without(member, keys)]],
    ),
  );
}

/** The specs of the BatchRoles among objects. */
export function batchRolesIn(objects: readonly { readonly manifest: ManifestObject }[]): readonly BatchRoleSpec[] {
  return objects.flatMap(({ manifest: { kind, spec } }) =>
    kind === BatchRoleKind.kind ? [spec as BatchRoleSpec] : [],
  );
}

type RoleFlags = Pick<OperatorFlags, "allowedPolicyArns" | "allowedRoleTagKeys" | "allowInlinePolicies">;

/** What an operator has to allow, beyond its flags, to make the roles of some objects. */
export function limitsFor(objects: readonly { readonly manifest: ManifestObject }[], flags: RoleFlags): RoleFlags {
  const roles = batchRolesIn(objects);
  const policyArns = lacking(
    flags.allowedPolicyArns ?? defaultAllowedPolicyArns,
    roles.flatMap(({ policyArns: asked = [] }) => asked),
  );
  const tagKeys = lacking(
    flags.allowedRoleTagKeys ?? [],
    roles.flatMap(({ tags = {} }) => Object.keys(tags)),
  );
  return {
    ...(policyArns === undefined ? {} : { allowedPolicyArns: policyArns }),
    ...(tagKeys === undefined ? {} : { allowedRoleTagKeys: tagKeys }),
    ...(roles.some(({ inlinePolicies }) => inlinePolicies !== undefined) ? { allowInlinePolicies: true } : {}),
  };
}

/** What the manifests name, as a list of allowed roles names it. */
export function namedRoleArns(
  objects: readonly { readonly manifest: ManifestObject }[],
  place: Place,
): readonly string[] {
  const named = objects.flatMap(({ manifest }) => namedRoles(manifest.kind as KindName, manifest.spec as Members));
  return [...new Set(named.map((one) => arnOf(one, place)))].sort();
}

/** The list with what it lacks and can have; undefined: it allows all of that. */
function lacking(known: readonly string[], needed: readonly string[]): readonly string[] | undefined {
  const missing = [...new Set(needed)].filter((one) => isLiteral(one) && !matchesAny(known, one)).sort();
  return missing.length === 0 ? undefined : [...known, ...missing];
}
