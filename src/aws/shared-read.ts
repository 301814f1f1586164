import { abortable } from "../runtime/abort.ts";
import { type Clock, sleep } from "../runtime/clock.ts";

/** What one read showed, and when (monotonic ms). */
export interface Timed<Answer> {
  readonly answer: Answer;
  readonly begunAt: number;
  readonly endedAt: number;
}

interface Reading<Answer> {
  /** Monotonic ms. */
  readonly begunAt: number;
  /** Undefined while it is under way. */
  endedAt: number | undefined;
  readonly outcome: Promise<Timed<Answer>>;
}

export interface SharedReadOptions<Answer> {
  readonly clock: Clock;
  /** For so long (ms) after its end a read serves others who ask; one that took longer, for as long as it took. */
  readonly sharedForMs: number;
  /** With a life of its own: it goes on when whoever asked has given up, and is there when it asks again. */
  readonly read: () => Promise<Answer>;
}

/**
 * A read of many calls for all who ask for the same. There is one at a time, for a second next to it makes both slower: who
 * needs one that began later waits for the end of the one under way, and all who wait share the next.
 */
export class SharedRead<Answer> {
  readonly #options: SharedReadOptions<Answer>;
  #newest: Reading<Answer> | undefined;

  constructor(options: SharedReadOptions<Answer>) {
    this.#options = options;
  }

  /** Whether it has nothing for anybody who asks. */
  get isIdle(): boolean {
    return this.#newest === undefined || !this.#isFresh(this.#newest);
  }

  /**
   * @param from monotonic ms, may be a little ahead: reads that began earlier decide nothing for this caller
   * @throws whatever the read throws; it is then the failure of all who share it
   */
  async of(from: number, signal: AbortSignal): Promise<Timed<Answer>> {
    const { clock } = this.#options;
    for (;;) {
      const newest = this.#newest;
      if (newest !== undefined && this.#isFresh(newest) && newest.begunAt >= from) {
        return await abortable(newest.outcome, signal);
      }
      const aheadMs = from - clock.monotonic();
      if (newest !== undefined && newest.endedAt === undefined) {
        await abortable(newest.outcome, signal).catch(() => signal.throwIfAborted());
      } else if (aheadMs > 0) await sleep(clock, aheadMs, signal);
      else this.#begin();
    }
  }

  #isFresh({ begunAt, endedAt }: Reading<Answer>): boolean {
    if (endedAt === undefined) return true;
    const { clock, sharedForMs } = this.#options;
    return clock.monotonic() < endedAt + Math.max(sharedForMs, endedAt - begunAt);
  }

  #begin(): void {
    const { clock, read } = this.#options;
    const begunAt = clock.monotonic();
    const ended = (): number => {
      reading.endedAt = clock.monotonic();
      return reading.endedAt;
    };
    const outcome = read().then((answer) => ({ answer, begunAt, endedAt: ended() }));
    const reading: Reading<Answer> = { begunAt, endedAt: undefined, outcome };
    this.#newest = reading;
    outcome.catch(() => {
      this.#newest = undefined;
    });
  }
}
