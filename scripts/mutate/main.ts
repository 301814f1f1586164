/**
 * Mutation testing: `npm run mutate [-- PART…]` runs Stryker on each group of `groups.ts`, or only on files with
 * a part in their path. Stryker makes one change of the source at a time; a change that no test detects has survived.
 * Prints the survivors and the score of each file. Exit code 1: a group is below its threshold.
 */

import Stryker from "@stryker-mutator/core";
import { type Group, groups } from "./groups.ts";

const parts = process.argv.slice(2);
const selected = groups
  .map((group) => ({ ...group, files: group.files.filter(isSelected) }))
  .filter(({ files }) => files.length > 0);
if (selected.length === 0) {
  console.error(`no file of scripts/mutate/groups.ts matches ${parts.join(", ")}`);
  process.exitCode = 1;
}
// With random values, a property would kill a mutant only sometimes.
process.env["FC_SEED"] ??= "1";
for (const group of selected) await mutate(group);

function isSelected(file: string): boolean {
  return parts.length === 0 || parts.some((part) => file.includes(part));
}

/** Stryker sets the exit code of the process if the score is below the threshold. */
async function mutate(group: Group): Promise<void> {
  await new Stryker({
    mutate: [...group.files],
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: "scripts/mutate/vitest.config.ts", dir: group.tests, related: true },
    // Golden stories cover texts for people, and the compiler covers most others.
    mutator: { excludedMutations: ["StringLiteral"] },
    thresholds: { high: 100, low: group.break, break: group.break },
    // Stryker rewrites a tsconfig.json with TypeScript's JavaScript API, which TypeScript 7 does not have. It is not needed here.
    tsconfigFile: "none",
    coverageAnalysis: "perTest",
    concurrency: 1,
    // Long enough that a slow run on a busy machine does not count as endless.
    timeoutMS: 30_000,
    reporters: ["progress-append-only", "clear-text"],
    clearTextReporter: { allowEmojis: false, reportTests: false, logTests: false },
    allowConsoleColors: false,
    tempDirName: ".cache/stryker",
    ignorePatterns: [".cache", "coverage", "dist"],
  }).runMutationTest();
}
