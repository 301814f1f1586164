import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          // No test waits for time to pass; a machine that is busy elsewhere shall not fail one.
          testTimeout: 30_000,
          // Nothing here keeps state in a module; without it the tier takes a third of the time.
          isolate: false,
          unstubEnvs: true,
          setupFiles: ["test/setup.ts"],
          include: ["test/**/*.test.ts"],
          exclude: [
            "test/stories/**",
            "test/simulation/**",
            "test/integration/**",
            "test/examples/**",
            "test/packaging/**",
            "test/cli/main.test.ts",
          ],
        },
      },
      {
        test: {
          name: "simulation",
          testTimeout: 60_000,
          // One tier after the other: what computes would take the time of what waits for real servers.
          sequence: { groupOrder: 1 },
          setupFiles: ["test/setup.ts"],
          include: ["test/stories/**/*.test.ts", "test/simulation/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "integration",
          sequence: { groupOrder: 2 },
          include: ["test/integration/**/*.test.ts", "test/examples/**/*.test.ts", "test/cli/main.test.ts"],
          globalSetup: ["test/integration/global-setup.ts"],
          testTimeout: 240_000,
          // The first hook may install an emulator, on a machine that is busy with servers.
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: "packaging",
          sequence: { groupOrder: 3 },
          include: ["test/packaging/**/*.test.ts"],
          globalSetup: ["test/packaging/global-setup.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["src/**"],
      reporter: ["text-summary"],
      thresholds: {
        "src/controllers/**/{plan,diff,replacement,report,lacking,making,leaving}.ts": { lines: 100 },
      },
    },
  },
});
