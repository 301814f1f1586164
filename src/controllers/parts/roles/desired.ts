/** The desired roles of an object: name, trust, policies, tags. Pure. */

import type { KubeObject } from "../../../api/object.ts";
import type { BatchRole, BatchRoleSpec } from "../../../api/v1alpha1/batch-role.ts";
import type { RoleSpec } from "../../../api/v1alpha1/iam.ts";
import { BatchRoleKind } from "../../../api/v1alpha1/kinds.ts";
import { canonicalJson } from "../../fields/fingerprint.ts";
import {
  type Cluster,
  clusterTag,
  clusterUidTag,
  type Identity,
  identityOf,
  namespaceTag,
  nameTag,
  roleTag,
  sharedRoleTag,
  uidTag,
} from "../../ownership/ownership.ts";
import { normalPolicyText, samePolicy } from "./documents.ts";
import { purposePath, type RolePurpose, roleName } from "./names.ts";

/** The account of the roles; one for all regions. */
export interface Place {
  readonly account: string;
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
}

export interface DesiredRole {
  readonly purpose: RolePurpose;
  /** e.g. `spec.iam.serviceRole`. */
  readonly field: string;
  /** In IAM; the instance profile has the same name. */
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** Of the instance profile that holds it; only for instances. */
  readonly profileArn: string | undefined;
  /** The trust policy. */
  readonly trust: string;
  /** All policies to attach. */
  readonly policyArns: readonly string[];
  /** Those of them that the spec requests. */
  readonly asked: readonly string[];
  readonly inlinePolicies: Readonly<Record<string, string>>;
  readonly permissionsBoundaryArn: string | undefined;
  readonly userTags: Readonly<Record<string, string>>;
  /** The field by which the role can have another name. */
  readonly nameField: string;
  /** The tags of ownership. */
  readonly ownTags: Readonly<Record<string, string>>;
  /** The name by which objects of the namespace share it. */
  readonly sharedAs: string | undefined;
}

interface Sort {
  readonly purpose: RolePurpose;
  readonly service: string;
  /** Below `policy/` of AWS's own policies; undefined: it needs none. */
  readonly policy: string | undefined;
  /**
   * Whether the service sends `aws:SourceAccount` when it takes the role. Documented for ECS (task roles) and AWS Batch
   * ("Cross-service confused deputy prevention"); not for EC2 and Spot Fleet, whose roles would become unusable.
   */
  readonly sendsAccount: boolean;
}

/** By the field of `spec.iam`. Principals and policies: AWS Batch User Guide, "IAM policies, roles, and permissions". */
const sorts: Readonly<Record<string, Sort>> = {
  serviceRole: { purpose: "service", service: "batch", policy: "service-role/AWSBatchServiceRole", sendsAccount: true },
  instanceRole: {
    purpose: "instance",
    service: "ec2",
    policy: "service-role/AmazonEC2ContainerServiceforEC2Role",
    sendsAccount: false,
  },
  spotFleetRole: {
    purpose: "spot-fleet",
    service: "spotfleet",
    policy: "service-role/AmazonEC2SpotFleetTaggingRole",
    sendsAccount: false,
  },
  executionRole: {
    purpose: "execution",
    service: "ecs-tasks",
    policy: "service-role/AmazonECSTaskExecutionRolePolicy",
    sendsAccount: true,
  },
  jobRole: { purpose: "job", service: "ecs-tasks", policy: undefined, sendsAccount: true },
};

/** `spec.iam` of either kind. */
export type RoleSpecs = Readonly<Record<string, RoleSpec | undefined>>;

/** @param boundaryArn the boundary of every role that names none itself */
export function desiredRolesOf(
  iam: object | undefined,
  identity: Identity,
  place: Place,
  boundaryArn?: string,
): readonly DesiredRole[] {
  return specsOf(iam).map((asked) => desiredRole(asked, { identity, place, boundaryArn }));
}

/** The roles that an object asks for: by `spec.iam`, or as a BatchRole. */
export function rolesAskedBy(
  object: KubeObject,
  cluster: Cluster,
  place: Place,
  boundaryArn?: string,
): readonly DesiredRole[] {
  const identity = identityOf(object, cluster);
  const asked = isBatchRole(object) ? batchRoleSpec(object) : specsOf((object.spec as { readonly iam?: object }).iam);
  return asked.map((one) => desiredRole(one, { identity, place, boundaryArn }));
}

/** What a spec says of one role. */
interface AskedRole {
  /** e.g. `spec.iam.serviceRole`; of a BatchRole `spec`. */
  readonly field: string;
  readonly sort: Sort;
  readonly spec: RoleSpec;
  /** Its name in IAM, where the spec gives it. */
  readonly roleName?: string | undefined;
}

/** The roles that a spec asks for. */
export function specsOf(iam: object | undefined): readonly AskedRole[] {
  const given = (iam ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(sorts).flatMap(([field, sort]) => {
    const spec = given[field] as RoleSpec | undefined;
    return spec === undefined ? [] : [{ field: `spec.iam.${field}`, sort, spec }];
  });
}

export function isBatchRole(object: KubeObject): object is BatchRole {
  return object.kind === BatchRoleKind.kind;
}

/** The role that a BatchRole is. */
export function batchRoleSpec({ metadata, spec }: BatchRole): readonly AskedRole[] {
  const { purpose, roleName: given } = spec as BatchRoleSpec;
  const { policyArns, inlinePolicies, permissionsBoundary, tags } = spec;
  const content = { name: metadata.name, policyArns, inlinePolicies, permissionsBoundary, tags };
  return Object.values(sorts)
    .filter((sort) => sort.purpose === purpose)
    .map((sort) => ({ field: "spec", sort, spec: content, roleName: given }));
}

/** Equal texts are the same content (`sameContent`), in the same namespace. */
export function contentText({ sort: { purpose }, spec }: AskedRole): string {
  const policies = Object.fromEntries(
    Object.entries(spec.inlinePolicies ?? {}).map(([name, policy]) => [name, normalPolicyText(policy)]),
  );
  const { policyArns = [], permissionsBoundary = null, tags = {} } = spec;
  return canonicalJson([purpose, policyArns.toSorted(), permissionsBoundary, tags, policies]);
}

function desiredRole(
  { field, sort, spec, roleName: given }: AskedRole,
  {
    identity,
    place: { account, partition },
    boundaryArn,
  }: { readonly identity: Identity; readonly place: Place; readonly boundaryArn: string | undefined },
): DesiredRole {
  const { cluster, namespace } = identity;
  const { purpose, service, policy, sendsAccount } = sort;
  const own = { kind: "object", name: identity.name, purpose } as const;
  const scope = spec.name === undefined ? own : ({ kind: "shared", name: spec.name } as const);
  const isObject = field === "spec";
  const name = given ?? roleName(cluster.name, namespace, scope);
  const path = purposePath(cluster.name, purpose);
  const managed = policy === undefined ? [] : [`arn:${partition}:iam::aws:policy/${policy}`];
  return {
    purpose,
    field,
    nameField: isObject ? "spec.roleName" : `${field}.name`,
    name,
    path,
    arn: `arn:${partition}:iam::${account}:role${path}${name}`,
    profileArn: purpose === "instance" ? `arn:${partition}:iam::${account}:instance-profile${path}${name}` : undefined,
    trust: trustPolicy(principalOf(service, partition), sendsAccount ? account : undefined),
    policyArns: [...new Set([...managed, ...(spec.policyArns ?? [])])].sort(),
    asked: spec.policyArns ?? [],
    inlinePolicies: spec.inlinePolicies ?? {},
    permissionsBoundaryArn: spec.permissionsBoundary ?? boundaryArn,
    userTags: spec.tags ?? {},
    ownTags: roleOwnerTags(identity, purpose, { sharedAs: spec.name, isObject }),
    sharedAs: spec.name,
  };
}

/** EC2 has a principal of its own in China; the other services have one everywhere. */
function principalOf(service: string, partition: string): string {
  return `${service}.amazonaws.com${service === "ec2" && partition === "aws-cn" ? ".cn" : ""}`;
}

/**
 * A trust policy for one service only.
 *
 * @param account on whose behalf the service must act; undefined: the service does not say
 */
export function trustPolicy(principal: string, account?: string): string {
  const onBehalf = account === undefined ? {} : { Condition: { StringEquals: { "aws:SourceAccount": account } } };
  const statement = { Effect: "Allow", Principal: { Service: principal }, Action: "sts:AssumeRole", ...onBehalf };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** That a role is shared says that it is a BatchRole's, or of all objects of the namespace that give its name. */
function roleOwnerTags(
  { cluster, namespace, name, uid }: Identity,
  purpose: RolePurpose,
  { sharedAs, isObject }: { readonly sharedAs: string | undefined; readonly isObject: boolean },
): Record<string, string> {
  return {
    [clusterTag]: cluster.name,
    [clusterUidTag]: cluster.uid,
    [namespaceTag]: namespace,
    ...(sharedAs === undefined || isObject ? { [nameTag]: name, [uidTag]: uid } : {}),
    ...(sharedAs === undefined ? {} : { [sharedRoleTag]: sharedAs }),
    [roleTag]: purpose,
  };
}

/** Whether two objects that share a role desire the same content. */
export function sameContent(left: DesiredRole, right: DesiredRole): boolean {
  const one = Object.entries(left.inlinePolicies);
  const other = new Map(Object.entries(right.inlinePolicies));
  return (
    left.purpose === right.purpose &&
    canonicalJson([left.policyArns, left.permissionsBoundaryArn, left.userTags]) ===
      canonicalJson([right.policyArns, right.permissionsBoundaryArn, right.userTags]) &&
    one.length === other.size &&
    one.every(([name, mine]) => {
      const theirs = other.get(name);
      return theirs !== undefined && samePolicy(mine, theirs);
    })
  );
}
