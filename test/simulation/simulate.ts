/** `npm run simulate -- --seeds N [--from S]`, `--seed N [--trace]`: worlds by the night, or one of them to read. */

import process from "node:process";
import { parseArgs } from "node:util";
import { storyOf } from "./generate/story.ts";
import { runSeed } from "./run.ts";
import { wordsOf } from "./story.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string" },
    from: { type: "string" },
    trace: { type: "boolean", default: false },
    "no-shrink": { type: "boolean", default: false },
  },
});
const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function one(seed: number): Promise<boolean> {
  const outcome = await runSeed(seed);
  const [violation] = outcome.violations;
  if (values.trace) {
    for (const step of storyOf(seed).steps) print(wordsOf(step));
    print(outcome.trace());
  }
  if (violation === undefined) return true;
  print(
    `seed ${seed}: ${violation.oracle}\n   at ${violation.at} s: ${violation.message}\n   replay: npm run simulate -- --seed ${seed} --trace`,
  );
  return false;
}

const from = Number(values.seed ?? values.from ?? Math.floor(performance.timeOrigin));
const count = values.seed === undefined ? Number(values.seeds ?? 100) : 1;
const began = performance.now();
let failed = 0;
for (let seed = from; seed < from + count; seed++) if (!(await one(seed))) failed++;
const seconds = (performance.now() - began) / 1000;
print(`${count} worlds from seed ${from}: ${failed} with a violation, in ${seconds.toFixed(0)} s`);
process.exitCode = failed === 0 ? 0 : 1;
