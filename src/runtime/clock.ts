import { uptime } from "node:os";
import { nextTick } from "node:process";

/**
 * Time as a port. Only `main.ts` and this file read the machine's clock, so operator, simulator and users can
 * run together on one virtual clock.
 */
export interface Clock {
  /** Wall time, whole milliseconds since the epoch. May jump. */
  now(): number;
  /** Monotonic milliseconds; for deadlines and ages. Does not advance while the machine sleeps. */
  monotonic(): number;
  /** Monotonic milliseconds, including the machine's sleep (CLOCK_BOOTTIME, in hundredths of a second). */
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

/** Node fires a timer with a longer delay at once. */
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

interface TimedTask {
  readonly at: number;
  readonly sequence: number;
  readonly task: () => void;
}

/**
 * A clock that advances only on request, in whole milliseconds. Timers fire in the order of their times, then of their
 * creation. All promise callbacks run to their end between two timers, so a run is the same each time. Only one caller
 * at a time can advance it.
 */
export class VirtualClock implements Clock {
  #elapsedMs = 0;
  readonly #start: number;
  #sequence = 0;
  /** By time, then by creation; cancelled timers are removed. */
  readonly #entries: TimedTask[] = [];
  readonly #outside: () => Promise<void> | undefined;

  /**
   * @param start wall time at the beginning, milliseconds since the epoch
   * @param outside resolves when work that takes real time, such as reads over a network, has ended; undefined: there is
   *   none. This clock stops until then.
   */
  constructor(start = Date.UTC(2026, 0, 1), outside: () => Promise<void> | undefined = () => undefined) {
    this.#start = start;
    this.#outside = outside;
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
    const entry: TimedTask = {
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

  /** Advances by `durationMs` and fires all timers that are due. */
  async advance(durationMs: number): Promise<void> {
    const until = this.#elapsedMs + Math.ceil(durationMs);
    await settle();
    await this.#ended();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) await this.#fire(next);
    this.#elapsedMs = until;
  }

  /**
   * Advances from timer to timer until `done` holds.
   * @throws Error after `limitMs` of virtual time, or if no timer is left
   */
  async advanceUntil(done: () => boolean, limitMs: number, what = "the condition"): Promise<void> {
    const until = this.#elapsedMs + limitMs;
    await settle();
    await this.#ended();
    while (!done()) {
      const next = this.#next(until);
      if (next === undefined) throw new Error(`${what} did not hold within ${limitMs / 1000} s of virtual time`);
      await this.#fire(next);
    }
  }

  /** Removes and returns the next timer that is due at `until`. */
  #next(until: number): TimedTask | undefined {
    const first = this.#entries[0];
    return first !== undefined && first.at <= until ? this.#entries.shift() : undefined;
  }

  /** The index of the entry, or where to insert it. */
  #indexOf({ at, sequence }: TimedTask): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#entries[middle] as TimedTask;
      if (other.at < at || (other.at === at && other.sequence < sequence)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async #fire(entry: TimedTask): Promise<void> {
    this.#elapsedMs = Math.max(this.#elapsedMs, entry.at);
    entry.task();
    await drained();
    await this.#ended();
  }

  /** Work outside of this clock has ended, and what follows from it has run. */
  async #ended(): Promise<void> {
    for (let work = this.#outside(); work !== undefined; work = this.#outside()) {
      await work;
      await drained();
    }
  }
}

/** One turn of the event loop: every promise callback that can run has run, and I/O was handled too. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Every promise callback that can run has run. Inside a callback, the next tick comes after the last of them. It costs a
 * fraction of a turn of the event loop, and a simulated hour would need thousands of turns.
 */
function drained(): Promise<void> {
  return Promise.resolve().then(() => new Promise((resolve) => nextTick(resolve)));
}
