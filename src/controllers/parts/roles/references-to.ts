/** The BatchRoles to which an object refers: their ARNs, and why the object may not use one, or not yet. */

import { type KubeObject, keyText } from "../../../api/object.ts";
import { referencesOf } from "../../../api/references.ts";
import type { BatchRole } from "../../../api/v1alpha1/batch-role.ts";
import { BatchRoleKind, kindOf } from "../../../api/v1alpha1/kinds.ts";
import { marks, unwatchedCheckMs } from "../../intervals.ts";
import type { Blocked, Wait } from "../../pass/agenda.ts";
import { conditionsOf } from "../../pass/conditions.ts";
import type { Ports } from "../../ports.ts";
import type { Resolving } from "../../references/consumables.ts";
import { labelsAskedFor, objectAt } from "../../references/reference.ts";
import { type DesiredRole, type Place, purposeOfReference, referencePath, rolesAskedBy } from "./desired.ts";
import { purposePath } from "./names.ts";
import { batchRoleName, isObjectName, type SharedRole, sharedRoleName, sharedRoles } from "./shared-names.ts";

/** What a spec needs of a role that the operator makes. */
export type GivenRole = Pick<DesiredRole, "purpose" | "arn" | "profileArn">;

/**
 * The ARNs of the roles. They follow from the name of the BatchRole alone, unless it gives another one in IAM, so what is in AWS does
 * not seem to differ while a BatchRole is away, nor before one is there for a role that the object shares by a name. Pure, but for what is
 * cached.
 */
export function rolesReferredBy(
  object: KubeObject,
  { account, partition }: Place,
  { objects, cluster }: Pick<Ports, "objects" | "cluster">,
): readonly GivenRole[] {
  const referred = referencesTo(object).map(({ key, purpose }) => {
    const target = objects.get(BatchRoleKind, key) as BatchRole | undefined;
    return { purpose, name: target?.spec.roleName ?? sharedRoleName(key, cluster, key.namespace) };
  });
  const shared = sharedRoles(object).map((role) => {
    return { purpose: role.purpose, name: sharedRoleName(role, cluster, object.metadata.namespace) };
  });
  return [...referred, ...shared].map(({ purpose, name }) => {
    const end = `${purposePath(cluster.name, purpose)}${name}`;
    const arn = (type: string): string => `arn:${partition}:iam::${account}:${type}${end}`;
    return { purpose, arn: arn("role"), profileArn: purpose === "instance" ? arn("instance-profile") : undefined };
  });
}

function referencesTo({ kind, metadata: { namespace }, spec }: KubeObject) {
  return referencesOf(kindOf(kind), { namespace, spec })
    .filter(({ to }) => to === BatchRoleKind.kind)
    .map(({ key, path }) => ({ key, purpose: purposeOfReference(path), field: path.join(".") }));
}

/**
 * Why nothing that needs the roles is written; undefined: all of them may be used now. What AWS has stays.
 *
 * @throws StoreError when the labels of the namespace cannot be read for now
 */
export async function roleHindrance(object: KubeObject, around: Resolving): Promise<Wait | Blocked | undefined> {
  const { region, ports, signal } = around;
  const [shared] = sharedRoles(object);
  if (shared !== undefined)
    return refusedName(shared, sharedRoleName(shared, ports.cluster, object.metadata.namespace));
  const references = referencesTo(object);
  const targets = references.map(({ key }) => ports.objects.get(BatchRoleKind, key) as BatchRole | undefined);
  const { namespace } = object.metadata;
  const labels = await labelsAskedFor(namespace, targets, ports, signal);
  const referring = { namespace, noun: kindOf(object.kind).noun, region, ports, labels };
  for (const { key, purpose, field } of references) {
    const found = objectAt<BatchRole>(BatchRoleKind, key, referring);
    if (found.kind === "unresolved") {
      const { reason } = found;
      const message = `${field}: ${found.message}`;
      if (reason === "ReferenceNotFound") return waiting(message);
      const step = { message, checkInMs: unwatchedCheckMs, holds: "writes" } as const;
      if (reason === "NamespaceUnreadable")
        return { kind: "wait", reason, ...step, stallsAfterMs: marks.unreadStallsMs };
      return { kind: "blocked", reason, ...step };
    }
    const role = found.object;
    const called = `${field}: BatchRole ${keyText(role.metadata)}`;
    if (role.spec.purpose !== purpose) {
      const message = `${called} is a role with purpose: ${role.spec.purpose}; refer to one with purpose: ${purpose}`;
      return { kind: "blocked", reason: "ReferenceNotAllowed", message, holds: "writes" };
    }
    if (role.metadata.deletionTimestamp !== undefined) return waiting(`${called} is being deleted`);
    const [desired] = rolesAskedBy(role, ports.cluster, region);
    if (!isWritten(role) || role.status?.arn !== desired?.arn) {
      return waiting(`${called} is not in IAM yet as its spec says: its conditions say why`);
    }
  }
  return undefined;
}

/** Nobody creates, changes or deletes a role that is shared by a name until there is a BatchRole for it. */
function refusedName({ member, name }: SharedRole, inIam: string): Blocked {
  const named = isObjectName(name) ? "" : ` with roleName: ${inIam}`;
  const reference = `spec.${referencePath(member).join(".")}`;
  const message = `spec.iam.${member}.name: objects no longer share a role by a name. What AWS has stays, and nothing is written. Apply a BatchRole ${batchRoleName(name)}${named} that says what this role may do: it takes role ${inIam} over, and changes its tags alone. Then write ${reference} in place of spec.iam.${member}; aws-batch-operator validate prints both`;
  return { kind: "blocked", reason: "RoleSharedByName", message };
}

function waiting(message: string): Wait {
  return { kind: "wait", reason: "WaitingForRole", message, stallsAfterMs: marks.missingStallsMs, holds: "writes" };
}

/**
 * Whether what the spec says of the object's roles is what IAM has, as far as its last pass has seen. Otherwise a tenant could
 * take from the spec what it may not have any more and keep the operator from carrying it out, e.g. by pausing the object.
 * While IAM cannot be read, what was known before stays.
 */
export function isWritten(object: KubeObject): boolean {
  const ready = conditionsOf(object).find(({ type }) => type === "RolesReady");
  return ready !== undefined && ready.status !== "False" && ready.observedGeneration === object.metadata.generation;
}
