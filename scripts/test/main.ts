/**
 * `npm test`: every tier that needs only Node, and Go if the control plane must be built. `npm run test:all` adds
 * tests that take minutes or need other programs. It first lists programs that are missing here, whose tests are left out;
 * the last lines say how many those are, and have the counts, after all failures. Exit 1 if a test failed or none ran.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, matchesGlob } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { leftOutVariable, slowTests } from "../../test/slow-tests.ts";
import { countsOf, countsText, failuresOf, isSuccess, type Report } from "./counts.ts";
import { go, isCi, leftOutText, missingText, tools } from "./tools.ts";

const { values } = parseArgs({ options: { all: { type: "boolean", default: false } } });

const inProjects = (...names: readonly string[]): readonly string[] => names.flatMap((name) => ["--project", name]);
/** Each in a separate runner: coverage slows its tests down, and servers must not run at the same time as computations. */
const runs: readonly (readonly string[])[] = [
  [...inProjects("unit"), "--coverage"],
  inProjects("simulation", ...(values.all ? ["slow-worlds"] : [])),
  // Servers mostly wait: the more there are, the less of the machine is idle.
  inProjects("integration", "packaging", ...(values.all ? ["slow", "helm3"] : [])),
];

/** Kept characters of standard error of each run. */
const keptErrors = 4000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const directory = mkdtempSync(join(tmpdir(), "test-reports-"));
/** Processes that tests start take half of the time to begin; coverage would be less exact. */
const compiled = { NODE_COMPILE_CACHE: join(root, ".cache/compiled") };
const began = performance.now();

const needed = values.all ? [go, ...tools] : [go];
const lacking = needed.filter((tool) => tool.missing() !== undefined);
for (const tool of lacking) print(missingText(tool, isCi()) ?? "");
const leftOut = isCi() ? [] : lacking.flatMap(({ files }) => files);

const reports: (Report | undefined)[] = [];
/** The end of standard error of each failed run: errors outside of tests appear only there. */
const faults: string[] = [];
try {
  for (const [index, run] of runs.entries()) {
    const file = join(directory, `${index}.json`);
    const output = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const args = [vitest, "run", ...run, ...output];
    const env = {
      ...process.env,
      ...(run.includes("--coverage") ? {} : compiled),
      [leftOutVariable]: leftOut.join(","),
    };
    const child = spawn(process.execPath, args, { stdio: ["inherit", "inherit", "pipe"], env });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      process.stderr.write(text);
      errors = `${errors}${text}`.slice(-keptErrors);
    });
    const [code] = (await once(child, "close")) as [number | null];
    // Also without a failed test: uncovered lines, or an error outside of tests.
    if (code !== 0) faults.push(`vitest run ${run.join(" ")} ended with ${code ?? "a signal"}:\n${errors.trim()}`);
    reports.push(reportIn(file));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
const counts = countsOf(reports);
for (const failure of failuresOf(reports, root)) print(failure);
if (isSuccess(counts)) for (const fault of faults) print(`no test failed, but ${fault}`);
print(`${runs.length} runs in ${Math.round((performance.now() - began) / 1000)} s`);
const isInRun = (file: string): boolean => values.all || !slowTests.some((glob) => matchesGlob(file, glob));
const leftOutLine = isCi()
  ? undefined
  : leftOutText(lacking.map((tool) => ({ ...tool, files: tool.files.filter(isInRun) })));
if (leftOutLine !== undefined) print(leftOutLine);
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
