import { uptime } from "node:os";
import { nextTick } from "node:process";

/**
 * Time as a port. Nothing outside of `main.ts` and this file reads the machine's clock, so a whole world
 * (operator, simulator, users) can run on one virtual clock.
 */
export interface Clock {
  /** Wall time, whole milliseconds since the epoch. May jump. */
  now(): number;
  /** Milliseconds that only grow; for deadlines and ages. Stands still while the machine sleeps. */
  monotonic(): number;
  /** Milliseconds that only grow, the machine's sleep among them (CLOCK_BOOTTIME, in hundredths of a second). */
  boottime(): number;
  /** Runs `task` once after `delayMs` (0 or less: as soon as possible, never in this turn). */
  schedule(delayMs: number, task: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.schedule(delayMs, () => {
      signal?.removeEventListener("abort", stop);
      resolve();
    });
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Node fires at once what is to last any longer. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's clock, or with `speed` above 1 a clock that runs that many times faster from its creation on. */
export function systemClock(speed = 1): Clock {
  const wallStart = Date.now();
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) * speed;
  return {
    now: () => (speed === 1 ? Date.now() : Math.floor(wallStart + elapsed())),
    monotonic: elapsed,
    boottime: () => uptime() * 1000 * speed,
    schedule(delayMs, task) {
      let timer: NodeJS.Timeout;
      const run = (leftMs: number): void => {
        const partMs = Math.min(leftMs, longestTimerMs);
        timer = setTimeout(() => (leftMs > partMs ? run(leftMs - partMs) : task()), partMs);
      };
      run(Math.max(0, delayMs / speed));
      return { cancel: () => clearTimeout(timer) };
    },
  };
}

interface Entry {
  readonly at: number;
  readonly sequence: number;
  readonly task: () => void;
}

/**
 * A clock that stands still until it is told to move, in whole milliseconds. Timers fire in the order of their
 * times, then of their creation; between two timers all promise callbacks run to their end, so a run is the same
 * each time. One at a time moves it.
 */
export class VirtualClock implements Clock {
  #elapsedMs = 0;
  readonly #start: number;
  #sequence = 0;
  /** By time, then by creation; a cancelled one is taken out. */
  readonly #entries: Entry[] = [];

  /** @param start wall time at the beginning, milliseconds since the epoch */
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  boottime(): number {
    return this.#elapsedMs;
  }

  schedule(delayMs: number, task: () => void): Timer {
    const entry: Entry = {
      at: this.#elapsedMs + Math.max(0, Math.ceil(delayMs)),
      sequence: this.#sequence++,
      task,
    };
    this.#entries.splice(this.#indexOf(entry), 0, entry);
    return {
      cancel: () => {
        const index = this.#indexOf(entry);
        if (this.#entries[index] === entry) this.#entries.splice(index, 1);
      },
    };
  }

  /** Moves time forward by `durationMs`, firing everything that falls due on the way. */
  async advance(durationMs: number): Promise<void> {
    const until = this.#elapsedMs + Math.ceil(durationMs);
    await settle();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) await this.#fire(next);
    this.#elapsedMs = until;
  }

  /**
   * Moves time forward from timer to timer until `done` holds.
   * @throws Error when `limitMs` of virtual time went by, or nothing is left that could make it hold
   */
  async advanceUntil(done: () => boolean, limitMs: number, what = "the condition"): Promise<void> {
    const until = this.#elapsedMs + limitMs;
    await settle();
    while (!done()) {
      const next = this.#next(until);
      if (next === undefined) throw new Error(`${what} did not come true within ${limitMs / 1000} s of virtual time`);
      await this.#fire(next);
    }
  }

  /** Takes the next timer that falls due by `until`. */
  #next(until: number): Entry | undefined {
    const first = this.#entries[0];
    return first !== undefined && first.at <= until ? this.#entries.shift() : undefined;
  }

  /** Where the entry is, or belongs. */
  #indexOf({ at, sequence }: Entry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#entries[middle] as Entry;
      if (other.at < at || (other.at === at && other.sequence < sequence)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async #fire(entry: Entry): Promise<void> {
    this.#elapsedMs = Math.max(this.#elapsedMs, entry.at);
    entry.task();
    await drained();
  }
}

/** One turn of the event loop: every promise callback that can run has run, and the machine had a turn as well. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Every promise callback that can run has run. From within one, the next tick comes when none is left; it costs a small
 * part of a turn of the event loop, of which a simulated hour would take thousands.
 */
function drained(): Promise<void> {
  return Promise.resolve().then(() => new Promise((resolve) => nextTick(resolve)));
}
