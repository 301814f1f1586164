/** Source files that decide, and the folder of the tests that each mutant of them is run against. */
export interface Group {
  readonly files: readonly string[];
  readonly tests: string;
  /** Whether each survivor has to be in `survivors.ts`; else only the score is told. */
  readonly isListed: boolean;
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
    isListed: true,
  })),
  { files: ["src/aws/errors.ts"], tests: "test/aws", isListed: true },
  {
    files: ["leader", "reflector", "workqueue"].map((file) => `src/runtime/${file}.ts`),
    tests: "test/runtime",
    isListed: true,
  },
  // What puts the operator together is tried by its stories.
  { files: ["src/cli/settings.ts", "src/cli/operator/compose.ts"], tests: "test/stories/wiring", isListed: false },
  { files: ["src/operator.ts"], tests: "test/stories/wiring", isListed: false },
  {
    files: ["flags", "kubernetes", "manifests"].map((file) => `src/cli/${file}.ts`),
    tests: "test/cli",
    isListed: false,
  },
  { files: ["options", "start", "health"].map((file) => `src/cli/run/${file}.ts`), tests: "test/cli", isListed: false },
  {
    files: ["start", "session", "state", "goal", "options"].map((file) => `src/cli/local/${file}.ts`),
    tests: "test/cli/local",
    isListed: false,
  },
  {
    files: ["api", "client", "connection", "errors", "label-selector", "list", "watch-stream"].map(
      (file) => `src/kube/${file}.ts`,
    ),
    tests: "test/kube",
    isListed: false,
  },
  {
    files: ["budget", "calls", "listing", "names", "overlay", "region-cache"].map((file) => `src/aws/${file}.ts`),
    tests: "test/aws",
    isListed: false,
  },
];

/** The least share of mutants, in percent, that the tests of each file must notice whose survivors are listed. */
export const leastScore = 85;
