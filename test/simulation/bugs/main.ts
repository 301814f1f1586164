/**
 * `npm run simulate:bugs -- [--quick] [TEXT]`: plants each deliberate bug of `bugs.ts` and reports what finds it; exit 1
 * when one is not found. `--quick`: searches only the story named with it, with the named fault.
 */

import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { optionsOf } from "../options.ts";
import { bugs } from "./bugs.ts";
import type { Catch } from "./hunt.ts";

const hunt = fileURLToPath(new URL("hunt.ts", import.meta.url));
const {
  values: { quick },
  positionals: [text = ""],
} = optionsOf({ quick: { type: "boolean", default: false } }, "npm run simulate:bugs -- [--quick] [TEXT]", 1);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const sideBySide = 2;

const results: { readonly name: string; readonly caught: Catch }[] = [];
const waiting = bugs.map((bug, index) => ({ bug, index })).filter(({ bug }) => bug.name.includes(text));
if (waiting.length === 0) {
  process.stderr.write(`no planted bug has "${text}" in its name; test/simulation/bugs/bugs.ts has all names\n`);
  process.exit(1);
}
await Promise.all(Array.from({ length: sideBySide }, work));
results.sort((left, right) => indexOf(left.name) - indexOf(right.name));

print("| planted bug | found by | runs | seeds |");
print("|---|---|---|---|");
for (const { name, caught } of results) {
  print(
    `| ${name} | ${caught.found === undefined ? "NOT FOUND" : oracleOf(caught.found)} | ${caught.runs} | ${caught.seeds} |`,
  );
}
const missed = results.filter(({ caught }) => caught.found === undefined);
print(`${results.length - missed.length} of ${results.length} found`);
process.exitCode = missed.length === 0 ? 0 : 1;

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [hunt, String(next.index), ...(quick ? ["quick"] : [])],
      { maxBuffer: 1e8 },
    );
    const caught = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Catch;
    results.push({ name: next.bug.name, caught });
    process.stderr.write(`${next.bug.name}: ${caught.found ?? "NOT FOUND"}\n`);
  }
}

function indexOf(name: string): number {
  return bugs.findIndex((bug) => bug.name === name);
}

/** Story and oracle of a finding, without its details. */
function oracleOf(found: string): string {
  const [where = "", what = ""] = found.split(/: (.*)/s);
  const short = what.replace(/ at [\d.]+ s: .*/s, "").replace(/(the end is another one).*/s, "$1");
  const cut = /writes, \d+ of them refused/.test(short) ? "more writes than needed, or refused ones" : short;
  return `${where.replace(/\{.*"kind":"(\w+)".*/, "$1").replaceAll("|", "/")}: ${cut.slice(0, 100).replaceAll("|", "/")}`;
}
