import process from "node:process";
import { runSeed } from "./run.ts";
import { toldShrunk } from "./shrink.ts";
import { toldViolation } from "./telling.ts";

/** Runs the worlds of these seeds. Gives the first broken promise with its shortest story; nothing when all are kept. */
export async function brokenPromise(seeds: Iterable<number>): Promise<string | undefined> {
  for (const seed of seeds) {
    const outcome = await runSeed(seed);
    if (outcome.violations.length === 0) continue;
    return `${toldViolation(outcome)}\n${await toldShrunk(outcome, 40)}`;
  }
  return undefined;
}

/** How many worlds `npm run test:simulation` makes, over all files that make some. */
const worlds = 1000;
/** Files among which they are divided, so that every core has some. */
const shares = 4;

/**
 * Seeds of which no run before has had any, for one file. The clock is the only thing here that is not seeded: it is
 * printed, and gives back the very same worlds. With `SIMULATION_SEEDS=FROM+COUNT` they are those: a change is judged by
 * worlds that it can be blamed for, and not by one that nobody has seen.
 */
export function freshSeeds(share: number): { readonly from: number; readonly count: number } {
  const given = /^(\d+)\+(\d+)$/.exec(process.env["SIMULATION_SEEDS"] ?? "");
  const count = Math.ceil(Number(given?.[2] ?? worlds) / shares);
  const first = given === null ? (Math.floor(performance.timeOrigin / 1000) % 1_000_000) * 2048 : Number(given[1]);
  return { from: first + share * count, count };
}
