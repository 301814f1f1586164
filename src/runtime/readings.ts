import type { Kind } from "../api/object.ts";
import { StoreError } from "../kube/store.ts";
import type { Log } from "./log.ts";

/** What is listed on its own: a namespace, or under `undefined` all of them as one. */
export type Part = string | undefined;

/**
 * How far the parts of a cache have been read. A namespace that is refused is not waited for, or who takes one away
 * would stop the work in all others; but as long as every one is refused, nothing is known and nothing may be done.
 */
export class Readings {
  /** Resolves when each part has been listed or refused, and at least one listed. */
  readonly synced: Promise<void>;
  readonly #kind: Kind;
  readonly #log: Log;
  readonly #awaited: Set<Part>;
  readonly #listed = new Set<Part>();
  readonly #refused = new Set<Part>();
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;

  constructor(kind: Kind, parts: readonly Part[], log: Log) {
    this.#kind = kind;
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

  /** Namespaces that may not be read at present. */
  get refused(): readonly string[] {
    return [...this.#refused].filter((part) => part !== undefined);
  }

  listed(part: Part): void {
    this.#listed.add(part);
    this.#settled(part);
    if (!this.#refused.delete(part)) return;
    this.#log.info("a watched namespace can be read again", { kind: this.#kind.kind, namespace: part });
  }

  /** Tells a failure each time, but once only that a namespace is refused: that may stay so for good. */
  failed(part: Part, error: unknown): void {
    const fields = { kind: this.#kind.kind, namespace: part, error };
    if (part === undefined || !isRefusal(error)) {
      this.#log.warn("a list failed", fields);
      return;
    }
    this.#settled(part);
    if (this.#refused.has(part)) return;
    this.#refused.add(part);
    this.#log.error(
      "a watched namespace cannot be read, what was seen of it stays: give its RoleBinding back, or watch it no more",
      fields,
    );
  }

  #settled(part: Part): void {
    this.#awaited.delete(part);
    if (this.#awaited.size > 0 || this.#listed.size === 0) return;
    this.#hasSynced = true;
    this.#synced.resolve();
  }
}

/** The server answers, and the answer is about this namespace. */
function isRefusal(error: unknown): boolean {
  return error instanceof StoreError && (error.reason === "Forbidden" || error.reason === "NotFound");
}
