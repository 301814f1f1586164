import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findsBugs } from "../finds-bugs.ts";
import { eventsBugs } from "./bugs.ts";
import { runEventsWorld } from "./worlds.ts";

const source = (file: string): string => readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8");

/** The worlds of `npm test`; `npm run simulate:events` grows new ones. */
const seeds = Array.from({ length: 12 }, (_, index) => 100 + index);

describe("where events are lost, doubled, late, forged or end", () => {
  it.each(seeds)("the promises hold in the world of seed %i", async (seed) => {
    expect(await runEventsWorld(seed)).toEqual([]);
  });
});

describe("a planted bug", () => {
  it.each(eventsBugs)("“$name” has its place in the source", ({ changes }) => {
    for (const { file, was } of changes) expect(source(file).split(was), `${file}: ${was}`).toHaveLength(2);
  });
});

findsBugs(eventsBugs, "events/hunt.ts", (index) => index % 3 === 0);
