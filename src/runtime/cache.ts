import { type Kind, type KubeObject, keyText, type ObjectKey } from "../api/object.ts";
import { weightOf } from "../api/weight.ts";
import type { Room } from "./cache-limits.ts";
import type { Clock, Timer } from "./clock.ts";
import type { Log } from "./log.ts";
import { ObjectIndex } from "./object-index.ts";
import { type Part, Readings } from "./readings.ts";
import type { Digest, StoreError, WatchEvent } from "./store.ts";

/** The newest known version of an object changed. A new object with an old name is two changes: deleted, then added. */
export interface Change {
  /** `own`: shown by a write or a live read of this process, before the watch shows it. */
  readonly origin: "list" | "watch" | "own";
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

/** The objects of one kind, as read by controllers. */
export interface ObjectReader {
  get(key: ObjectKey): KubeObject | undefined;
  list(): readonly KubeObject[];
  /** The objects that have `value` in the index, those that have had it the longest first. */
  byIndex(index: string, value: string): readonly KubeObject[];
}

/** The target of a reflector: a cache, or its part for one namespace. */
export interface Reflected {
  /** What it keeps of each object of one list, in their order; another one for each list. */
  keeper(): Digest;
  /** Call it when a list is requested; pass the returned number to `replace` with the result. */
  listBegins(): number;
  /**
   * Stores a complete list, object by object; one that is not in it is deleted. It has to be run to its end; what happens between two steps
   * counts as after the list.
   */
  replacing(items: readonly KubeObject[], begun: number): Iterable<void>;
  /** Keeps the known objects. @returns whether this is expected: the kind is optional, and the server denies reading it */
  listFailed(error: unknown): boolean;
  /** Stores an event of a watch. */
  apply(event: WatchEvent): void;
  /** Ends all timers. */
  stop(): void;
}

export interface ObjectCacheOptions {
  readonly kind: Kind;
  readonly clock: Clock;
  readonly log: Log;
  /** The parts that are listed separately. */
  readonly parts: readonly Part[];
  /** Shared by the caches of a process. */
  readonly room: Room;
  readonly keeps: Keeps;
}

/** What a cache keeps. */
export interface Keeps {
  /** The operator also works without read access to this kind; code that needs the kind calls `refusalIn`. */
  readonly optional: boolean;
  /** What is kept of each object; undefined: all of it. */
  readonly digest: Digest | undefined;
  /** What is kept of large objects for which there is no room; undefined: the same as of others. */
  readonly stubs: Stubs | undefined;
}

/** All of each object. */
export const keepsAll: Keeps = { optional: false, digest: undefined, stubs: undefined };

/** What is kept of large objects. */
export interface Stubs {
  /** What others need of it. Pure. */
  readonly of: Digest;
  /** Whether it is enough in any case, because the object itself rarely needs a pass. Pure. */
  readonly suffices: (object: KubeObject) => boolean;
}

/** A pending request about one object. */
export interface OwnRequest {
  /** The request returned this object; undefined: it does not exist. */
  answered(object: KubeObject | undefined): void;
  failed(): void;
}

/** How long our own answer takes precedence over the watch if their order is unknown. */
const doubtMs = 5000;

interface Own {
  /** Undefined: a live read did not find it. */
  readonly object: KubeObject | undefined;
  readonly uid: string;
  /** The number of the request in this cache. */
  readonly number: number;
  readonly bytes: number;
  doubt: Timer | undefined;
}

interface CacheEntry {
  readonly key: ObjectKey;
  /** Objects from list and watch. */
  watched: KubeObject | undefined;
  watchedBytes: number;
  /** What the room counts for it. */
  held: number;
  /** Answers of our own requests that the watch has not shown yet. */
  own: Own | undefined;
  /** Our pending requests: the versions that the watch has shown since they started. */
  readonly requests: Set<Set<string>>;
}

/**
 * The objects of one kind from list and watch, overlaid with the answers of our own writes and live reads that the watch
 * has not shown yet. So a reconcile never acts on an object that is older than its own write.
 * The watch has caught up when it shows our version, something that must be newer (a higher version, generation,
 * deletion, another uid), or a list that began after our request ended. Versions are numbers that grow (Kubernetes
 * KEP-5504). If a server returns other versions, they cannot be compared, and the watch takes precedence after 5 s.
 */
export class ObjectCache implements ObjectReader, Reflected {
  readonly kind: Kind;
  readonly isOptional: boolean;
  readonly digest: Digest;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #entries = new Map<string, CacheEntry>();
  readonly #indexes = new Map<string, ObjectIndex>();
  readonly #handlers = new Set<(change: Change) => void>();
  readonly #readings: Readings;
  readonly #stubs: Stubs | undefined;
  readonly #room: Room;
  /** Bytes of this cache in the room, by namespace. */
  readonly #held = new Map<string, number>();
  #requests = 0;

  constructor(options: ObjectCacheOptions) {
    this.kind = options.kind;
    this.isOptional = options.keeps.optional;
    this.digest = options.keeps.digest ?? ((object) => object);
    this.#clock = options.clock;
    this.#log = options.log;
    this.#stubs = options.keeps.stubs;
    this.#room = options.room;
    this.#readings = new Readings(options.kind, options.parts, options.log, this.isOptional);
  }

  /** Resolves after the first list; with several parts, once each of them was listed or denied. */
  get synced(): Promise<void> {
    return this.#readings.synced;
  }

  get hasSynced(): boolean {
    return this.#readings.hasSynced;
  }

  /** Whether the objects of a namespace have ever been listed. */
  hasListed(namespace: string): boolean {
    return this.#readings.hasListed(namespace);
  }

  /** Namespaces without read access at present; their known objects stay. */
  get refused(): readonly string[] {
    return this.#readings.refused;
  }

  /** Why the objects of a namespace cannot be read at present; undefined: they can. */
  refusalIn(namespace: string): StoreError | undefined {
    return this.#readings.refusalIn(namespace);
  }

  /** The target for the reflector of a part. */
  part(part: Part): Reflected {
    return {
      keeper: () => this.keeper(part),
      listBegins: () => this.listBegins(),
      replacing: (items, begun) => this.replacing(items, begun, part),
      listFailed: (error) => this.listFailed(error, part),
      apply: (event) => this.apply(event),
      stop: () => this.stop(),
    };
  }

  get(key: ObjectKey): KubeObject | undefined {
    const entry = this.#entries.get(keyText(key));
    return entry === undefined ? undefined : newest(entry);
  }

  list(): readonly KubeObject[] {
    const objects: KubeObject[] = [];
    for (const entry of this.#entries.values()) {
      const object = newest(entry);
      if (object !== undefined) objects.push(object);
    }
    return objects;
  }

  byIndex(index: string, value: string): readonly KubeObject[] {
    const objects: KubeObject[] = [];
    for (const text of this.#indexed(index).keysOf(value)) {
      const entry = this.#entries.get(text);
      const object = entry && newest(entry);
      if (object !== undefined) objects.push(object);
    }
    return objects;
  }

  /** The values under which an index has objects. */
  valuesOf(index: string): IteratorObject<string> {
    return this.#indexed(index).values();
  }

  #indexed(index: string): ObjectIndex {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new Error(`${this.kind.kind} has no index ${index}`);
    return found;
  }

  /** Adds an index of the values that `valuesOf` returns for an object; `valuesOf` is pure. */
  addIndex(index: string, valuesOf: (object: KubeObject) => readonly string[]): void {
    if (this.#indexes.has(index)) throw new Error(`${this.kind.kind} already has an index ${index}`);
    const added = new ObjectIndex(valuesOf, this.#log);
    this.#indexes.set(index, added);
    for (const [text, entry] of this.#entries) added.change(text, undefined, newest(entry));
  }

  /** Calls `handler` after each change, in order. An error of a handler is logged, and the others still run. */
  onChange(handler: (change: Change) => void): void {
    this.#handlers.add(handler);
  }

  /** For a list that takes the place of all objects, or of those of a part. */
  keeper(part?: Part): Digest {
    const replaced = part === undefined ? this.#held : new Map([[part, this.#held.get(part) ?? 0]]);
    const room = this.#room.without(replaced);
    return (object) => {
      const kept = this.#kept(object, room, 0);
      room.add(kept.metadata.namespace, weightOf(kept));
      return kept;
    };
  }

  listBegins(): number {
    return this.#requests;
  }

  /** Stores a complete list at once. */
  replace(items: readonly KubeObject[], begun: number): void {
    for (const _object of this.replacing(items, begun));
  }

  *replacing(items: readonly KubeObject[], begun: number, part?: Part): Generator<void> {
    const listed = new Set<string>();
    const keep = this.keeper(part);
    for (const object of items) {
      const entry = this.#entry(object.metadata);
      listed.add(keyText(object.metadata));
      this.#change(entry, "list", () => {
        if (entry.own !== undefined && entry.own.number <= begun) this.#settle(entry);
        this.#watched(entry, keep(object));
      });
      yield;
    }
    for (const [text, entry] of this.#entries) {
      if (listed.has(text) || (part !== undefined && entry.key.namespace !== part)) continue;
      this.#change(entry, "list", () => {
        this.#settle(entry);
        entry.watched = undefined;
      });
      yield;
    }
    this.#readings.listed(part);
  }

  listFailed(error: unknown, part?: Part): boolean {
    return this.#readings.failed(part, error);
  }

  apply(event: WatchEvent): void {
    if (event.kind === "bookmark") return;
    const { object } = event;
    const entry = this.#entry(object.metadata);
    this.#change(entry, "watch", () => {
      if (event.kind !== "deleted") {
        this.#watched(entry, this.#kept(object, this.#room, entry.held));
        return;
      }
      if (entry.own?.uid === object.metadata.uid) this.#settle(entry);
      entry.watched = undefined;
    });
  }

  /** Call it before a write or a live read of our own, so that the order of its answer and the watch is known. */
  requestBegins(key: ObjectKey): OwnRequest {
    const entry = this.#entry(key);
    const shown = new Set<string>();
    entry.requests.add(shown);
    const end = (change: () => void): void => {
      entry.requests.delete(shown);
      this.#change(entry, "own", change);
    };
    return {
      failed: () => end(() => undefined),
      answered: (object) =>
        end(() => {
          const number = ++this.#requests;
          // The watch shows it deleted, or a new object of that name: the watch is newer than this answer.
          if (entry.watched === undefined) return;
          const uid = entry.watched.metadata.uid;
          if (object !== undefined) {
            const { resourceVersion } = object.metadata;
            if (object.metadata.uid !== uid) return;
            if (resourceVersion === entry.watched.metadata.resourceVersion || shown.has(resourceVersion)) return;
            if (isOlder(object, entry.watched)) return;
          }
          this.#settle(entry);
          const kept = object && this.#kept(object, this.#room, entry.held);
          entry.own = { object: kept, uid, number, bytes: weightOf(kept), doubt: undefined };
          if (shown.size > 0 && !(object !== undefined && isOlder(entry.watched, object))) {
            this.#doubt(entry, entry.own);
          }
        }),
    };
  }

  stop(): void {
    for (const entry of this.#entries.values()) entry.own?.doubt?.cancel();
  }

  #entry(key: ObjectKey): CacheEntry {
    const text = keyText(key);
    let entry = this.#entries.get(text);
    if (entry === undefined) {
      entry = {
        key: { namespace: key.namespace, name: key.name },
        watched: undefined,
        watchedBytes: 0,
        held: 0,
        own: undefined,
        requests: new Set(),
      };
      this.#entries.set(text, entry);
    }
    return entry;
  }

  #watched(entry: CacheEntry, object: KubeObject): void {
    for (const shown of entry.requests) shown.add(object.metadata.resourceVersion);
    entry.watched = object;
    entry.watchedBytes = weightOf(object);
    const { own } = entry;
    if (own === undefined) return;
    if (caughtUp(own, object)) this.#settle(entry);
    // A deleted uid cannot come back, so this is certain.
    else if (own.object !== undefined && !isOlder(object, own.object)) this.#doubt(entry, own);
  }

  /** The watch showed another version than ours: probably an older one that was in transit when we wrote. */
  #doubt(entry: CacheEntry, own: Own): void {
    own.doubt ??= this.#clock.schedule(doubtMs, () => {
      this.#change(entry, "watch", () => {
        if (entry.own === own) entry.own = undefined;
      });
    });
  }

  #settle(entry: CacheEntry): void {
    entry.own?.doubt?.cancel();
    entry.own = undefined;
  }

  #change(entry: CacheEntry, origin: Change["origin"], change: () => void): void {
    const before = newest(entry);
    change();
    this.#count(entry);
    const after = newest(entry);
    const text = keyText(entry.key);
    if (entry.watched === undefined && entry.own === undefined && entry.requests.size === 0) {
      this.#entries.delete(text);
    }
    if (before === undefined && after === undefined) return;
    const sameObject = before?.metadata.uid === after?.metadata.uid;
    if (sameObject && before?.metadata.resourceVersion === after?.metadata.resourceVersion) return;
    for (const index of this.#indexes.values()) index.change(text, before, after);
    if (before !== undefined && after !== undefined && !sameObject) {
      this.#emit({ origin, before, after: undefined });
      this.#emit({ origin, before: undefined, after });
    } else {
      this.#emit({ origin, before, after });
    }
  }

  /** @param instead bytes that it takes the place of */
  #kept(object: KubeObject, room: Room, instead: number): KubeObject {
    const digest = this.digest(object);
    if (this.#stubs === undefined || digest.isStub === true) return digest;
    const bytes = weightOf(digest);
    if (bytes <= room.limits.small) return digest;
    const isWhole = !this.#stubs.suffices(digest) && room.fits(digest.metadata.namespace, bytes - instead);
    return isWhole ? digest : this.#stubs.of(digest);
  }

  #count(entry: CacheEntry): void {
    const { namespace } = entry.key;
    const held = (entry.watched === undefined ? 0 : entry.watchedBytes) + (entry.own?.bytes ?? 0);
    if (held === entry.held) return;
    this.#room.add(namespace, held - entry.held);
    this.#held.set(namespace, (this.#held.get(namespace) ?? 0) + held - entry.held);
    entry.held = held;
  }

  #emit(change: Change): void {
    for (const handler of this.#handlers) {
      try {
        handler(change);
      } catch (error) {
        const object = change.after ?? change.before;
        const { namespace, name } = object?.metadata ?? {};
        this.#log.error("a handler of changes failed", { kind: this.kind.kind, namespace, name, error });
      }
    }
  }
}

function newest(entry: CacheEntry): KubeObject | undefined {
  return entry.own === undefined ? entry.watched : entry.own.object;
}

/** Whether the watch shows our own answer or a version that must be newer. */
function caughtUp(own: Own, object: KubeObject): boolean {
  const { uid, resourceVersion, generation, deletionTimestamp } = object.metadata;
  if (uid !== own.uid) return true;
  if (own.object === undefined) return false;
  const ours = own.object.metadata;
  if (resourceVersion === ours.resourceVersion || generation > ours.generation) return true;
  if (isOlder(own.object, object)) return true;
  return deletionTimestamp !== undefined && ours.deletionTimestamp === undefined;
}

/** Whether one version is older than the other; false if they are not numbers. */
function isOlder({ metadata: one }: KubeObject, { metadata: other }: KubeObject): boolean {
  const [left, right] = [one.resourceVersion, other.resourceVersion];
  if (!(/^[1-9]\d*$/.test(left) && /^[1-9]\d*$/.test(right))) return false;
  return left.length === right.length ? left < right : left.length < right.length;
}
