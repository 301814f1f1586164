import type { Clock } from "../runtime/clock.ts";
import { invalid } from "./refusals.ts";

interface Version<T> {
  readonly at: number;
  /** Undefined: the record was deleted then. */
  readonly value: T | undefined;
}

/** Maximum age of an answer. */
const retentionMs = 30 * 60_000;

/**
 * Records with a history, so that a read can answer as of some time ago, as AWS's eventually consistent reads do.
 * Values are immutable: each change adds a new one.
 */
export class RecordTable<T> {
  readonly #clock: Clock;
  readonly #rows = new Map<string, Version<T>[]>();
  #changes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Increases with each change; results computed from the records are valid while it is equal. */
  get changes(): number {
    return this.#changes;
  }

  put(id: string, value: T): void {
    this.#append(id, value);
  }

  /** Adds a record with an unlimited history. */
  load(id: string, value: T): void {
    this.#changes++;
    this.#rows.set(id, [{ at: Number.NEGATIVE_INFINITY, value }]);
  }

  remove(id: string): void {
    if (this.get(id) !== undefined) this.#append(id, undefined);
  }

  /** Removes everything, also from the history. */
  clear(): void {
    this.#changes++;
    this.#rows.clear();
  }

  /** All records as they are now, with their ids. */
  entries(): (readonly [string, T])[] {
    return [...this.#rows].flatMap(([id, versions]) => {
      const value = versions.at(-1)?.value;
      return value === undefined ? [] : [[id, value] as const];
    });
  }

  /** The record as it is now. */
  get(id: string): T | undefined {
    return this.#rows.get(id)?.at(-1)?.value;
  }

  /** All records as they are now, in the order of their creation. */
  all(): T[] {
    const seen: T[] = [];
    for (const versions of this.#rows.values()) {
      const value = versions.at(-1)?.value;
      if (value !== undefined) seen.push(value);
    }
    return seen;
  }

  /** All records as they were at the monotonic time `at`, in the order of their creation. */
  asOf(at: number): T[] {
    const seen: T[] = [];
    for (const versions of this.#rows.values()) {
      const value = versions.findLast((version) => version.at <= at)?.value;
      if (value !== undefined) seen.push(value);
    }
    return seen;
  }

  /** One record as it was at the monotonic time `at`. */
  getAsOf(id: string, at: number): T | undefined {
    return this.#rows.get(id)?.findLast((version) => version.at <= at)?.value;
  }

  #append(id: string, value: T | undefined): void {
    this.#changes++;
    const now = this.#clock.monotonic();
    const versions = this.#rows.get(id) ?? [];
    if (versions.at(-1)?.at === now) versions.pop();
    versions.push({ at: now, value });
    const oldest = versions.findLastIndex((version) => version.at <= now - retentionMs);
    if (oldest > 0) versions.splice(0, oldest);
    this.#rows.set(id, versions);
    if (value === undefined) this.#forgetLongGone(now);
  }

  #forgetLongGone(now: number): void {
    for (const [id, versions] of this.#rows) {
      const last = versions.at(-1);
      if (last?.value === undefined && (last?.at ?? 0) <= now - retentionMs) this.#rows.delete(id);
    }
  }
}

/** One page of `records` from the opaque `nextToken` on. */
export function pageOf<T>(
  records: readonly T[],
  input: { readonly maxResults?: number | undefined; readonly nextToken?: string | undefined },
  largest: number,
): { readonly page: T[]; readonly nextToken?: string } {
  const start = input.nextToken === undefined ? 0 : offsetIn(input.nextToken);
  const size = Math.min(input.maxResults ?? largest, largest);
  const end = start + size;
  const page = records.slice(start, end);
  return end < records.length ? { page, nextToken: tokenFor(end) } : { page };
}

function tokenFor(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString("base64url");
}

function offsetIn(token: string): number {
  const match = /^offset:(\d+)$/.exec(Buffer.from(token, "base64url").toString());
  if (match === null) throw invalid("nextToken is not valid."); // our words
  return Number(match[1]);
}
