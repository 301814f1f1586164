import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type KubeObject, keyText, type ObjectKey } from "../../api/object.ts";
import { cleanupFinalizer, withinAnnotation } from "../../api/v1alpha1/annotations.ts";
import { apiVersion } from "../../api/v1alpha1/group.ts";
import { type KindName, kindOf, kinds } from "../../api/v1alpha1/kinds.ts";
import { type DescribedKey, describedResources, type ResourceRecords, resourceIn } from "../../aws/resources/index.ts";
import type { DescribedResource } from "../../aws/resources/resource.ts";
import { foundAmong, type Surroundings } from "../../controllers/indexes.ts";
import { kindEntries } from "../../controllers/kinds/index.ts";
import { clusterTag, clusterUidTag, ownerIn, type Tags, uidTag } from "../../controllers/ownership/ownership.ts";
import { timestamp } from "../../controllers/pass/conditions.ts";
import { referredObjects, referringObjects } from "../../controllers/wakes.ts";
import { withSchemaDefaults } from "../manifests.ts";
import type { ValidManifest } from "../validation/validate.ts";
import type { BatchRecords, DescribedRecords } from "./copy/batch.ts";
import type { ReadRegion } from "./copy/cloud.ts";
import { objectText } from "./steps.ts";

/** The objects as the operator finds them once the manifests are applied. */

export interface PlannedObject {
  readonly object: KubeObject;
  /** Where its manifest is; undefined: it has none. */
  readonly file: string | undefined;
  /** Its uid is made up, because nobody has created it yet. */
  readonly isNew?: true;
  /** It is deleted because it has no manifest. */
  readonly isPruned?: true;
}

export interface Applied {
  readonly manifests: readonly ValidManifest[];
  /** Objects before the manifests are applied: of a cluster, or of the state of `local`. */
  readonly before: readonly KubeObject[];
  readonly regions: readonly ReadRegion[];
  readonly clusterName: string;
  /** From which the cluster is being renamed. */
  readonly formerName: string | undefined;
  /** Where it is known; otherwise it is taken from the tags in AWS. */
  readonly clusterUid: string | undefined;
  /** Whether objects without a manifest are deleted. */
  readonly prunes: boolean;
  /** Wall ms. */
  readonly now: number;
}

export interface AppliedObjects {
  /** In the order of the files, then those without a manifest. */
  readonly objects: readonly PlannedObject[];
  readonly clusterUid: string;
}

export function applied({ manifests, before, regions, clusterUid, prunes, now, ...names }: Applied): AppliedObjects {
  const owned = ownedUnder(names, regions);
  const uid = clusterUid ?? commonest(owned.map(({ tags }) => tags[clusterUidTag] ?? "")) ?? randomUUID();
  const uids = new Map(owned.map((one) => [textOf(one.kind, one.key), one.tags[uidTag] ?? ""]));
  const live = new Map(before.map((object) => [objectText(object), object]));
  const objects = manifests.map((manifest): PlannedObject => {
    const text = textOf(manifest.object.kind, manifest.key);
    const known = live.get(text);
    live.delete(text);
    return {
      object: known === undefined ? created(manifest, uids.get(text), now) : changed(known, manifest),
      file: `${manifest.document.file}:${manifest.document.placeOf([]).line}`,
      ...(known === undefined && !uids.has(text) ? { isNew: true } : {}),
    };
  });
  const others = [...live.values()].map((object): PlannedObject => {
    if (!prunes || object.metadata.deletionTimestamp !== undefined) return { object, file: undefined };
    return pruned(object, now);
  });
  const known = [...objects, ...others];
  const orphans = prunes ? orphansIn(owned, known, uid) : [];
  const first = new Map(orphans.toReversed().map((one) => [textOf(one.kind, one.key), one]));
  const left = [...first.values()].toReversed().map((one) => pruned(objectOf(one, now), now));
  return { objects: [...known, ...left], clusterUid: uid };
}

/** What bears the tags of this cluster, but belongs to none of its objects. */
function orphansIn(owned: readonly Owned[], objects: readonly PlannedObject[], clusterUid: string): readonly Owned[] {
  const texts = new Set(objects.map(({ object }) => objectText(object)));
  return owned.filter(({ kind, key, tags }) => tags[clusterUidTag] === clusterUid && !texts.has(textOf(kind, key)));
}

/**
 * The objects with a manifest, and all that refer to them or are referred to, over any number of references; by
 * `objectText`. The others of a cluster are only observed.
 */
export function concerned(planned: readonly PlannedObject[], around: Surroundings): ReadonlySet<string> {
  const objects = foundAmong(
    planned.map(({ object }) => object),
    around,
  );
  const found = new Set<string>();
  const open = planned.flatMap(({ object, file }) => (file === undefined ? [] : [object]));
  for (let object = open.pop(); object !== undefined; object = open.pop()) {
    if (found.has(objectText(object))) continue;
    found.add(objectText(object));
    for (const { kind, key } of [...referringObjects(object, objects), ...referredObjects(object)]) {
      const other = objects.get(kind, key);
      if (other !== undefined) open.push(other);
    }
  }
  return found;
}

/** The same, by kind and AWS name. */
export function orphansAmong(
  objects: readonly PlannedObject[],
  regions: readonly ReadRegion[],
  { clusterUid, ...names }: ClusterNames & { readonly clusterUid: string },
): readonly string[] {
  return orphansIn(ownedUnder(names, regions), objects, clusterUid).map(({ kind, awsName }) => `${kind} ${awsName}`);
}

export type ClusterNames = Pick<Applied, "clusterName" | "formerName">;

/** What bears the tags of this cluster, under its name or the one from which it is being renamed. */
export function ownedUnder(
  { clusterName, formerName }: ClusterNames,
  regions: readonly ReadRegion[],
): readonly Owned[] {
  return regions
    .flatMap(ownedIn)
    .filter(({ tags: { [clusterTag]: name } }) => name === clusterName || name === formerName);
}

/** A resource in AWS with the tags of an owner, whoever it is. */
export interface Owned {
  readonly kind: KindName;
  readonly key: ObjectKey;
  readonly awsName: string;
  /** The resource of AWS in which the name is unique; undefined: it is in the region. */
  readonly within: string | undefined;
  readonly tags: Tags;
  readonly region: string;
}

function ownedIn({ name: region, records }: ReadRegion): readonly Owned[] {
  return namedIn(records).flatMap(({ kind, awsName, within, tags = {}, status }): readonly Owned[] => {
    const owner = ownerIn(tags);
    if (owner === undefined || status === "DELETED" || status === "DELETING") return [];
    return [{ kind, key: { namespace: owner.namespace, name: owner.name }, awsName, within, tags, region }];
  });
}

/** A resource in AWS, whoever owns it. */
export interface Named {
  readonly kind: KindName;
  readonly awsName: string;
  /** The resource of AWS in which the name is unique; undefined: it is in the region. */
  readonly within?: string;
  readonly tags?: Tags | undefined;
  readonly status?: string | undefined;
}

/** Everything that AWS has of our kinds, jobs aside. */
export function namedIn(records: BatchRecords): readonly Named[] {
  return kinds.flatMap(({ kind, records: key }): readonly Named[] => {
    if (key === undefined) return [];
    if (key === "jobDefinitions") {
      return records[key].map(({ jobDefinitionName, revision, tags }) => {
        return { kind, awsName: `${jobDefinitionName}:${revision}`, tags };
      });
    }
    return describedIn(records, key).map(({ arn, tags, status }) => {
      const [awsName = "", within] = (resourceIn(arn)?.name ?? "").split("/").toReversed();
      return { kind, awsName, ...(within === undefined ? {} : { within }), tags, status };
    });
  });
}

function describedIn<K extends DescribedKey>(
  records: DescribedRecords,
  key: K,
): readonly { readonly arn: string; readonly tags?: Tags | undefined; readonly status?: string | undefined }[] {
  const resource: DescribedResource<ResourceRecords[K]> = describedResources[key];
  const all: readonly ResourceRecords[K][] = records[key];
  return all.map((record) => ({ arn: resource.arn(record), tags: record.tags, status: record.status }));
}

/** @param uid by which AWS knows it; undefined: not yet */
function created({ object, key }: ValidManifest, uid: string | undefined, now: number): KubeObject {
  const { labels, annotations } = object.metadata;
  // What already has something in AWS is older than what is new, and so keeps a name that both claim.
  const creationTimestamp = timestamp(uid === undefined ? now : 0);
  return withSchemaDefaults({
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      ...key,
      uid: uid ?? randomUUID(),
      resourceVersion: "1",
      generation: 1,
      creationTimestamp,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: object.spec,
  });
}

/** The object after its manifest was applied. */
function changed(before: KubeObject, { object }: ValidManifest): KubeObject {
  const after = withSchemaDefaults({ ...before, spec: object.spec });
  const { metadata } = before;
  return {
    ...after,
    metadata: {
      ...metadata,
      generation: metadata.generation + (isDeepStrictEqual(before.spec, after.spec) ? 0 : 1),
      labels: { ...metadata.labels, ...object.metadata.labels },
      annotations: { ...metadata.annotations, ...object.metadata.annotations },
    },
  };
}

function pruned(object: KubeObject, now: number): PlannedObject {
  const { metadata } = object;
  const deleted = {
    ...object,
    metadata: {
      ...metadata,
      generation: metadata.generation + 1,
      finalizers: [cleanupFinalizer],
      deletionTimestamp: timestamp(now),
    },
  };
  return { object: deleted, file: undefined, isPruned: true };
}

function objectOf({ kind, key, awsName, within, tags, region }: Owned, now: number): KubeObject {
  return withSchemaDefaults({
    apiVersion,
    kind,
    metadata: {
      ...key,
      uid: tags[uidTag] ?? randomUUID(),
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: timestamp(now),
      ...(within === undefined ? {} : { annotations: { [withinAnnotation]: within } }),
    },
    spec: { region, [kindOf(kind).awsName.field]: specName(awsName), ...kindEntries[kind].leastSpec },
  });
}

/** The name in the spec: without the hash of an environment or the revision of a definition. */
function specName(awsName: string): string {
  return awsName.replace(/-[0-9a-f]{8}(?:-\d+)?$|:\d+$/, "");
}

function textOf(kind: string, key: ObjectKey): string {
  return `${kind} ${keyText(key)}`;
}

function commonest(values: readonly string[]): string | undefined {
  const groups = [...Map.groupBy(values, (value) => value).values()];
  return groups.toSorted((left, right) => right.length - left.length)[0]?.[0];
}
