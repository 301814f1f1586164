import type { Change, Item, Snapshot } from "./model.ts";

/** Remembers what a page has, to send only what changed. */
export class Differences {
  #problems: readonly string[] = [];
  #texts = new Map<string, string>();

  /** The change from the last snapshot that was given; undefined: they are equal. */
  next({ problems, items }: Snapshot): Change | undefined {
    const before = this.#texts;
    const texts = new Map(Object.values(items).map((item) => [item.id, JSON.stringify(item)]));
    const changed = Object.values(items).filter(({ id }) => texts.get(id) !== before.get(id));
    const gone = [...before.keys()].filter((id) => !texts.has(id));
    const sameProblems = problems.join("\n") === this.#problems.join("\n");
    this.#texts = texts;
    this.#problems = problems;
    return changed.length === 0 && gone.length === 0 && sameProblems ? undefined : { problems, items: changed, gone };
  }
}

/** The snapshot after a change. Pure. */
export function applied(before: Snapshot, { problems, items, gone }: Change): Snapshot {
  const next: Record<string, Item> = { ...before.items };
  for (const id of gone) delete next[id];
  for (const item of items) next[item.id] = item;
  return { problems, items: next };
}
