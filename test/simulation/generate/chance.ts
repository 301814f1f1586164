import { type Random, seededRandom } from "../../../src/runtime/random.ts";

/** Choices from one seeded source. */
export class Chance {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    // The first numbers of neighbouring seeds lie near each other.
    for (let skipped = 0; skipped < 4; skipped++) this.#random();
  }

  /** In [0, 1). */
  number(): number {
    return this.#random();
  }

  is(probability: number): boolean {
    return this.#random() < probability;
  }

  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  of<T>(list: readonly T[]): T {
    const chosen = list[Math.floor(this.#random() * list.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  }

  shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list];
    const mixed: T[] = [];
    while (rest.length > 0) mixed.push(...rest.splice(Math.floor(this.#random() * rest.length), 1));
    return mixed;
  }

  /** Few often, many rarely. */
  skewed(most: number): number {
    return Math.floor(this.#random() ** 3 * (most + 1));
  }
}
