import { createHash } from "node:crypto";
import type { Kind, KubeObject } from "../api/object.ts";
import { withDeadline } from "./abort.ts";
import { type Clock, sleep } from "./clock.ts";
import type { Log } from "./log.ts";
import { NamespaceTurns } from "./namespace-turns.ts";
import { type ObjectEvent, type RecordedEvent, type Store, StoreError } from "./store.ts";
import { visible } from "./visible.ts";

/** Takes events about objects; never fails and never waits. */
export interface EventSink {
  record(kind: Kind, object: KubeObject, event: ObjectEvent): void;
}

export interface EventRecorderOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** A repeated event within this time is counted in its series. */
const seriesMs = 6 * 60_000;
/** More than `similarLimit` different notes of one reason within this time become one combined series. */
const similarMs = 10 * 60_000;
const similarLimit = 10;
const burst = 25;
const refillMs = 5 * 60_000;
/** Maximum of remembered series and objects; the oldest are forgotten first. */
const memory = 4096;
/** Maximum of waiting events; more are dropped. */
const backlog = 1000;
const attempts = 3;
const retryMs = 2000;
const sendMs = 10_000;
interface Similar {
  readonly since: number;
  readonly notes: Set<string>;
}

interface Bucket {
  tokens: number;
  refilledAt: number;
}

/** Events of one namespace, in the order in which they came. */
class Waiting {
  readonly #events = new Map<string, RecordedEvent>();

  get length(): number {
    return this.#events.size;
  }

  set(event: RecordedEvent): void {
    this.#events.set(event.name, event);
  }

  shift(): RecordedEvent | undefined {
    const oldest = this.#events.values().next().value;
    if (oldest !== undefined) this.#events.delete(oldest.name);
    return oldest;
  }
}

/**
 * Publishes events as client-go does: repeats become a series with a count, many similar ones are combined, and each
 * object has a limit. Namespaces take turns. A failing API server only costs events.
 */
export class EventRecorder implements EventSink {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #series = new Map<string, RecordedEvent>();
  readonly #similar = new Map<string, Similar>();
  readonly #buckets = new Map<string, Bucket>();
  /** Of each namespace by the name of the Event; a series that grows while it waits is sent once. */
  readonly #waiting = new NamespaceTurns<Waiting>(() => new Waiting());
  #wake: (() => void) | undefined;

  constructor(options: EventRecorderOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  record(kind: Kind, object: KubeObject, event: ObjectEvent): void {
    const { uid, namespace, name } = object.metadata;
    const now = this.#clock.now();
    const own = visible(event.note);
    const note = this.#combined(uid, event, now) ? `(combined from similar events) ${own}` : own;
    const about = [uid, event.type, event.reason, event.action];
    const key = JSON.stringify(note === own ? [...about, note] : about);
    const known = this.#series.get(key);
    const continued = known !== undefined && now - known.lastAt < seriesMs;
    const recorded: RecordedEvent = {
      ...event,
      note,
      regarding: { kind, namespace, name, uid },
      name: continued ? known.name : eventName(name, key, now),
      firstAt: continued ? known.firstAt : now,
      lastAt: now,
      count: continued ? known.count + 1 : 1,
    };
    remember(this.#series, key, recorded);
    // A repeat that is not sent is counted, and the next sent event includes it.
    if (!this.#allowed(uid)) return;
    this.#waiting.of(namespace).set(recorded);
    if (this.#waiting.length > backlog) this.#dropOne();
    this.#wake?.();
  }

  /** Sends recorded events, one at a time, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => this.#wake?.();
    signal.addEventListener("abort", stop, { once: true });
    while (!signal.aborted) {
      const event = this.#waiting.next((events) => events.shift());
      if (event === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
        continue;
      }
      await this.#send(event, signal);
    }
    signal.removeEventListener("abort", stop);
  }

  /** The oldest of the namespace that has most: who floods loses its own. */
  #dropOne(): void {
    const [, most] = [...this.#waiting.lines].reduce((left, right) =>
      right[1].length > left[1].length ? right : left,
    );
    const dropped = most.shift();
    if (dropped === undefined) return;
    const { regarding, reason } = dropped;
    const { namespace, name } = regarding;
    this.#log.warn("too many events are waiting, one is dropped", { namespace, name, reason });
  }

  async #send(event: RecordedEvent, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await withDeadline(this.#clock, sendMs, signal, "the API server", (inner) =>
          this.#store.recordEvent(event, inner),
        );
        return;
      } catch (error) {
        if (signal.aborted) return;
        const { namespace, name } = event.regarding;
        const last = attempt === attempts || isRefusal(error);
        this.#log.warn("an event could not be published", { namespace, name, reason: event.reason, error, last });
        if (last) return;
        await sleep(this.#clock, retryMs * attempt, signal).catch(() => undefined);
      }
    }
  }

  /** Whether too many events differ only in their notes. */
  #combined(uid: string, event: ObjectEvent, now: number): boolean {
    const key = JSON.stringify([uid, event.type, event.reason, event.action]);
    let similar = this.#similar.get(key);
    if (similar === undefined || now - similar.since >= similarMs) similar = { since: now, notes: new Set() };
    remember(this.#similar, key, similar);
    if (similar.notes.has(event.note)) return false;
    if (similar.notes.size >= similarLimit) return true;
    similar.notes.add(event.note);
    return false;
  }

  #allowed(uid: string): boolean {
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(uid) ?? { tokens: burst, refilledAt: now };
    const refills = Math.floor((now - bucket.refilledAt) / refillMs);
    bucket.tokens = Math.min(burst, bucket.tokens + refills);
    bucket.refilledAt += refills * refillMs;
    remember(this.#buckets, uid, bucket);
    if (bucket.tokens === 0) return false;
    bucket.tokens--;
    return true;
  }
}

/**
 * Whether the server will never accept this event, so that a retry would only delay the others. After a conflict, the
 * next event of the series has the whole count.
 */
function isRefusal(error: unknown): boolean {
  return error instanceof StoreError && !error.mayPass;
}

/** Sets an entry and moves it to the end; the oldest entry is removed. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= memory) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}

/** `<object's name>.<16 hex>`: the same for the same event first seen at the same time. */
function eventName(objectName: string, key: string, firstAt: number): string {
  const hash = createHash("sha256").update(`${key}@${firstAt}`).digest("hex").slice(0, 16);
  return `${objectName.slice(0, 230).replace(/[.-]+$/, "")}.${hash}`;
}
