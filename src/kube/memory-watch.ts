import type { Clock } from "../runtime/clock.ts";
import { StoreError, type WatchEvent } from "../runtime/store.ts";
import type { StoreFaults } from "./store-faults.ts";

/** One open watch of the store in memory: events in order, then its end. */
export class MemoryWatch implements AsyncIterableIterator<WatchEvent> {
  readonly #events: WatchEvent[] = [];
  #next: PromiseWithResolvers<IteratorResult<WatchEvent>> | undefined;
  #end: { readonly error: unknown } | undefined;
  readonly #onEnd: () => void;

  /** @param onEnd called once, when either side ends it */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  push(event: WatchEvent): void {
    if (this.#end !== undefined) return;
    this.#events.push(event);
    this.#serve();
  }

  /** Ends it after the pushed events: normally, or with an error. */
  end(error?: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#onEnd();
    this.#serve();
  }

  /** Ends it at once, as a broken connection does. */
  cut(error: unknown): void {
    this.#events.length = 0;
    this.end(error);
  }

  next(): Promise<IteratorResult<WatchEvent>> {
    this.#next = Promise.withResolvers();
    const { promise } = this.#next;
    this.#serve();
    return promise;
  }

  return(): Promise<IteratorResult<WatchEvent>> {
    this.cut(undefined);
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #serve(): void {
    const next = this.#next;
    if (next === undefined) return;
    const event = this.#events.shift();
    if (event === undefined && this.#end === undefined) return;
    this.#next = undefined;
    if (event !== undefined) next.resolve({ done: false, value: event });
    else if (this.#end?.error === undefined) next.resolve({ done: true, value: undefined });
    else next.reject(this.#end.error);
  }
}

export interface WatchLimits {
  /** Length of the history; older versions are Gone (1000). */
  readonly historyLimit?: number;
  /** Duration of a watch (45 s), as the client requests from a real server. */
  readonly watchMs?: number;
  /** Default: 30 s. */
  readonly bookmarkEveryMs?: number;
}

interface HistoryEntry {
  readonly revision: number;
  readonly kind: string;
  readonly event: WatchEvent;
}

interface OpenWatch {
  readonly kind: string;
  readonly watch: MemoryWatch;
  silent: boolean;
  /** When its last event is shown, monotonic. */
  shownUntil: number;
}

/** The newest changes of a store in memory, and the watches on them. */
export class WatchHistory {
  readonly #clock: Clock;
  readonly #faults: StoreFaults;
  readonly #limits: WatchLimits;
  readonly #watches = new Set<OpenWatch>();
  #entries: HistoryEntry[] = [];
  #revision = 1;
  /** Changes up to this one are dropped. */
  #forgotten = 1;

  constructor(clock: Clock, faults: StoreFaults, limits: WatchLimits) {
    this.#clock = clock;
    this.#faults = faults;
    this.#limits = limits;
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  append(revision: number, kind: string, event: WatchEvent): void {
    this.#revision = revision;
    this.#entries.push({ revision, kind, event });
    const { historyLimit = 1000 } = this.#limits;
    // Cut in large pieces, so that the cost per change is constant.
    if (this.#entries.length >= 2 * historyLimit) {
      const cut = this.#entries.splice(0, this.#entries.length - historyLimit);
      this.#forgotten = cut.at(-1)?.revision ?? this.#forgotten;
    }
    if (this.#faults.takeDrop()) return;
    for (const open of this.#watches) {
      if (open.kind === kind) this.#deliver(open, event);
    }
  }

  /** Drops everything up to `revision`, which is the newest. */
  forget(revision: number): void {
    this.#entries = [];
    this.#revision = revision;
    this.#forgotten = revision;
  }

  cut(error: StoreError | undefined): void {
    for (const { watch } of this.#watches) watch.cut(error);
  }

  silence(): void {
    for (const open of this.#watches) open.silent = true;
  }

  /** Sends a bookmark to every open watch now, also past dropped changes. */
  bookmark(): void {
    for (const open of this.#watches) {
      this.#deliver(open, { kind: "bookmark", resourceVersion: String(this.#revision) });
    }
  }

  /** @throws StoreError `Gone`, `Unavailable` for a version from the future, `Invalid` */
  open(kind: string, resourceVersion: string): MemoryWatch {
    const from = Number(resourceVersion);
    if (!Number.isSafeInteger(from)) throw new StoreError("Invalid", `invalid resource version ${resourceVersion}`);
    if (from < this.#forgotten) throw new StoreError("Gone", `too old resource version: ${resourceVersion}`);
    if (from > this.#revision) throw new StoreError("Unavailable", `too large resource version: ${resourceVersion}`);
    const { watchMs = 45_000, bookmarkEveryMs = 30_000 } = this.#limits;
    const bookmark = (): void => {
      this.#deliver(open, { kind: "bookmark", resourceVersion: String(this.#revision) });
      bookmarkTimer = this.#clock.schedule(bookmarkEveryMs, bookmark);
    };
    let bookmarkTimer = this.#clock.schedule(bookmarkEveryMs, bookmark);
    const endTimer = this.#clock.schedule(watchMs, () => {
      if (!open.silent) open.watch.end();
    });
    const open: OpenWatch = {
      kind,
      silent: false,
      shownUntil: 0,
      watch: new MemoryWatch(() => {
        bookmarkTimer.cancel();
        endTimer.cancel();
        this.#watches.delete(open);
      }),
    };
    for (const entry of this.#entries) {
      if (entry.kind === kind && entry.revision > from) this.#deliver(open, entry.event);
    }
    this.#watches.add(open);
    return open.watch;
  }

  #deliver(open: OpenWatch, event: WatchEvent): void {
    const push = (): void => {
      if (!open.silent) open.watch.push(event);
    };
    // A shorter delay than before must not change the order.
    open.shownUntil = Math.max(open.shownUntil, this.#clock.monotonic() + this.#faults.watchDelayMs);
    const delayMs = open.shownUntil - this.#clock.monotonic();
    if (delayMs > 0) this.#clock.schedule(delayMs, push);
    else push();
  }
}
