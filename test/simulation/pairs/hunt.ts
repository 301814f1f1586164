/**
 * `node hunt.ts NUMBER`: plants one bug, and reports as JSON with which seed its story shows it, and what did not hold. Runs as
 * a separate process.
 */

import process from "node:process";
import { plant } from "../bugs/plant.ts";
import { pairBugs, seeds } from "./bugs.ts";

const bug = pairBugs[Number(process.argv[2])];
if (bug === undefined) throw new Error(`there is no bug ${process.argv[2]}`);
plant(bug);
// Only now: whatever is loaded before has no bug.
const { pairs, runPair } = await import("./pairs.ts");

const pair = pairs.find(({ name }) => name === bug.story);
if (pair === undefined) throw new Error(`there is no story "${bug.story}"`);
let found: { readonly seed: number; readonly what: string } | undefined;
for (const seed of seeds) {
  const [what] = await runPair(pair, seed).catch((error: unknown) => [String(error)]);
  if (what === undefined) continue;
  found = { seed, what };
  break;
}
process.stdout.write(`${JSON.stringify(found ?? null)}\n`);
