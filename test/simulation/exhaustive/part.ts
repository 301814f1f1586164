import process from "node:process";
import { afterAll, expect, it } from "vitest";
import { freshSeeds } from "../seeds.ts";
import { stories } from "./stories.ts";
import { type Row, sweep, tableOf } from "./sweep.ts";

/** A few pairs of deaths for each story, others each time. */
const pairs = 3;
const longestMs = 10 * 60_000;

/** The stories are told in several test files, which run side by side. */
export function tellPart(part: number, of: number): void {
  const seed = freshSeeds(0).from;
  const rows: Row[] = [];

  it.each(stories.filter((_, index) => index % of === part).map((story) => [story.name, story] as const))(
    "“%s” ends as if nothing had gone wrong, whatever single thing does",
    async (_name, story) => {
      const row = await sweep(story, { all: false, pairs, seed });
      rows.push(row);
      expect(row.failures).toEqual([]);
    },
    longestMs,
  );

  afterAll(() => {
    process.stdout.write(`${tableOf(rows)}\npairs by seed ${seed}\n`);
  });
}
