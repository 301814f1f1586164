import process from "node:process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runApart } from "../apart.ts";
import { stories } from "./stories.ts";
import { type Row, tableOf } from "./sweep.ts";

/** The same on each machine. `npm run simulate:exhaustive` has all runs. */
const sample = { every: 12, pairs: 1 };
const longestMs = 30 * 60_000;

/**
 * The stories run in several test files, which run side by side, and in the order in which they are awaited.
 *
 * @param seed which runs: 1 those of `npm test`, 7 as many others of the slow tests
 */
export function runPart(part: number, of: number, seed: 1 | 7): void {
  const rows: Row[] = [];
  const own = stories.filter((_, index) => index % of === part);
  const expected = new Map(own.map(({ name }) => [name, Promise.withResolvers<Row>()] as const));
  const teller = new AbortController();

  beforeAll(() => {
    const chosen = Object.entries({ ...sample, seed }).flatMap(([option, value]) => [`--${option}`, String(value)]);
    const args = ["--part", `${part + 1}/${of}`, ...chosen, "--rows"];
    const take = (line: string): void => {
      const row = JSON.parse(line) as Row;
      rows.push(row);
      expected.get(row.story)?.resolve(row);
    };
    const giveUp = (why: unknown): void => {
      for (const { promise, reject } of expected.values()) {
        promise.catch(() => undefined);
        reject(why);
      }
    };
    runApart("exhaustive/main.ts", args, teller.signal, take).then(
      (code) => giveUp(new Error(`the teller has ended with ${code}, and without this story`)),
      giveUp,
    );
  });

  it.each([...expected].map(([name, { promise }]) => [name, promise] as const))(
    "“%s” ends as if nothing had gone wrong, whatever single thing does",
    async (_name, row) => {
      const { failures, kills } = await row;
      expect(failures).toEqual([]);
      // The shortest stories have too few awaits for others than those of `npm test`.
      if (seed === 1) expect(kills).toBeGreaterThan(0);
    },
    longestMs,
  );

  afterAll(() => {
    teller.abort();
    process.stdout.write(`${tableOf(rows)}\n`);
  });
}
