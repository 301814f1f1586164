import { backoffMs } from "../runtime/backoff.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import { AwsError } from "./errors.ts";

/** Runs of one piece of work that its callers share: never two at a time. */
export class SharedRun {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** A run that begins no earlier than this call; all who ask while one is running share the next one. */
  begin(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#start();
    // How the run under way ends is the concern of those who wait for it.
    this.#next = this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#start();
      });
    return this.#next;
  }

  /** The run that is under way, else a new one. */
  join(): Promise<void> {
    return this.#running ?? this.#next ?? this.#start();
  }

  #start(): Promise<void> {
    const run = this.#work().finally(() => {
      this.#running = undefined;
    });
    this.#running = run;
    return run;
  }
}

const retry = { firstMs: 4000, maxMs: 60_000 };

/** A kind of read does not work: `error` is the last, of one after the other since `since` (wall ms), `from` (monotonic). */
export interface ReadFailure {
  readonly error: AwsError;
  readonly since: number;
  readonly from: number;
}

/** Whether one kind of read works, and when to try again when it does not. */
export class ReadHealth {
  readonly #clock: Clock;
  readonly #random: Random;
  #failures = 0;
  #failure: ReadFailure | undefined;
  #retryAt: number | undefined;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Why it does not work. */
  get failure(): ReadFailure | undefined {
    return this.#failure;
  }

  /** Monotonic time (ms) before which no new try is made. */
  get retryAt(): number | undefined {
    return this.#retryAt;
  }

  works(): void {
    this.#failures = 0;
    this.#failure = undefined;
    this.#retryAt = undefined;
  }

  fails(error: AwsError): void {
    const now = this.#clock.monotonic();
    const { since, from } = this.#failure ?? { since: this.#clock.now(), from: now };
    this.#failure = { error, since, from };
    this.#retryAt = now + backoffMs(this.#failures, retry, this.#random);
    this.#failures++;
  }
}

/** A sleep that can be ended early. */
export class Alarm {
  readonly #clock: Clock;
  #ring: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#ring?.();
  }

  /** Resolves after `delayMs`, or earlier by `ring` or when the signal aborts. */
  wait(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const wake = (): void => {
        timer?.cancel();
        signal.removeEventListener("abort", wake);
        this.#ring = undefined;
        resolve();
      };
      const timer = Number.isFinite(delayMs) ? this.#clock.schedule(delayMs, wake) : undefined;
      signal.addEventListener("abort", wake, { once: true });
      this.#ring = wake;
    });
  }
}

export interface Watch {
  /** Monotonic time (ms) of the next read; it must lie ahead after each read. */
  readonly due: () => number;
  /** Rejects with an `AwsError` when AWS cannot be read; anything else is a fault of ours and ends the loop. */
  readonly read: () => Promise<void>;
  readonly alarm: Alarm;
}

/** Reads whenever it is due, until the signal aborts. */
export async function keepReading(clock: Clock, { due, read, alarm }: Watch, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const delayMs = due() - clock.monotonic();
    if (delayMs > 0) {
      await alarm.wait(delayMs, signal);
      continue;
    }
    try {
      await read();
    } catch (error) {
      // An AwsError is in the cache's `failure` by now, and put off the next read.
      if (!signal.aborted && !(error instanceof AwsError)) throw error;
    }
  }
}
