import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bugs } from "./bugs.ts";
import { plantsBugs } from "./plants-bugs.ts";

const source = (file: string): string => readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8");

describe("a planted bug", () => {
  it.each(bugs.map((bug) => [bug.name, bug] as const))("“%s” has its place in the source", (_name, { changes }) => {
    for (const { file, was } of changes) expect(source(file).split(was), `${file}: ${was}`).toHaveLength(2);
  });
});

plantsBugs((index) => index % 3 === 0);
