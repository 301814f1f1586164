import { type Clock, sleep } from "./clock.ts";

/** Work for so long, and what waits for the event loop has its turn: timers, answers, the renewal of the lease. */
const turnMs = 10;

/**
 * The turn of the event loop that all workers of a process share. A pass that waits for nothing goes on in the same turn
 * with the next one, so without an end thousands of short passes block the loop as one long pass would.
 */
export class LoopTurn {
  readonly #clock: Clock;
  /** The turn of which a piece of work was the first to end. */
  #turn: { readonly startedAt: number; readonly next: Promise<void> } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Call it between two pieces of work. Undefined: go on; otherwise wait for the next turn, because this one has lasted. */
  over(): Promise<void> | undefined {
    this.#turn ??= {
      startedAt: this.#clock.monotonic(),
      next: sleep(this.#clock, 0).then(() => {
        this.#turn = undefined;
      }),
    };
    return this.#clock.monotonic() - this.#turn.startedAt < turnMs ? undefined : this.#turn.next;
  }
}
