import type { Kind, KubeObject, ObjectKey } from "../api/object.ts";

/** Objects that are listed and watched together: those of one namespace, or all. */
export interface ObjectSource {
  /**
   * A consistent list of the objects of a kind, and the version for a following watch.
   * @param keep what the caller keeps of each object: where there may be many, it is applied as they arrive
   */
  list(kind: Kind, signal: AbortSignal, keep?: Digest): Promise<ObjectList>;
  /**
   * Changes after `resourceVersion`. Ends when the server ends it; a caller resumes from the last version seen.
   * @throws StoreError `Gone` if that version is no longer known: list again
   */
  watch(kind: Kind, resourceVersion: string, signal: AbortSignal): AsyncIterable<WatchEvent>;
}

/** What is kept of an object: itself, or a part (`isDigest`). Pure, and changes nothing of what it has returned. */
export type Digest = (object: KubeObject) => KubeObject;

/**
 * The Kubernetes API as the operator uses it. Implementations are an API server, a directory of manifests and a store in
 * memory; all behave alike: resourceVersions, conflicts, finalizers, a status subresource, a watch.
 */
export interface Store extends ObjectSource {
  /**
   * The selected namespaces; undefined: all. Each is a separate source, because one that cannot be read must not hide the
   * others. `list` and `watch` of the store itself cover all namespaces.
   */
  readonly namespaces?: ReadonlyMap<string, ObjectSource> | undefined;
  /** A live read. Undefined: the object does not exist. */
  get(kind: Kind, key: ObjectKey, signal: AbortSignal): Promise<KubeObject | undefined>;
  /**
   * Sets or removes (null) finalizers and annotations of `object`.
   * @throws StoreError `Conflict` if the object is no longer at `object.metadata.resourceVersion`
   */
  patchMetadata(kind: Kind, object: KubeObject, patch: MetadataPatch, signal: AbortSignal): Promise<KubeObject>;
  /**
   * Forced server-side apply of the whole status: fields of other writers are removed.
   * @throws StoreError `NotFound` if the object is deleted or has another uid
   */
  applyStatus(kind: Kind, object: KubeObject, status: unknown, signal: AbortSignal): Promise<KubeObject>;
  /**
   * Deletes `object`, or marks it for deletion while it has finalizers.
   * @throws StoreError `Conflict` if the object is no longer at `object.metadata.resourceVersion`, `NotFound` if it is deleted
   */
  deleteObject(kind: Kind, object: KubeObject, signal: AbortSignal): Promise<void>;
  /** Creates or updates an `events.k8s.io/v1` Event. */
  recordEvent(event: RecordedEvent, signal: AbortSignal): Promise<void>;
}

/** The sources of a store: its namespaces, or under `undefined` all of them as one. */
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
  /** The action, in CamelCase (events.k8s.io/v1 `action`). */
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
  /** The server does not serve the kind. */
  | "CrdMissing"
  | "Conflict"
  | "Gone"
  | "Forbidden"
  | "Unauthorized"
  | "Invalid"
  | "TooManyRequests"
  | "Unavailable";

/** Rejected credentials stop all calls alike, until they are renewed. */
const passing: ReadonlySet<StoreErrorReason> = new Set(["Unavailable", "TooManyRequests", "Unauthorized"]);

export class StoreError extends Error {
  readonly reason: StoreErrorReason;
  /** The server's Retry-After, if any; a minute at most for an API server. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: StoreErrorReason, message: string, retryAfterMs?: number) {
    super(message);
    this.name = "StoreError";
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether a retry may succeed. */
  get mayPass(): boolean {
    return passing.has(this.reason);
  }
}
