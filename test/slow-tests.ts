/**
 * Left to `npm run test:all`, which CI runs: what needs programs that few machines have, or minutes for what another
 * tier holds as well. docs/reliability.md says for each what holds it meanwhile.
 */
export const slowTests = [
  "test/packaging/image.test.ts",
  "test/packaging/dashboard.test.ts",
  "test/packaging/monitoring.test.ts",
  "test/packaging/install-helm-3.test.ts",
  "test/integration/stories/moto*.test.ts",
  "test/integration/stories/crashes.test.ts",
  "test/integration/stories/frozen.test.ts",
];
