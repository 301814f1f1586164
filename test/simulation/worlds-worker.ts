/**
 * `worlds-worker.ts JSON`: those worlds, in a process of their own. A line that begins with `{` is the totals since the
 * last such line; every other one reports a broken promise.
 */

import process from "node:process";
import { runWorlds, type Worlds } from "./worlds.ts";

const worldsPerLine = 25;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const { from, count, first, shrinks, sort } = JSON.parse(process.argv[2] ?? "") as Worlds;
for (let seed = from, failed = 0; seed < from + count && !(first && failed > 0); seed += worldsPerLine) {
  const totals = await runWorlds(
    { from: seed, count: Math.min(worldsPerLine, from + count - seed), first, shrinks, sort },
    print,
  );
  failed += totals.failed;
  print(JSON.stringify(totals));
}
