/**
 * Mutation testing: `npm run mutate [-- PART…]` runs Stryker on each group of `groups.ts`, or only on the files whose
 * path contains a part. Stryker changes one thing of the source at a time; a change that no test notices has survived.
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
// A property that draws other values each time would kill a mutant today and let it live tomorrow.
process.env["FC_SEED"] ??= "1";
for (const group of selected) await mutate(group);

function isSelected(file: string): boolean {
  return parts.length === 0 || parts.some((part) => file.includes(part));
}

/** Stryker sets the exit code of the process when the score is below the threshold. */
async function mutate(group: Group): Promise<void> {
  await new Stryker({
    mutate: [...group.files],
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: "scripts/mutate/vitest.config.ts", dir: group.tests, related: true },
    // Golden stories hold the words for people, and the compiler holds most other texts.
    mutator: { excludedMutations: ["StringLiteral"] },
    thresholds: { high: 100, low: group.break, break: group.break },
    // Stryker rewrites a tsconfig.json with TypeScript's JavaScript API, which TypeScript 7 has not. Nothing here needs it.
    tsconfigFile: "none",
    coverageAnalysis: "perTest",
    concurrency: 1,
    // Long enough that a busy machine does not make a slow run look like an endless one.
    timeoutMS: 30_000,
    reporters: ["progress-append-only", "clear-text"],
    clearTextReporter: { allowEmojis: false, reportTests: false, logTests: false },
    allowConsoleColors: false,
    tempDirName: ".cache/stryker",
    ignorePatterns: [".cache", "coverage", "dist"],
  }).runMutationTest();
}
