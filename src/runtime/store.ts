import type { Kind, KubeObject, ObjectKey } from "../api/object.ts";

/** Objects that are listed and watched together: those of one namespace, or all. */
export interface ObjectSource {
  /** A consistent list of the objects of a kind and the version from which a watch goes on. */
  list(kind: Kind, signal: AbortSignal): Promise<ObjectList>;
  /**
   * Changes after `resourceVersion`. Ends when the server ends it; a caller resumes from the last version seen.
   * @throws StoreError `Gone` when that version is no longer known: list again
   */
  watch(kind: Kind, resourceVersion: string, signal: AbortSignal): AsyncIterable<WatchEvent>;
}

/**
 * The Kubernetes API as the operator uses it. Behind it stands an API server, a directory of manifests, or a
 * store in memory; all behave alike: resourceVersions, conflicts, finalizers, a status subresource, a watch.
 */
export interface Store extends ObjectSource {
  /**
   * The namespaces that are meant, when these are not all. Each is a source of its own, because one that cannot be read
   * must hide no other; `list` and `watch` of the store itself are of all.
   */
  readonly namespaces?: ReadonlyMap<string, ObjectSource> | undefined;
  /** A live read. Undefined: there is no such object. */
  get(kind: Kind, key: ObjectKey, signal: AbortSignal): Promise<KubeObject | undefined>;
  /**
   * Sets or removes (null) finalizers and annotations of `object`.
   * @throws StoreError `Conflict` when the object is no longer at `object.metadata.resourceVersion`
   */
  patchMetadata(kind: Kind, object: KubeObject, patch: MetadataPatch, signal: AbortSignal): Promise<KubeObject>;
  /**
   * Server-side apply of the whole status, forced: nothing else is left in it, whoever wrote that.
   * @throws StoreError `NotFound` when the object is gone or has another uid
   */
  applyStatus(kind: Kind, object: KubeObject, status: unknown, signal: AbortSignal): Promise<KubeObject>;
  /** Creates or updates an `events.k8s.io/v1` Event. */
  recordEvent(event: RecordedEvent, signal: AbortSignal): Promise<void>;
}

/** What a store is followed by, each on its own: its namespaces, or under `undefined` all of them as one. */
export function sourcesOf(store: Store): ReadonlyMap<string | undefined, ObjectSource> {
  return store.namespaces ?? new Map([[undefined, store]]);
}

export interface ObjectList {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

export type WatchEvent =
  | { readonly kind: "added" | "modified" | "deleted"; readonly object: KubeObject }
  | { readonly kind: "bookmark"; readonly resourceVersion: string };

export interface MetadataPatch {
  readonly addFinalizer?: string;
  readonly removeFinalizer?: string;
  readonly annotations?: Readonly<Record<string, string | null>>;
}

/** An event about an object: `reason` in CamelCase, `note` a sentence. */
export interface ObjectEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly note: string;
  /** What was being done, CamelCase (events.k8s.io/v1 `action`). */
  readonly action: string;
}

export interface RecordedEvent extends ObjectEvent {
  readonly regarding: {
    readonly kind: Kind;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
  /** Stable name of the Event object, so that a repeated event is an update of its series. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
}

export type StoreErrorReason =
  | "NotFound"
  /** The server knows no such kind at all. */
  | "CrdMissing"
  | "Conflict"
  | "Gone"
  | "Forbidden"
  | "Unauthorized"
  | "Invalid"
  | "TooManyRequests"
  | "Unavailable";

/** Credentials that are not accepted stop all calls alike, until they are renewed. */
const passing: ReadonlySet<StoreErrorReason> = new Set(["Unavailable", "TooManyRequests", "Unauthorized"]);

export class StoreError extends Error {
  readonly reason: StoreErrorReason;
  /** The server's advice, if any; of an API server a minute at most. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: StoreErrorReason, message: string, retryAfterMs?: number) {
    super(message);
    this.name = "StoreError";
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether it may be over with the next try. */
  get mayPass(): boolean {
    return passing.has(this.reason);
  }
}
