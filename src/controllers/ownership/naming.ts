import type { AwsNaming } from "../../api/batch-kind.ts";
import { type KubeObject, keyText, type ObjectKey } from "../../api/object.ts";
import { awsNamesIn, referencesOf } from "../../api/references.ts";
import { withinAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/batch-compute-environment.ts";
import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import {
  BatchComputeEnvironmentKind,
  JobQueueKind,
  type KindName,
  kindOf,
  type OperatorKind,
} from "../../api/v1alpha1/kinds.ts";
import { isAwsName } from "../../api/v1alpha1/names.ts";
import { resourceIn } from "../../aws/resources/index.ts";
import { shortHash } from "../fields/fingerprint.ts";

/**
 * The AWS name of an object that gives none: `<namespace>_<name>`. `_` cannot occur in Kubernetes names, so two
 * objects never mean one name. Too long, or with a dot (legal in a Kubernetes name, not in AWS): cut and hashed.
 *
 * @param limit AWS allows 128 characters; an environment's base name 110, for it gets a suffix
 */
export function defaultAwsName(namespace: string, name: string, limit = 128): string {
  const plain = `${namespace}_${name}`;
  if (plain.length <= limit && !plain.includes(".")) return plain;
  const hash = shortHash([namespace, name]);
  return `${plain.replaceAll(".", "-").slice(0, limit - hash.length - 1)}_${hash}`;
}

/**
 * The AWS name of an object: what its spec gives, or the default name.
 * @param object its spec may be anything, as a person wrote it
 */
export function awsNameOf(
  { awsName: { field, maxLength, endsWithUid } }: { readonly awsName: AwsNaming },
  { metadata: { namespace, name, uid }, spec }: NamedObject,
): string {
  const plain = defaultAwsName(namespace, name, maxLength);
  if (endsWithUid === true) return uid === undefined ? plain : `${plain}_${uid}`;
  const given = (spec as Readonly<Record<string, unknown>> | null | undefined)?.[field];
  return typeof given === "string" ? given : plain;
}

/**
 * The name by which snapshots have the resource of an object: its AWS name, which within another resource is
 * `<name of that>/<name>`; undefined: in which one is not known.
 *
 * @param objects among which what it references is searched
 */
export function recordNameOf(kind: NamedKind, object: NamedObject, objects: FoundByKey): string | undefined {
  const name = awsNameOf(kind, object);
  if (kind.awsName.within === undefined) return name;
  const outer = outerNameOf(kind, kind.awsName.within, object, objects);
  return outer === undefined ? undefined : `${outer}/${name}`;
}

type NamedKind = Pick<OperatorKind, "awsName" | "references">;
export interface FoundByKey {
  get(kind: OperatorKind, key: ObjectKey): NamedObject | undefined;
}

/** In what a resource is: in one of this name, or in that of this object. */
type Outer = { readonly kind: "named"; readonly name: string } | { readonly kind: "referred"; readonly key: ObjectKey };

/**
 * The name that the spec gives, or else the one that is noted: an object that is created again under another name in AWS
 * moves nothing there. `kubectl replace` takes the annotation away, and leaves the status.
 */
function outerOf(
  { references }: NamedKind,
  within: KindName,
  { metadata: { namespace, annotations }, spec, status }: NamedObject,
): Outer | undefined {
  const leading = references.filter(({ to }) => to === within);
  const given = leading.flatMap((reference) => awsNamesIn(reference, spec));
  const known = [...given, annotations?.[withinAnnotation], outerNameIn(status)];
  const name = known.find((one) => one !== undefined && isAwsName(one));
  if (name !== undefined) return { kind: "named", name };
  const [referred] = referencesOf({ references: leading }, { namespace, spec });
  return referred && { kind: "referred", key: referred.key };
}

function outerNameOf(kind: NamedKind, within: KindName, object: NamedObject, objects: FoundByKey): string | undefined {
  const outer = outerOf(kind, within, object);
  if (outer === undefined || outer.kind === "named") return outer?.name;
  const target = objects.get(kindOf(within), outer.key);
  return target === undefined ? undefined : awsNameOf(kindOf(within), target);
}

/** Under what an index has an object, which is all of its `recordNameOf` that does not depend on others. Pure. */
export function recordTexts(kind: NamedKind, object: NamedObject): readonly string[] {
  const name = awsNameOf(kind, object);
  if (kind.awsName.within === undefined) return [name];
  const outer = outerOf(kind, kind.awsName.within, object);
  if (outer === undefined) return [];
  return [outer.kind === "named" ? `${outer.name}/${name}` : referredRecord(outer.key, name)];
}

/**
 * Under what an index has the objects with a record name.
 *
 * @param named the objects of a kind with a name in AWS
 */
export function textsOfRecord(
  { awsName: { within } }: NamedKind,
  recordName: string,
  named: (kind: OperatorKind, name: string) => readonly { readonly metadata: ObjectKey }[],
): readonly string[] {
  if (within === undefined) return [recordName];
  const end = recordName.indexOf("/");
  const name = recordName.slice(end + 1);
  const targets = named(kindOf(within), recordName.slice(0, end));
  return [recordName, ...targets.map(({ metadata }) => referredRecord(metadata, name))];
}

/** No name in AWS has the first character. */
function referredRecord(key: ObjectKey, name: string): string {
  return `@${keyText(key)}/${name}`;
}

/** The record name of an object of a kind, by the text of it in the index; undefined: in which resource it is is not known. */
export function recordNameAt(kind: NamedKind, text: string, objects: FoundByKey): string | undefined {
  const { within } = kind.awsName;
  if (within === undefined || !text.startsWith("@")) return text;
  const [namespace = "", outer = "", ...name] = text.slice(1).split("/");
  const target = objects.get(kindOf(within), { namespace, name: outer });
  return target && `${awsNameOf(kindOf(within), target)}/${name.join("/")}`;
}

/** In what the ARN in a status says that the object's own is. */
function outerNameIn(status: unknown): string | undefined {
  const { arn } = (status ?? {}) as { readonly arn?: unknown };
  return typeof arn === "string" ? resourceIn(arn)?.name.split("/")[0] : undefined;
}

/**
 * The default AWS name in a cluster whose names begin with its own, `<cluster>_<namespace>_<name>`.
 *
 * @param clusterPrefix `<cluster>_`, of a cluster that could be the name of a namespace; empty: names do not have it
 */
export function prefixedAwsName(clusterPrefix: string, namespace: string, name: string, limit: number): string {
  return `${clusterPrefix}${defaultAwsName(namespace, name, limit - clusterPrefix.length)}`;
}

/**
 * Whether default names of a kind may begin with that of the cluster: not where a name is unique without it, because it ends in the
 * uid, is within another resource, or has a hash of the cluster in IAM.
 */
export function mayHavePrefix({ awsName, global }: PrefixedKind): boolean {
  return awsName.endsWithUid !== true && awsName.within === undefined && global !== true;
}

interface PrefixedKind {
  readonly awsName: AwsNaming;
  readonly global?: boolean;
}

/** What default names of a kind begin with. @param clusterPrefix as for `prefixedAwsName` */
export function prefixOfKind(kind: PrefixedKind, clusterPrefix = ""): string {
  return mayHavePrefix(kind) ? clusterPrefix : "";
}

/** Whether only a namespace gives this name by default: the name has its prefix. A namespace's name contains no `_`. */
export function belongsTo(namespace: string, awsName: string, clusterPrefix = ""): boolean {
  return awsName.startsWith(`${clusterPrefix}${namespace}_`);
}

const namespaceName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The other namespace, or the other cluster, whose default names have the form of this name in AWS, whether it exists or
 * not; undefined: none.
 */
export function foreignNamespaceIn(awsName: string, namespace: string, clusterPrefix = ""): string | undefined {
  const isOfCluster = clusterPrefix !== "" && awsName.startsWith(clusterPrefix);
  const rest = isOfCluster ? awsName.slice(clusterPrefix.length) : awsName;
  const prefix = rest.slice(0, Math.max(rest.indexOf("_"), 0));
  const isOwn = prefix === namespace && isOfCluster === (clusterPrefix !== "");
  return namespaceName.test(prefix) && !isOwn ? prefix : undefined;
}

/** Whether a cluster of this name can be the beginning of names in AWS, which no other cluster or namespace has. */
export function isClusterPrefix(clusterName: string): boolean {
  return namespaceName.test(clusterName) && clusterName.length <= longestClusterPrefix;
}

/** The base name of an environment has 110 characters, of which a namespace takes 63. */
const longestClusterPrefix = 32;

type NamedObject = Pick<KubeObject, "spec"> & {
  readonly status?: unknown;
  readonly metadata: ObjectKey & Partial<Pick<KubeObject["metadata"], "uid" | "annotations">>;
};

/** `spec.computeEnvironmentName`, or the default name. */
export function baseNameOf(object: BatchComputeEnvironment): string {
  return awsNameOf(BatchComputeEnvironmentKind, object);
}

/** With the suffix of a plan and of an attempt at it AWS's 128 characters are enough. */
const maxPrefixLength = 110;

/**
 * What the names of the environments that are created for an object begin with: its AWS name, which an adopted
 * environment has without a suffix. One that leaves no room for a suffix is cut and hashed.
 */
export function prefixOf(baseName: string): string {
  if (baseName.length <= maxPrefixLength) return baseName;
  const hash = shortHash([baseName]);
  return `${baseName.slice(0, maxPrefixLength - hash.length - 1)}_${hash}`;
}

/** Under what a process remembers something of AWS: two regions may have things of one name. */
export function memoryKey({ region }: { readonly region: string }, name: string): string {
  return `${region}/${name}`;
}

/** One entry of `spec.computeEnvironmentOrder`. */
export type OrderEntry = NonNullable<JobQueue["spec"]["computeEnvironmentOrder"]>[number];

/** The object that an entry of a queue's order refers to. */
export function referenceKey(
  { computeEnvironmentRef }: OrderEntry,
  object: Pick<JobQueue, "metadata">,
): ObjectKey | undefined {
  return referredKey(computeEnvironmentRef, object);
}

/** The object that a reference names; without a namespace it is in that of the object that refers. */
export function referredKey(
  reference: { readonly name: string; readonly namespace?: string | undefined } | undefined,
  { metadata }: Pick<KubeObject, "metadata">,
): ObjectKey | undefined {
  if (reference === undefined) return undefined;
  return { namespace: reference.namespace ?? metadata.namespace, name: reference.name };
}

/** `spec.jobQueueName`, or the default name. */
export function queueNameOf(object: JobQueue): string {
  return awsNameOf(JobQueueKind, object);
}
