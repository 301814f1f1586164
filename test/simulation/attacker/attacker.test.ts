import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { answerOf, runApart } from "../apart.ts";
import { tenantBugs } from "./bugs.ts";
import { widerFrom } from "./wider.ts";

/** The worlds of `npm test`; `npm run simulate -- --sort attacked` grows new ones. */
const given = [
  { from: 100, count: 8 },
  { from: widerFrom, count: 6 },
];

const source = (file: string): string => readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8");

describe.each(given)("in $count worlds, from seed $from on", ({ from, count }) => {
  it("a tenant harms no other", { timeout: 1_800_000 }, async ({ signal }) => {
    const reported: string[] = [];
    const args = [
      "--seeds",
      String(count),
      "--from",
      String(from),
      "--processes",
      "1",
      "--first",
      "--sort",
      "attacked",
    ];
    const code = await runApart("simulate.ts", args, signal, (line) => reported.push(line));
    expect(code, reported.join("\n")).toBe(0);
    expect(reported.at(-1)).toMatch(`${count} worlds from seed ${from}: 0 with a broken promise`);
  });
});

const bugs = tenantBugs.map((bug, index) => [bug.name, bug, index] as const);

describe("a planted bug", () => {
  it.each(bugs)("“%s” has its place in the source", (_name, { changes }) => {
    for (const { file, was } of changes) expect(source(file).split(was), `${file}: ${was}`).toHaveLength(2);
  });

  it.each(bugs)("“%s” is found in its world", { timeout: 600_000 }, async (_name, _bug, index) => {
    expect(await answerOf("attacker/hunt.ts", [String(index)], 600_000)).not.toBeNull();
  });
});
