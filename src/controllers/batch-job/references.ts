import type { KubeObject, ObjectKey } from "../../api/object.ts";
import { keyText } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import type { JobDefinition, JobDefinitionStatus } from "../../api/v1alpha1/job-definition.ts";
import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import { JobDefinitionKind, JobQueueKind, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { nameIn, resourceArn, revisionIn } from "../../aws/names.ts";
import type { BatchRegion, RevisionSeen } from "../../aws/region.ts";
import { StoreError } from "../../runtime/store.ts";
import { accessTo, type Labels, type Sharing } from "../access.ts";
import { environmentAnnotations } from "../compute-environment/allowed.ts";
import { entriesOf } from "../job-definition/entries.ts";
import { fingerprintOfSpec } from "../job-definition/normalise.ts";
import { definitionNameOf } from "../job-definition/observe.ts";
import { definitionRoleUser } from "../job-definition/roles.ts";
import { lackingList, listsInForce, listText } from "../limits.ts";
import { annotationsOf } from "../namespace-annotations.ts";
import { queueNameOf } from "../naming.ts";
import { identityOf, namedOwner, ownershipOf, type Tags } from "../ownership.ts";
import type { Ports } from "../ports.ts";
import { limitAnnotations } from "../roles/limits.ts";
import { filledObject } from "../roles/part.ts";

/** What a job is to be submitted with, in AWS's words; or why not yet. */
export type Resolution =
  /** `name` and what SubmitJob is sent: an ARN, or `name:revision`. */
  | { readonly kind: "resolved"; readonly name: string; readonly value: string }
  | { readonly kind: "waiting"; readonly reason: WaitReason; readonly message: string }
  /** Only a person ends it. */
  | { readonly kind: "refused"; readonly reason: RefusedReason; readonly message: string };

type WaitReason = "ReferenceNotFound" | "WaitingForQueue" | "WaitingForDefinition" | "NamespaceUnreadable";
type RefusedReason = "ReferenceNotAllowed" | "RegionMismatch" | "NotAllowed";

/** What references are resolved with. */
interface Around {
  readonly region: BatchRegion;
  readonly ports: Pick<Ports, "objects" | "cluster" | "settings">;
  readonly signal: AbortSignal;
}

/** The queue of a job. At rest it costs no call. */
export async function queueOf(object: BatchJob, around: Around): Promise<Resolution> {
  const { jobQueueRef, jobQueue = "" } = object.spec;
  const { region, ports } = around;
  const { queues } = region.snapshot();
  if (jobQueueRef !== undefined) {
    const given = await referred<JobQueue>(JobQueueKind, jobQueueRef, object, around);
    if ("barred" in given) return given.barred;
    const { target } = given;
    const name = queueNameOf(target);
    const queue = queues.get(name);
    const path = keyText(target.metadata);
    const isOurs = ownershipOf(queue?.tags, identityOf(target, ports.cluster)).kind === "ours";
    if (queue === undefined || !isOurs)
      return notYet("WaitingForQueue", `JobQueue ${path} is not in AWS yet: its conditions say why`);
    return usable(queue, `JobQueue ${path}`);
  }
  const name = nameIn(jobQueue);
  if (jobQueue.startsWith("arn:") && jobQueue !== resourceArn(region, "job-queue", name)) {
    return elsewhere(jobQueue, "job queue", around);
  }
  const queue = queues.get(name);
  if (queue === undefined)
    return notYet(
      "ReferenceNotFound",
      `AWS has no job queue ${name} in ${region.region}: create it, or delete this object and create it again with another queue`,
    );
  const barred = await barredFrom(queue.tags, { kind: JobQueueKind, type: "job-queue", name }, object, around);
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
  const given = await referred<JobDefinition>(JobDefinitionKind, jobDefinitionRef, object, around);
  if ("barred" in given) return given.barred;
  const { target } = given;
  const { region, ports } = around;
  const whole = filledObject(target, definitionRoleUser, region, ports.cluster);
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
  const plain = `${name}${revision === undefined ? "" : `:${revision}`}`;
  if (given.startsWith("arn:") && given !== resourceArn(region, "job-definition", plain)) {
    return elsewhere(given, "job definition", around);
  }
  // Definitions of others are not kept.
  const known = region.snapshot().definitions?.get(name);
  const revisions = known ?? (await region.refreshDefinition(name, signal)).definitions?.get(name) ?? [];
  const meant = revisions.find((one) => revision === undefined || one.revision === revision);
  if (meant === undefined) {
    return notYet(
      "ReferenceNotFound",
      `AWS has no ACTIVE job definition ${plain} in ${region.region}: register it, or delete this object and create it again with another definition`,
    );
  }
  // A revision that somebody registered by hand under the name of an object does not get around its owner.
  const tags = tagsWithOwner([meant, ...revisions], around);
  const barred = await barredFrom(tags, { kind: JobDefinitionKind, type: "job-definition", name }, object, around);
  return barred ?? { kind: "resolved", name, value: `${name}:${meant.revision}` };
}

function tagsWithOwner(revisions: readonly RevisionSeen[], { ports }: Around): Tags {
  return revisions.find(({ tags }) => namedOwner(tags, ports.cluster) !== undefined)?.tags ?? {};
}

/** The object of a reference, where it may be referred to. */
async function referred<O extends KubeObject>(
  kind: OperatorKind,
  { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
  object: BatchJob,
  around: Around,
): Promise<{ readonly target: O } | { readonly barred: Resolution }> {
  const { region, ports } = around;
  const key: ObjectKey = { namespace: namespace ?? object.metadata.namespace, name };
  const path = `${kind.kind} ${keyText(key)}`;
  if (!ports.objects.watches(key.namespace)) return { barred: notWatched(path, key.namespace) };
  const target = ports.objects.get(kind, key);
  if (target === undefined)
    return {
      barred: notYet(
        "ReferenceNotFound",
        `there is no ${path}: create it, or delete this object and create it again with another reference`,
      ),
    };
  const barred = await barredBy(target as Sharing, path, object, around);
  if (barred !== undefined) return { barred };
  const theirs = (target.spec as { readonly region?: string }).region ?? ports.settings.region;
  if (theirs !== region.region) {
    const message = `${path} is in ${theirs}, the job in ${region.region}: refer to one there, or set the region of the job in a new object`;
    return { barred: { kind: "refused", reason: "RegionMismatch", message } };
  }
  return { target: target as O };
}

/** A resource that a spec names by its name in AWS. */
interface NamedResource {
  readonly kind: OperatorKind;
  readonly type: "job-queue" | "job-definition";
  readonly name: string;
}

/**
 * A name does not get around what the owner of a queue or definition allows; its tags say who that is, also while the object
 * is away. What belongs to no object is a matter of `--allowed-resources`.
 */
async function barredFrom(
  tags: Tags | undefined,
  { kind, type, name }: NamedResource,
  object: BatchJob,
  around: Around,
): Promise<Resolution | undefined> {
  const { ports, signal } = around;
  const { namespace } = object.metadata;
  const owner = namedOwner(tags, ports.cluster);
  if (owner?.namespace === namespace) return undefined;
  if (owner !== undefined) {
    const path = `${kind.kind} ${keyText(owner)}`;
    if (!ports.objects.watches(owner.namespace)) return notWatched(path, owner.namespace);
    const target = ports.objects.get(kind, owner);
    if (target !== undefined) return await barredBy(target as Sharing, path, object, around);
    const message = `${name} belongs to ${path} by its tags, and there is no such object that lets namespace ${namespace} use it: apply it with that namespace in its spec.allowedNamespaces`;
    return { kind: "refused", reason: "ReferenceNotAllowed", message };
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

async function barredBy(
  target: Sharing,
  path: string,
  object: BatchJob,
  { ports, signal }: Around,
): Promise<Resolution | undefined> {
  const { namespace } = object.metadata;
  const asks = target.spec.allowedNamespaces?.from === "Selector" && target.metadata.namespace !== namespace;
  const access = accessTo(target, namespace, asks ? await labelsOf(namespace, ports, signal) : undefined);
  if (access.kind === "allowed") return undefined;
  if (access.kind === "unread") return notYet("NamespaceUnreadable", access.message);
  const message = `${path} does not let namespace ${namespace} refer to it: allow that namespace in its spec.allowedNamespaces`;
  return { kind: "refused", reason: "ReferenceNotAllowed", message };
}

async function labelsOf(namespace: string, { objects }: Pick<Ports, "objects">, signal: AbortSignal): Promise<Labels> {
  try {
    return (await objects.namespace(namespace, signal))?.labels;
  } catch (error) {
    if (!(error instanceof StoreError) || error.mayPass) throw error;
    return error;
  }
}

function notYet(reason: WaitReason, message: string): Resolution {
  return { kind: "waiting", reason, message };
}

function notWatched(path: string, namespace: string): Resolution {
  const message = `${path} cannot be used: the operator does not watch namespace ${namespace} (--watch-namespace), or may not read it`;
  return { kind: "refused", reason: "ReferenceNotAllowed", message };
}

function elsewhere(arn: string, what: string, { region }: Around): Resolution {
  const message = `${arn} is not a ${what} of account ${region.account} in ${region.region}, where the job is: refer to one there`;
  return { kind: "refused", reason: "RegionMismatch", message };
}
