/** Whether the jobs of a revision may run now: its roles and its consumables are judged again before each submission. */

import type { KubeObject } from "../../../api/object.ts";
import { BatchJobKind } from "../../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../../aws/names.ts";
import type { RevisionSeen } from "../../../aws/region.ts";
import { rereadCheckMs } from "../../intervals.ts";
import { identityOf } from "../../ownership/ownership.ts";
import { type DesiredRole, desiredRolesOf } from "../../parts/roles/desired.ts";
import { type Limits, namedRefusal, refusalOf } from "../../parts/roles/limits.ts";
import { isMadeByOperator, rolePath } from "../../parts/roles/names.ts";
import { iamOf } from "../../parts/roles/noted.ts";
import { limitsIn } from "../../parts/roles/observe.ts";
import { askingFor } from "../../parts/roles/sharing.ts";
import { conditionsOf } from "../../pass/conditions.ts";
import { namedConsumables, type Resolving } from "../../references/consumables.ts";
import { type Held, notYet, resolutionOf } from "../../references/fixed-reference.ts";

/** A revision, and the object whose namespace answers for what its jobs use. */
export interface Answered {
  readonly revision: RevisionSeen;
  /** The object that the definition belongs to; of a definition of nobody the job. */
  readonly by: KubeObject;
  /** It belongs to no object, so that `--allowed-resources` says whether its roles may be used. */
  readonly isNobodys: boolean;
}

/**
 * Why no job of a revision may be submitted now; undefined: nothing keeps it. What has been registered, and when and by
 * whom, makes no difference: a submission is an act of its own.
 */
export async function heldByRevision(answered: Answered, around: Resolving): Promise<Held | undefined> {
  return (await heldByRoles(answered, around)) ?? (await heldByConsumables(answered, around));
}

async function heldByRoles({ revision, by, isNobodys }: Answered, around: Resolving): Promise<Held | undefined> {
  const { namespace } = by.metadata;
  const { roles, name, revision: number } = revision;
  const ownPath = rolePath(around.ports.cluster.name);
  const judged = isNobodys ? roles.filter((role) => isMadeByOperator(role) && role.includes(ownPath)) : roles;
  if (judged.length === 0) return undefined;
  const read = await limitsIn(namespace, around.ports, around.signal);
  if (read.kind === "unread") {
    return notYet(
      "NamespaceUnreadable",
      `cannot read namespace ${namespace} (${read.why}), so it is unknown which roles its jobs may have. Allow the operator to get, list and watch namespaces`,
    );
  }
  const field = `job definition ${name}:${number}`;
  for (const value of judged) {
    const refusal = isMadeByOperator(value)
      ? madeRefusal(value, by, read.limits, around)
      : namedRefusal({ field, kind: "role", value }, read.limits, around.region)?.message;
    if (refusal === undefined) continue;
    const message = refusal.startsWith(field) ? refusal : `${field}: ${refusal}`;
    return { kind: "refused", reason: "NotAllowed", message };
  }
  const unwritten = judged.find(
    (arn) =>
      isMadeByOperator(arn) && !describersOf(arn, by, read.limits, around).some(({ object }) => isWritten(object)),
  );
  if (unwritten === undefined) return undefined;
  return notYet(
    "WaitingForDefinition",
    `${field}: it is not known that IAM has ${unwritten} as spec.iam says, so it may have permissions that were taken away: the condition RolesReady of the objects that ask for the role says why`,
    rereadCheckMs,
  );
}

/**
 * Whether what the spec says of the object's roles is what IAM has, as far as its last pass has seen. Otherwise a tenant could
 * take from the spec what it may not have any more and keep the operator from carrying it out, e.g. by pausing the object.
 * While IAM cannot be read, what was known before stays.
 */
function isWritten(object: KubeObject): boolean {
  const ready = conditionsOf(object).find(({ type }) => type === "RolesReady");
  return ready !== undefined && ready.status !== "False" && ready.observedGeneration === object.metadata.generation;
}

/** An object, and what its spec says of a role. */
interface Describer {
  readonly object: KubeObject;
  readonly desired: readonly DesiredRole[];
}

/** The objects whose specs ask for a role of the operator, of its own namespace alone. */
function describersOf(arn: string, by: KubeObject, limits: Limits, { region, ports }: Resolving): readonly Describer[] {
  const describer = (object: KubeObject): Describer => ({
    object,
    desired: desiredRolesOf(iamOf(object), identityOf(object, ports.cluster), region, limits.boundary?.arn).filter(
      (desired) => desired.arn === arn,
    ),
  });
  const own = describer(by);
  // Only what objects share may be described by others too, who may give it another content.
  const isOwn = own.desired.length > 0 && own.desired.every(({ sharedAs }) => sharedAs === undefined);
  const all = isOwn ? [own] : [own, ...askingFor(nameIn(arn), by, ports).map(describer)];
  return all.filter(({ desired }) => desired.length > 0);
}

/** A role of the operator is what the specs say that ask for it, within the limits of their namespace. */
function madeRefusal(arn: string, by: KubeObject, limits: Limits, around: Resolving): string | undefined {
  const described = describersOf(arn, by, limits, around).flatMap(({ desired }) => desired);
  if (described.length === 0) {
    return `${arn} is a role of the operator that no object of namespace ${by.metadata.namespace} asks for, so it is unknown what it may do. Use a revision whose roles are allowed, or ask for the role by spec.iam`;
  }
  return refusalOf(described, [], limits, around.region)?.message;
}

async function heldByConsumables({ revision, by }: Answered, around: Resolving): Promise<Held | undefined> {
  const { consumables = [], name, revision: number } = revision;
  const entries = consumables.map((consumableResource) => ({ consumableResource }));
  const { hindrances } = await namedConsumables(by, entries, BatchJobKind.noun, around);
  const unresolved = hindrances.find((one) => one.kind === "unresolved");
  const field = `job definition ${name}:${number}`;
  if (unresolved !== undefined) {
    return resolutionOf({ ...unresolved, message: `${field}: ${unresolved.message}` });
  }
  const awaited = hindrances.find((one) => one.kind === "awaited");
  if (awaited === undefined) return undefined;
  return notYet("WaitingForConsumable", `${field}: ${awaited.message}`, awaited.checkInMs);
}
