/**
 * Tests of the tests, by bugs that are planted one at a time:
 *
 * - `npm run mutate [-- PART…]`: every mutation of the files with a part in their path, by default those that differ from the branch main,
 *   against the tests of their folders.
 * - `npm run plant -- --seed N [--count 80] [PART…]`: one mutation that compiles at each of some places that the seed draws from
 *   the files with a part in their path, by default all, against every unit test and story. Without parts, the results go to
 *   `scripts/mutate/planted/N.md`. With one, the share that was noticed must not be below that of `baseline.json`, which it raises.
 *
 * Both print what survived. Exit 1 if something did.
 */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CompiledCopy } from "./compiled.ts";
import { folderOfTests, hasSurvived, judged, lineOf, type Verdict } from "./judge.ts";
import { plantedPage } from "./page.ts";
import { allOf, drawn, type Planned } from "./plan.ts";
import type { SourceFile } from "./syntax.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values, positionals } = parseArgs({
  options: {
    seed: { type: "string" },
    count: { type: "string", default: "80" },
    processes: { type: "string", default: "2" },
  },
  allowPositionals: true,
});
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const linesOf = (...args: readonly string[]): readonly string[] =>
  execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n");
const isSource = (path: string): boolean => /^src\/.*\.tsx?$/u.test(path);
const fileAt = (path: string): SourceFile => ({ path, text: readFileSync(`${root}${path}`, "utf8") });
const sources = linesOf("ls-files", "src").filter(isSource);
const processes = Number(values.processes);

const named = (paths: readonly string[], parts: readonly string[]): readonly string[] =>
  paths.filter((path) => parts.some((part) => path.includes(part)));

const verdicts = values.seed === undefined ? await mutate() : await plant(Number(values.seed), Number(values.count));
const survivors = verdicts.filter(hasSurvived);
for (const verdict of survivors)
  print(`survived: ${lineOf(verdict)}\n  ${verdict.mutation.text.replaceAll(/\s+/gu, " ").slice(0, 300)}`);
print(`${verdicts.length} mutations, ${survivors.length} survived`);
process.exitCode = survivors.length > 0 ? 1 : 0;
if (values.seed !== undefined && positionals.length === 1) raiseBaseline(positionals[0] ?? "");

async function mutate(): Promise<readonly Verdict[]> {
  const changed = linesOf("diff", "--name-only", "main", "--", "src");
  const parts = positionals.length > 0 ? positionals : changed.filter((path) => path !== "");
  const paths = named(sources, parts);
  const verdicts: Verdict[] = [];
  for (const [folder, ofFolder] of Map.groupBy(paths, folderOfTests)) {
    const planned = allOf(ofFolder.map(fileAt));
    verdicts.push(...(await judged({ planned, root, folder, processes, onProgress: print })));
  }
  return verdicts;
}

async function plant(seed: number, count: number): Promise<readonly Verdict[]> {
  const paths = positionals.length > 0 ? named(sources, positionals) : sources;
  const planned = compiling(paths.map(fileAt), count, seed);
  const verdicts = await judged({ planned, root, folder: "test/", processes, onProgress: print });
  if (positionals.length === 0) writeFileSync(`${root}scripts/mutate/planted/${seed}.md`, plantedPage(seed, verdicts));
  return verdicts;
}

/** Percent of the planted bugs that tests noticed, by the part of the path that was drawn from. It may only rise. */
function raiseBaseline(part: string): void {
  const path = `${root}scripts/mutate/baseline.json`;
  const baseline = JSON.parse(readFileSync(path, "utf8")) as Record<string, number>;
  const before = baseline[part] ?? 0;
  const now = Math.floor(100 - (100 * survivors.length) / verdicts.length);
  print(`${part}: ${now} % noticed, ${before} % before`);
  if (now > before) writeFileSync(path, `${JSON.stringify({ ...baseline, [part]: now }, null, 2)}\n`);
  process.exitCode = now < before ? 1 : 0;
}

/** Drawn again without those that the compiler refuses, until it takes all of them. */
function compiling(files: readonly SourceFile[], count: number, seed: number): readonly Planned[] {
  const copy = new CompiledCopy(root);
  const refused = new Set<string>();
  for (;;) {
    const planned = drawn(files, count, seed, (mutation) => !refused.has(keyOf(mutation)));
    const errors = copy.errors(planned);
    const found = planned.filter(({ path }) => errors.has(path));
    if (found.length === 0) return planned;
    print(`the compiler refuses ${found.length} of ${planned.length}`);
    for (const mutation of found) refused.add(keyOf(mutation));
  }
}

function keyOf({ path, start, end, text }: Omit<Planned, "id">): string {
  return `${path} ${start} ${end} ${text}`;
}
