/**
 * `npm run simulate:exhaustive -- [--story TEXT] [--all] [--pairs N|all] [--every N] [--seed S|random]`: the table of all
 * stories, each run once for each single fault. `--all`: the whole of each story each time, and at
 * every await, also where nothing outside has changed since the one before. `--every 4`: one run in four, and by four
 * seeds in a row all of them. `--seed random`: other pairs than ever before. `--rows`: each row as soon as it is there,
 * as JSON.
 * `--only JSON`: one run with one disturbance, to read; with `--all`, by the numbers of a run with `--all`.
 */

import process from "node:process";
import { numbersOf, optionsOf, refuse } from "../options.ts";
import { beginningOf, type Disturbance, runStory } from "./run.ts";
import { stories } from "./stories.ts";
import { type Row, sweep, tableOf } from "./sweep.ts";

const usage = `npm run simulate:exhaustive -- [--story TEXT] [--all] [--pairs COUNT|all] [--every COUNT] [--seed SEED|random] [--part K/N] [--rows]
npm run simulate:exhaustive -- --story TEXT --only '{"kind":"kill","at":12}' [--all]`;
const { values } = optionsOf(
  {
    story: { type: "string", default: "" },
    only: { type: "string" },
    all: { type: "boolean", default: false },
    pairs: { type: "string", default: "4" },
    every: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    part: { type: "string", default: "1/1" },
    rows: { type: "boolean", default: false },
  },
  usage,
);
const numbers = numbersOf(
  {
    pairs: values.pairs === "all" ? undefined : values.pairs,
    every: values.every,
    seed: values.seed === "random" ? undefined : values.seed,
  },
  { pairs: 0, every: 1, seed: 0 },
  usage,
);
const [part = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(values.part) ?? []).slice(1).map(Number);
if (part < 1 || part > of) refuse([`--part ${values.part}: it takes which part of how many, e.g. 1/2`], usage);
/** Calls that fail in one run. */
const together = 8;
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const chosen = stories.filter(({ name }) => name.includes(values.story));
if (chosen.length === 0) {
  process.stderr.write(
    `no story has "${values.story}" in its name; test/simulation/exhaustive/stories.ts has all names\n`,
  );
  process.exit(1);
}

if (values.only === undefined) await all();
else await one(disturbanceIn(values.only));

function disturbanceIn(text: string): Disturbance {
  let given: { readonly kind?: unknown };
  try {
    given = Object(JSON.parse(text)) as { readonly kind?: unknown };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuse([`--only ${text}: it is not JSON (${error.message})`], usage);
  }
  const kinds: readonly Disturbance["kind"][] = ["kill", "freeze", "stop", "fail", "drop"];
  return kinds.some((kind) => kind === given.kind)
    ? (given as Disturbance)
    : refuse([`--only ${text}: its kind is none of ${kinds.join(", ")}`], usage);
}

async function one(disturbance: Disturbance): Promise<void> {
  for (const story of chosen) {
    const from = values.all ? undefined : await beginningOf(story);
    const { trace, violations, end } = await runStory(story, disturbance, { from });
    print(trace());
    for (const line of end) print(line);
    for (const { oracle, at, message } of violations) print(`${oracle} at ${at} s: ${message}`);
    if (violations.length > 0) process.exitCode = 1;
  }
}

async function all(): Promise<void> {
  const { seed = Math.floor(performance.timeOrigin), pairs = "all", every = 1 } = numbers;
  const rows: Row[] = [];
  for (const [index, story] of chosen.entries()) {
    if (index % of !== part - 1) continue;
    const row = await sweep(story, {
      all: values.all,
      whole: values.all,
      together: values.all ? 1 : together,
      pairs,
      every,
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
