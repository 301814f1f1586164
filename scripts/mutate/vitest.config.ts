/** The unit tier and the stories, over a source in which each planned mutation has its switch. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import base from "../../vitest.config.ts";
import type { Planned } from "./plan.ts";
import { withSwitches } from "./switches.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const planned = JSON.parse(readFileSync(process.env["MUTATIONS"] ?? "", "utf8")) as readonly Planned[];
const byPath = Map.groupBy(planned, ({ path }) => `${root}${path}`);

const switches = {
  name: "switches",
  enforce: "pre" as const,
  transform(text: string, id: string) {
    const mutations = byPath.get(id);
    return mutations && { code: withSwitches(text, mutations), map: null };
  },
};

const without = [
  // Types, spelling and files do not change with a switch.
  "test/contracts/**",
  // Most run in processes that load the source by themselves; all take minutes.
  "test/simulation/{worlds-*,regression}.test.ts",
  "test/simulation/*/**",
];

interface Project {
  readonly test: { readonly name: string; readonly setupFiles?: readonly string[] };
}

const projects = (base.test?.projects ?? []) as unknown as readonly Project[];
export default defineConfig({
  root,
  test: {
    projects: projects
      .filter(({ test }) => test.name === "unit" || test.name === "simulation")
      .map(({ test }) => ({
        plugins: [switches],
        test: {
          ...test,
          // It knows a module by its text alone, and would serve one with the switches of another run.
          fsModuleCache: false,
          setupFiles: ["scripts/mutate/setup.ts", ...(test.setupFiles ?? [])],
          exclude: [...((test as { exclude?: string[] }).exclude ?? []), ...without],
        },
      })) as never,
  },
});
