import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type Kind, type KubeObject, keyText, type ObjectKey } from "../../api/object.ts";
import { kindOf, kinds } from "../../api/v1alpha1/kinds.ts";
import type { Ec2Region } from "../../aws/ec2-region.ts";
import type { IamAccount } from "../../aws/iam-account.ts";
import { clusterTag, clusterUidTag, ownerIn, type Tags, uidTag } from "../../controllers/ownership.ts";
import type { Objects, Ports, Settings } from "../../controllers/ports.ts";
import { MemoryStore } from "../../kube/memory-store.ts";
import { namespaceOf } from "../../kube/namespaces.ts";
import type { Clock } from "../../runtime/clock.ts";
import { withSchemaDefaults } from "../manifests.ts";
import type { ValidManifest } from "../validation/validate.ts";
import type { ReadCluster } from "./cluster.ts";
import type { ReadRegion } from "./region.ts";

/** The world in which the manifests have been applied and nothing has been reconciled yet. */
export interface PlanWorld {
  readonly ports: Ports;
  /** In the order of the files, each with the file that it comes from. */
  readonly objects: readonly { readonly object: KubeObject; readonly file: string }[];
  readonly regionOf: (object: KubeObject) => ReadRegion;
}

export interface PlanWorldOptions {
  readonly manifests: readonly ValidManifest[];
  readonly regions: ReadonlyMap<string, ReadRegion>;
  /** Read when it is first asked for. */
  readonly iam: () => Promise<IamAccount>;
  readonly ec2: (region: string) => Promise<Ec2Region>;
  readonly settings: Settings;
  readonly clusterName: string;
  /** When it is known; else it is taken from the tags in AWS. */
  readonly clusterUid: string | undefined;
  readonly takeOverClusterUid: string | undefined;
  /** Undefined: the manifests are all there is. */
  readonly cluster: ReadCluster | undefined;
  readonly clock: Clock;
}

export function planWorld(options: PlanWorldOptions): PlanWorld {
  const { manifests, regions, settings, clusterName, cluster, clock } = options;
  const owned = [...regions.values()].flatMap(ownedIn).filter(({ tags }) => tags[clusterTag] === clusterName);
  const clusterUid =
    cluster?.uid ?? options.clusterUid ?? commonest(owned.map(({ tags }) => tags[clusterUidTag] ?? "")) ?? randomUUID();
  const uids = new Map(owned.map(({ kind, key, tags }) => [`${kind} ${keyText(key)}`, tags[uidTag] ?? ""]));
  const live = new Map(cluster?.objects.map((object) => [`${object.kind} ${keyText(object.metadata)}`, object]));
  const objects = manifests.map((manifest) => {
    const known = `${manifest.object.kind} ${keyText(manifest.key)}`;
    const before = live.get(known);
    live.delete(known);
    return {
      object: before === undefined ? objectFrom(manifest, uids.get(known), clock.now()) : changed(before, manifest),
      file: `${manifest.document.file}:${manifest.document.lineOf([])}`,
    };
  });
  const regionOf = (region: string): ReadRegion => {
    const found = regions.get(region);
    if (found === undefined) throw new Error(`region ${region} was not read`);
    return found;
  };
  return {
    objects,
    regionOf: (object) => regionOf((object.spec as { readonly region?: string }).region ?? settings.region),
    ports: {
      clock,
      // Plans never write; whatever would, finds nothing here.
      store: new MemoryStore({ clock, newUid: randomUUID }),
      objects: objectsOf([...objects.map(({ object }) => object), ...live.values()], cluster),
      regions: {
        open: async (region) => regionOf(region ?? settings.region),
        iam: options.iam,
        ec2: (region) => options.ec2(region ?? settings.region),
      },
      cluster: { name: clusterName, uid: clusterUid, takeOverUid: options.takeOverClusterUid },
      settings,
      reconciles: () => true,
    },
  };
}

export interface Owned {
  readonly kind: string;
  readonly key: ObjectKey;
  readonly awsName: string;
  readonly tags: Tags;
}

/** What bears the tags of an owner, whoever it is. */
export function ownedIn(region: ReadRegion): Owned[] {
  const snapshot = region.snapshot();
  return kinds.flatMap(({ kind, records }) =>
    [...(snapshot[records] ?? [])].flatMap(([name, record]) =>
      resourcesOf(name, record).flatMap(({ awsName, tags = {}, status }): Owned[] => {
        const owner = ownerIn(tags);
        if (owner === undefined || status === "DELETED" || status === "DELETING") return [];
        return [{ kind, key: { namespace: owner.namespace, name: owner.name }, awsName, tags }];
      }),
    ),
  );
}

interface NamedResource {
  readonly awsName: string;
  readonly tags?: Tags | undefined;
  readonly status?: string | undefined;
}

type One = Omit<NamedResource, "awsName">;
type Revisions = readonly { readonly revision: number; readonly tags: Tags }[];

/** The resources that a snapshot has under a name: one, or each revision of a definition. */
function resourcesOf(name: string, record: One | Revisions): readonly NamedResource[] {
  if ("length" in record) return record.map(({ revision, tags }) => ({ awsName: `${name}:${revision}`, tags }));
  return [{ awsName: name, tags: record.tags, status: record.status }];
}

/** @param uid by which AWS objects know it; undefined: none does yet */
function objectFrom({ object, key }: ValidManifest, uid: string | undefined, now: number): KubeObject {
  // What already has something in AWS is older than what is new, and so keeps a name that both claim.
  const createdAt = uid === undefined ? now : 0;
  return withSchemaDefaults({
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      ...key,
      uid: uid ?? randomUUID(),
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: `${new Date(createdAt).toISOString().slice(0, 19)}Z`,
      labels: object.metadata.labels,
      annotations: object.metadata.annotations,
    },
    spec: object.spec,
  });
}

/** The object after the manifest was applied. */
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

function objectsOf(objects: readonly KubeObject[], cluster: ReadCluster | undefined): Objects {
  const ofKind = (kind: Kind): readonly KubeObject[] => objects.filter((object) => kindOf(object.kind) === kind);
  return {
    list: ofKind,
    get: (kind, { namespace, name }) =>
      ofKind(kind).find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    watches: () => true,
    namespace: cluster?.namespace ?? (async (name) => namespaceOf(name)),
  };
}

function commonest(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, left], [, right]) => right - left)[0]?.[0];
}
