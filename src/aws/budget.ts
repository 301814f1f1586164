import type { Clock, Timer } from "../runtime/clock.ts";
import { Fifo } from "../runtime/fifo.ts";
import { NamespaceTurns } from "../runtime/namespace-turns.ts";

export type CallKind = "read" | "write";

export interface CallBudgetOptions {
  readonly clock: Clock;
  /** Calls per second at most; as many may leave at once after a pause (10). */
  readonly ratePerSecond?: number;
  /** A call that had to wait goes on. */
  readonly onWait?: (kind: CallKind, waitedMs: number) => void;
}

/** Who waits for a call, and for whom it is made. */
export interface TakeOptions {
  readonly signal?: AbortSignal | undefined;
  /** The namespace that the call is made for; undefined: the operator itself, for all of them. */
  readonly onBehalfOf?: string | undefined;
}

interface Waiting {
  readonly resolve: () => void;
  readonly since: number;
  gaveUp: boolean;
}

/** The calls of one class. */
interface Line {
  readonly turns: NamespaceTurns<Fifo<Waiting>>;
  /** How many of them wait, without those that gave up. */
  length: number;
}

/** No namespace has this name: the operator itself. */
const operator = "";

const slowestPerSecond = 1;
/** From the slowest rate back to the full one. */
const recoveryMs = 60_000;
/** Answers to calls that left together report the same throttling; they slow down once. */
const shrinkAtMostEveryMs = 1000;
/** While reads wait: after so many writes one of them leaves, so that an object with many writes stops nobody's reads. */
const writesPerRead = 4;

/**
 * A token bucket in front of the AWS calls of one account and region. Writes go before reads, but for every
 * fifth call. Within a class namespaces take turns, and the operator itself is one of them: one with many calls delays
 * another by one call. Being throttled halves the rate, which then grows back in about a minute.
 */
export class CallBudget {
  readonly #clock: Clock;
  readonly #fullRate: number;
  readonly #onWait: ((kind: CallKind, waitedMs: number) => void) | undefined;
  readonly #lines: Readonly<Record<CallKind, Line>> = { write: newLine(), read: newLine() };
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
    return this.#lines.write.length + this.#lines.read.length;
  }

  /** Milliseconds that all calls together have waited. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** Resolves when one call may leave; rejects with the signal's reason when that aborts first. */
  take(kind: CallKind, { signal, onBehalfOf = operator }: TakeOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const line = this.#lines[kind];
      const stop = (): void => {
        waiting.gaveUp = true;
        line.length--;
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        since: this.#clock.monotonic(),
        gaveUp: false,
        resolve: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      signal?.addEventListener("abort", stop, { once: true });
      line.turns.of(onBehalfOf).push(waiting);
      line.length++;
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
      const next = this.#lines[kind].turns.next(firstThatWaits);
      if (next === undefined) throw new Error(`the budget counts a ${kind} that waits in no line`);
      this.#lines[kind].length--;
      this.#tokens--;
      this.#goOn(kind, next);
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
    const { write, read } = this.#lines;
    const turnOfWrites = read.length === 0 || this.#writesBeforeRead < writesPerRead;
    const kind = write.length > 0 && turnOfWrites ? "write" : "read";
    this.#writesBeforeRead = kind === "write" && read.length > 0 ? this.#writesBeforeRead + 1 : 0;
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

function newLine(): Line {
  return { turns: new NamespaceTurns(() => new Fifo()), length: 0 };
}

function firstThatWaits(line: Fifo<Waiting>): Waiting | undefined {
  let next = line.shift();
  while (next?.gaveUp === true) next = line.shift();
  return next;
}
