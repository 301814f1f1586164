import { Fifo } from "../runtime/fifo.ts";

/** Why a name is read: a pass waits for it; it was never read, or was written, or moves; what is known of it grows old. */
export type Rank = "waited" | "new" | "known";
export const ranks: readonly Rank[] = ["waited", "new", "known"];

/** Whose turn it is, in turn: half of the turns are of passes that wait, and no rank can starve another. */
const firstOnes: readonly Rank[] = ["waited", "new", "waited", "known"];

/** What waits in one namespace, of each rank in the order in which it came. */
export class RankedLine<Item> {
  readonly #lines: Readonly<Record<Rank, Fifo<Item>>> = { waited: new Fifo(), new: new Fifo(), known: new Fifo() };
  #turn = 0;

  get length(): number {
    return ranks.reduce((sum, rank) => sum + this.#lines[rank].length, 0);
  }

  push(item: Item, rank: Rank): void {
    this.#lines[rank].push(item);
  }

  /**
   * Takes the next one: the first of the rank whose turn it is, or of the highest other one.
   * @param isStill whether an item still waits with this rank; others are dropped
   */
  next(isStill: (item: Item, rank: Rank) => boolean): Item | undefined {
    const first = firstOnes[this.#turn++ % firstOnes.length] ?? "waited";
    for (const rank of [first, ...ranks.filter((one) => one !== first)]) {
      for (let item = this.#lines[rank].shift(); item !== undefined; item = this.#lines[rank].shift()) {
        if (isStill(item, rank)) return item;
      }
    }
    return undefined;
  }
}
