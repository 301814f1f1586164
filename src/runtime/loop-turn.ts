import type { Clock } from "./clock.ts";
import { Fifo } from "./fifo.ts";

/**
 * Work for so long, and what waits for the event loop has its turn: timers, answers, the renewal of the lease. The piece of work that
 * goes on at the end of it adds its own time.
 */
const turnMs = 5;

/**
 * The turn of the event loop that all work of a process shares. A pass that waits for nothing goes on in the same turn
 * with the next one, so without an end thousands of short passes block the loop as one long pass would. What waits
 * goes on in a turn each, in the order in which it came, and has what there is of that turn: many short pieces, or one that is longer.
 */
export class LoopTurn {
  readonly #clock: Clock;
  /** When the first piece of work of this turn began; undefined: none has. */
  #startedAt: number | undefined;
  readonly #line = new Fifo<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Call it directly before a piece of work. Undefined: go on; otherwise wait for it, because this turn has lasted. */
  over(): Promise<void> | undefined {
    this.#startedAt ??= this.#begin();
    if (this.#clock.monotonic() - this.#startedAt < turnMs) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#line.push(resolve);
    return promise;
  }

  /**
   * Does a piece of work for each of them, in as many turns as that takes; the first pieces at once, unless this turn has lasted.
   *
   * @param items what comes or goes between two pieces counts as far as their iterator shows it
   */
  async each<Item>(items: Iterable<Item>, work: (item: Item) => void): Promise<void> {
    for (const item of items) {
      const over = this.over();
      if (over !== undefined) await over;
      work(item);
    }
  }

  #begin(): number {
    this.#clock.schedule(0, () => {
      const next = this.#line.shift();
      this.#startedAt = next === undefined ? undefined : this.#begin();
      next?.();
    });
    return this.#clock.monotonic();
  }
}
