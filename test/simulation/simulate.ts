/**
 * Worlds by the night, or one of them to read:
 *
 * - `npm run simulate -- --seeds 100000 [--from 1]`: that many; without `--from` fresh ones
 * - with `--first` no more after the first broken promise
 * - `npm run simulate -- --seed 7 [--trace]`: one, with `--trace` as a story; a broken promise is shrunk
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { runSeed } from "./run.ts";
import { shrunk } from "./shrink.ts";
import { toldStory, toldViolation } from "./telling.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "100" },
    from: { type: "string" },
    trace: { type: "boolean", default: false },
    "no-shrink": { type: "boolean", default: false },
    first: { type: "boolean", default: false },
  },
});
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const single = values.seed !== undefined;
const from = Number(values.seed ?? values.from ?? Math.floor(performance.timeOrigin) % 2 ** 31);
const count = single ? 1 : Number(values.seeds);
const totals = { failed: 0, virtualSeconds: 0, points: 0 };
const began = performance.now();
print(`${count} ${count === 1 ? "world" : "worlds"} from seed ${from}`);
const last = (seed: number): boolean => seed === from + count || (values.first && totals.failed > 0);
let seed = from;
for (; !last(seed); seed++) {
  const outcome = await runSeed(seed);
  totals.virtualSeconds += outcome.virtualSeconds;
  totals.points += outcome.points;
  if (values.trace) print(`${toldStory(outcome)}\n\n${outcome.trace()}`);
  if (outcome.violations.length > 0) {
    totals.failed++;
    print(toldViolation(outcome));
    if (!values["no-shrink"]) {
      const shorter = await shrunk(outcome);
      print(`shrunk to ${toldStory(shorter)}\n   ${shorter.violations[0]?.message ?? ""}`);
    }
  }
  const done = seed - from + 1;
  if (!single && done % 100 === 0) print(`${done} worlds, ${totals.failed} with a broken promise`);
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);
const days = (totals.virtualSeconds / 86_400).toFixed(1);
print(
  `${seed - from} worlds from seed ${from}: ${totals.failed} with a broken promise; ${days} days of virtual time, ${totals.points} awaits of the network passed, in ${seconds} s`,
);
process.exitCode = totals.failed === 0 ? 0 : 1;
