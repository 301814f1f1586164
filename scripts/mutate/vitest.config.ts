import { defineConfig } from "vitest/config";

/** The unit tier for mutants; the caller sets the folder. */
export default defineConfig({
  test: {
    isolate: false,
    unstubEnvs: true,
    setupFiles: ["test/setup.ts"],
    // As in the unit tier: on a busy machine the first run, without a mutant, would fail otherwise.
    testTimeout: 30_000,
    include: ["**/*.test.ts"],
    // Properties take ten times as long as all tables together, and their failures explain less.
    exclude: ["**/properties.test.ts"],
  },
});
