import type { ObjectKey } from "../../api/object.ts";
import { keyText } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import type { JobDefinition, JobDefinitionStatus } from "../../api/v1alpha1/job-definition.ts";
import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import { BatchJobKind, JobDefinitionKind, JobQueueKind, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { nameIn, revisionIn } from "../../aws/names.ts";
import type { RevisionSeen } from "../../aws/region.ts";
import type { Sharing } from "../access.ts";
import { environmentAnnotations } from "../compute-environment/allowed.ts";
import type { Around } from "../consumables.ts";
import { withConsumables } from "../job-definition/consumables.ts";
import { entriesOf } from "../job-definition/entries.ts";
import { fingerprintOfSpec } from "../job-definition/normalise.ts";
import { definitionNameOf } from "../job-definition/observe.ts";
import { definitionRoleUser } from "../job-definition/roles.ts";
import { lackingList, listsInForce, listText } from "../limits.ts";
import { annotationsOf } from "../namespace-annotations.ts";
import { queueNameOf } from "../naming.ts";
import { identityOf, namedOwner, ownershipOf, type Tags } from "../ownership.ts";
import {
  labelsAskedFor,
  type NamedThing,
  objectAt,
  type Referring,
  refusalOfArn,
  refusalOfOwner,
  type Unresolved,
} from "../reference.ts";
import { limitAnnotations } from "../roles/limits.ts";
import { filledObject } from "../roles/part.ts";

/** What a job is to be submitted with, in AWS's words; or why not yet. */
export type Resolution =
  /** `name` and what SubmitJob is sent: an ARN, or `name:revision`. */
  | { readonly kind: "resolved"; readonly name: string; readonly value: string }
  | { readonly kind: "waiting"; readonly reason: WaitReason; readonly message: string }
  /** Only a person ends it. */
  | { readonly kind: "refused"; readonly reason: RefusedReason; readonly message: string };

/** Why a job is not to be submitted yet. */
export type Held = Exclude<Resolution, { readonly kind: "resolved" }>;

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

const definitionThing: NamedThing = {
  type: "job-definition",
  kind: JobDefinitionKind,
  called: "job definition",
  oneOf: "a definition",
};

/** The queue of a job. At rest it costs no call. */
export async function queueOf(object: BatchJob, around: Around): Promise<Resolution> {
  const { jobQueueRef, jobQueue = "" } = object.spec;
  const { region, ports } = around;
  const { queues } = region.snapshot();
  if (jobQueueRef !== undefined) {
    const found = await referred<JobQueue>(queueThing, jobQueueRef, object, around);
    if (found.kind === "unresolved") return resolutionOf(found);
    const { object: target } = found;
    const name = queueNameOf(target);
    const queue = queues.get(name);
    const path = keyText(target.metadata);
    const isOurs = ownershipOf(queue?.tags, identityOf(target, ports.cluster)).kind === "ours";
    if (queue === undefined || !isOurs)
      return notYet("WaitingForQueue", `JobQueue ${path} is not in AWS yet: its conditions say why`);
    return usable(queue, `JobQueue ${path}`);
  }
  const name = nameIn(jobQueue);
  const elsewhere = refusalOfArn(jobQueue, queueThing, referringOf(object, around));
  if (elsewhere !== undefined) return resolutionOf(elsewhere);
  const queue = queues.get(name);
  if (queue === undefined)
    return notYet(
      "ReferenceNotFound",
      `AWS has no job queue ${name} in ${region.region}: create it, or delete this object and create it again with another queue`,
    );
  const barred = await barredFrom(name, queue.tags, queueThing, object, around);
  return barred ?? usable(queue, `job queue ${name}`);
}

function usable(
  queue: {
    readonly jobQueueName: string;
    readonly jobQueueArn: string;
    readonly state?: string | undefined;
    readonly status?: string | undefined;
  },
  what: string,
): Resolution {
  const { jobQueueName: name, jobQueueArn: value, state, status } = queue;
  if (state !== "ENABLED")
    return notYet("WaitingForQueue", `${what} is ${state ?? "not ENABLED"}, and takes no jobs: enable it`);
  if (status === "VALID" || status === "UPDATING") return { kind: "resolved", name, value };
  return notYet("WaitingForQueue", `${what} is ${status ?? "not VALID"}, and takes no jobs until it is VALID`);
}

/**
 * The revision that a job runs. For an object it is the newest of its own that matches its spec, so that a job that is
 * applied together with a change of its definition waits for the change.
 */
export async function definitionOf(object: BatchJob, around: Around): Promise<Resolution> {
  const { jobDefinitionRef } = object.spec;
  if (jobDefinitionRef === undefined) return await namedDefinition(object, around);
  const found = await referred<JobDefinition>(definitionThing, jobDefinitionRef, object, around);
  if (found.kind === "unresolved") return resolutionOf(found);
  const { object: target } = found;
  const { region, ports, signal } = around;
  const { object: named } = await withConsumables(target, region, ports, signal);
  const whole = filledObject(named, definitionRoleUser, region, ports.cluster);
  const name = definitionNameOf(whole);
  const entry = entriesOf({
    identity: identityOf(target, ports.cluster),
    revisions: region.snapshot().definitions?.get(name) ?? [],
    reported: (target.status as JobDefinitionStatus | undefined)?.revisions ?? [],
    fingerprint: fingerprintOfSpec(whole.spec),
  }).find(({ owner, equal }) => owner.kind === "ours" && equal);
  if (entry !== undefined) return { kind: "resolved", name, value: entry.name };
  return notYet(
    "WaitingForDefinition",
    `JobDefinition ${keyText(target.metadata)} has no ACTIVE revision yet that matches its spec: its conditions say why`,
  );
}

async function namedDefinition(object: BatchJob, around: Around): Promise<Resolution> {
  const { region, signal } = around;
  const given = object.spec.jobDefinition ?? "";
  const { name, revision } = revisionIn(given) ?? { name: nameIn(given), revision: undefined };
  const elsewhere = refusalOfArn(given, definitionThing, referringOf(object, around));
  if (elsewhere !== undefined) return resolutionOf(elsewhere);
  // Definitions of others are not kept.
  const known = region.snapshot().definitions?.get(name);
  const revisions = known ?? (await region.refreshDefinition(name, signal)).definitions?.get(name) ?? [];
  const meant = revisions.find((one) => revision === undefined || one.revision === revision);
  if (meant === undefined) {
    return notYet(
      "ReferenceNotFound",
      `AWS has no ACTIVE job definition ${nameIn(given)} in ${region.region}: register it, or delete this object and create it again with another definition`,
    );
  }
  // A revision that somebody registered by hand under the name of an object does not get around its owner.
  const tags = tagsWithOwner([meant, ...revisions], around);
  const barred = await barredFrom(name, tags, definitionThing, object, around);
  return barred ?? { kind: "resolved", name, value: `${name}:${meant.revision}` };
}

function tagsWithOwner(revisions: readonly RevisionSeen[], { ports }: Around): Tags {
  return revisions.find(({ tags }) => namedOwner(tags, ports.cluster) !== undefined)?.tags ?? {};
}

/** The object of a reference, where it may be referred to. */
async function referred<O extends Sharing>(
  { kind }: NamedThing,
  { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
  object: BatchJob,
  around: Around,
): Promise<ReturnType<typeof objectAt<O>>> {
  const key: ObjectKey = { namespace: namespace ?? object.metadata.namespace, name };
  return objectAt<O>(kind, key, await referringTo(kind, key, object, around));
}

function referringOf({ metadata: { namespace } }: BatchJob, { region, ports }: Around): Referring {
  return { namespace, noun: BatchJobKind.noun, region, ports, labels: undefined };
}

/** With the labels of the job's namespace, if the object that it refers to asks for them. */
async function referringTo(kind: OperatorKind, key: ObjectKey, object: BatchJob, around: Around): Promise<Referring> {
  const { ports, signal } = around;
  const target = ports.objects.get(kind, key) as Sharing | undefined;
  const labels = await labelsAskedFor(object.metadata.namespace, [target], ports, signal);
  return { ...referringOf(object, around), labels };
}

/**
 * Why a queue or definition must not be used by its name. What belongs to no object is a matter of `--allowed-resources`.
 *
 * @param tags of it in AWS
 */
async function barredFrom(
  name: string,
  tags: Tags | undefined,
  thing: NamedThing,
  object: BatchJob,
  around: Around,
): Promise<Resolution | undefined> {
  const { type } = thing;
  const { ports, signal } = around;
  const { namespace } = object.metadata;
  const owner = namedOwner(tags, ports.cluster);
  if (owner !== undefined) {
    const refusal = refusalOfOwner(name, owner, thing, await referringTo(thing.kind, owner, object, around));
    return refusal && resolutionOf(refusal);
  }
  const read = await annotationsOf(namespace, ports.objects, signal);
  const annotations = read.kind === "read" ? read.annotations : {};
  const { environments, namespaceAnnotations, roles } = ports.settings;
  // Its roles come with a definition, whatever command the job gives: where roles are limited, so is what brings them.
  const bringsRoles =
    type === "job-definition" && (roles.allowedRoleArns ?? annotations[limitAnnotations.roles]) !== undefined;
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

/** The job waits for what may come. */
export function notYet(reason: WaitReason, message: string): Held {
  return { kind: "waiting", reason, message };
}

/** A job's references are fixed for life, so the next step may be another object. */
const nextSteps: Readonly<Partial<Record<Unresolved["reason"], string>>> = {
  ReferenceNotFound: "create it, or delete this object and create it again with another reference",
  RegionMismatch: "refer to one there, or set the region of the job in a new object",
};

/** What a reference that leads nowhere means for a job. */
export function resolutionOf({ reason, message }: Unresolved): Held {
  const step = nextSteps[reason];
  const whole = step === undefined ? message : `${message}: ${step}`;
  return reason === "ReferenceNotFound" || reason === "NamespaceUnreadable"
    ? { kind: "waiting", reason, message: whole }
    : { kind: "refused", reason, message: whole };
}
