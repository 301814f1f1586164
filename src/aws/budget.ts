import type { Clock, Timer } from "../runtime/clock.ts";
import { NamespaceTurns } from "../runtime/namespace-turns.ts";

export type CallKind = "read" | "write";

export interface CallBudgetOptions {
  readonly clock: Clock;
  /** Calls per second at most; as many of one namespace may leave at once after a pause. */
  readonly ratePerSecond: number;
  /** Calls kept for whoever makes few, in addition; no more than a second's worth. */
  readonly keptForFew: number;
  /** A call that had to wait goes on. */
  readonly onWait: ((kind: CallKind, waitedMs: number) => void) | undefined;
}

/** Who waits for a call, and for whom it is made. */
export interface TakeOptions {
  readonly signal: AbortSignal | undefined;
  /** The namespace that the call is made for; undefined: the operator itself, for all of them. */
  readonly onBehalfOf: string | undefined;
}

interface Waiting {
  readonly kind: CallKind;
  readonly resolve: () => void;
  readonly since: number;
}

/** No namespace has this name: the operator itself. */
const operator = "";

/** "Lately" is the last second. */
const latelyMs = 1000;

const slowestPerSecond = 1;
/** From the slowest rate back to the full one. */
const recoveryMs = 60_000;
/** Answers to calls that left together report the same throttling; they slow down once. */
const shrinkAtMostEveryMs = 1000;
/** While reads wait: after so many writes one of them leaves, so that an object with many writes stops nobody's reads. */
const writesPerRead = 4;

/**
 * A token bucket in front of the AWS calls of one account and region. Namespaces take turns, and the operator itself is one
 * of them: one with many calls, also with many writes, delays another by one call. Some calls are kept for whoever made
 * few lately, so that a change leaves at once also where another namespace uses up the rate. Within each, writes go
 * before reads, but for every fifth call. Being throttled halves the rate, which then grows back in about a minute.
 */
export class CallBudget {
  readonly #clock: Clock;
  readonly #fullRate: number;
  readonly #onWait: ((kind: CallKind, waitedMs: number) => void) | undefined;
  readonly #turns = new NamespaceTurns(() => new Line());
  /** The calls that left lately, the oldest first, and how many of them by namespace. */
  readonly #left: { readonly namespace: string; readonly at: number }[] = [];
  readonly #leftOf = new Map<string, number>();
  /** So many calls are kept for whoever made fewer lately. */
  readonly #kept: number;
  #tokens: number;
  #rate: number;
  #refilledAt: number;
  #shrunkAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #waitedMs = 0;

  constructor(options: CallBudgetOptions) {
    this.#clock = options.clock;
    this.#fullRate = options.ratePerSecond;
    this.#onWait = options.onWait;
    this.#rate = this.#fullRate;
    this.#kept = Math.min(options.keptForFew, Math.floor(this.#fullRate));
    this.#tokens = this.#mostTokens;
    this.#refilledAt = this.#clock.monotonic();
  }

  /** Calls per second that are allowed now. */
  get ratePerSecond(): number {
    this.#refill();
    return this.#rate;
  }

  /** Calls that wait now. */
  get waiting(): number {
    return this.#turns.length;
  }

  /** Milliseconds that all calls together have waited. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** Resolves when one call may leave; rejects with the signal's reason when that aborts first. */
  take(kind: CallKind, { signal, onBehalfOf = operator }: TakeOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const line = this.#turns.of(onBehalfOf);
      const stop = (): void => {
        line.delete(waiting);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        kind,
        since: this.#clock.monotonic(),
        resolve: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      signal?.addEventListener("abort", stop, { once: true });
      line.add(waiting);
      this.#handOut();
    });
  }

  /** AWS answered that we ask too often. */
  throttled(): void {
    const now = this.#clock.monotonic();
    if (now - this.#shrunkAt < shrinkAtMostEveryMs) return;
    this.#refill();
    this.#shrunkAt = now;
    this.#rate = Math.min(this.#fullRate, Math.max(slowestPerSecond, this.#rate / 2));
    this.#tokens = Math.min(this.#tokens, 0);
  }

  #handOut(): void {
    this.#refill();
    this.#forgetOld();
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#tokens--;
      this.#goOn(next);
    }
    if (this.waiting === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    } else {
      const untilNextToken = Math.floor(this.#tokens) + 1 - this.#tokens;
      this.#timer ??= this.#clock.schedule(Math.ceil((untilNextToken / this.#rate) * 1000), () => {
        this.#timer = undefined;
        this.#handOut();
      });
    }
  }

  /** Undefined: nobody waits who may have what there is. */
  #next(): Waiting | undefined {
    return this.#turns.next((line, namespace) => {
      if (!this.#mayLeave(namespace)) return undefined;
      const waiting = line.take();
      if (waiting !== undefined) this.#count(namespace);
      return waiting;
    });
  }

  #mayLeave(namespace: string): boolean {
    // What throttling leaves of the rate is for whoever comes, and none of it is saved up.
    const kept = this.#rate < this.#fullRate ? 0 : this.#kept;
    return this.#tokens >= 1 && (this.#tokens >= 1 + kept || this.#makesFew(namespace));
  }

  #count(namespace: string): void {
    this.#left.push({ namespace, at: this.#clock.monotonic() });
    this.#leftOf.set(namespace, this.#callsLately(namespace) + 1);
  }

  #forgetOld(): void {
    const since = this.#clock.monotonic() - latelyMs;
    const young = this.#left.findIndex(({ at }) => at > since);
    for (const { namespace } of this.#left.splice(0, young === -1 ? this.#left.length : young)) {
      const calls = this.#callsLately(namespace) - 1;
      if (calls > 0) this.#leftOf.set(namespace, calls);
      else this.#leftOf.delete(namespace);
    }
  }

  /** Whether all who make calls could make as many, with one more, within the rate: so what is kept always fills up again. */
  #makesFew(namespace: string): boolean {
    const own = this.#callsLately(namespace);
    const all = this.#leftOf.size + (own === 0 ? 1 : 0);
    return (own + 1) * all < this.#rate;
  }

  #callsLately(namespace: string): number {
    return this.#leftOf.get(namespace) ?? 0;
  }

  get #mostTokens(): number {
    return Math.max(1, this.#fullRate) + this.#kept;
  }

  #goOn({ kind, since, resolve }: Waiting): void {
    const waitedMs = this.#clock.monotonic() - since;
    if (waitedMs > 0) {
      this.#waitedMs += waitedMs;
      this.#onWait?.(kind, waitedMs);
    }
    resolve();
  }

  #refill(): void {
    const now = this.#clock.monotonic();
    const elapsedMs = now - this.#refilledAt;
    if (elapsedMs <= 0) return;
    this.#refilledAt = now;
    const before = this.#rate;
    this.#rate = Math.min(this.#fullRate, before + (this.#fullRate * elapsedMs) / recoveryMs);
    this.#tokens += (((before + this.#rate) / 2) * elapsedMs) / 1000;
    this.#tokens = Math.min(this.#mostTokens, this.#tokens);
  }
}

/** The calls of one namespace that wait. */
class Line {
  readonly #waiting: Readonly<Record<CallKind, Set<Waiting>>> = { write: new Set(), read: new Set() };
  /** Writes that left since a read did, while one waited. */
  #writesBeforeRead = 0;

  get length(): number {
    return this.#waiting.write.size + this.#waiting.read.size;
  }

  add(waiting: Waiting): void {
    this.#waiting[waiting.kind].add(waiting);
  }

  delete(waiting: Waiting): void {
    this.#waiting[waiting.kind].delete(waiting);
  }

  take(): Waiting | undefined {
    const { write, read } = this.#waiting;
    const turnOfWrites = read.size === 0 || this.#writesBeforeRead < writesPerRead;
    const kind = write.size > 0 && turnOfWrites ? "write" : "read";
    this.#writesBeforeRead = kind === "write" && read.size > 0 ? this.#writesBeforeRead + 1 : 0;
    const [next] = this.#waiting[kind];
    if (next !== undefined) this.delete(next);
    return next;
  }
}
