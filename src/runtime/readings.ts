import type { Kind } from "../api/object.ts";
import type { Log } from "./log.ts";
import { StoreError } from "./store.ts";

/** What is listed on its own: a namespace, or under `undefined` all of them as one. */
export type Part = string | undefined;

/**
 * How far the parts of a cache have been read. A namespace that is refused is not waited for, or who takes one away
 * would stop the work in all others; but as long as every one is refused, nothing is known and nothing may be done.
 * A kind that is `optional` may be refused as a whole: who needs it asks for the refusal.
 */
export class Readings {
  /** Resolves when each part has been listed or refused, and at least one listed. */
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

  /** Namespaces that may not be read at present. */
  get refused(): readonly string[] {
    return [...this.#refused.keys()].filter((part) => part !== undefined);
  }

  /** Why a namespace may not be read at present; undefined: it may. */
  refusalIn(namespace: string): StoreError | undefined {
    return this.#refused.get(namespace) ?? this.#refused.get(undefined);
  }

  listed(part: Part): void {
    this.#listed.add(part);
    this.#settled(part);
    if (!this.#refused.delete(part)) return;
    this.#log.info("what was refused can be read again", { kind: this.#kind.kind, namespace: part });
  }

  /**
   * Tells a failure each time, but once only that a namespace is refused: that may stay so for good.
   * @returns whether nothing is wrong with that: the kind is optional, and the server answers that it may not be read
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

/** The server answers, and the answer is about this namespace. */
function isRefusal(error: unknown): error is StoreError {
  return error instanceof StoreError && (error.reason === "Forbidden" || error.reason === "NotFound");
}

function refusedText({ plural }: Kind, isOptional: boolean): string {
  return isOptional
    ? `${plural} may not be read, and what depends on them waits: let the operator get, list and watch them`
    : "a watched namespace cannot be read, what was seen of it stays: give its RoleBinding back, or watch it no more";
}
