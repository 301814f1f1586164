import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { bugs } from "./bugs.ts";
import type { Catch } from "./hunt.ts";

const source = (file: string): string => readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8");

describe("a planted bug", () => {
  it.each(bugs.map((bug) => [bug.name, bug] as const))("“%s” has its place in the source", (_name, { changes }) => {
    for (const { file, was } of changes) expect(source(file).split(was), `${file}: ${was}`).toHaveLength(2);
  });

  it.each(bugs.map((bug, index) => [bug.name, bug, index] as const))(
    "“%s” is found in its story",
    async (_name, { by }, index) => {
      const hunt = fileURLToPath(new URL("hunt.ts", import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, [hunt, String(index), "quick"]);
      const { found, tellings } = JSON.parse(stdout) as Catch;
      expect(found).toBeDefined();
      if (by === undefined) expect(tellings).toBe(1);
    },
    120_000,
  );
});
