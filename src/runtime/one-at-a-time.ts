import { Fifo } from "./fifo.ts";
import { NamespaceTurns } from "./namespace-turns.ts";

interface Waiting {
  readonly start: () => void;
  isGivenUp: boolean;
}

/** Work of which one piece is done at a time, with namespaces in turn. */
export class OneAtATime {
  readonly #waiting = new NamespaceTurns<Fifo<Waiting>>(() => new Fifo());
  #isBusy = false;

  /**
   * Does the work when it is the turn of the namespace.
   * @throws the signal's reason, if that aborts while the work waits; whatever the work throws
   */
  async run<Result>(namespace: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    if (this.#isBusy) await this.#turn(namespace, signal);
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#handOn();
    }
  }

  #turn(namespace: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const stop = (): void => {
        waiting.isGivenUp = true;
        reject(signal.reason);
      };
      const start = (): void => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      const waiting: Waiting = { start, isGivenUp: false };
      signal.addEventListener("abort", stop, { once: true });
      this.#waiting.of(namespace).push(waiting);
    });
  }

  /** Stays busy where somebody waits, so that nobody gets in between. */
  #handOn(): void {
    const next = this.#waiting.next((line) => {
      let first = line.shift();
      while (first?.isGivenUp === true) first = line.shift();
      return first;
    });
    if (next === undefined) this.#isBusy = false;
    else next.start();
  }
}
