/** Whether the jobs of a revision may run now: its roles and its consumables are judged again before each submission. */

import { type KubeObject, keyText } from "../../../api/object.ts";
import type { BatchRole } from "../../../api/v1alpha1/batch-role.ts";
import { BatchJobKind } from "../../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../../aws/names.ts";
import type { RevisionSeen } from "../../../aws/region.ts";
import { rereadCheckMs } from "../../intervals.ts";
import { isBatchRole, rolesAskedBy } from "../../parts/roles/desired.ts";
import { type Limits, namedRefusal, refusalOf } from "../../parts/roles/limits.ts";
import { makersOf } from "../../parts/roles/makers.ts";
import { isMadeByOperator, rolePath } from "../../parts/roles/names.ts";
import { limitsIn } from "../../parts/roles/observe.ts";
import { isWritten } from "../../parts/roles/references-to.ts";
import { sharedRoleName, sharedRoles } from "../../parts/roles/shared-names.ts";
import { accessTo } from "../../references/access.ts";
import { namedConsumables, type Resolving } from "../../references/consumables.ts";
import { type Held, notYet, resolutionOf } from "../../references/fixed-reference.ts";
import { labelsAskedFor } from "../../references/reference.ts";

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
  const field = `job definition ${name}:${number}`;
  const read = await limitsIn(namespace, around.ports, around.signal);
  if (read.kind === "unread") return limitsUnread(namespace, read.why);
  const own: string[] = [];
  for (const value of judged) {
    const maker = makerOf(value, around);
    if (maker === undefined || !isBatchRole(maker)) {
      own.push(value);
      continue;
    }
    const held = await heldByRole(maker, value, { field, namespace }, around);
    if (held !== undefined) return held;
  }
  for (const value of own) {
    if (isSharedByName(value, by, around)) {
      const message = `${field}: ${value} is the role of no BatchRole yet, and objects no longer share a role by a name: the condition Stalled of ${by.kind} ${keyText(by.metadata)} says what to apply`;
      return notYet("WaitingForDefinition", message);
    }
    const refusal = isMadeByOperator(value)
      ? madeRefusal(value, by, read.limits, around)
      : namedRefusal({ field, kind: "role", value }, read.limits, around.region)?.message;
    if (refusal === undefined) continue;
    const message = refusal.startsWith(field) ? refusal : `${field}: ${refusal}`;
    return { kind: "refused", reason: "NotAllowed", message };
  }
  const unwritten = own.find((arn) => {
    const maker = makerOf(arn, around);
    return maker !== undefined && !isWritten(maker);
  });
  if (unwritten === undefined) return undefined;
  return unwrittenRole(field, unwritten, "the condition RolesReady of the object that asks for the role says why");
}

/** The object that makes a role of the operator. */
function makerOf(arn: string, { region, ports }: Resolving): KubeObject | undefined {
  if (!isMadeByOperator(arn)) return undefined;
  const makers = makersOf(nameIn(arn), ports).filter((one) =>
    rolesAskedBy(one, ports.cluster, region).some((desired) => desired.arn === arn),
  );
  // A name that follows from an object is its own. One that a BatchRole gives may be another's, whose jobs it must not hold up.
  const [own] = makers.filter((one) => !isBatchRole(one) || one.spec.roleName === undefined);
  return own ?? makers.find(isWritten) ?? makers[0];
}

function isSharedByName(arn: string, by: KubeObject, { ports }: Resolving): boolean {
  const { namespace } = by.metadata;
  return sharedRoles(by).some((role) => sharedRoleName(role, ports.cluster, namespace) === nameIn(arn));
}

function limitsUnread(namespace: string, why: string): Held {
  return notYet(
    "NamespaceUnreadable",
    `cannot read namespace ${namespace} (${why}), so it is unknown which roles its jobs may have. Allow the operator to get, list and watch namespaces`,
  );
}

/** Why jobs of a namespace may not have the role of a BatchRole now: its owner says who may, and its own namespace what it may do. */
async function heldByRole(
  role: BatchRole,
  arn: string,
  { field, namespace }: { readonly field: string; readonly namespace: string },
  around: Resolving,
): Promise<Held | undefined> {
  const { ports, region, signal } = around;
  const labels = await labelsAskedFor(namespace, [role], ports, signal);
  const access = accessTo(role, namespace, labels);
  if (access.kind === "unread") return notYet("NamespaceUnreadable", access.message);
  const path = `BatchRole ${keyText(role.metadata)}`;
  const refused = (why: string): Held => ({ kind: "refused", reason: "NotAllowed", message: `${field}: ${why}` });
  if (access.kind === "refused") {
    return refused(
      `${arn} is the role of ${path}, which does not let namespace ${namespace} use it: allow that namespace in its spec.allowedNamespaces`,
    );
  }
  const read = await limitsIn(role.metadata.namespace, ports, signal);
  if (read.kind === "unread") return limitsUnread(role.metadata.namespace, read.why);
  const desired = rolesAskedBy(role, ports.cluster, region, read.limits.boundary?.arn);
  const refusal = refusalOf(desired, [], read.limits, region);
  if (refusal !== undefined) return refused(`${path}: ${refusal.message}`);
  return isWritten(role) ? undefined : unwrittenRole(field, arn, `the condition RolesReady of ${path} says why`);
}

/** That a role may have permissions that its spec does not give it, or not any more. */
function unwrittenRole(field: string, arn: string, next: string): Held {
  const message = `${field}: it is not known that IAM has ${arn} as the spec says, so it may have permissions that were taken away: ${next}`;
  return notYet("WaitingForDefinition", message, rereadCheckMs);
}

/** A role of the operator is what the object says that makes it, within the limits of its namespace, to which the jobs have to belong. */
function madeRefusal(arn: string, by: KubeObject, limits: Limits, around: Resolving): string | undefined {
  const { namespace } = by.metadata;
  const maker = makerOf(arn, around);
  if (maker?.metadata.namespace !== namespace) {
    return `${arn} is a role of the operator that no object of namespace ${namespace} asks for, so it is unknown what it may do. Use a revision whose roles are allowed, or ask for the role by spec.iam or as a BatchRole`;
  }
  const { ports, region } = around;
  const asked = rolesAskedBy(maker, ports.cluster, region, limits.boundary?.arn);
  return refusalOf(
    asked.filter((desired) => desired.arn === arn),
    [],
    limits,
    region,
  )?.message;
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
