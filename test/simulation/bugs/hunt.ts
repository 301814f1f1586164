/**
 * `node hunt.ts NUMBER [quick]`: plants one bug, searches for it, and reports as JSON what found it. Runs as a separate process.
 * `quick`: only in the story that is named with it, with what is named going wrong.
 */

import { enableCompileCache } from "node:module";
import process from "node:process";
import { bugs } from "./bugs.ts";
import { plant } from "./plant.ts";

/** What found a bug, or that nothing did. */
export interface Catch {
  readonly found: string | undefined;
  /** How many runs of stories it took until then, and how many worlds from seeds. */
  readonly runs: number;
  readonly seeds: number;
}

const quick = process.argv[3] === "quick";
const mostSeeds = quick ? 0 : 100;
const bug = bugs[Number(process.argv[2])];
if (bug === undefined) throw new Error(`there is no bug ${process.argv[2]}`);
plant(bug);
// Of some forty processes that load the same files, all but the first find them compiled; a bug is another text.
enableCompileCache();
// Only now: whatever is loaded before has no bug.
const { stories } = await import("../exhaustive/stories.ts");
const { sweep } = await import("../exhaustive/sweep.ts");
const { runSeed } = await import("../run.ts");

const report = (caught: Catch): void => {
  process.stdout.write(`${JSON.stringify(caught)}\n`);
  process.exit(0);
};

const { story: first, by } = bug;
const isFirst = ({ name }: { readonly name: string }): boolean => name.includes(first);
const ordered = [...stories.filter(isFirst), ...stories.filter((story) => !isFirst(story))];
let runs = 0;
for (const story of quick ? ordered.slice(0, 1) : ordered) {
  const only = quick ? (by ?? "none") : undefined;
  const row = await sweep(
    story,
    { all: false, whole: true, together: 1, pairs: 0, every: 1, seed: 1 },
    { stopsAtFirst: true, only },
  );
  runs += 1 + row.kills + row.freezes + row.faults + row.drops + row.pairs;
  if (row.failures[0] !== undefined) report({ found: row.failures[0], runs, seeds: 0 });
}
for (let seed = 1; seed <= mostSeeds; seed++) {
  const { violations } = await runSeed(seed);
  const [violation] = violations;
  if (violation !== undefined)
    report({
      found: `seed ${seed}: ${violation.oracle} at ${violation.at} s: ${violation.message}`,
      runs,
      seeds: seed,
    });
}
report({ found: undefined, runs, seeds: mostSeeds });
