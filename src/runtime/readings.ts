import type { Kind } from "../api/object.ts";
import type { Log } from "./log.ts";
import { StoreError } from "./store.ts";

/** A part that is listed separately: a namespace, or `undefined` for all namespaces as one. */
export type Part = string | undefined;

/**
 * Which parts of a cache have been read. The operator does not wait for a denied namespace, because a lost permission
 * in one must not stop the work in the others. While all of them are denied, nothing is known, and it waits. An
 * `optional` kind may be denied everywhere; code that needs it calls `refusalIn`.
 */
export class Readings {
  /** Resolves when each part has been listed or denied, and at least one listed. */
  readonly synced: Promise<void>;
  readonly #kind: Kind;
  readonly #log: Log;
  readonly #awaited: Set<Part>;
  readonly #listed = new Set<Part>();
  readonly #refused = new Map<Part, StoreError>();
  readonly #optional: boolean;
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;

  constructor(kind: Kind, parts: readonly Part[], log: Log, optional: boolean) {
    this.#kind = kind;
    this.#optional = optional;
    this.#log = log;
    this.#awaited = new Set(parts);
    this.synced = this.#synced.promise;
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Whether the objects of a namespace have ever been listed. */
  hasListed(namespace: string): boolean {
    return this.#listed.has(namespace) || this.#listed.has(undefined);
  }

  /** Namespaces without read access at present. */
  get refused(): readonly string[] {
    return [...this.#refused.keys()].filter((part) => part !== undefined);
  }

  /** Why a namespace cannot be read at present; undefined: it can. */
  refusalIn(namespace: string): StoreError | undefined {
    return this.#refused.get(namespace) ?? this.#refused.get(undefined);
  }

  listed(part: Part): void {
    this.#listed.add(part);
    this.#settled(part);
    if (!this.#refused.delete(part)) return;
    this.#log.info("read access is granted again", { kind: this.#kind.kind, namespace: part });
  }

  /**
   * Logs each failure, but a denied namespace only once, because that may be permanent.
   * @returns whether this is expected: the kind is optional, and the server denies reading it
   */
  failed(part: Part, error: unknown): boolean {
    const fields = { kind: this.#kind.kind, namespace: part, error };
    if (!isRefusal(error) || (part === undefined && !this.#optional)) {
      this.#log.warn("a list failed", fields);
      return false;
    }
    this.#settled(part);
    const isNew = !this.#refused.has(part);
    this.#refused.set(part, error);
    if (isNew) this.#log.error(refusedText(this.#kind, this.#optional), fields);
    return this.#optional;
  }

  #settled(part: Part): void {
    this.#awaited.delete(part);
    if (this.#awaited.size > 0 || (this.#listed.size === 0 && !this.#optional)) return;
    this.#hasSynced = true;
    this.#synced.resolve();
  }
}

/** The server answered, and the answer is about this namespace. */
function isRefusal(error: unknown): error is StoreError {
  return error instanceof StoreError && (error.reason === "Forbidden" || error.reason === "NotFound");
}

function refusedText({ plural }: Kind, isOptional: boolean): string {
  return isOptional
    ? `${plural} cannot be read, and objects that depend on them wait: allow the operator to get, list and watch them`
    : "a watched namespace cannot be read, and its known objects stay: restore its RoleBinding, or do not watch it any more";
}
