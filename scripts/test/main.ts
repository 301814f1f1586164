/**
 * `npm test`: every tier that needs Node alone, and Go where the control plane has to be built. `npm run test:all` adds
 * what takes minutes more, or programs of other people. What this machine lacks is said first; the last line has the
 * counts. Exit 1 when a test failed or none ran.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countsOf, countsText, isSuccess, type Report } from "./counts.ts";
import { isCi, missingText, tools } from "./tools.ts";

const { values } = parseArgs({ options: { all: { type: "boolean", default: false } } });

/** Each in a runner of its own: coverage slows all that it counts, and servers must not run beside what computes. */
const runs: readonly (readonly string[])[] = [
  ["--project", "unit", "--coverage"],
  ["--project", "simulation"],
  ["--project", "integration", "--project", "packaging"],
  ...(values.all ? [["--project", "slow"]] : []),
];

/** Characters of standard error that are kept of each run. */
const keptErrors = 4000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "test-reports-"));
const began = performance.now();

const lacking = values.all ? tools.filter((tool) => tool.missing() !== undefined) : [];
for (const tool of lacking) print(missingText(tool, isCi()) ?? "");
const leftOut = isCi() ? [] : lacking.flatMap(({ files }) => files.flatMap((file) => ["--exclude", file]));

const reports: (Report | undefined)[] = [];
/** The last words on standard error of each run that failed: what is not a failed test stands nowhere else. */
const faults: string[] = [];
try {
  for (const [index, run] of runs.entries()) {
    const file = join(directory, `${index}.json`);
    const output = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const args = [vitest, "run", ...run, ...leftOut, ...output];
    const child = spawn(process.execPath, args, { stdio: ["inherit", "inherit", "pipe"] });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      process.stderr.write(text);
      errors = `${errors}${text}`.slice(-keptErrors);
    });
    const [code] = (await once(child, "close")) as [number | null];
    // Also without a failed test: lines that are not covered, an error outside of any test.
    if (code !== 0) faults.push(`vitest run ${run.join(" ")} ended with ${code ?? "a signal"}:\n${errors.trim()}`);
    reports.push(reportIn(file));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
const counts = countsOf(reports);
if (isSuccess(counts)) for (const fault of faults) print(`no test failed, but ${fault}`);
print(`${runs.length} runs in ${Math.round((performance.now() - began) / 1000)} s`);
print(countsText(counts));
process.exitCode = isSuccess(counts) && faults.length === 0 ? 0 : 1;

function reportIn(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
