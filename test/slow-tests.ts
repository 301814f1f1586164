/**
 * Left to `npm run test:all`, which CI runs: what needs programs that few machines have, or minutes for what another
 * tier holds as well. docs/testing.md says for each what holds it meanwhile.
 */
export const slowTests = [
  "test/packaging/image.test.ts",
  "test/packaging/release-check.test.ts",
  "test/packaging/dashboard.test.ts",
  "test/packaging/site.test.ts",
  "test/packaging/monitoring.test.ts",
  "test/integration/migration-page.test.ts",
  "test/integration/semantics.test.ts",
  "test/integration/conformance.test.ts",
  "test/integration/conformance-stories.test.ts",
  "test/integration/seed-by-cli.test.ts",
  "test/integration/simulator-readme.test.ts",
  "test/integration/jobs.test.ts",
  "test/integration/stories/made-by-boto3.test.ts",
  "test/integration/stories/moto*.test.ts",
  "test/integration/stories/crashes.test.ts",
  "test/integration/stories/frozen.test.ts",
  "test/integration/stories/network-examples.test.ts",
  "test/packaging/getting-started.test.ts",
  "test/packaging/install-namespaces.test.ts",
];

/**
 * The environment variable by which `npm test` leaves files out, with commas between them, because a program is missing. The
 * option `--exclude` of the runner leaves nothing out where projects have includes of their own.
 */
export const leftOutVariable = "AWS_BATCH_OPERATOR_TESTS_LEFT_OUT";

/** Those of them that compute. */
export const slowWorlds = [
  "test/simulation/bugs/other-bugs.test.ts",
  "test/simulation/attacker/other-bugs.test.ts",
  "test/simulation/jobs/other-bugs.test.ts",
  "test/simulation/events/other-bugs.test.ts",
  "test/simulation/exhaustive/other-runs-*.test.ts",
  "test/simulation/other-imports.test.ts",
  "test/simulation/conformance-killed.test.ts",
];

/** By Helm 4 in the packaging tier or among the slow tests, and by Helm 3 in a tier of its own. */
export const helmTests = [
  "test/packaging/chart.test.ts",
  "test/packaging/definitions.test.ts",
  "test/packaging/helm-jobs.test.ts",
  "test/packaging/install.test.ts",
  "test/packaging/install-namespaces.test.ts",
  "test/packaging/manifests.test.ts",
  "test/packaging/readme.test.ts",
];

/** Worlds of examples: they compute, and use no server but the simulator's. */
export const exampleWorlds = [
  "test/examples/blue-green-story.test.ts",
  "test/examples/jobs.test.ts",
  "test/examples/mistakes.test.ts",
  "test/examples/networks.test.ts",
  "test/examples/plan.test.ts",
  "test/examples/virtual-world.test.ts",
];
