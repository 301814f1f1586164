/**
 * `node quiet.ts FROM COUNT`: how long the changes of tenants take in worlds without an attacker. Prints as JSON, by kind, the
 * longest in seconds and how many there were; of deletions by `deletion`. The bounds of `bounds.ts` come from it.
 */

import process from "node:process";
import type { OracleFactory } from "../../oracle.ts";
import { runStory } from "../../run.ts";
import { armedStoryOf, peaceful } from "./generate.ts";
import { Pending } from "./in-time.ts";

const [from = 2_000_000, count = 1] = process.argv.slice(2).map(Number);
const took = new Map<string, number[]>();

const measuring: OracleFactory = (watched) => {
  const pending = new Pending(watched);
  return {
    name: "what a change takes",
    onObject(before, after) {
      const ms = pending.onObject(before, after);
      const one = after ?? before;
      if (ms === undefined || one === undefined) return undefined;
      const what = after === undefined ? "deletion" : one.kind;
      took.set(what, [...(took.get(what) ?? []), ms / 1000]);
      return undefined;
    },
  };
};

for (let seed = from; seed < from + count; seed++) {
  await runStory(peaceful(armedStoryOf(seed)), [measuring]);
}
const rows = [...took].map(([what, seconds]) => [what, { longest: Math.max(...seconds), changes: seconds.length }]);
process.stdout.write(`${JSON.stringify(Object.fromEntries(rows))}\n`);
