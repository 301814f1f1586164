import { type Condition, type Kind, type KubeObject, keyText, type ObjectKey, type ObjectMeta } from "../api/object.ts";
import type { Clock } from "../runtime/clock.ts";
import { jsonEqual } from "../runtime/json-equal.ts";
import {
  type MetadataPatch,
  type ObjectList,
  type ObjectSource,
  type RecordedEvent,
  type Store,
  StoreError,
  type WatchEvent,
} from "../runtime/store.ts";
import { deepFreeze, frozenCopy, merged, patched, withoutEmpty } from "./memory-metadata.ts";
import { MemoryNamespaces } from "./memory-namespaces.ts";
import { WatchHistory, type WatchLimits } from "./memory-watch.ts";
import type { NamespaceMetadata } from "./namespaces.ts";
import { namespaceKind } from "./resource.ts";
import { StoreFaults } from "./store-faults.ts";

/** What a user writes. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    /** `default` when left out. */
    readonly namespace?: string | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
  readonly spec?: unknown;
}

export interface MemoryStoreOptions extends WatchLimits {
  readonly clock: Clock;
  /** Gives each object its uid. */
  readonly newUid: () => string;
  /**
   * Stands for the schema: gives back the object with its defaults.
   * @throws StoreError `Invalid`
   */
  readonly admit?: (object: KubeObject, before: KubeObject | undefined) => KubeObject;
}

/** The whole store as plain JSON. */
export interface StoreSnapshot {
  readonly resourceVersion: number;
  readonly objects: readonly StoredObject[];
}

export interface StoredObject {
  readonly object: KubeObject;
  /** The keys of labels and annotations that the last manifest held; those it drops are removed. */
  readonly applied: { readonly labels: readonly string[]; readonly annotations: readonly string[] };
}

/** One change of an object, in the same turn; undefined: it was not there before, or is not any more. */
export type ChangeListener = (before: KubeObject | undefined, after: KubeObject | undefined) => void;

/** Events about objects that are kept, as the API server keeps them for an hour. */
const eventLimit = 1000;

/**
 * A store that behaves like the API server: versions, generations, finalizers, conflicts, a status subresource,
 * watches with a history. What it gives out is frozen. The first half of its methods is the operator's side, the
 * second half the user's.
 */
export class MemoryStore implements Store {
  readonly faults: StoreFaults;
  readonly #options: MemoryStoreOptions;
  readonly #objects = new Map<string, StoredObject>();
  readonly #events = new Map<string, RecordedEvent>();
  readonly #namespaces = new MemoryNamespaces();
  readonly #history: WatchHistory;
  readonly #listeners = new Set<ChangeListener>();
  #revision = 1;

  constructor(options: MemoryStoreOptions) {
    this.#options = options;
    this.faults = new StoreFaults(options.clock);
    this.#history = new WatchHistory(options.clock, this.faults, options);
  }

  list(kind: Kind, signal: AbortSignal): Promise<ObjectList> {
    return this.faults.around("list", signal, () => ({
      items: this.objects(kind),
      resourceVersion: String(this.#revision),
    }));
  }

  get(kind: Kind, key: ObjectKey, signal: AbortSignal): Promise<KubeObject | undefined> {
    return this.faults.around("get", signal, () => this.object(kind, key));
  }

  async *watch(kind: Kind, resourceVersion: string, signal: AbortSignal): AsyncIterable<WatchEvent> {
    const watch = await this.faults.around("watch", signal, () => this.#history.open(kindText(kind), resourceVersion));
    const stop = (): void => watch.cut(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    try {
      yield* watch;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** The same store, of which only these namespaces are read, each as a source of its own; undefined: itself. */
  watching(namespaces: readonly string[] | undefined): Store {
    if (namespaces === undefined) return this;
    return {
      list: (kind, signal) => this.list(kind, signal),
      watch: (kind, resourceVersion, signal) => this.watch(kind, resourceVersion, signal),
      get: (kind, key, signal) => this.get(kind, key, signal),
      patchMetadata: (kind, object, patch, signal) => this.patchMetadata(kind, object, patch, signal),
      applyStatus: (kind, object, status, signal) => this.applyStatus(kind, object, status, signal),
      recordEvent: (event, signal) => this.recordEvent(event, signal),
      namespaces: new Map(namespaces.map((name) => [name, sourceWithin(this, name)])),
    };
  }

  patchMetadata(kind: Kind, object: KubeObject, patch: MetadataPatch, signal: AbortSignal): Promise<KubeObject> {
    return this.faults.around("patchMetadata", signal, () => {
      const stored = this.#stored(kind, object);
      const { metadata } = stored.object;
      const what = `${kind.plural} "${keyText(metadata)}"`;
      if (metadata.resourceVersion !== object.metadata.resourceVersion) {
        throw new StoreError("Conflict", `${what}: the object has been modified; read it again`);
      }
      const changed = { ...stored.object, metadata: patched(kind, metadata, patch) };
      const gone = metadata.deletionTimestamp !== undefined && changed.metadata.finalizers === undefined;
      return gone ? this.#remove(changed) : this.#put({ ...stored, object: changed });
    });
  }

  applyStatus(kind: Kind, object: KubeObject, status: unknown, signal: AbortSignal): Promise<KubeObject> {
    return this.faults.around("applyStatus", signal, () => {
      const stored = this.#stored(kind, object);
      // As the API server does for a list that the CRD declares a map by `type`.
      const types = ((status as { readonly conditions?: readonly Condition[] }).conditions ?? []).map(
        ({ type }) => type,
      );
      if (new Set(types).size < types.length) {
        throw new StoreError("Invalid", `status.conditions names a type twice: ${types.join(", ")}`);
      }
      return this.#put({ ...stored, object: { ...stored.object, status } });
    });
  }

  recordEvent(event: RecordedEvent, signal: AbortSignal): Promise<void> {
    return this.faults.around("recordEvent", signal, () => {
      this.#events.set(event.name, event);
      const oldest = this.#events.keys().next().value;
      if (this.#events.size > eventLimit && oldest !== undefined) this.#events.delete(oldest);
    });
  }

  /**
   * Creates or updates as `kubectl apply` does: labels and annotations of others, finalizers and status stay.
   * @throws StoreError `Invalid` when `admit` refuses it
   */
  apply(manifest: Manifest): KubeObject {
    const { name, namespace = "default", labels = {}, annotations = {} } = manifest.metadata;
    const before = this.#objects.get(objectText(manifest, { namespace, name }));
    const applied = { labels: Object.keys(labels), annotations: Object.keys(annotations) };
    const metadata: ObjectMeta = {
      ...(before?.object.metadata ?? {
        name,
        namespace,
        uid: this.#options.newUid(),
        resourceVersion: "",
        generation: 1,
        creationTimestamp: this.#timestamp(),
      }),
      labels: merged(before?.object.metadata.labels, before?.applied.labels, labels),
      annotations: merged(before?.object.metadata.annotations, before?.applied.annotations, annotations),
    };
    const desired: KubeObject = {
      apiVersion: manifest.apiVersion,
      kind: manifest.kind,
      metadata: withoutEmpty(metadata),
      spec: manifest.spec ?? {},
      ...(before?.object.status === undefined ? {} : { status: before.object.status }),
    };
    const object = this.#options.admit?.(desired, before?.object) ?? desired;
    return this.#put({ object, applied });
  }

  /** Creates a Namespace, or gives it these labels and annotations and no others. Each is made with its first object. */
  setNamespace(name: string, metadata: Partial<NamespaceMetadata>): void {
    this.#revision++;
    this.#putNamespace(name, metadata);
  }

  /** Deletes an object, or marks it for deletion while finalizers hold it. False: there is none. */
  delete(kind: Kind, key: ObjectKey): boolean {
    const stored = this.#objects.get(objectText(kind, key));
    if (stored === undefined) return false;
    const { object } = stored;
    const { finalizers = [], deletionTimestamp, generation } = object.metadata;
    if (finalizers.length === 0) {
      this.#remove(object);
    } else if (deletionTimestamp === undefined) {
      // The API server counts the mark as a change of the wish.
      const metadata = { ...object.metadata, deletionTimestamp: this.#timestamp(), generation: generation + 1 };
      this.#put({ ...stored, object: { ...object, metadata } }, { keepGeneration: true });
    }
    return true;
  }

  object(kind: Kind, key: ObjectKey): KubeObject | undefined {
    return this.#objects.get(objectText(kind, key))?.object;
  }

  /** All objects but Namespaces, or those of one kind, by age. */
  objects(kind?: Kind): readonly KubeObject[] {
    if (kind === namespaceKind) return this.#namespaces.all;
    const all = [...this.#objects.values()].map(({ object }) => object);
    return kind === undefined ? all : all.filter((object) => kindText(object) === kindText(kind));
  }

  /** The events about objects, oldest series first. */
  events(): readonly RecordedEvent[] {
    return [...this.#events.values()];
  }

  snapshot(): StoreSnapshot {
    return { resourceVersion: this.#revision, objects: [...this.#objects.values()] };
  }

  /** Replaces everything; Namespaces are as they are first made. Open watches end, and older versions are Gone. */
  restore(snapshot: StoreSnapshot): void {
    this.#objects.clear();
    this.#namespaces.clear();
    for (const stored of snapshot.objects) {
      const { object } = stored;
      this.#namespaces.put(object.metadata.namespace, {}, snapshot.resourceVersion, this.#timestamp());
      this.#objects.set(objectText(object, object.metadata), frozenCopy(stored));
    }
    this.#revision = Math.max(this.#revision, snapshot.resourceVersion) + 1;
    this.compact();
    this.cutWatches();
  }

  /** Forgets the history: a watch from any earlier version is Gone. */
  compact(): void {
    this.#history.forget(this.#revision);
  }

  /** Breaks all open watches: with this error, or in order. */
  cutWatches(error?: StoreError): void {
    this.#history.cut(error);
  }

  /** All open watches stay open and show nothing any more, as on a connection that died unnoticed. */
  silenceWatches(): void {
    this.#history.silence();
  }

  /** Bookmarks all open watches: what they were not shown until now, they will never be. */
  bookmarkWatches(): void {
    this.#history.bookmark();
  }

  /** Calls `listener` at each change, before any watch shows it. Returns how to stop that. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get openWatches(): number {
    return this.#history.openWatches;
  }

  #stored(kind: Kind, object: KubeObject): StoredObject {
    const { uid } = object.metadata;
    const stored = this.#objects.get(objectText(kind, object.metadata));
    if (stored?.object.metadata.uid !== uid) {
      throw new StoreError("NotFound", `${kind.plural} "${keyText(object.metadata)}" with uid ${uid} not found`);
    }
    return stored;
  }

  /** Stores what differs from what is there, with its new version, and shows it. */
  #put(stored: StoredObject, options: { readonly keepGeneration?: boolean } = {}): KubeObject {
    const desired = frozenCopy(stored);
    const text = objectText(desired.object, desired.object.metadata);
    const before = this.#objects.get(text);
    if (before !== undefined && jsonEqual(before.object, desired.object)) {
      this.#objects.set(text, { ...before, applied: desired.applied });
      return before.object;
    }
    const { metadata, spec } = desired.object;
    const sameSpec = before === undefined || jsonEqual(before.object.spec, spec);
    const generation = metadata.generation + (sameSpec || options.keepGeneration === true ? 0 : 1);
    const object = deepFreeze({
      ...desired.object,
      metadata: { ...metadata, generation, resourceVersion: String(++this.#revision) },
    });
    this.#objects.set(text, { object, applied: desired.applied });
    this.#told(before?.object, object);
    const change = before === undefined ? "added" : "modified";
    this.#history.append(this.#revision, kindText(object), { kind: change, object });
    if (this.#namespaces.get(metadata.namespace) === undefined) this.#putNamespace(metadata.namespace, {});
    return object;
  }

  /** At the version that the store has. */
  #putNamespace(name: string, metadata: Partial<NamespaceMetadata>): void {
    const change = this.#namespaces.get(name) === undefined ? "added" : "modified";
    const object = this.#namespaces.put(name, metadata, this.#revision, this.#timestamp());
    this.#history.append(this.#revision, kindText(namespaceKind), { kind: change, object });
  }

  #remove(object: KubeObject): KubeObject {
    const last = frozenCopy({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(++this.#revision) },
    });
    this.#objects.delete(objectText(last, last.metadata));
    this.#told(object, undefined);
    this.#history.append(this.#revision, kindText(last), { kind: "deleted", object: last });
    return last;
  }

  #told(before: KubeObject | undefined, after: KubeObject | undefined): void {
    for (const listener of this.#listeners) listener(before, after);
  }

  #timestamp(): string {
    return `${new Date(this.#options.clock.now()).toISOString().slice(0, 19)}Z`;
  }
}

/** The objects of a namespace, and the Namespace itself. */
function sourceWithin(store: Store, name: string): ObjectSource {
  return {
    async list(kind, signal) {
      const { items, resourceVersion } = await store.list(kind, signal);
      return { items: items.filter(({ metadata }) => metadata.namespace === name), resourceVersion };
    },
    async *watch(kind, resourceVersion, signal) {
      for await (const event of store.watch(kind, resourceVersion, signal)) {
        if (event.kind === "bookmark" || event.object.metadata.namespace === name) yield event;
      }
    },
  };
}

/** `group/version/kind`, of a kind or of an object. */
function kindText(of: Kind | { readonly apiVersion: string; readonly kind: string }): string {
  return "apiVersion" in of ? `${of.apiVersion}/${of.kind}` : `${of.group}/${of.version}/${of.kind}`;
}

function objectText(of: Kind | { readonly apiVersion: string; readonly kind: string }, key: ObjectKey): string {
  return `${kindText(of)}/${keyText(key)}`;
}
