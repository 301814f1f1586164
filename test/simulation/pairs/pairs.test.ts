import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findsBugs } from "../finds-bugs.ts";
import { pairBugs, seeds } from "./bugs.ts";
import { pairs, runPair } from "./pairs.ts";

const source = (file: string): string => readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8");

describe("of two controllers in two shards", () => {
  it.each(pairs.flatMap((pair) => seeds.map((seed) => [pair.name, seed, pair] as const)))(
    "%s, with seed %i",
    async (_name, seed, pair) => {
      expect(await runPair(pair, seed)).toEqual([]);
    },
  );
});

describe("a planted bug", () => {
  it.each(pairBugs)("“$name” has its place in the source, and a story", ({ changes, story }) => {
    for (const { file, was } of changes) expect(source(file).split(was), `${file}: ${was}`).toHaveLength(2);
    expect(pairs.some(({ name }) => name === story)).toBe(true);
  });
});

findsBugs(pairBugs, "pairs/hunt.ts", () => true);
