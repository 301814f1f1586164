/** What waits in one namespace, in whatever order. */
interface Waiting {
  readonly length: number;
}

/**
 * What waits in each of several namespaces, which take turns: whoever has much waiting delays another by one item, whenever it
 * came. Every line of work that namespaces share is one of these.
 *
 * Guarantees: a namespace that has had a turn has the next one after all others that wait. One whose turn it is, and that
 * can use none now, keeps it. A turn asks each namespace in which something waits at most once.
 */
export class NamespaceTurns<Line extends Waiting> {
  readonly #newLine: () => Line;
  /** The next turn is the first one's. */
  readonly #lines = new Map<string, Line>();

  /** @param newLine makes the line of a namespace in which nothing waits as yet */
  constructor(newLine: () => Line) {
    this.#newLine = newLine;
  }

  /** What waits in all namespaces. */
  get length(): number {
    let length = 0;
    for (const line of this.#lines.values()) length += line.length;
    return length;
  }

  /** What waits in each namespace; the next turn is the first one's. */
  get lines(): Iterable<readonly [namespace: string, Line]> {
    return this.#lines.entries();
  }

  /** What waits in a namespace, to add to it or to take from it. */
  of(namespace: string): Line {
    const known = this.#lines.get(namespace);
    if (known !== undefined) return known;
    const line = this.#newLine();
    this.#lines.set(namespace, line);
    return line;
  }

  /**
   * Gives one namespace its turn: the first one that uses it.
   * @param use what a namespace does with its turn, e.g. `(line) => line.shift()`; undefined: it cannot use one now
   */
  next<Used>(use: (line: Line, namespace: string) => Used | undefined): Used | undefined {
    for (const [namespace, line] of this.#lines) {
      const used = use(line, namespace);
      if (used !== undefined || line.length === 0) this.#lines.delete(namespace);
      if (used === undefined) continue;
      if (line.length > 0) this.#lines.set(namespace, line);
      return used;
    }
    return undefined;
  }
}
