/** Limits the policies and roles that the objects of a namespace may use. Pure. */

import { globsIn, matchesAny } from "../glob.ts";
import { firstOf } from "../wording.ts";
import type { DesiredRole } from "./desired.ts";

/** The operator's flags, or the annotations of a namespace in their place. */
export interface RoleLimits {
  /** Globs of policy ARNs that a role may have in addition to the one that it needs. */
  readonly allowedPolicyArns: readonly string[];
  /** Globs of the roles and instance profiles that a spec may name itself; undefined: any. */
  readonly allowedRoleArns: readonly string[] | undefined;
  /** The boundary of every role that the operator creates; undefined: that of the spec. */
  readonly permissionsBoundary: string | undefined;
  readonly allowInlinePolicies: boolean;
}

/**
 * AWS's policies that allow only reading images and writing logs. The policies of the service role and of the Spot fleet
 * role are not among them: with them a job could start instances under any role.
 */
export const defaultAllowedPolicyArns: readonly string[] = [
  "AmazonEC2ContainerRegistryReadOnly",
  "AmazonEC2ContainerRegistryPullOnly",
  "service-role/AmazonECSTaskExecutionRolePolicy",
].map((policy) => `arn:aws*:iam::aws:policy/${policy}`);

export const defaultRoleLimits: RoleLimits = {
  allowedPolicyArns: defaultAllowedPolicyArns,
  allowedRoleArns: undefined,
  permissionsBoundary: undefined,
  allowInlinePolicies: false,
};

/** Annotations of a Namespace: each replaces the flag of its name. */
export const limitAnnotations = {
  policies: "awsbatch.dev/allowed-policy-arns",
  roles: "awsbatch.dev/allowed-role-arns",
  boundary: "awsbatch.dev/permissions-boundary",
  inline: "awsbatch.dev/allow-inline-policies",
} as const;

/** A limit in force and where it comes from, for messages. */
export interface Limits extends RoleLimits {
  readonly policiesFrom: string;
  readonly rolesFrom: string;
  readonly boundaryFrom: string;
  readonly inlineFrom: string;
}

/** The limits of a namespace. An empty annotation allows nothing. */
export function limitsOf(flags: RoleLimits, annotations: Readonly<Record<string, string>>): Limits {
  const { policies, roles, boundary, inline } = limitAnnotations;
  const by = (annotation: string): string => `annotation ${annotation} of the namespace`;
  const given = (annotation: string): string | undefined => annotations[annotation];
  const [policyList, roleList] = [given(policies), given(roles)];
  return {
    allowedPolicyArns: policyList === undefined ? flags.allowedPolicyArns : globsIn(policyList),
    policiesFrom: policyList === undefined ? "--allowed-policy-arns" : by(policies),
    allowedRoleArns: roleList === undefined ? flags.allowedRoleArns : globsIn(roleList),
    rolesFrom: roleList === undefined ? "--allowed-role-arns" : by(roles),
    permissionsBoundary: given(boundary) ?? flags.permissionsBoundary,
    boundaryFrom: given(boundary) === undefined ? "--permissions-boundary" : by(boundary),
    allowInlinePolicies: given(inline) === undefined ? flags.allowInlinePolicies : given(inline) === "true",
    inlineFrom: given(inline) === undefined ? "--allow-inline-policies" : by(inline),
  };
}

/** A role or instance profile that a spec names itself. */
export interface NamedRole {
  readonly field: string;
  readonly kind: "role" | "instance-profile";
  /** Name, path with name, or ARN, as in the spec. */
  readonly value: string;
}

export interface Refused {
  readonly field: string;
  /** The refused value, the list that refuses it, and the next step. */
  readonly message: string;
}

/** Only the characters of IAM's names: no similar letters, no way out of a path. */
const segment = "(?!\\.{1,2}(?:/|$))[A-Za-z0-9_+=,.@-]+";
const policyArn = new RegExp(`^arn:aws(?:-[a-z]+)*:iam::(?:aws|[0-9]{12}):policy/(?:${segment}/)*${segment}$`);
const roleArn = new RegExp(`^arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:(?:role|instance-profile)/(?:${segment}/)*${segment}$`);
const serviceLinked =
  /^arn:[^:]+:iam::[0-9]{12}:role\/aws-service-role\/batch\.amazonaws\.com\/AWSServiceRoleForBatch$/;

/** The first value that the limits refuse; undefined: none. */
export function refusalOf(
  desiredRoles: readonly DesiredRole[],
  named: readonly NamedRole[],
  limits: Limits,
  place: { readonly account: string; readonly partition: string },
): Refused | undefined {
  for (const desired of desiredRoles) {
    const refused = madeRefusal(desired, limits);
    if (refused !== undefined) return refused;
  }
  for (const role of named) {
    const refused = namedRefusal(role, limits, place);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function madeRefusal(desired: DesiredRole, limits: Limits): Refused | undefined {
  const { field, asked, inlinePolicies, permissionsBoundaryArn } = desired;
  const policy = asked.find((arn) => !policyArn.test(arn) || !matchesAny(limits.allowedPolicyArns, arn));
  if (policy !== undefined) {
    return {
      field: `${field}.policyArns`,
      message: `${field}.policyArns: ${policy} is not allowed in this namespace (${limits.policiesFrom}: ${shown(limits.allowedPolicyArns)}). Remove it, or ask the operator's administrator to allow it`,
    };
  }
  if (Object.keys(inlinePolicies).length > 0 && !limits.allowInlinePolicies) {
    return {
      field: `${field}.inlinePolicies`,
      message: `${field}.inlinePolicies: inline policies are not allowed in this namespace (${limits.inlineFrom}). Use policyArns, or ask the operator's administrator to allow them`,
    };
  }
  const { permissionsBoundary: boundary } = limits;
  if (boundary !== undefined && !policyArn.test(boundary)) {
    return {
      field: `${field}.permissionsBoundary`,
      message: `${field}: the required permissions boundary is not the ARN of a policy (${limits.boundaryFrom}), so the operator creates no role. Ask the operator's administrator to correct it`,
    };
  }
  if (boundary !== undefined && permissionsBoundaryArn !== boundary) {
    return {
      field: `${field}.permissionsBoundary`,
      message: `${field}.permissionsBoundary: roles of this namespace must have the boundary ${boundary} (${limits.boundaryFrom}). Remove the field`,
    };
  }
  return undefined;
}

/**
 * `<namespace>_<name>_<purpose>_<hash>`, or `<namespace>_<shared name>_<hash>`. A long namespace is cut to the 55
 * characters before the hash. IAM ignores case.
 */
const madeName = /^(?:[a-z0-9-]+_.+|[a-z0-9-]{54}_|[a-z0-9-]{55})_[0-9a-f]{8}$/i;

/** Why a spec may not name this role. */
export function namedRefusal(
  { field, kind, value }: NamedRole,
  limits: Limits,
  { account, partition }: { readonly account: string; readonly partition: string },
): Refused | undefined {
  const arn = value.startsWith("arn:") ? value : `arn:${partition}:iam::${account}:${kind}/${value.replace(/^\//, "")}`;
  // Also where every role is allowed: AWS could read another form as the name of a role of the operator.
  if (!roleArn.test(arn)) {
    return {
      field,
      message: `${field}: ${value} is not the name or ARN of a role or instance profile. Use the characters A-Z, a-z, 0-9 and _+=,.@-, without blanks`,
    };
  }
  if (serviceLinked.test(arn)) return undefined;
  if (/\/aws-batch-operator\//i.test(arn)) {
    return {
      field,
      message: `${field}: ${value} is a role of the operator, and a spec cannot name those by ARN. Share the role within its namespace by the name in spec.iam`,
    };
  }
  // Without a path nothing shows its owner, and anybody can compute our names.
  const hasPath = /^arn:[^/]*\/.*\//.test(value);
  if (!hasPath && madeName.test(value.slice(value.lastIndexOf("/") + 1))) {
    return {
      field,
      message: `${field}: ${value} has the form of a role of the operator, and a spec cannot name those. Share the role within its namespace by the name in spec.iam; if it is another role, give it a path and use its full ARN`,
    };
  }
  const { allowedRoleArns: allowed } = limits;
  if (allowed === undefined || matchesAny(allowed, arn)) return undefined;
  return {
    field,
    message: `${field}: ${value} is not allowed in this namespace (${limits.rolesFrom}: ${shown(allowed)}). Name another role, or ask the operator's administrator to allow it`,
  };
}

function shown(globs: readonly string[]): string {
  return globs.length === 0 ? "none" : firstOf(globs);
}

/** IAM's limit for all inline policies of a role together, without white space. */
export const inlineLimit = 10_240;

export function inlineLength(policies: Readonly<Record<string, string>>): number {
  return Object.values(policies).reduce((sum, document) => sum + document.replace(/\s/g, "").length, 0);
}
