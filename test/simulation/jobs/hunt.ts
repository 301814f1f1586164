/**
 * `node hunt.ts NUMBER [SEEDS]`: plants one bug, and reports as JSON in which world of jobs it is seen, and by which promise.
 * Runs as a separate process. Without SEEDS only in the world that is named with it, otherwise in worlds 1 to SEEDS.
 */

import process from "node:process";
import { plant } from "../bugs/plant.ts";
import { jobBugs } from "./bugs.ts";

const bug = jobBugs[Number(process.argv[2])];
if (bug === undefined) throw new Error(`there is no bug ${process.argv[2]}`);
plant(bug);
// Only now: whatever is loaded before has no bug.
const { runSeed } = await import("../run.ts");

const count = Number(process.argv[3] ?? 0);
const seeds = count === 0 ? [bug.seed] : Array.from({ length: count }, (_, index) => index + 1);
let found: { readonly seed: number; readonly promise: string } | undefined;
for (const seed of seeds) {
  const { violations } = await runSeed(seed, "jobs");
  if (violations[0] === undefined) continue;
  found = { seed, promise: violations[0].oracle };
  break;
}
process.stdout.write(`${JSON.stringify(found ?? null)}\n`);
