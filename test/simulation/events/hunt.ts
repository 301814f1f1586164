/**
 * `node hunt.ts NUMBER [SEEDS]`: plants one bug, and reports as JSON in which world with events it is seen, and what did not hold.
 * Runs as a separate process. Without SEEDS only in the world that is named with it, otherwise in so many from that one on.
 */

import process from "node:process";
import { plant } from "../bugs/plant.ts";
import { eventsBugs } from "./bugs.ts";

const bug = eventsBugs[Number(process.argv[2])];
if (bug === undefined) throw new Error(`there is no bug ${process.argv[2]}`);
plant(bug);
// Only now: whatever is loaded before has no bug.
const { runEventsWorld } = await import("./worlds.ts");

const seeds = Array.from({ length: Number(process.argv[3] ?? 1) }, (_, index) => bug.seed + index);
let found: { readonly seed: number; readonly what: string } | undefined;
for (const seed of seeds) {
  const [what] = await runEventsWorld(seed);
  if (what === undefined) continue;
  found = { seed, what };
  break;
}
process.stdout.write(`${JSON.stringify(found ?? null)}\n`);
