/** Where a reference of an object leads that names what it needs once, for life: a queue or a definition. */

import { type KubeObject, keyText, type ObjectKey } from "../../api/object.ts";
import { environmentAnnotations, roleAnnotations } from "../../api/v1alpha1/annotations.ts";
import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import { JobQueueKind, kindOf, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import type { Queue } from "../../aws/batch.ts";
import { nameIn } from "../../aws/names.ts";
import { lackingList, listsInForce, listText } from "../ownership/limits.ts";
import { annotationsOf } from "../ownership/namespace-annotations.ts";
import { queueNameOf } from "../ownership/naming.ts";
import { identityOf, namedOwner, ownershipOf } from "../ownership/ownership.ts";
import type { Sharing } from "./access.ts";
import type { Resolving } from "./consumables.ts";
import {
  labelsAskedFor,
  type NamedThing,
  notYetOf,
  objectAt,
  ownerOfName,
  type RecordOfName,
  type Referring,
  refusalOfArn,
  refusalOfName,
  type Unresolved,
} from "./reference.ts";

/** Why a reference leads nowhere as yet. */
export type Held =
  | {
      readonly kind: "waiting";
      readonly reason: WaitReason;
      readonly message: string;
      /** When it is checked again, where nothing wakes the object; undefined: within a minute. */
      readonly checkInMs?: number;
    }
  /** Only a person ends it. */
  | { readonly kind: "refused"; readonly reason: RefusedReason; readonly message: string };

type WaitReason =
  | "ReferenceNotFound"
  | "WaitingForQueue"
  | "WaitingForDefinition"
  | "WaitingForConsumable"
  | "NamespaceUnreadable";
type RefusedReason = "ReferenceNotAllowed" | "NamespaceNotWatched" | "RegionMismatch" | "NotAllowed";

const queueThing: NamedThing = {
  type: "job-queue",
  kind: JobQueueKind,
  called: "job queue",
  oneOf: "the queue",
};

/** An object in a queue. */
type InQueue = KubeObject<Pick<QueueFields, "jobQueue" | "jobQueueRef">, unknown>;

interface QueueFields {
  readonly jobQueue?: string | undefined;
  readonly jobQueueRef?: { readonly name: string; readonly namespace?: string | undefined } | undefined;
}

/** A queue that may be used. */
export interface UsableQueue {
  readonly kind: "queue";
  readonly queue: Queue;
  /** For messages, e.g. `JobQueue team/q`. */
  readonly called: string;
  /** Its object is being deleted. */
  readonly isLeaving: boolean;
}

/** The queue in which an object is to be. At rest it costs no call. */
export async function queueAt(object: InQueue, around: Resolving): Promise<UsableQueue | Held> {
  const { jobQueueRef, jobQueue = "" } = object.spec;
  const { region, ports } = around;
  const { jobQueues: queues } = region.snapshot();
  if (jobQueueRef !== undefined) {
    const found = await referred<JobQueue>(queueThing, jobQueueRef, object, around);
    if (found.kind === "unresolved") return resolutionOf(found);
    const { object: target } = found;
    const queue = queues.get(queueNameOf(target));
    const called = `JobQueue ${keyText(target.metadata)}`;
    if (queue === undefined) return notYet("WaitingForQueue", `${called} is not in AWS yet: its conditions say why`);
    if (ownershipOf(queue.tags, identityOf(target, ports.cluster)).kind !== "ours") {
      return notYet("WaitingForQueue", notYetOf(queue.jobQueueName, called));
    }
    return { kind: "queue", queue, called, isLeaving: target.metadata.deletionTimestamp !== undefined };
  }
  const name = nameIn(jobQueue);
  const elsewhere = refusalOfArn(jobQueue, queueThing, referringOf(object, around));
  if (elsewhere !== undefined) return resolutionOf(elsewhere);
  const queue = queues.get(name);
  const barred = await barredFrom(name, queue, queueThing, object, around);
  if (barred !== undefined) return barred;
  if (queue === undefined)
    return notYet(
      "ReferenceNotFound",
      `AWS has no job queue ${name} in ${region.region}: create it, or delete this object and create it again with another queue`,
    );
  const owner = namedOwner(queue.tags, ports.cluster);
  const target = owner === undefined ? undefined : ports.objects.get(JobQueueKind, owner);
  const isLeaving = target?.metadata.deletionTimestamp !== undefined;
  return { kind: "queue", queue, called: `job queue ${name}`, isLeaving };
}

/** The object of a reference, where it may be referred to. */
export async function referred<O extends Sharing>(
  { kind }: NamedThing,
  { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
  object: KubeObject,
  around: Resolving,
): Promise<ReturnType<typeof objectAt<O>>> {
  const key: ObjectKey = { namespace: namespace ?? object.metadata.namespace, name };
  return objectAt<O>(kind, key, await referringTo(kind, key, object, around));
}

/** Who refers, where the labels of its namespace make no difference. */
export function referringOf({ kind, metadata: { namespace } }: KubeObject, { region, ports }: Resolving): Referring {
  return { namespace, noun: kindOf(kind).noun, region, ports, labels: undefined };
}

/** With the labels of its namespace, if the object that it refers to asks for them. */
async function referringTo(
  kind: OperatorKind,
  key: ObjectKey,
  object: KubeObject,
  around: Resolving,
): Promise<Referring> {
  const { ports, signal } = around;
  const target = ports.objects.get(kind, key) as Sharing | undefined;
  const labels = await labelsAskedFor(object.metadata.namespace, [target], ports, signal);
  return { ...referringOf(object, around), labels };
}

/**
 * Why a queue or definition must not be used by its name. What belongs to no object is a matter of `--allowed-resources`.
 *
 * @param record undefined: AWS has nothing of that name
 */
export async function barredFrom(
  name: string,
  record: RecordOfName | undefined,
  thing: NamedThing,
  object: KubeObject,
  around: Resolving,
): Promise<Held | undefined> {
  const owner = ownerOfName(name, record, thing.kind, around.ports);
  const referring =
    owner === undefined ? referringOf(object, around) : await referringTo(thing.kind, owner, object, around);
  const refusal = refusalOfName(name, record, thing, referring);
  if (refusal !== undefined) return resolutionOf(refusal);
  return owner === undefined && record !== undefined ? await barredFromForeign(name, thing, object, around) : undefined;
}

/** Why a queue or definition of that name must not be used where it belongs to no object. */
export async function barredFromForeign(
  name: string,
  { type }: NamedThing,
  object: KubeObject,
  { ports, signal }: Resolving,
): Promise<Held | undefined> {
  const { namespace } = object.metadata;
  const read = await annotationsOf(namespace, ports.objects, signal);
  const annotations = read.kind === "read" ? read.annotations : {};
  const { environments, namespaceAnnotations, roles } = ports.settings;
  // Its roles come with a definition, whatever command the job gives: where roles are limited, so is what brings them.
  const bringsRoles =
    type === "job-definition" && (roles.allowedRoleArns ?? annotations[roleAnnotations.roles]) !== undefined;
  const globs = environments.allowedResources ?? (bringsRoles ? [] : undefined);
  const lists = listsInForce(environmentAnnotations.resources, globs, annotations, namespaceAnnotations);
  if (read.kind === "unread" && globs !== undefined) {
    return notYet(
      "NamespaceUnreadable",
      `cannot read namespace ${namespace} (${read.why}), so it is unknown whether it may use ${name}. Allow the operator to get, list and watch namespaces`,
    );
  }
  const list = lackingList(lists, `${type}/${name}`);
  if (list === undefined) return undefined;
  const message = `${type}/${name} belongs to no object, and is not allowed in this namespace (${listText(list)}). Refer to an object, or ask the operator's administrator to allow it`;
  return { kind: "refused", reason: "NotAllowed", message };
}

/** A wait for what may come. */
export function notYet(reason: WaitReason, message: string, checkInMs?: number): Held {
  return { kind: "waiting", reason, message, ...(checkInMs === undefined ? {} : { checkInMs }) };
}

/** What a person does about a reference that leads nowhere, by the reason. */
export type NextSteps = Readonly<Partial<Record<Unresolved["reason"], string>>>;

/** Where a reference is fixed for life, the next step may be another object. */
export const fixedSteps: NextSteps = {
  ReferenceNotFound: "create it, or delete this object and create it again with another reference",
  RegionMismatch: "refer to one there, or set the region in a new object",
};

/** @param what holds the reference, and can be changed, e.g. `the definition` */
export function changeableSteps(what: string): NextSteps {
  return { ReferenceNotFound: `create it, or change ${what}`, RegionMismatch: `change ${what}: name one there` };
}

/** What an unresolved reference means for the object that has it. */
export function resolutionOf({ reason, message }: Unresolved, steps: NextSteps = fixedSteps): Held {
  const step = steps[reason];
  const whole = step === undefined ? message : `${message}: ${step}`;
  return reason === "ReferenceNotFound" || reason === "NamespaceUnreadable"
    ? { kind: "waiting", reason, message: whole }
    : { kind: "refused", reason, message: whole };
}
