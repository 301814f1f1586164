/**
 * `kept-worlds.ts SEED…`: those worlds, in a process of their own. Each gives a line: its seed, and in JSON what is told
 * of a broken promise, or null.
 */

import process from "node:process";
import { runSeed } from "./run.ts";
import { toldShrunk } from "./shrink.ts";
import { toldViolation } from "./telling.ts";

for (const seed of process.argv.slice(2).map(Number)) {
  const outcome = await runSeed(seed);
  const broken = outcome.violations.length === 0 ? null : `${toldViolation(outcome)}\n${await toldShrunk(outcome, 40)}`;
  process.stdout.write(`${seed} ${JSON.stringify(broken)}\n`);
}
