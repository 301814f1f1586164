/** Names of the operator's roles in IAM. Pure. */

import { shortHash } from "../../fields/fingerprint.ts";
import type { Identity } from "../../ownership/ownership.ts";

/** The purpose of a role; also the value of its tag `awsbatch.dev/role`. */
export type RolePurpose = (typeof purposes)[number];

const purposes = ["service", "instance", "spot-fleet", "execution", "job"] as const;

/** IAM's limit for the name of a role; that of an instance profile is twice as long. */
const nameLimit = 64;

/** The path of all roles and instance profiles of a cluster; the operator's own permissions end there. */
export function rolePath(clusterName: string): string {
  return `/aws-batch-operator/${clusterName}/`;
}

/** Of the roles of one purpose: the operator's policy passes them to the service of that purpose alone. */
export function purposePath(clusterName: string, purpose: RolePurpose): string {
  return `${rolePath(clusterName)}${purpose}/`;
}

/** Whether an operator of this cluster creates roles under a path. */
export function isPurposePath(clusterName: string, path: string): boolean {
  return purposes.some((purpose) => path === purposePath(clusterName, purpose));
}

const made = /^arn:[^:]*:iam::[^:]*:(?:role|instance-profile)\/aws-batch-operator\/(?:([^/]+)\/)?/;

/** Whether the operator of any cluster created a role or instance profile, by ARN. */
export function isMadeByOperator(arn: string): boolean {
  return made.test(arn);
}

/** The name of the cluster whose operator created a role or instance profile, by ARN; undefined: none did. */
export function clusterInRole(arn: string): string | undefined {
  return made.exec(arn)?.[1];
}

/** The owner of a role: one object, or all objects of the namespace that share it by name. */
export type RoleScope =
  | { readonly kind: "object"; readonly name: string; readonly purpose: RolePurpose }
  | { readonly kind: "shared"; readonly name: string };

/**
 * `<namespace>_<name>_<8 hex>`, at most 64 characters. Names of roles are unique in an account whatever their path and
 * case, so the hash covers cluster, namespace and everything that is cut off.
 */
export function roleName(clusterName: string, namespace: string, scope: RoleScope): string {
  const hash = shortHash([clusterName, namespace, scope]);
  const readable = [namespace, scope.name, ...(scope.kind === "object" ? [scope.purpose] : [])].join("_");
  return `${readable.slice(0, nameLimit - hash.length - 1)}_${hash}`;
}

/** Whether IAM accepts a text as the name of a role. */
export function isRoleName(name: string): boolean {
  return name.length <= nameLimit && /^[\w+=,.@-]+$/.test(name);
}

/** Whether the operator may have created a role of this name for an object of the namespace: `<namespace>_…_<8 hex>`. */
export function isRoleOfNamespace(namespace: string, role: string): boolean {
  return role.startsWith(`${namespace}_`.slice(0, nameLimit - 9)) && /_[0-9a-f]{8}$/.test(role);
}

/** Whether the operator creates a role of this name for this object alone. */
export function isRoleOf({ cluster, namespace, name }: Identity, role: string): boolean {
  return purposes.some((purpose) => role === roleName(cluster.name, namespace, { kind: "object", name, purpose }));
}
