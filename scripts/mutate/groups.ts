/** Source files that decide, and the folder of the unit tests that each mutant of them is run against. */
export interface Group {
  readonly files: readonly string[];
  readonly tests: string;
}

const kinds: readonly (readonly [kind: string, files: readonly string[]])[] = [
  ["compute-environment", ["plan", "predecessors", "diff", "replacement", "revalidation", "past-refusals", "report"]],
  ["job-queue", ["plan", "diff", "report"]],
  ["job-definition", ["plan", "report"]],
];

export const groups: readonly Group[] = [
  ...kinds.map(([kind, files]) => ({
    files: files.map((file) => `src/controllers/${kind}/${file}.ts`),
    tests: `test/controllers/${kind}`,
  })),
  { files: ["src/aws/errors.ts"], tests: "test/aws" },
  { files: ["leader", "reflector", "workqueue"].map((file) => `src/runtime/${file}.ts`), tests: "test/runtime" },
];

/** The least share of mutants, in percent, that the tests of each file must notice. */
export const leastScore = 85;
