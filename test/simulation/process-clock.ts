import type { Clock, Timer } from "../../src/runtime/clock.ts";

interface Entry {
  readonly task: () => void;
  /** On the world's monotonic clock. */
  dueAt: number;
  timer: Timer;
}

const never: Timer = { cancel: () => undefined };

/**
 * The clock of one simulated process: the world's, with a wall clock that is wrong by `skewMs`, with timers that die
 * with the process, and that freeze while it is stopped.
 */
export class ProcessClock implements Clock {
  skewMs: number;
  readonly #world: Clock;
  readonly #entries = new Set<Entry>();
  /** Timers that fell due while the process was stopped, in that order. */
  #late: Entry[] = [];
  #lostMs = 0;
  #stopped: { readonly at: number; readonly asleep: boolean } | undefined;
  #dead = false;

  constructor(world: Clock, skewMs: number) {
    this.#world = world;
    this.skewMs = skewMs;
  }

  now(): number {
    return this.#world.now() + this.skewMs;
  }

  monotonic(): number {
    return this.#world.monotonic() - this.#lostMs;
  }

  boottime(): number {
    return this.#world.monotonic();
  }

  schedule(delayMs: number, task: () => void): Timer {
    if (this.#dead) return never;
    const dueAt = this.#world.monotonic() + Math.max(0, delayMs);
    const entry: Entry = { task, dueAt, timer: never };
    entry.timer = this.#world.schedule(delayMs, () => this.#due(entry));
    this.#entries.add(entry);
    return {
      cancel: () => {
        entry.timer.cancel();
        this.#entries.delete(entry);
      },
    };
  }

  /** @param asleep the machine sleeps: the monotonic clock freezes as well, and timers keep what is left of them */
  stop(asleep: boolean): void {
    this.#stopped = { at: this.#world.monotonic(), asleep };
    if (!asleep) return;
    for (const entry of this.#entries) entry.timer.cancel();
  }

  goOn(): void {
    const stopped = this.#stopped;
    this.#stopped = undefined;
    if (stopped === undefined || this.#dead) return;
    if (stopped.asleep) {
      const sleptMs = this.#world.monotonic() - stopped.at;
      this.#lostMs += sleptMs;
      for (const entry of this.#entries) {
        entry.dueAt += sleptMs;
        entry.timer = this.#world.schedule(entry.dueAt - this.#world.monotonic(), () => this.#due(entry));
      }
      return;
    }
    const late = this.#late;
    this.#late = [];
    for (const entry of late) {
      if (this.#entries.has(entry)) entry.timer = this.#world.schedule(0, () => this.#due(entry));
    }
  }

  /** Nothing that was scheduled happens any more. */
  die(): void {
    this.#dead = true;
    for (const { timer } of this.#entries) timer.cancel();
    this.#entries.clear();
    this.#late = [];
  }

  get pending(): number {
    return this.#entries.size;
  }

  #due(entry: Entry): void {
    if (this.#stopped !== undefined) {
      this.#late.push(entry);
      return;
    }
    if (!this.#entries.delete(entry)) return;
    entry.task();
  }
}
