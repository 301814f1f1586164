/** Source files of one folder, and the folder of the tests that each mutant of them is run against. */
export interface Group {
  readonly files: readonly string[];
  readonly tests: string;
  /** Minimum percentage of mutants that the tests must detect: Stryker's `thresholds.break`. */
  readonly break: number;
}

const inFolder = (folder: string, names: readonly string[]): readonly string[] =>
  names.map((name) => `${folder}/${name}.ts`);

export const groups: readonly Group[] = [
  {
    files: inFolder("src/controllers/kinds/compute-environment", [
      "plan",
      "predecessors",
      "diff",
      "replacement",
      "revalidation",
      "life",
      "report",
    ]),
    tests: "test/controllers/kinds/compute-environment",
    break: 90,
  },
  {
    files: inFolder("src/controllers/kinds/job-queue", ["plan", "fields", "report"]),
    tests: "test/controllers/kinds/job-queue",
    break: 90,
  },
  {
    files: inFolder("src/controllers/kinds/job-definition", ["plan", "report"]),
    tests: "test/controllers/kinds/job-definition",
    break: 90,
  },
  { files: ["src/aws/errors.ts"], tests: "test/aws", break: 95 },
  { files: inFolder("src/runtime", ["leader", "reflector", "workqueue"]), tests: "test/runtime", break: 90 },
  // Stories test the composition of the operator.
  { files: ["src/operator/settings.ts", "src/operator/compose.ts"], tests: "test/stories/wiring", break: 50 },
  { files: ["src/operator/operator.ts"], tests: "test/stories/wiring", break: 50 },
  { files: inFolder("src/operator", ["flags", "kubernetes"]), tests: "test/operator", break: 50 },
  { files: ["src/tools/manifests.ts"], tests: "test/tools", break: 50 },
  { files: inFolder("src/operator/run", ["options", "start", "health"]), tests: "test/operator", break: 80 },
  {
    files: inFolder("src/tools/local", ["start", "session", "state", "goal", "options"]),
    tests: "test/tools/local",
    break: 50,
  },
  {
    files: inFolder("src/kube", ["api", "client", "connection", "errors", "label-selector", "list", "watch-stream"]),
    tests: "test/kube",
    break: 50,
  },
  {
    files: inFolder("src/aws", ["budget", "calls", "listing", "names", "overlay", "region-cache"]),
    tests: "test/aws",
    break: 50,
  },
];
