import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";
import { exampleWorlds, helmTests, leftOutVariable, slowTests, slowWorlds } from "./test/slow-tests.ts";

/** They end what hangs, and no test has others: none fails on a machine that is slow, or busy elsewhere. */
const limits = { testTimeout: 1_800_000, hookTimeout: 1_800_000 };
const leftOut = (process.env[leftOutVariable] ?? "").split(",").filter((file) => file !== "");
/** Tests with real servers, which mostly wait. */
const servers = {
  ...limits,
  maxWorkers: 4,
  sequence: { groupOrder: 2 },
};
/** Tests that compute, on a virtual clock. */
const worlds = {
  ...limits,
  // As in the unit tier: loading the source again for each file took a fifth of the time.
  isolate: false,
  maxWorkers: "100%",
  setupFiles: ["test/setup.ts"],
  sequence: { groupOrder: 1 },
};

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...limits,
          name: "unit",
          // Nothing here keeps state in a module; without it the tier takes a third of the time.
          isolate: false,
          maxWorkers: "100%",
          unstubEnvs: true,
          setupFiles: ["test/setup.ts"],
          include: ["test/**/*.test.ts"],
          exclude: [
            "test/stories/**",
            "test/simulation/**",
            "test/integration/**",
            "test/examples/**",
            "test/packaging/**",
            "test/main.test.ts",
          ],
        },
      },
      {
        test: {
          ...worlds,
          name: "simulation",
          include: ["test/stories/**/*.test.ts", "test/simulation/**/*.test.ts", ...exampleWorlds],
          exclude: slowWorlds,
        },
      },
      {
        test: {
          ...worlds,
          name: "slow-worlds",
          include: slowWorlds,
        },
      },
      {
        test: {
          ...servers,
          name: "integration",
          include: ["test/integration/**/*.test.ts", "test/examples/**/*.test.ts", "test/main.test.ts"],
          exclude: [...slowTests, ...exampleWorlds, ...leftOut],
          globalSetup: ["test/integration/global-setup.ts"],
        },
      },
      {
        test: {
          ...servers,
          name: "packaging",
          include: ["test/packaging/**/*.test.ts"],
          exclude: [...slowTests, ...leftOut],
          globalSetup: ["test/packaging/global-setup.ts"],
        },
      },
      {
        test: {
          ...servers,
          name: "slow",
          include: slowTests,
          exclude: leftOut,
          globalSetup: ["test/integration/global-setup.ts", "test/packaging/global-setup.ts"],
        },
      },
      {
        test: {
          ...servers,
          name: "helm3",
          include: helmTests,
          exclude: leftOut,
          globalSetup: ["test/packaging/global-setup.ts"],
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.{ts,tsx}"],
      reporter: ["text-summary"],
      thresholds: {
        "src/controllers/**/{plan,diff,replacement,report,lacking,creating,leaving}.ts": { lines: 100, perFile: true },
      },
    },
  },
});
