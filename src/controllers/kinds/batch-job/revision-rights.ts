/** Whether the jobs of a revision may run now: its roles and its consumables are judged again before each submission. */

import { isWhole, type KubeObject, keyText } from "../../../api/object.ts";
import { BatchJobKind, kindOf } from "../../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../../aws/names.ts";
import type { RevisionSeen } from "../../../aws/region.ts";
import { rereadCheckMs } from "../../intervals.ts";
import { isBatchRole, rolesAskedBy } from "../../parts/roles/desired.ts";
import { namedRefusal, refusalOf } from "../../parts/roles/limits.ts";
import { makersOf } from "../../parts/roles/makers.ts";
import { isMadeByOperator, rolePath } from "../../parts/roles/names.ts";
import { limitsIn } from "../../parts/roles/observe.ts";
import { isWritten } from "../../parts/roles/references-to.ts";
import { sharedRoleName, sharedRoles } from "../../parts/roles/shared-names.ts";
import type { Ports } from "../../ports.ts";
import { accessTo } from "../../references/access.ts";
import { namedConsumables, type Resolving } from "../../references/consumables.ts";
import { changeableSteps, type Held, notYet, resolutionOf } from "../../references/fixed-reference.ts";
import { labelsAskedFor } from "../../references/reference.ts";

/** A revision, and the object whose namespace answers for what its jobs use. */
export interface Answered {
  readonly revision: RevisionSeen;
  /** The object that the definition belongs to; of a definition of nobody the job. */
  readonly by: KubeObject;
  /** It belongs to no object, so that `--allowed-resources` says whether its roles may be used. */
  readonly isNobodys: boolean;
}

/** Of a large object the cache may keep only a part, so the whole is read from the store. */
type Asking = Resolving & { readonly ports: Pick<Ports, "store"> };

/**
 * Why no job of a revision may be submitted now; undefined: nothing keeps it. What has been registered, and when and by
 * whom, makes no difference: a submission is an act of its own.
 */
export async function heldByRevision(answered: Answered, around: Asking): Promise<Held | undefined> {
  return (await heldByRoles(answered, around)) ?? (await heldByConsumables(answered, around));
}

async function heldByRoles({ revision, by, isNobodys }: Answered, around: Asking): Promise<Held | undefined> {
  const { roles, name, revision: number } = revision;
  const ownPath = rolePath(around.ports.cluster.name);
  const judged = isNobodys ? roles.filter((role) => isMadeByOperator(role) && role.includes(ownPath)) : roles;
  for (const arn of judged) {
    const held = await heldByRole(arn, { by, field: `job definition ${name}:${number}` }, around);
    if (held !== undefined) return held;
  }
  return undefined;
}

/** Who has the jobs, and how messages call what gives them their roles. */
interface Asked {
  readonly by: KubeObject;
  readonly field: string;
}

/** Why jobs may not have a role now: the object that makes it says who may, and the limits of its namespace what it may do. */
async function heldByRole(arn: string, { by, field }: Asked, around: Asking): Promise<Held | undefined> {
  const { ports, region, signal } = around;
  const { namespace } = by.metadata;
  const refused = (why: string): Held => {
    return { kind: "refused", reason: "NotAllowed", message: why.startsWith(field) ? why : `${field}: ${why}` };
  };
  const isMade = isMadeByOperator(arn);
  const maker = isMade ? await makerOf(arn, by, around) : undefined;
  if (maker !== undefined && isBatchRole(maker)) {
    const labels = await labelsAskedFor(namespace, [maker], ports, signal);
    const access = accessTo(maker, namespace, labels);
    if (access.kind === "unread") return notYet("NamespaceUnreadable", access.message);
    if (access.kind === "refused") {
      return refused(
        `${arn} is the role of ${textOf(maker)}, which does not let namespace ${namespace} use it: allow that namespace in its spec.allowedNamespaces`,
      );
    }
  } else if (isMade && isSharedByName(arn, by, around)) {
    return notYet(
      "WaitingForDefinition",
      `${field}: ${arn} is the role of no BatchRole yet, and objects no longer share a role by a name: the condition Stalled of ${textOf(by)} says what to apply`,
    );
  } else if (isMade && maker?.metadata.namespace !== namespace) {
    return refused(
      `${arn} is a role of the operator that no object of namespace ${namespace} asks for, so it is unknown what it may do. Use a revision whose roles are allowed, or ask for the role by spec.iam or as a BatchRole`,
    );
  }
  const owner = maker?.metadata.namespace ?? namespace;
  const read = await limitsIn(owner, ports, signal);
  if (read.kind === "unread") return limitsUnread(owner, read.why);
  const { limits } = read;
  if (maker === undefined) {
    const refusal = namedRefusal({ field, kind: "role", value: arn }, limits, region);
    return refusal === undefined ? undefined : refused(refusal.message);
  }
  const asked = rolesAskedBy(maker, ports.cluster, region, limits.boundary?.arn);
  const refusal = refusalOf(
    asked.filter((desired) => desired.arn === arn),
    [],
    limits,
    region,
  );
  if (refusal !== undefined) return refused(`${textOf(maker)}: ${refusal.message}`);
  if (isWritten(maker)) return undefined;
  // The role may have permissions that its spec does not give it, or not any more.
  const message = `${field}: it is not known that IAM has ${arn} as the spec says, so it may have permissions that were taken away: the condition RolesReady of ${textOf(maker)} says why`;
  return notYet("WaitingForDefinition", message, rereadCheckMs);
}

/** The object that makes a role of the operator, whole. */
async function makerOf(
  arn: string,
  by: KubeObject,
  { region, ports, signal }: Asking,
): Promise<KubeObject | undefined> {
  // Of a large object the indexes may not have the roles: who has the jobs is known whole.
  const makers = [by, ...makersOf(nameIn(arn), ports)].filter((one) =>
    rolesAskedBy(one, ports.cluster, region).some((desired) => desired.arn === arn),
  );
  // A name that follows from an object is its own. One that a BatchRole gives may be another's, whose jobs it must not hold up.
  const [own] = makers.filter((one) => !isBatchRole(one) || one.spec.roleName === undefined);
  const maker = own ?? makers.find(isWritten) ?? makers[0];
  return maker === undefined || isWhole(maker)
    ? maker
    : await ports.store.get(kindOf(maker.kind), maker.metadata, signal);
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

function textOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${keyText(metadata)}`;
}

async function heldByConsumables({ revision, by }: Answered, around: Resolving): Promise<Held | undefined> {
  const { consumables = [], name, revision: number } = revision;
  const entries = consumables.map((consumableResource) => ({ consumableResource }));
  const { hindrances } = await namedConsumables(by, entries, BatchJobKind.noun, around);
  const unresolved = hindrances.find((one) => one.kind === "unresolved");
  const field = `job definition ${name}:${number}`;
  if (unresolved !== undefined) {
    const held = { ...unresolved, message: `${field}: ${unresolved.message}` };
    return resolutionOf(held, changeableSteps("the definition"));
  }
  const awaited = hindrances.find((one) => one.kind === "awaited");
  if (awaited === undefined) return undefined;
  return notYet("WaitingForConsumable", `${field}: ${awaited.message}`, awaited.checkInMs);
}
