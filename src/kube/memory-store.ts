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

/** An object as a user writes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    /** Default: `default`. */
    readonly namespace?: string | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
  readonly spec?: unknown;
}

export interface MemoryStoreOptions extends WatchLimits {
  readonly clock: Clock;
  /** Creates the uid of each object. */
  readonly newUid: () => string;
  /**
   * Replaces the schema: returns the object with its defaults.
   * @throws StoreError `Invalid`
   */
  readonly admit: ((object: KubeObject, before: KubeObject | undefined) => KubeObject) | undefined;
}

/** The whole store as plain JSON. */
export interface StoreSnapshot {
  readonly resourceVersion: number;
  readonly objects: readonly StoredObject[];
}

export interface StoredObject {
  readonly object: KubeObject;
  /** Keys of labels and annotations of the last manifest; keys that the next one omits are removed. */
  readonly applied: { readonly labels: readonly string[]; readonly annotations: readonly string[] };
}

/** One change of an object, in the same turn; undefined: it did not exist before, or is deleted. */
export type ChangeListener = (before: KubeObject | undefined, after: KubeObject | undefined) => void;

/** Maximum of stored events; the API server keeps them for an hour. */
const eventLimit = 1000;

/**
 * A store that behaves like the API server: versions, generations, finalizers, conflicts, a status subresource,
 * watches with a history. Returned objects are frozen. The first half of its methods is for the operator, the
 * second half for users.
 */
export class MemoryStore implements Store {
  readonly faults: StoreFaults;
  readonly #options: MemoryStoreOptions;
  readonly #objects = new Map<string, StoredObject>();
  readonly #events = new Map<string, RecordedEvent>();
  readonly #namespaces = new MemoryNamespaces();
  readonly #history: WatchHistory;
  readonly #listeners = new Set<ChangeListener>();
  readonly #eventListeners = new Set<(event: RecordedEvent) => void>();
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

  /** The same store with only these namespaces, each as a separate source; undefined: itself. */
  watching(namespaces: readonly string[] | undefined): Store {
    if (namespaces === undefined) return this;
    return {
      list: (kind, signal) => this.list(kind, signal),
      watch: (kind, resourceVersion, signal) => this.watch(kind, resourceVersion, signal),
      get: (kind, key, signal) => this.get(kind, key, signal),
      patchMetadata: (kind, object, patch, signal) => this.patchMetadata(kind, object, patch, signal),
      applyStatus: (kind, object, status, signal) => this.applyStatus(kind, object, status, signal),
      deleteObject: (kind, object, signal) => this.deleteObject(kind, object, signal),
      recordEvent: (event, signal) => this.recordEvent(event, signal),
      namespaces: new Map(namespaces.map((name) => [name, sourceWithin(this, name)])),
    };
  }

  patchMetadata(kind: Kind, object: KubeObject, patch: MetadataPatch, signal: AbortSignal): Promise<KubeObject> {
    return this.faults.around("patchMetadata", signal, () => {
      const stored = this.#storedAt(kind, object);
      const { metadata } = stored.object;
      const changed = { ...stored.object, metadata: patched(kind, metadata, patch) };
      const gone = metadata.deletionTimestamp !== undefined && changed.metadata.finalizers === undefined;
      return gone ? this.#remove(changed) : this.#put({ ...stored, object: changed });
    });
  }

  applyStatus(kind: Kind, object: KubeObject, status: unknown, signal: AbortSignal): Promise<KubeObject> {
    return this.faults.around("applyStatus", signal, () => {
      const stored = this.#stored(kind, object);
      // As in the API server for a list that the CRD declares a map by `type`.
      const types = ((status as { readonly conditions?: readonly Condition[] }).conditions ?? []).map(
        ({ type }) => type,
      );
      if (new Set(types).size < types.length) {
        throw new StoreError("Invalid", `status.conditions has a type twice: ${types.join(", ")}`);
      }
      return this.#put({ ...stored, object: { ...stored.object, status } });
    });
  }

  deleteObject(kind: Kind, object: KubeObject, signal: AbortSignal): Promise<void> {
    return this.faults.around("deleteObject", signal, () => {
      this.delete(kind, this.#storedAt(kind, object).object.metadata);
    });
  }

  recordEvent(event: RecordedEvent, signal: AbortSignal): Promise<void> {
    return this.faults.around("recordEvent", signal, () => {
      this.#events.set(event.name, event);
      for (const listener of this.#eventListeners) listener(event);
      const oldest = this.#events.keys().next().value;
      if (this.#events.size > eventLimit && oldest !== undefined) this.#events.delete(oldest);
    });
  }

  /**
   * Creates or updates as `kubectl apply` does: it keeps labels and annotations of others, finalizers and status.
   * @throws StoreError `Invalid` if `admit` rejects it
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

  /** Sets members of an object's spec, as `kubectl patch` does. The next apply of its manifest takes them away. */
  patchSpec(kind: Kind, object: KubeObject, members: object): KubeObject {
    const stored = this.#storedAt(kind, object);
    const spec = { ...(stored.object.spec as object), ...members };
    return this.#put({ ...stored, object: { ...stored.object, spec } });
  }

  /** Creates a Namespace, or sets exactly these labels and annotations. The first object in a namespace creates it too. */
  setNamespace(name: string, metadata: Partial<NamespaceMetadata>): void {
    this.#revision++;
    this.#putNamespace(name, metadata);
  }

  /** Deletes an object, or marks it for deletion while it has finalizers. False: it does not exist. */
  delete(kind: Kind, key: ObjectKey): boolean {
    const stored = this.#objects.get(objectText(kind, key));
    if (stored === undefined) return false;
    const { object } = stored;
    const { finalizers = [], deletionTimestamp, generation } = object.metadata;
    if (finalizers.length === 0) {
      this.#remove(object);
    } else if (deletionTimestamp === undefined) {
      // The API server increments the generation for the mark.
      const metadata = { ...object.metadata, deletionTimestamp: this.#timestamp(), generation: generation + 1 };
      this.#put({ ...stored, object: { ...object, metadata } }, { keepGeneration: true });
    }
    return true;
  }

  object(kind: Kind, key: ObjectKey): KubeObject | undefined {
    return this.#objects.get(objectText(kind, key))?.object;
  }

  /** All objects except Namespaces, or those of one kind, by age. */
  objects(kind?: Kind): readonly KubeObject[] {
    if (kind === namespaceKind) return this.#namespaces.all;
    const all = [...this.#objects.values()].map(({ object }) => object);
    if (kind === undefined) return all;
    const text = kindText(kind);
    return all.filter((object) => object.kind === kind.kind && kindText(object) === text);
  }

  /** The events about objects, oldest series first. */
  events(): readonly RecordedEvent[] {
    return [...this.#events.values()];
  }

  snapshot(): StoreSnapshot {
    return { resourceVersion: this.#revision, objects: [...this.#objects.values()] };
  }

  /** Replaces everything, and resets Namespaces. Open watches end, and older versions are Gone. */
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

  /** Ends all open watches: with this error, or normally. */
  cutWatches(error?: StoreError): void {
    this.#history.cut(error);
  }

  /** All open watches stay open and silent, as on a dead connection. */
  silenceWatches(): void {
    this.#history.silence();
  }

  /** Sends a bookmark to all open watches; hidden changes before it are never shown. */
  bookmarkWatches(): void {
    this.#history.bookmark();
  }

  /** Calls `listener` at each change, before any watch shows it. Returns a function that stops it. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` with each event, also of those that are too many to be kept. */
  onEvent(listener: (event: RecordedEvent) => void): void {
    this.#eventListeners.add(listener);
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

  #storedAt(kind: Kind, object: KubeObject): StoredObject {
    const stored = this.#stored(kind, object);
    if (stored.object.metadata.resourceVersion === object.metadata.resourceVersion) return stored;
    const what = `${kind.plural} "${keyText(object.metadata)}"`;
    throw new StoreError("Conflict", `${what}: the object has been modified; read it again`);
  }

  /** Stores a changed object with a new version, and notifies watches. */
  #put(stored: StoredObject, options: { readonly keepGeneration?: boolean } = {}): KubeObject {
    const copy = frozenCopy(stored);
    const text = objectText(copy.object, copy.object.metadata);
    const before = this.#objects.get(text);
    if (before !== undefined && jsonEqual(before.object, copy.object)) {
      this.#objects.set(text, { ...before, applied: copy.applied });
      return before.object;
    }
    const { metadata, spec } = copy.object;
    const sameSpec = before === undefined || jsonEqual(before.object.spec, spec);
    const generation = metadata.generation + (sameSpec || options.keepGeneration === true ? 0 : 1);
    const object = deepFreeze({
      ...copy.object,
      metadata: { ...metadata, generation, resourceVersion: String(++this.#revision) },
    });
    this.#objects.set(text, { object, applied: copy.applied });
    this.#notify(before?.object, object);
    const change = before === undefined ? "added" : "modified";
    this.#history.append(this.#revision, kindText(object), { kind: change, object });
    if (this.#namespaces.get(metadata.namespace) === undefined) this.#putNamespace(metadata.namespace, {});
    return object;
  }

  /** At the current version of the store. */
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
    this.#notify(object, undefined);
    this.#history.append(this.#revision, kindText(last), { kind: "deleted", object: last });
    return last;
  }

  #notify(before: KubeObject | undefined, after: KubeObject | undefined): void {
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
