import { keyText, type ObjectKey } from "../api/object.ts";
import { backoffMs } from "./backoff.ts";
import type { Clock, Timer } from "./clock.ts";
import { Fifo } from "./fifo.ts";
import { NamespaceTurns } from "./namespace-turns.ts";
import type { Random } from "./random.ts";

/** `high`: deletions and new changes; `normal`: requeues and retries; `low`: objects of a list. */
export type Priority = "high" | "normal" | "low";
const priorities: readonly Priority[] = ["high", "normal", "low"];

/** Which class goes first, of the keys of a namespace that are taken in a row: no class can starve another. */
const goesFirst: readonly Priority[] = ["high", "high", "high", "high", "high", "high", "normal", "low"];

/** Everything but what a list has shown. */
const urgent: readonly Priority[] = ["high", "normal"];

/** What the queue reports to the metrics. */
export interface WorkqueueObserver {
  /** Number of waiting keys. */
  depth(keys: number): void;
  added(priority: Priority, key: ObjectKey): void;
  retried(): void;
  /** A key was taken after it had waited for `waitedMs`. */
  taken(waitedMs: number, key: ObjectKey): void;
  /** The work on a key ended after `workedMs`. */
  finished(workedMs: number, key: ObjectKey): void;
}

export interface WorkqueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: WorkqueueObserver | undefined;
}

/** Of retries. */
const backoff = { firstMs: 200, maxMs: 300_000 };

interface DelayBounds {
  readonly atLeastMs?: number;
  readonly atMostMs?: number;
}

interface QueuedKey {
  readonly key: ObjectKey;
  readonly text: string;
  /** Its class while it waits; undefined: it does not wait. */
  waiting: Priority | undefined;
  waitingSince: number;
  /** Set while it is worked on. */
  workingSince: number | undefined;
  /** Its class when it was last taken. */
  workedAs: Priority | undefined;
  /** Added while it was worked on: its next class. */
  dirty: Priority | undefined;
  delayed: { readonly at: number; readonly timer: Timer; readonly priority: Priority } | undefined;
  failures: number;
}

/**
 * Keys that need work. A key waits at most once and is never worked on twice at a time; one that is added while
 * it is worked on is queued again afterwards. Namespaces take turns, and classes go first within a namespace: a flood of changes in
 * one delays a key of another, of whatever class, by one pass; by none where a worker is kept for namespaces of which no key is
 * worked on. That worker takes changes first, so that after a restart, when a list has shown keys of every namespace, a change waits for
 * one pass and not for one of each namespace. All operations are O(1) amortised, if a few keys are worked on at a time; a key for that
 * worker costs one step for each namespace in which keys wait.
 */
export class Workqueue {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #observer: WorkqueueObserver | undefined;
  readonly #entries = new Map<string, QueuedKey>();
  readonly #lines = new NamespaceTurns(() => new Line());
  readonly #idle = new Fifo<(key: ObjectKey | undefined) => void>();
  /** Those who wait for a key of a namespace of which none is worked on. */
  readonly #kept = new Fifo<(key: ObjectKey | undefined) => void>();
  #depth = 0;
  /** By namespace: its keys that are worked on. */
  readonly #workingIn = new Map<string, number>();
  #closed = false;
  readonly #drained = Promise.withResolvers<void>();

  constructor(options: WorkqueueOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#observer = options.observer;
  }

  /** Waiting keys, without delayed ones. */
  get depth(): number {
    return this.#depth;
  }

  /** Number of `addRateLimited` calls since the last `forget`. */
  failures(key: ObjectKey): number {
    return this.#entries.get(keyText(key))?.failures ?? 0;
  }

  /** Queues `key` now. A key that already waits keeps the higher of both priorities. */
  add(key: ObjectKey, options: { readonly priority?: Priority } = {}): void {
    if (this.#closed) return;
    const priority = options.priority ?? "normal";
    const entry = this.#entry(key);
    this.#observer?.added(priority, entry.key);
    if (entry.workingSince !== undefined) {
      entry.dirty = higher(entry.dirty, priority);
      return;
    }
    this.#wait(entry, priority);
    this.#handOut();
  }

  /** Queues `key`, which is being worked on, again in its last class. */
  goOn(key: ObjectKey): void {
    const { workedAs = "normal" } = this.#entry(key);
    this.add(key, { priority: workedAs });
  }

  /** Queues `key` in `delayMs`. Of several delays the shortest counts; work that starts earlier cancels them. */
  addAfter(key: ObjectKey, delayMs: number, options: { readonly priority?: Priority } = {}): void {
    if (this.#closed) return;
    if (delayMs <= 0) {
      this.add(key, options);
      return;
    }
    const entry = this.#entry(key);
    const at = this.#clock.monotonic() + delayMs;
    if (entry.delayed !== undefined) {
      if (entry.delayed.at <= at) return;
      entry.delayed.timer.cancel();
    }
    const priority = options.priority ?? "normal";
    const timer = this.#clock.schedule(delayMs, () => {
      entry.delayed = undefined;
      this.add(key, { priority });
    });
    entry.delayed = { at, timer, priority };
  }

  /** Queues `key` after a delay that grows with each call until `forget`, within the given bounds (ms). */
  addRateLimited(key: ObjectKey, { atLeastMs = 0, atMostMs = Number.POSITIVE_INFINITY }: DelayBounds = {}): void {
    if (this.#closed) return;
    const entry = this.#entry(key);
    const delayMs = Math.max(Math.min(backoffMs(entry.failures, backoff, this.#random), atMostMs), atLeastMs);
    entry.failures++;
    this.#observer?.retried();
    this.addAfter(key, delayMs);
  }

  /** Resets the delay of `key`, which is being worked on. */
  forget(key: ObjectKey): void {
    const entry = this.#entries.get(keyText(key));
    if (entry !== undefined) entry.failures = 0;
  }

  /**
   * The next key, as soon as there is one; call `done` afterwards. Undefined: the queue is shut down.
   * @param of `idleNamespace`: only a key of a namespace of which no key is worked on then
   */
  get(of: "anyNamespace" | "idleNamespace" = "anyNamespace"): Promise<ObjectKey | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<ObjectKey | undefined>();
    (of === "anyNamespace" ? this.#idle : this.#kept).push(resolve);
    this.#handOut();
    return promise;
  }

  /** The work on a key from `get` has ended. */
  done(key: ObjectKey): void {
    const entry = this.#entries.get(keyText(key));
    if (entry?.workingSince === undefined) throw new Error(`${keyText(key)} is not being worked on`);
    this.#observer?.finished(this.#clock.monotonic() - entry.workingSince, entry.key);
    entry.workingSince = undefined;
    this.#count(key.namespace, -1);
    const dirty = entry.dirty;
    entry.dirty = undefined;
    if (this.#closed) {
      if (this.#workingIn.size === 0) this.#drained.resolve();
      return;
    }
    if (dirty !== undefined) this.#wait(entry, dirty);
    this.#drop(entry);
    this.#handOut();
  }

  /**
   * Returns no more keys; resolves when the running work has ended. Waiting keys are dropped, because the next
   * leader lists everything anyway.
   */
  shutDown(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      for (const entry of this.#entries.values()) entry.delayed?.timer.cancel();
      for (const workers of [this.#idle, this.#kept]) {
        for (let worker = workers.shift(); worker !== undefined; worker = workers.shift()) worker(undefined);
      }
      if (this.#workingIn.size === 0) this.#drained.resolve();
    }
    return this.#drained.promise;
  }

  #entry(key: ObjectKey): QueuedKey {
    const text = keyText(key);
    let entry = this.#entries.get(text);
    if (entry === undefined) {
      entry = {
        key: { namespace: key.namespace, name: key.name },
        text,
        waiting: undefined,
        waitingSince: 0,
        workingSince: undefined,
        workedAs: undefined,
        dirty: undefined,
        delayed: undefined,
        failures: 0,
      };
      this.#entries.set(text, entry);
    }
    return entry;
  }

  #drop(entry: QueuedKey): void {
    const idle = entry.waiting === undefined && entry.workingSince === undefined && entry.delayed === undefined;
    if (idle && entry.failures === 0) this.#entries.delete(entry.text);
  }

  #wait(entry: QueuedKey, priority: Priority): void {
    if (entry.waiting === undefined) {
      entry.waitingSince = this.#clock.monotonic();
      this.#setDepth(this.#depth + 1);
    } else if (higher(entry.waiting, priority) === entry.waiting) {
      return;
    }
    entry.waiting = priority;
    this.#lines.of(entry.key.namespace).push(entry, priority);
  }

  #handOut(): void {
    while (this.#depth > 0 && this.#idle.length > 0) {
      const entry = this.#lines.next((line) => line.take());
      if (entry === undefined) throw new Error("the queue counts waiting keys that are in no line");
      this.#idle.shift()?.(this.#begin(entry));
    }
    while (this.#depth > 0 && this.#kept.length > 0) {
      const entry = this.#ofIdle((line) => line.takeOf(urgent)) ?? this.#ofIdle((line) => line.take());
      if (entry === undefined) return;
      this.#kept.shift()?.(this.#begin(entry));
    }
  }

  /** What a namespace gives of which no key is worked on. */
  #ofIdle(take: (line: Line) => QueuedKey | undefined): QueuedKey | undefined {
    return this.#lines.next((line, namespace) => (this.#workingIn.has(namespace) ? undefined : take(line)));
  }

  #begin(entry: QueuedKey): ObjectKey {
    const now = this.#clock.monotonic();
    this.#observer?.taken(now - entry.waitingSince, entry.key);
    entry.workedAs = entry.waiting;
    entry.waiting = undefined;
    entry.workingSince = now;
    // The work that starts now decides again about the next requeue.
    entry.delayed?.timer.cancel();
    entry.delayed = undefined;
    this.#count(entry.key.namespace, 1);
    this.#setDepth(this.#depth - 1);
    return entry.key;
  }

  #count(namespace: string, change: 1 | -1): void {
    const count = (this.#workingIn.get(namespace) ?? 0) + change;
    if (count === 0) this.#workingIn.delete(namespace);
    else this.#workingIn.set(namespace, count);
  }

  #setDepth(depth: number): void {
    this.#depth = depth;
    this.#observer?.depth(depth);
  }
}

function higher(a: Priority | undefined, b: Priority): Priority {
  return a !== undefined && priorities.indexOf(a) <= priorities.indexOf(b) ? a : b;
}

/** The waiting keys of one namespace. */
class Line {
  readonly #classes: Readonly<Record<Priority, Fifo<QueuedKey>>> = {
    high: new Fifo(),
    normal: new Fifo(),
    low: new Fifo(),
  };
  #turn = 0;

  get length(): number {
    return priorities.reduce((length, priority) => length + this.#classes[priority].length, 0);
  }

  push(entry: QueuedKey, priority: Priority): void {
    this.#classes[priority].push(entry);
  }

  take(): QueuedKey | undefined {
    const first = goesFirst[this.#turn++ % goesFirst.length] ?? "high";
    return this.takeOf([first, ...priorities]);
  }

  /** @param classes the first one of which a key waits gives it */
  takeOf(classes: readonly Priority[]): QueuedKey | undefined {
    for (const priority of classes) {
      const entry = next(this.#classes[priority], priority);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }
}

/** The next one of a class. Entries that moved to another are skipped. */
function next(entries: Fifo<QueuedKey>, priority: Priority): QueuedKey | undefined {
  let entry = entries.shift();
  while (entry !== undefined && entry.waiting !== priority) entry = entries.shift();
  return entry;
}
