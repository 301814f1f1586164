/** What an object says of its roles: its spec, and the note of those that it has requested. Pure. */

import type { KubeObject } from "../../../api/object.ts";
import { rolesAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type { RoleSpecs } from "./desired.ts";
import { isRoleName, isRoleOfNamespace } from "./names.ts";

/** `spec.iam` of an object, of whatever kind. */
export function iamOf(object: KubeObject): RoleSpecs | undefined {
  return (object.spec as { readonly iam?: RoleSpecs | undefined }).iam;
}

/**
 * The roles that an object has requested so far. Anybody may write the note, so only names that its namespace gives count, and
 * only tags prove an owner. A service role that the object lets the operator create again has any name.
 */
export function notedRoles(object: KubeObject): readonly string[] {
  const { annotations, namespace } = object.metadata;
  const mayRepair = mayRepairForeign(object);
  return (annotations?.[rolesAnnotation] ?? "")
    .split(",")
    .filter((name) => isRoleName(name) && (mayRepair || isRoleOfNamespace(namespace, name)));
}

export function mayRepairForeign(object: KubeObject): boolean {
  return (
    (iamOf(object) as { readonly repairMissingServiceRole?: boolean } | undefined)?.repairMissingServiceRole === true
  );
}
