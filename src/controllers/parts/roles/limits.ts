/** Limits the policies and roles that the objects of a namespace may use. Pure. */

import { roleAnnotations } from "../../../api/v1alpha1/annotations.ts";
import {
  type AllowedList,
  annotationText,
  flagOf,
  lackingList,
  listsInForce,
  listText,
  type NamespaceAnnotations,
  yesInForce,
} from "../../ownership/limits.ts";
import type { DesiredRole, Place } from "./desired.ts";

/** The operator's flags. An empty list allows nothing. */
export interface RoleLimits {
  /** Globs of policy ARNs that a role may have in addition to the one that it needs. */
  readonly allowedPolicyArns: readonly string[];
  /** Globs of the roles and instance profiles that a spec may name itself; undefined: any. */
  readonly allowedRoleArns: readonly string[] | undefined;
  /** Globs of the keys of tags that roles may have: policies can grant permissions by the tags of a role. */
  readonly allowedRoleTagKeys: readonly string[];
  /** The boundary of every role that the operator creates; undefined: that of the namespace or the spec. */
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
  allowedRoleTagKeys: [],
  permissionsBoundary: undefined,
  allowInlinePolicies: false,
};

/** The limits in force in a namespace. */
export interface Limits {
  readonly policies: readonly AllowedList[];
  readonly roles: readonly AllowedList[];
  readonly tagKeys: readonly AllowedList[];
  /** By the name of a policy. */
  readonly inline: readonly AllowedList[];
  /** The boundary that every role must have; undefined: that of the spec. */
  readonly boundary: { readonly arn: string; readonly from: string } | undefined;
}

/** The limits of a namespace. An empty annotation allows nothing. No annotation lifts the boundary of the flag. */
export function limitsOf(
  flags: RoleLimits,
  annotations: Readonly<Record<string, string>>,
  mode: NamespaceAnnotations,
): Limits {
  const lists = (annotation: string, globs: readonly string[] | undefined): readonly AllowedList[] =>
    listsInForce(annotation, globs, annotations, mode);
  return {
    policies: lists(roleAnnotations.policies, flags.allowedPolicyArns),
    roles: lists(roleAnnotations.roles, flags.allowedRoleArns),
    tagKeys: lists(roleAnnotations.tagKeys, flags.allowedRoleTagKeys),
    inline: yesInForce(roleAnnotations.inline, flags.allowInlinePolicies, annotations, mode),
    boundary: boundaryIn(flags, annotations),
  };
}

function boundaryIn({ permissionsBoundary }: RoleLimits, annotations: Readonly<Record<string, string>>) {
  const { boundary } = roleAnnotations;
  if (permissionsBoundary !== undefined) return { arn: permissionsBoundary, from: flagOf(boundary) };
  const arn = annotations[boundary];
  return arn === undefined ? undefined : { arn, from: annotationText(boundary) };
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
  place: Place,
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
  const { field, asked, inlinePolicies, userTags } = desired;
  const ask = "ask the operator's administrator to allow";
  for (const arn of asked) {
    if (!policyArn.test(arn)) {
      return refusal(`${field}.policyArns`, `${arn} is not allowed, because it is not the ARN of a policy. Correct it`);
    }
    const list = lackingList(limits.policies, arn);
    if (list !== undefined) {
      return refusal(
        `${field}.policyArns`,
        `${arn} is not allowed in this namespace (${listText(list)}). Remove it, or ${ask} it`,
      );
    }
  }
  for (const policy of Object.keys(inlinePolicies)) {
    const list = lackingList(limits.inline, policy);
    if (list !== undefined) {
      return refusal(
        `${field}.inlinePolicies`,
        `inline policies are not allowed in this namespace (${list.from}). Use policyArns, or ${ask} them`,
      );
    }
  }
  for (const key of Object.keys(userTags)) {
    const list = lackingList(limits.tagKeys, key);
    if (list !== undefined) {
      return refusal(
        `${field}.tags`,
        `${key} is not allowed as a tag of a role in this namespace (${listText(list)}), because policies can grant permissions by it. Remove it, or ${ask} it`,
      );
    }
  }
  return boundaryRefusal(desired, limits);
}

function boundaryRefusal({ field, permissionsBoundaryArn }: DesiredRole, { boundary }: Limits): Refused | undefined {
  if (boundary === undefined) return undefined;
  const { arn, from } = boundary;
  if (!policyArn.test(arn)) {
    return {
      field: `${field}.permissionsBoundary`,
      message: `${field}: the required permissions boundary is not the ARN of a policy (${from}), so the operator creates no role. Ask the operator's administrator to correct it`,
    };
  }
  if (permissionsBoundaryArn === arn) return undefined;
  return refusal(
    `${field}.permissionsBoundary`,
    `roles of this namespace must have the boundary ${arn} (${from}). Remove the field`,
  );
}

function refusal(field: string, why: string): Refused {
  return { field, message: `${field}: ${why}` };
}

/**
 * `<namespace>_<name>_<purpose>_<hash>`, or `<namespace>_<shared name>_<hash>`. A long namespace is cut to the 55
 * characters before the hash. IAM ignores case.
 */
const madeName = /^(?:[a-z0-9-]+_.+|[a-z0-9-]{54}_|[a-z0-9-]{55})_[0-9a-f]{8}$/i;

/** What a list of allowed roles is compared with. */
export function arnOf({ kind, value }: Pick<NamedRole, "kind" | "value">, { account, partition }: Place): string {
  return value.startsWith("arn:") ? value : `arn:${partition}:iam::${account}:${kind}/${value.replace(/^\//, "")}`;
}

/** Why a spec may not name this role. */
export function namedRefusal(named: NamedRole, limits: Limits, place: Place): Refused | undefined {
  const { field, value } = named;
  const arn = arnOf(named, place);
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
      message: `${field}: ${value} is a role of the operator, and a spec cannot name those by ARN. Refer to its BatchRole`,
    };
  }
  // Without a path nothing shows its owner, and anybody can compute our names.
  const hasPath = /^arn:[^/]*\/.*\//.test(value);
  if (!hasPath && madeName.test(value.slice(value.lastIndexOf("/") + 1))) {
    return {
      field,
      message: `${field}: ${value} has the form of a role of the operator, and a spec cannot name those. Refer to its BatchRole; if it is another role, give it a path and use its full ARN`,
    };
  }
  const list = lackingList(limits.roles, arn);
  if (list === undefined) return undefined;
  return refusal(
    field,
    `${value} is not allowed in this namespace (${listText(list)}). Name another role, or ask the operator's administrator to allow it`,
  );
}
