/**
 * Mutation testing: `npm run mutate [-- FILE…]`. Stryker changes one thing of the source at a time; a change that no
 * test notices has survived. In groups with a list, each survivor must be in `survivors.ts` with the reason why it may
 * live, and each entry there must still be one. Prints tables by file and by folder; exit 1 when the lists differ or a
 * file of such a group is below its score.
 */

import { readFileSync } from "node:fs";
import Stryker from "@stryker-mutator/core";
import { type Group, groups, leastScore } from "./groups.ts";
import { survivors } from "./survivors.ts";
import { differences, folderTable, type Mutant, mutantText, table, wordsOnly } from "./verdict.ts";

const wanted = process.argv.slice(2);
const selected = groups
  .map((group) => ({ ...group, files: group.files.filter((file) => isWanted(file)) }))
  .filter(({ files }) => files.length > 0);
if (selected.length === 0) {
  console.error(`no file of scripts/mutate/groups.ts matches ${wanted.join(", ")}`);
  process.exit(1);
}
// A property that draws other values each time would kill a mutant today and let it live tomorrow.
process.env["FC_SEED"] ??= "1";

const mutants: Mutant[] = [];
let unexpected = 0;
for (const group of selected) {
  const found = await mutantsOf(group);
  mutants.push(...found);
  if (!group.isListed) continue;
  // A group takes minutes: what it showed is told before the next one begins.
  const listed = survivors.filter(({ file }) => group.files.includes(file));
  const { unlisted, stale } = differences(found, listed);
  for (const mutant of unlisted) console.log(`survived, and is not listed: ${mutantText(mutant)}`);
  for (const entry of stale) console.log(`listed, and survives no more: ${mutantText(entry)}`);
  unexpected += unlisted.length + stale.length;
}

const files = selected.flatMap((group) => group.files);
const { text, below: low } = table(mutants, files, leastScore);
const below = low.filter((file) => selected.some((group) => group.isListed && group.files.includes(file)));
console.log(text);
console.log(folderTable(mutants));
for (const file of below) console.log(`${file} is below ${leastScore} %`);
process.exit(unexpected + below.length > 0 ? 1 : 0);

function isWanted(file: string): boolean {
  return wanted.length === 0 || wanted.some((part) => file.includes(part));
}

async function mutantsOf({ files, tests }: Group): Promise<Mutant[]> {
  const results = await new Stryker({
    mutate: [...files],
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: "scripts/mutate/vitest.config.ts", dir: tests, related: true },
    // Stryker rewrites a tsconfig.json with TypeScript's JavaScript API, which TypeScript 7 has not. Nothing here needs it.
    tsconfigFile: "none",
    coverageAnalysis: "perTest",
    concurrency: 1,
    // Long enough that a busy machine does not make a slow run look like an endless one.
    timeoutMS: 30_000,
    reporters: ["progress-append-only"],
    allowConsoleColors: false,
    tempDirName: ".cache/stryker",
    ignorePatterns: [".cache", "coverage", "dist"],
  }).runMutationTest();
  const lines = new Map(files.map((file) => [file, readFileSync(file, "utf8").split("\n")]));
  return results
    .filter(({ status }) => status !== "Ignored")
    .map(({ fileName, location, mutatorName, replacement, status }) => {
      const file = files.find((one) => fileName.replaceAll("\\", "/").endsWith(one)) ?? fileName;
      const { start, end } = location;
      const source = lines.get(file) ?? [];
      return {
        file,
        line: start.line,
        in: (source[start.line - 1] ?? "").trim(),
        was: between(source, start, end),
        becomes: replacement ?? "",
        mutator: mutatorName,
        status,
      };
    })
    .filter((mutant) => !wordsOnly(mutant));
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** The source between two positions, on one line of text. */
function between(lines: readonly string[], start: Position, end: Position): string {
  const part = lines.slice(start.line - 1, end.line);
  const last = part.length - 1;
  return part
    .map((line, index) =>
      line.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined).trim(),
    )
    .join(" ");
}
