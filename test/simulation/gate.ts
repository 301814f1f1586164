/**
 * Every await of a process that leads to the network, twice or thrice: before it asks, between the last check of the
 * lease and the bytes (writes only), and when the answer is there. At each of them the process may die or freeze.
 */

export type Phase = "asks" | "sends" | "hears";

export interface Point {
  /** Counted over all processes of the world, from 1. */
  readonly index: number;
  /** e.g. `a2`: the second process of replica a. */
  readonly process: string;
  readonly phase: Phase;
  /** e.g. `aws UpdateJobQueue`, `store applyStatus`, `lease update`. */
  readonly what: string;
}

export type Verdict =
  | { readonly kind: "goOn" }
  | { readonly kind: "die" }
  /** @see ProcessClock.stop for `asleep` */
  | { readonly kind: "freeze"; readonly forMs: number; readonly asleep: boolean };

export const goOn: Verdict = { kind: "goOn" };

export class Gate {
  readonly #judge: (phase: Phase, what: string) => Verdict;
  readonly #carryOut: (verdict: Verdict) => void;
  #dead = false;
  #frozen: PromiseWithResolvers<void> | undefined;

  /** @param carryOut stops or ends the process, which calls back `stop` or `die` here */
  constructor(judge: (phase: Phase, what: string) => Verdict, carryOut: (verdict: Verdict) => void) {
    this.#judge = judge;
    this.#carryOut = carryOut;
  }

  get dead(): boolean {
    return this.#dead;
  }

  get frozen(): boolean {
    return this.#frozen !== undefined;
  }

  /** Goes on when the process may; never, when it is dead. */
  async pass(phase: Phase, what: string): Promise<void> {
    // What arrives meanwhile is noticed only afterwards.
    if (this.frozen) await this.#goesOn();
    if (!this.#dead) {
      const verdict = this.#judge(phase, what);
      if (verdict.kind !== "goOn") this.#carryOut(verdict);
    }
    if (this.frozen) await this.#goesOn();
    // Nobody goes on after this, and nobody holds on to it.
    if (this.#dead) await new Promise<never>(() => undefined);
  }

  async #goesOn(): Promise<void> {
    while (this.#frozen !== undefined) await this.#frozen.promise;
  }

  stop(): void {
    this.#frozen ??= Promise.withResolvers();
  }

  goOn(): void {
    this.#frozen?.resolve();
    this.#frozen = undefined;
  }

  die(): void {
    this.#dead = true;
    this.goOn();
  }
}
