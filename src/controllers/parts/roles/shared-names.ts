/** Names under `iam` by which objects shared a role: the API refuses them, and an object may still have one. Pure. */

import type { KubeObject } from "../../../api/object.ts";
import type { RoleSpec } from "../../../api/v1alpha1/iam.ts";
import { BatchRoleKind } from "../../../api/v1alpha1/kinds.ts";
import { dnsSubdomain } from "../../../api/v1alpha1/names.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import type { Cluster } from "../../ownership/ownership.ts";
import { rolesIn } from "./desired.ts";
import { type RolePurpose, roleName } from "./names.ts";

/** A role that an object has by a name under `iam`. */
export interface SharedRole {
  /** The member of `iam`, e.g. `jobRole`. */
  readonly member: string;
  readonly purpose: RolePurpose;
  readonly name: string;
  /** What the role may do, and its tags. */
  readonly content: Omit<RoleSpec, "name">;
}

/** The roles that an object shares by a name. */
export function sharedRoles({ spec }: Pick<KubeObject, "spec">): readonly SharedRole[] {
  return rolesIn((spec as { readonly iam?: object }).iam).flatMap(({ member, sort: { purpose }, spec: role }) => {
    const { name, ...content } = role;
    return name === undefined ? [] : [{ member, purpose, name, content }];
  });
}

/** Its name in IAM: that of a BatchRole of the same name by default, so that such a BatchRole takes it over. */
export function sharedRoleName({ name }: Pick<SharedRole, "name">, cluster: Pick<Cluster, "name">, namespace: string) {
  return roleName(cluster.name, namespace, { kind: "shared", name });
}

/** Whether a BatchRole of that very name has the role by default; others need its `roleName`. */
export function isObjectName(name: string): boolean {
  return dnsSubdomain.test(name);
}

/** The name of a BatchRole for a shared name, of which Kubernetes takes not all: `Batch_Jobs` is `batch-jobs-<8 hex>`. */
export function batchRoleName(name: string): string {
  if (isObjectName(name)) return name;
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return [...(plain === "" ? [] : [plain]), shortHash([name])].join("-");
}

/**
 * The manifest of the BatchRole that takes the role over.
 *
 * @param namespace undefined: that of whoever applies it
 * @param inIam the name of the role in IAM, where that of the object does not lead to it
 */
export function batchRoleFor(
  { name, purpose, content }: Omit<SharedRole, "member">,
  namespace: string | undefined,
  inIam?: string,
) {
  return {
    apiVersion: `${BatchRoleKind.group}/${BatchRoleKind.version}`,
    kind: BatchRoleKind.kind,
    metadata: { name: batchRoleName(name), ...(namespace === undefined ? {} : { namespace }) },
    spec: { purpose, ...(inIam === undefined ? {} : { roleName: inIam }), ...content },
  };
}
