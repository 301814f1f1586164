import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runApart } from "../apart.ts";
import { findsBugs } from "../finds-bugs.ts";
import { jobBugs } from "./bugs.ts";

/** The worlds of `npm test`; `npm run simulate -- --sort jobs` grows new ones. */
const given = { from: 100, count: 12 };

const source = (file: string): string => readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8");

it(`jobs run once and come to a result in ${given.count} worlds, from seed ${given.from} on`, async ({ signal }) => {
  const reported: string[] = [];
  const args = ["--seeds", String(given.count), "--from", String(given.from), "--processes", "1", "--first"];
  const code = await runApart("simulate.ts", [...args, "--sort", "jobs"], signal, (line) => reported.push(line));
  expect(code, reported.join("\n")).toBe(0);
  expect(reported.at(-1)).toMatch(`${given.count} worlds from seed ${given.from}: 0 with a broken promise`);
});

describe("a planted bug", () => {
  it.each(jobBugs)("“$name” has its place in the source", ({ changes }) => {
    for (const { file, was } of changes) expect(source(file).split(was), `${file}: ${was}`).toHaveLength(2);
  });
});

findsBugs(jobBugs, "jobs/hunt.ts", (index) => index % 3 === 0);
