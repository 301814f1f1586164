/** `npm run simulate:events -- [--seeds COUNT] [--from SEED]`: so many worlds with events, one after the other; without `--from` fresh ones. */

import process from "node:process";
import { numbersOf, optionsOf } from "../options.ts";
import { runEventsWorld } from "./worlds.ts";

const usage = "npm run simulate:events -- [--seeds COUNT] [--from SEED]";
const { values } = optionsOf({ seeds: { type: "string" }, from: { type: "string" } }, usage);
const { seeds = 100, from = Math.floor(performance.timeOrigin) % 2 ** 31 } = numbersOf(
  { seeds: values.seeds, from: values.from },
  { seeds: 1, from: 0 },
  usage,
);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

let failed = 0;
for (let seed = from; seed < from + seeds; seed++) {
  const violations = await runEventsWorld(seed);
  if (violations.length === 0) continue;
  failed++;
  print(`seed ${seed}: ${violations.join("; ")}\n   replay: npm run simulate:events -- --seeds 1 --from ${seed}`);
}
const seconds = (performance.now() / 1000).toFixed(0);
print(
  `${seeds} ${seeds === 1 ? "world" : "worlds"} from seed ${from}: ${failed} with a broken promise, in ${seconds} s`,
);
process.exitCode = failed === 0 ? 0 : 1;
