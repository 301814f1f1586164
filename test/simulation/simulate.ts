/**
 * Worlds by the night, or one of them to read:
 *
 * - `npm run simulate -- --seeds 100000 [--from 1] [--processes 4]`: that many, by default on every core; without
 *   `--from` fresh ones
 * - with `--first` no more after the first broken promise; with `--no-shrink` broken promises are not shrunk
 * - with `--sort attacked` worlds of three tenants, of whom one attacks the others; with `--sort jobs` worlds of jobs
 * - `npm run simulate -- --seed 7 [--trace]`: one, with `--trace` as a story; a broken promise is shrunk
 */

import { availableParallelism } from "node:os";
import process from "node:process";
import { runApart } from "./apart.ts";
import { numbersOf, optionsOf } from "./options.ts";
import { storyText, violationText } from "./report-text.ts";
import { runSeed } from "./run.ts";
import { shrunkText } from "./shrink.ts";
import type { Sort } from "./story.ts";
import { none, sumOf, type Totals, totalsOf, type Worlds } from "./worlds.ts";

/** Worlds that a process makes before it ends: what it keeps in memory does not grow over the night. */
const worldsPerProcess = 250;

const usage = `npm run simulate -- [--seeds COUNT] [--from SEED] [--processes COUNT] [--first] [--no-shrink] [--sort plain|attacked|jobs]
npm run simulate -- --seed SEED [--trace] [--no-shrink] [--sort plain|attacked|jobs]`;
const { values } = optionsOf(
  {
    seed: { type: "string" },
    seeds: { type: "string" },
    from: { type: "string" },
    processes: { type: "string" },
    trace: { type: "boolean", default: false },
    "no-shrink": { type: "boolean", default: false },
    first: { type: "boolean", default: false },
    sort: { type: "string", default: "plain" },
  },
  usage,
);
const numbers = numbersOf(
  { seed: values.seed, seeds: values.seeds, from: values.from, processes: values.processes },
  { seed: 0, seeds: 1, from: 0, processes: 1 },
  usage,
);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const sorts: readonly Sort[] = ["plain", "attacked", "jobs"];
const sort = sortOf(values.sort);

if (numbers.seed === undefined) await many();
else await one(numbers.seed);

function sortOf(text: string): Sort {
  const found = sorts.find((one) => one === text);
  if (found === undefined) throw new Error(`--sort is not one of ${sorts.join(", ")}`);
  return found;
}

async function one(seed: number): Promise<void> {
  print(`1 world from seed ${seed}`);
  const outcome = await runSeed(seed, sort);
  if (values.trace) print(`${storyText(outcome)}\n\n${outcome.trace()}`);
  if (outcome.violations.length > 0) {
    print(violationText(outcome));
    if (!values["no-shrink"]) print(await shrunkText(outcome));
  }
  report(seed, totalsOf(outcome));
}

async function many(): Promise<void> {
  const { seeds: count = 100, processes = availableParallelism() } = numbers;
  const from = numbers.from ?? Math.floor(performance.timeOrigin) % 2 ** 31;
  print(`${count} ${count === 1 ? "world" : "worlds"} from seed ${from}`);
  let next = from;
  let totals = none;
  const take = (line: string): void => {
    if (!line.startsWith("{")) {
      print(line);
      return;
    }
    const before = totals.worlds;
    totals = sumOf(totals, JSON.parse(line) as Totals);
    const hundreds = ({ worlds }: Pick<Totals, "worlds">): number => Math.floor(worlds / 100);
    if (hundreds(totals) > hundreds({ worlds: before }) && totals.worlds < count) {
      print(`${totals.worlds} worlds, ${totals.failed} with a broken promise`);
    }
  };
  const work = async (): Promise<void> => {
    while (next < from + count && !(values.first && totals.failed > 0)) {
      const start = next;
      next = Math.min(from + count, start + worldsPerProcess);
      const { first, "no-shrink": whole } = values;
      await inProcess({ from: start, count: next - start, first, sort, shrinks: !whole }, take);
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  report(from, totals);
}

async function inProcess(worlds: Worlds, take: (line: string) => void): Promise<void> {
  const code = await runApart("worlds-worker.ts", [JSON.stringify(worlds)], new AbortController().signal, take);
  if (code !== 0)
    throw new Error(`the process of the ${worlds.count} worlds from seed ${worlds.from} on ended with ${code}`);
}

function report(from: number, { worlds, failed, virtualSeconds, points, forgetful }: Totals): void {
  const seconds = (performance.now() / 1000).toFixed(0);
  const days = (virtualSeconds / 86_400).toFixed(1);
  const jobs = sort === "jobs" ? `, AWS has forgotten a job in ${forgetful} of them` : "";
  print(
    `${worlds} ${worlds === 1 ? "world" : "worlds"} from seed ${from}: ${failed} with a broken promise; ${days} days of virtual time, ${points} awaits of the network passed${jobs}, in ${seconds} s`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
}
