import { defineConfig } from "vitest/config";

/** The unit tier for mutants: the folder is given by whoever runs it. */
export default defineConfig({
  test: {
    isolate: false,
    unstubEnvs: true,
    setupFiles: ["test/setup.ts"],
    include: ["**/*.test.ts"],
    // Properties take ten times as long as all tables together, and say less of what is wrong.
    exclude: ["**/properties.test.ts"],
  },
});
