import type { Clock, Timer } from "../runtime/clock.ts";

export type CallKind = "read" | "write";

export interface CallBudgetOptions {
  readonly clock: Clock;
  /** Calls per second at most; as many may leave at once after a pause (10). */
  readonly ratePerSecond?: number;
  /** A call that had to wait goes on. */
  readonly onWait?: (kind: CallKind, waitedMs: number) => void;
}

interface Waiting {
  readonly resolve: () => void;
  readonly since: number;
}

const slowestPerSecond = 1;
/** From the slowest rate back to the full one. */
const recoveryMs = 60_000;
/** Answers to calls that left together report the same throttling; they slow down once. */
const shrinkAtMostEveryMs = 1000;
/** While reads wait: after so many writes one of them leaves, so that an object with many writes stops nobody's reads. */
const writesPerRead = 4;

/**
 * A token bucket in front of the AWS calls of one account and region. Writes go before reads, but for every
 * fifth call; within a class first come, first served. Being throttled halves the rate, which then grows back in about
 * a minute.
 */
export class CallBudget {
  readonly #clock: Clock;
  readonly #fullRate: number;
  readonly #onWait: ((kind: CallKind, waitedMs: number) => void) | undefined;
  readonly #waiting: Readonly<Record<CallKind, Set<Waiting>>> = { write: new Set(), read: new Set() };
  #tokens: number;
  #rate: number;
  #refilledAt: number;
  #shrunkAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #waitedMs = 0;
  /** Writes that left since a read did, while one waited. */
  #writesBeforeRead = 0;

  constructor(options: CallBudgetOptions) {
    this.#clock = options.clock;
    this.#fullRate = options.ratePerSecond ?? 10;
    this.#onWait = options.onWait;
    this.#rate = this.#fullRate;
    this.#tokens = Math.max(1, this.#fullRate);
    this.#refilledAt = this.#clock.monotonic();
  }

  /** Calls per second that are allowed now. */
  get ratePerSecond(): number {
    this.#refill();
    return this.#rate;
  }

  /** Calls that wait now. */
  get waiting(): number {
    return this.#waiting.write.size + this.#waiting.read.size;
  }

  /** Milliseconds that all calls together have waited. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** Resolves when one call may leave; rejects with the signal's reason when that aborts first. */
  take(kind: CallKind, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const stop = (): void => {
        this.#waiting[kind].delete(waiting);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        since: this.#clock.monotonic(),
        resolve: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#waiting[kind].add(waiting);
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
    while (this.#tokens >= 1 && this.waiting > 0) {
      const kind = this.#nextKind();
      for (const next of this.#waiting[kind]) {
        this.#waiting[kind].delete(next);
        this.#tokens--;
        this.#goOn(kind, next);
        break;
      }
    }
    if (this.waiting === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    } else {
      this.#timer ??= this.#clock.schedule(Math.ceil(((1 - this.#tokens) / this.#rate) * 1000), () => {
        this.#timer = undefined;
        this.#handOut();
      });
    }
  }

  #nextKind(): CallKind {
    const { write, read } = this.#waiting;
    const turnOfWrites = read.size === 0 || this.#writesBeforeRead < writesPerRead;
    const kind = write.size > 0 && turnOfWrites ? "write" : "read";
    this.#writesBeforeRead = kind === "write" && read.size > 0 ? this.#writesBeforeRead + 1 : 0;
    return kind;
  }

  #goOn(kind: CallKind, next: Waiting): void {
    const waitedMs = this.#clock.monotonic() - next.since;
    if (waitedMs > 0) {
      this.#waitedMs += waitedMs;
      this.#onWait?.(kind, waitedMs);
    }
    next.resolve();
  }

  #refill(): void {
    const now = this.#clock.monotonic();
    const elapsedMs = now - this.#refilledAt;
    if (elapsedMs <= 0) return;
    this.#refilledAt = now;
    const before = this.#rate;
    this.#rate = Math.min(this.#fullRate, before + (this.#fullRate * elapsedMs) / recoveryMs);
    this.#tokens += (((before + this.#rate) / 2) * elapsedMs) / 1000;
    this.#tokens = Math.min(Math.max(1, this.#fullRate), this.#tokens);
  }
}
