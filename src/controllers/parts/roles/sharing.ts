/** Who else asks for the roles of an object: roles are shared only within a namespace. Pure. */

import { type KubeObject, keyText } from "../../../api/object.ts";
import type { BatchRole } from "../../../api/v1alpha1/batch-role.ts";
import { BatchComputeEnvironmentKind, BatchRoleKind, JobDefinitionKind } from "../../../api/v1alpha1/kinds.ts";
import { perVersion } from "../../fields/per-version.ts";
import type { Ports } from "../../ports.ts";
import {
  batchRoleSpec,
  contentText,
  type DesiredRole,
  isBatchRole,
  type Place,
  rolesAskedBy,
  sameContent,
  specsOf,
} from "./desired.ts";
import { roleName } from "./names.ts";
import { iamOf, notedRoles } from "./noted.ts";
import type { OtherUser, RolesSeen } from "./seen.ts";

const kindsWithRoles = [BatchComputeEnvironmentKind, JobDefinitionKind, BatchRoleKind];

/** What an object has to do with a role: it asks for it in its spec, alone or with others, has noted it, or is it, for whatever namespace. */
type Part = "asks" | "shares" | "notes" | "is";

/** Under what an index has the objects of a namespace that have to do with a role. */
function roleText(part: Part, namespace: string, name: string): string {
  return `${part} ${namespace} ${name}`;
}

/** The roles that an object has to do with, as an index has them. */
export function roleTexts(object: KubeObject, clusterName: string): readonly string[] {
  const { namespace, name } = object.metadata;
  const asked = askedBy(object).flatMap(({ sort: { purpose }, spec, roleName: given }) => {
    const shared = spec.name;
    if (shared === undefined)
      return roleText("asks", namespace, roleName(clusterName, namespace, { kind: "object", name, purpose }));
    const inIam = given ?? roleName(clusterName, namespace, { kind: "shared", name: shared });
    const is = isBatchRole(object) ? [roleText("is", "", inIam)] : [];
    return [roleText("asks", namespace, inIam), roleText("shares", namespace, inIam), ...is];
  });
  return [...new Set([...asked, ...notedRoles(object).map((one) => roleText("notes", namespace, one))])];
}

const askedBy = (object: KubeObject) => (isBatchRole(object) ? batchRoleSpec(object) : specsOf(iamOf(object)));

/** The other objects of the namespace, of whatever kind, that have to do with a role. */
function others(
  { namespace, uid }: KubeObject["metadata"],
  part: Part,
  name: string,
  { objects }: Pick<Ports, "objects">,
): readonly KubeObject[] {
  return kindsWithRoles
    .flatMap((kind) => objects.having(kind, "role", roleText(part, namespace, name)))
    .filter(({ metadata }) => metadata.uid !== uid);
}

/**
 * By name of a role: the other objects that ask for it as one that they share, or have noted it. Few plans want to know them, of which there
 * may be thousands.
 */
export function othersIn(object: KubeObject, ports: Pick<Ports, "objects">): RolesSeen["others"] {
  return { get: (name) => usersOf(name, object, ports) };
}

function usersOf(name: string, { metadata }: KubeObject, ports: Pick<Ports, "objects">): readonly OtherUser[] {
  const sharing = new Set(others(metadata, "shares", name, ports));
  const stageOf = (other: KubeObject): OtherUser["stage"] => {
    if (other.metadata.deletionTimestamp !== undefined) return "goes";
    return sharing.has(other) ? "uses" : "leaves";
  };
  const all = new Set([...sharing, ...others(metadata, "notes", name, ports)]);
  return [...all].map((other) => ({ key: userText(other), rank: rankOf(other), stage: stageOf(other) }));
}

/** What an object says of its shared roles, by name in its spec. */
const sharedContents = perVersion((object) => {
  const contents = new Map<string, string>();
  for (const asked of askedBy(object)) {
    const { name } = asked.spec;
    if (name !== undefined) contents.set(name, `${contents.get(name) ?? ""}${contentText(asked)}\n`);
  }
  return contents;
});

/** By field: the older object that gives a role of the same name another content. */
export function conflictsOf(
  object: KubeObject,
  desiredRoles: readonly DesiredRole[],
  place: Place,
  boundary: string | undefined,
  ports: Pick<Ports, "objects" | "cluster">,
): ReadonlyMap<string, string> {
  const conflicts = new Map<string, string>();
  const shared = desiredRoles.filter(({ sharedAs }) => sharedAs !== undefined);
  shared.forEach((desired, index) => {
    const isOther = differing(desired, place, boundary, ports);
    const older = others(object.metadata, "shares", desired.name, ports).find(
      (other) => other.metadata.deletionTimestamp === undefined && isOther(other) && rankOf(other) < rankOf(object),
    );
    const before = shared.slice(0, index).find((one) => one.name === desired.name && !sameContent(one, desired));
    if (older !== undefined) conflicts.set(desired.field, userText(older));
    else if (before !== undefined) conflicts.set(desired.field, before.field);
  });
  return conflicts;
}

/** Whether an object gives a shared role another content. Thousands that say the same of it are compared once. */
function differing(
  desired: DesiredRole,
  place: Place,
  boundary: string | undefined,
  { cluster }: Pick<Ports, "cluster">,
): (other: KubeObject) => boolean {
  const known = new Map<string, boolean>();
  return (other) => {
    const text = sharedContents(other).get(desired.sharedAs ?? "") ?? "";
    const differs =
      known.get(text) ??
      rolesAskedBy(other, cluster, place, boundary).some(
        (one) => one.name === desired.name && !sameContent(one, desired),
      );
    known.set(text, differs);
    return differs;
  };
}

/** The BatchRoles that have this name in IAM, of whatever namespace. */
export function batchRolesOf(name: string, { objects }: Pick<Ports, "objects">): readonly BatchRole[] {
  return objects.having(BatchRoleKind, "role", roleText("is", "", name)) as readonly BatchRole[];
}

/** The objects that ask for a role, its owner or whoever shares it, but for the given one. */
export function askingFor(
  name: string,
  { metadata }: Pick<KubeObject, "metadata">,
  ports: Pick<Ports, "objects">,
): readonly KubeObject[] {
  return others(metadata, "asks", name, ports);
}

/** The position of an object among the users of its shared roles. */
export function rankOf(object: KubeObject): string {
  return `${object.metadata.creationTimestamp} ${userText(object)}`;
}

function userText({ kind, metadata }: KubeObject): string {
  return `${kind} ${keyText(metadata)}`;
}
