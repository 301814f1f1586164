/**
 * `kept-worlds.ts SEED…`: those worlds, in a process of their own. Each gives a line: its seed, and in JSON what is told
 * of a broken promise, or null.
 */

import process from "node:process";
import { brokenPromise } from "./seeds.ts";

for (const seed of process.argv.slice(2).map(Number)) {
  const broken = await brokenPromise([seed]);
  process.stdout.write(`${seed} ${JSON.stringify(broken ?? null)}\n`);
}
