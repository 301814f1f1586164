/** Which mutations the compiler lets through. */

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Planned } from "./plan.ts";

/** A copy of the source in `.cache/mutate`, which the compiler checks with mutations written into it. */
export class CompiledCopy {
  readonly #root: string;
  readonly #copy: string;

  constructor(root: string) {
    this.#root = root;
    this.#copy = join(root, ".cache/mutate");
    mkdirSync(this.#copy, { recursive: true });
    for (const part of [
      "src",
      "test",
      "scripts",
      "bench",
      "site",
      "bin",
      "tsconfig.json",
      "package.json",
      "vitest.config.ts",
    ])
      cpSync(join(root, part), join(this.#copy, part), {
        recursive: true,
        filter: (path) => !path.includes("node_modules"),
      });
    if (!existsSync(join(this.#copy, "node_modules")))
      symlinkSync(join(root, "node_modules"), join(this.#copy, "node_modules"));
  }

  /** The paths, relative to the root, in which the compiler finds an error while all these mutations are in the source at once. */
  errors(mutations: readonly Planned[]): ReadonlySet<string> {
    const original = (path: string): string => readFileSync(join(this.#root, path), "utf8");
    const byPath = Map.groupBy(mutations, ({ path }) => path);
    for (const [path, ofFile] of byPath) writeFileSync(join(this.#copy, path), mutatedText(original(path), ofFile));
    const { stdout } = spawnSync(join(this.#root, "node_modules/.bin/tsc"), ["--pretty", "false"], {
      cwd: this.#copy,
      encoding: "utf8",
    });
    for (const path of byPath.keys()) writeFileSync(join(this.#copy, path), original(path));
    return new Set([...stdout.matchAll(/^([^(\s]+)\(\d+,\d+\): error/gmu)].map(([, path]) => path ?? ""));
  }
}

/** The text with all these mutations in the place of what was there. */
function mutatedText(text: string, mutations: readonly Planned[]): string {
  return mutations
    .toSorted((a, b) => b.start - a.start)
    .reduce((done, { start, end, text: by }) => `${done.slice(0, start)}(${by})${done.slice(end)}`, text);
}
