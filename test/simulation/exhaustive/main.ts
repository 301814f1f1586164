/**
 * `npm run simulate:exhaustive -- [--story TEXT] [--all] [--pairs N|all] [--seed S]`: the table of all stories, each
 * told once for each single thing that may go wrong. `--all`: the whole of each story each time, and at every await,
 * also where nothing outside has changed since the one before. `--rows`: each row as soon as it is there, as JSON.
 * `--only JSON`: one telling with one disturbance, to read; with `--all`, by the numbers of a run with `--all`.
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { beginningOf, type Disturbance, tell } from "./run.ts";
import { stories } from "./stories.ts";
import { type Row, sweep, tableOf } from "./sweep.ts";

const { values } = parseArgs({
  options: {
    story: { type: "string", default: "" },
    only: { type: "string" },
    all: { type: "boolean", default: false },
    pairs: { type: "string", default: "4" },
    seed: { type: "string" },
    part: { type: "string", default: "1/1" },
    rows: { type: "boolean", default: false },
  },
});
/** Calls that fail in one telling. */
const together = 5;
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const chosen = stories.filter(({ name }) => name.includes(values.story));
if (chosen.length === 0) {
  process.stderr.write(
    `no story has "${values.story}" in its name; test/simulation/exhaustive/stories.ts has all names\n`,
  );
  process.exit(1);
}

if (values.only === undefined) await all();
else await one(JSON.parse(values.only) as Disturbance);

async function one(disturbance: Disturbance): Promise<void> {
  for (const story of chosen) {
    const from = values.all ? undefined : await beginningOf(story);
    const { trace, violations, end } = await tell(story, disturbance, { from });
    print(trace());
    for (const line of end) print(line);
    for (const { oracle, at, message } of violations) print(`${oracle} at ${at} s: ${message}`);
    if (violations.length > 0) process.exitCode = 1;
  }
}

async function all(): Promise<void> {
  const seed = Number(values.seed ?? Math.floor(performance.timeOrigin));
  const pairs = values.pairs === "all" ? "all" : Number(values.pairs);
  const [part = 1, of = 1] = values.part.split("/").map(Number);
  const rows: Row[] = [];
  for (const [index, story] of chosen.entries()) {
    if (index % of !== part - 1) continue;
    const row = await sweep(story, {
      all: values.all,
      whole: values.all,
      together: values.all ? 1 : together,
      pairs,
      seed,
    });
    rows.push(row);
    if (values.rows) {
      print(JSON.stringify(row));
      continue;
    }
    for (const failure of row.failures) print(failure);
    process.stderr.write(`${story.name}: ${row.failures.length} failures\n`);
  }
  if (!values.rows) print(`${tableOf(rows)}\npairs by seed ${seed}`);
  if (rows.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
}
