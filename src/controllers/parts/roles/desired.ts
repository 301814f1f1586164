/** The desired roles of an object: name, trust, policies, tags. Pure. */

import type { KubeObject, ObjectKey } from "../../../api/object.ts";
import type { BatchRole, BatchRoleSpec } from "../../../api/v1alpha1/batch-role.ts";
import type { RoleSpec } from "../../../api/v1alpha1/iam.ts";
import { BatchRoleKind } from "../../../api/v1alpha1/kinds.ts";
import {
  type Cluster,
  type Identity,
  identityOf,
  ownerTags,
  roleTag,
  sharedRoleTag,
} from "../../ownership/ownership.ts";
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
  /** What a person can do where something else has its name, e.g. `use another name in spec.roleName`. */
  readonly otherName: string;
  /** The tags of ownership. */
  readonly ownTags: Readonly<Record<string, string>>;
}

interface Sort {
  readonly purpose: RolePurpose;
  /** The path below `spec` of the reference to a BatchRole in its place. */
  readonly reference: readonly string[];
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
  serviceRole: {
    purpose: "service",
    reference: ["serviceRoleRef"],
    service: "batch",
    policy: "service-role/AWSBatchServiceRole",
    sendsAccount: true,
  },
  instanceRole: {
    purpose: "instance",
    reference: ["computeResources", "instanceRoleRef"],
    service: "ec2",
    policy: "service-role/AmazonEC2ContainerServiceforEC2Role",
    sendsAccount: false,
  },
  spotFleetRole: {
    purpose: "spot-fleet",
    reference: ["computeResources", "spotFleetRoleRef"],
    service: "spotfleet",
    policy: "service-role/AmazonEC2SpotFleetTaggingRole",
    sendsAccount: false,
  },
  executionRole: {
    purpose: "execution",
    reference: ["executionRoleRef"],
    service: "ecs-tasks",
    policy: "service-role/AmazonECSTaskExecutionRolePolicy",
    sendsAccount: true,
  },
  jobRole: {
    purpose: "job",
    reference: ["jobRoleRef"],
    service: "ecs-tasks",
    policy: undefined,
    sendsAccount: true,
  },
};

/** The path below `spec` of the reference to a BatchRole, in place of a member of `iam`. */
export function referencePath(member: string): readonly string[] {
  const sort = sorts[member];
  if (sort === undefined) throw new Error(`no reference replaces iam.${member}`);
  return sort.reference;
}

/** What a BatchRole is for to which a field refers. @param field its path, with or without `spec` */
export function purposeOfReference(field: readonly (string | number)[]): RolePurpose {
  const sort = Object.values(sorts).find(({ reference }) => reference.at(-1) === field.at(-1));
  if (sort === undefined) throw new Error(`${field.join(".")} refers to a role of no purpose`);
  return sort.purpose;
}

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
  return askedBy(object).map((one) => desiredRole(one, { identity, place, boundaryArn }));
}

function askedBy(object: KubeObject): readonly AskedRole[] {
  return isBatchRole(object) ? batchRoleSpec(object) : specsOf((object.spec as { readonly iam?: object }).iam);
}

/** What a spec says of one role. */
interface AskedRole {
  /** e.g. `spec.iam.serviceRole`; of a BatchRole `spec`. */
  readonly field: string;
  readonly sort: Sort;
  readonly spec: RoleSpec;
  /** Of a BatchRole: its name in IAM, where the spec gives it. Otherwise undefined: a role of an object of another kind. */
  readonly batchRole?: { readonly roleName: string | undefined } | undefined;
}

/** The roles of the object alone: one that it shares by name is that of a BatchRole (`shared-names.ts`). */
function specsOf(iam: object | undefined): readonly AskedRole[] {
  return rolesIn(iam).filter(({ spec }) => spec.name === undefined);
}

/** All roles under `iam`, with the member of each. */
export function rolesIn(iam: object | undefined): readonly (AskedRole & { readonly member: string })[] {
  const given = (iam ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(sorts).flatMap(([member, sort]) => {
    const spec = given[member] as RoleSpec | undefined;
    return spec === undefined ? [] : [{ member, field: `spec.iam.${member}`, sort, spec }];
  });
}

export function isBatchRole(object: KubeObject): object is BatchRole {
  return object.kind === BatchRoleKind.kind;
}

/** The role that a BatchRole is. */
function batchRoleSpec({ spec }: BatchRole): readonly AskedRole[] {
  const { purpose, roleName: given, policyArns, inlinePolicies, permissionsBoundary, tags } = spec as BatchRoleSpec;
  const content = { policyArns, inlinePolicies, permissionsBoundary, tags };
  return Object.values(sorts)
    .filter((sort) => sort.purpose === purpose)
    .map((sort) => ({ field: "spec", sort, spec: content, batchRole: { roleName: given } }));
}

/** The names in IAM of the roles that an object asks for. */
export function roleNamesOf(object: KubeObject, cluster: Pick<Cluster, "name">): readonly string[] {
  return askedBy(object).map((one) => nameInIam(one, cluster, object.metadata));
}

function nameInIam(
  { sort: { purpose }, batchRole }: Pick<AskedRole, "sort" | "batchRole">,
  cluster: Pick<Cluster, "name">,
  { namespace, name }: ObjectKey,
): string {
  if (batchRole === undefined) return roleName(cluster.name, namespace, { kind: "object", name, purpose });
  return batchRole.roleName ?? roleName(cluster.name, namespace, { kind: "shared", name });
}

function desiredRole(
  { field, sort, spec, batchRole }: AskedRole,
  {
    identity,
    place: { account, partition },
    boundaryArn,
  }: { readonly identity: Identity; readonly place: Place; readonly boundaryArn: string | undefined },
): DesiredRole {
  const { cluster } = identity;
  const { purpose, service, policy, sendsAccount } = sort;
  const isObject = batchRole !== undefined;
  const name = nameInIam({ sort, batchRole }, cluster, identity);
  const path = purposePath(cluster.name, purpose);
  const managed = policy === undefined ? [] : [`arn:${partition}:iam::aws:policy/${policy}`];
  return {
    purpose,
    field,
    otherName: isObject ? "use another name in spec.roleName" : `refer to a BatchRole in place of ${field}`,
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
    ownTags: {
      ...ownerTags(identity),
      ...(isObject ? { [sharedRoleTag]: identity.name } : {}),
      [roleTag]: purpose,
    },
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
