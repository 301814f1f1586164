/**
 * `kept-worlds.ts SEED…`: those worlds, in a separate process. Each prints a line: its seed, and in JSON what is reported
 * of a broken promise, or null.
 */

import process from "node:process";
import { violationText } from "./report-text.ts";
import { runSeed } from "./run.ts";
import { shrunkText } from "./shrink.ts";

for (const seed of process.argv.slice(2).map(Number)) {
  const outcome = await runSeed(seed);
  const broken = outcome.violations.length === 0 ? null : `${violationText(outcome)}\n${await shrunkText(outcome, 40)}`;
  process.stdout.write(`${seed} ${JSON.stringify(broken)}\n`);
}
