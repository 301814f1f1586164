import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runApart } from "../apart.ts";
import { findsBugs } from "../finds-bugs.ts";
import { armedFrom } from "./armed/generate.ts";
import { tenantBugs } from "./bugs.ts";
import { widerFrom } from "./wider.ts";

/** The worlds of `npm test`; `npm run simulate -- --sort attacked` grows new ones. */
const given = [
  { from: 100, count: 8 },
  { from: widerFrom, count: 6 },
  { from: armedFrom + 13, count: 6 },
  { from: armedFrom + 25, count: 1 },
  // What a list had shown of others after a restart waited for each deletion of one tenant.
  { from: 8_800_000_011, count: 1 },
  // A queue that AWS refused was tried again as fast as AWS takes calls.
  { from: 9_100_000_004, count: 1 },
  // A queue that its quota shares kept counted its jobs each ten seconds, and each share counted those of its queue by itself.
  { from: 9_500_000_063, count: 1 },
  { from: 9_500_000_142, count: 1 },
];

const source = (file: string): string => readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8");

describe.each(given)("in $count worlds, from seed $from on", ({ from, count }) => {
  it("a tenant harms no other", async ({ signal }) => {
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
    expect(reported.at(-1)).toMatch(new RegExp(`^${count} worlds? from seed ${from}: 0 with a broken promise`));
  });
});

describe("a planted bug", () => {
  it.each(tenantBugs)("“$name” has its place in the source", ({ changes }) => {
    for (const { file, was } of changes) expect(source(file).split(was), `${file}: ${was}`).toHaveLength(2);
  });
});

findsBugs(tenantBugs, "attacker/hunt.ts", (index) => index % 3 === 0);
