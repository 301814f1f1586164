/**
 * The door of references: where one leads, to an object, or by a name or ARN to a resource in AWS. `access.ts` asks whether the
 * target allows it. Pure, but for what is cached.
 */

import { type KubeObject, keyText, type ObjectKey } from "../../api/object.ts";
import type { OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { isAwsName } from "../../api/v1alpha1/names.ts";
import { nameIn, resourceArn } from "../../aws/names.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { AskedKey, ResourceType } from "../../aws/resources/index.ts";
import { StoreError } from "../../runtime/store.ts";
import { rereadCheckMs, unwatchedCheckMs } from "../intervals.ts";
import { whoseName } from "../ownership/names.ts";
import { awsNameOf } from "../ownership/naming.ts";
import { identityOf, namedOwner, ownershipOf, type Tags } from "../ownership/ownership.ts";
import type { Ports } from "../ports.ts";
import { accessTo, type Labels, type Sharing } from "./access.ts";

/** A reference that leads nowhere. */
export interface Unresolved {
  readonly kind: "unresolved";
  readonly reason:
    | "ReferenceNotFound"
    | "ReferenceNotAllowed"
    | "NamespaceNotWatched"
    | "NamespaceUnreadable"
    | "RegionMismatch";
  readonly message: string;
}

/** Who refers. */
export interface Referring {
  readonly namespace: string;
  /** Its kind, e.g. `queue`. */
  readonly noun: string;
  readonly region: BatchRegion;
  readonly ports: Pick<Ports, "objects" | "cluster" | "settings">;
  /** Of its namespace, as `labelsAskedFor` reads them. */
  readonly labels: Labels;
}

function unresolved(reason: Unresolved["reason"], message: string): Unresolved {
  return { kind: "unresolved", reason, message };
}

/** The object that a reference names, if whoever refers may use it from where it is. */
export function objectAt<O extends Sharing>(
  kind: OperatorKind,
  key: ObjectKey,
  { namespace, noun, region, ports, labels }: Referring,
): { readonly kind: "found"; readonly object: O } | Unresolved {
  if (!ports.objects.watches(key.namespace)) return unresolved("NamespaceNotWatched", notWatched(key.namespace));
  const path = `${kind.kind} ${keyText(key)}`;
  const object = ports.objects.get(kind, key) as (O & Located) | undefined;
  if (object === undefined) return unresolved("ReferenceNotFound", `there is no ${path}`);
  const access = accessTo(object, namespace, labels);
  if (access.kind === "unread") return unresolved("NamespaceUnreadable", access.message);
  if (access.kind === "refused") {
    return unresolved(
      "ReferenceNotAllowed",
      `${path} does not let namespace ${namespace} refer to it: allow that namespace in its spec.allowedNamespaces`,
    );
  }
  const theirs = object.spec.region ?? ports.settings.region;
  if (kind.global !== true && theirs !== region.region) {
    return unresolved("RegionMismatch", `${path} is in ${theirs}, the ${noun} in ${region.region}`);
  }
  return { kind: "found", object };
}

type Located = KubeObject<{ readonly region?: string | undefined }, unknown>;

/** What is named in AWS: its type, its kind here, and both in words, e.g. `compute environment`, `an environment`. */
export interface NamedThing {
  readonly type: ResourceType;
  readonly kind: OperatorKind;
  readonly called: string;
  readonly oneOf: string;
}

/** What has its object's name in AWS: where its records are. */
export interface RecordedThing extends NamedThing {
  readonly type: Exclude<ResourceType, "job-definition">;
  readonly records: AskedKey;
}

/** Why an ARN does not lead to where whoever refers is; undefined: it does, or it is a name. It has to match exactly. */
export function refusalOfArn(nameOrArn: string, thing: NamedThing, referring: Referring): Unresolved | undefined {
  const isHere = nameOrArn === resourceArn(referring.region, thing.type, nameIn(nameOrArn));
  return !nameOrArn.startsWith("arn:") || isHere ? undefined : notHere(nameOrArn, thing, referring);
}

function notHere(nameOrArn: string, { called }: NamedThing, { noun, region }: Referring): Unresolved {
  const message = `${nameOrArn} is not a ${called} of account ${region.account} in ${region.region}, where the ${noun} is`;
  return unresolved("RegionMismatch", message);
}

/** What AWS has under a name. */
export interface RecordOfName {
  readonly tags?: Tags | undefined;
}

/**
 * Whom a name belongs to: the tags of what AWS has say it. Where AWS has nothing, the object that is going to have the name
 * by default.
 *
 * @param record undefined: AWS has nothing of that name
 */
export function ownerOfName(
  name: string,
  record: RecordOfName | undefined,
  kind: OperatorKind,
  { cluster, objects }: Pick<Ports, "objects" | "cluster">,
): ObjectKey | undefined {
  if (record !== undefined) return namedOwner(record.tags, cluster);
  const end = name.indexOf("_");
  const key = { namespace: name.slice(0, Math.max(end, 0)), name: name.slice(end + 1) };
  const object = objects.get(kind, key);
  return object !== undefined && awsNameOf(kind, object) === name ? key : undefined;
}

/**
 * Why a resource must not be used by its name or ARN; undefined: it may be, as far as the operator knows. A name does not
 * bypass what the owner of the resource allows. The tags say who the owner is: what is of another namespace stays so while its object is away, in a cluster that is being rebuilt or by Retain.
 * What AWS does not have yet is of the namespace whose prefix its name has: it may be away only while its object is made again.
 *
 * @param record undefined: AWS has nothing of that name
 */
export function refusalOfName(
  nameOrArn: string,
  record: RecordOfName | undefined,
  thing: NamedThing,
  referring: Referring,
): Unresolved | undefined {
  const elsewhere = refusalOfArn(nameOrArn, thing, referring);
  if (elsewhere !== undefined) return elsewhere;
  const name = nameIn(nameOrArn);
  const owner = ownerOfName(name, record, thing.kind, referring.ports);
  if (owner !== undefined) return refusalOfOwner(name, owner, thing, referring);
  return record === undefined ? refusalOfAbsent(name, thing, referring) : undefined;
}

/** Why a name that leads to nothing yet must not be waited for. AWS may take another case for the same name. */
function refusalOfAbsent(
  name: string,
  { called }: NamedThing,
  { namespace, ports }: Referring,
): Unresolved | undefined {
  const { names } = ports.settings;
  const whose = whoseName(name, namespace, names) ?? whoseName(name.toLowerCase(), namespace, names);
  if (whose === undefined) return undefined;
  const message = `AWS has no ${called} ${name} yet, and the name ${whose}: until AWS has it, nobody says that namespace ${namespace} may use it. Refer to its object, or have it made first, with this namespace in its spec.allowedNamespaces`;
  return unresolved("ReferenceNotAllowed", message);
}

/** Why a resource must not be used by its name, of which the owner is known; undefined: it may be. */
export function refusalOfOwner(
  name: string,
  owner: ObjectKey,
  { kind, oneOf }: NamedThing,
  { namespace, ports, labels }: Referring,
): Unresolved | undefined {
  if (owner.namespace === namespace) return undefined;
  const path = keyText(owner);
  if (!ports.objects.watches(owner.namespace)) {
    return unresolved("NamespaceNotWatched", `${name} is ${oneOf} of ${path}, and ${notWatched(owner.namespace)}`);
  }
  const object = ports.objects.get(kind, owner) as Sharing | undefined;
  if (object === undefined) {
    const message = `${name} is ${oneOf} of ${path} by its tags, and no object ${path} exists that lets namespace ${namespace} use it: apply it with that namespace in its spec.allowedNamespaces, or, if it is not to come back, remove the awsbatch.dev/ tags from ${name}`;
    return unresolved("ReferenceNotAllowed", message);
  }
  const access = accessTo(object, namespace, labels);
  if (access.kind === "allowed") return undefined;
  if (access.kind === "unread") return unresolved("NamespaceUnreadable", access.message);
  const message = `${name} is ${oneOf} of ${path}, which does not let namespace ${namespace} use it: allow that namespace in the spec.allowedNamespaces of ${path}`;
  return unresolved("ReferenceNotAllowed", message);
}

function notWatched(namespace: string): string {
  return `the operator does not watch namespace ${namespace} (--watch-namespace), or may not read it`;
}

/** A reference to a resource that has its object's name in AWS. */
export type ResourceReference =
  | { readonly kind: "resolved"; readonly arn: string }
  /** AWS has nothing that a new reference may name, or it is not known whose it is; one that is there may stay. */
  | {
      readonly kind: "awaited";
      readonly arn: string;
      readonly message: string;
      /** When to check again (ms), because no change in AWS wakes the object where AWS has nothing of it. */
      readonly checkInMs?: number;
    }
  | Unresolved;

/** Where a reference to such an object leads. */
export function resourceAt(key: ObjectKey, thing: RecordedThing, referring: Referring): ResourceReference {
  const { kind, type, records } = thing;
  const found = objectAt<Sharing>(kind, key, referring);
  if (found.kind === "unresolved") return found;
  const { region, ports } = referring;
  const { object } = found;
  const [path, name] = [keyText(object.metadata), awsNameOf(kind, object)];
  const arn = resourceArn(region, type, name);
  if (object.metadata.deletionTimestamp !== undefined) {
    return { kind: "awaited", arn, message: `${kind.kind} ${path} is being deleted` };
  }
  const snapshot = region.snapshot();
  const record = snapshot[records].get(name) as { readonly tags?: Tags; readonly status?: string } | undefined;
  const isOurs = ownershipOf(record?.tags, identityOf(object, ports.cluster)).kind === "ours";
  const isThere = record !== undefined && record.status !== "CREATING" && record.status !== "DELETING";
  if (!isThere || !isOurs || snapshot.isAsked(type, name)) {
    return {
      kind: "awaited",
      arn,
      message:
        isThere && !isOurs
          ? notYetOf(name, `${kind.kind} ${path}`)
          : `AWS does not have ${name} of ${kind.kind} ${path} yet: its conditions say why`,
      // A resource of another shard wakes this object by its own object, long before this process reads AWS again.
      checkInMs: unwatchedCheckMs,
    };
  }
  return { kind: "resolved", arn };
}

/**
 * What waits for an object finds another's resource under its name.
 * @param called e.g. `JobQueue team/q`
 */
export function notYetOf(name: string, called: string): string {
  return `${name} in AWS does not belong to ${called} yet: its conditions say why`;
}

/** Whether AWS has yet to say if there is such a resource of that name. */
export function isUnread(
  name: string,
  { type, records }: Pick<RecordedThing, "type" | "records">,
  region: Pick<BatchRegion, "snapshot">,
): boolean {
  const snapshot = region.snapshot();
  return !snapshot[records].has(name) && !snapshot.isAbsent(type, name);
}

/**
 * Where a name or ARN of such a resource leads. Whose it is, only AWS says: until it has been read, it may be one that the
 * namespace must not use.
 */
export function resourceNamed(nameOrArn: string, thing: RecordedThing, referring: Referring): ResourceReference {
  const { type, kind, called, records } = thing;
  const { region, ports } = referring;
  const [name, snapshot] = [nameIn(nameOrArn), region.snapshot()];
  const arn = resourceArn(region, type, name);
  const record = snapshot[records].get(name) as RecordOfName | undefined;
  const refusal = isAwsName(name)
    ? refusalOfName(nameOrArn, record, thing, referring)
    : notHere(nameOrArn, thing, referring);
  const isAwaited = refusal?.reason === "ReferenceNotAllowed" && isUnread(name, thing, region);
  if (refusal !== undefined && !isAwaited) return refusal;
  const owner = namedOwner(record?.tags, ports.cluster);
  if (owner !== undefined && ports.objects.get(kind, owner)?.metadata.deletionTimestamp !== undefined) {
    // Its deletion would wait for who refers, or go on without seeing that it is named.
    const message = `${kind.kind} ${keyText(owner)}, which has ${name}, is being deleted`;
    return { kind: "awaited", arn, message };
  }
  if (!isUnread(name, thing, region)) return { kind: "resolved", arn };
  region.expectAbsence(type, name);
  const failure = snapshot.failureOf(records);
  const why = failure === undefined ? "has not been read yet" : `cannot be read: ${failure.error.message}`;
  const message = `whether this namespace may use the ${called} ${name} is not known, because it ${why}`;
  return { kind: "awaited", arn, message, ...(failure === undefined ? { checkInMs: rereadCheckMs } : {}) };
}

/**
 * Without those whose namespace may not use an object: they would only keep it from being deleted.
 *
 * @throws StoreError when the labels of a namespace cannot be read for now
 */
export async function usersAmong<One extends { readonly namespace: string }>(
  naming: readonly One[],
  object: Sharing,
  ports: Pick<Ports, "objects">,
  signal: AbortSignal,
): Promise<readonly One[]> {
  const users: One[] = [];
  for (const [namespace, ofNamespace] of Map.groupBy(naming, (one) => one.namespace)) {
    const labels = await labelsAskedFor(namespace, [object], ports, signal);
    if (accessTo(object, namespace, labels).kind !== "refused") users.push(...ofNamespace);
  }
  return users;
}

/**
 * The labels of a namespace, where one of the objects that its references lead to asks for them.
 *
 * @throws StoreError when they cannot be read for now
 */
export async function labelsAskedFor(
  namespace: string,
  targets: readonly (Sharing | undefined)[],
  { objects }: Pick<Ports, "objects">,
  signal: AbortSignal,
): Promise<Labels> {
  const asks = targets.some(
    (one) => one?.spec.allowedNamespaces?.from === "Selector" && one.metadata.namespace !== namespace,
  );
  if (!asks) return undefined;
  try {
    return (await objects.namespace(namespace, signal))?.labels;
  } catch (error) {
    if (!(error instanceof StoreError) || error.mayPass) throw error;
    return error;
  }
}
