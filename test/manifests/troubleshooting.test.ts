import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { pageName } from "../../scripts/reference/pages.ts";
import { kinds } from "../../src/api/v1alpha1/kinds.ts";
import { reasonsInCode } from "./code-reasons.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(root + path, "utf8");

const page = read("docs/troubleshooting.md");
const [written = "", list = ""] = page.split("\n## Every reason\n");
const reasons = new Set([...kinds.flatMap(({ kind }) => reasonsInCode(kind)), "Pending"]);

/** The reasons that headings explain. */
const explained = [...written.matchAll(/^### ([A-Z][A-Za-z]+(?:, [A-Z][A-Za-z]+)*)$/gm)].flatMap(([, heading = ""]) =>
  heading.split(", "),
);

/** The reasons of the tables under a heading of a kind's page, only of rows that match. */
function tableReasons(kind: string, heading: string, row = /./): readonly string[] {
  const text = read(`docs/kinds/${pageName(kind)}.md`);
  const [, section = ""] = text.split(`\n### ${heading}\n`);
  const rows = (section.split(/\n###? /)[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| `") && row.test(line));
  return rows.flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([A-Za-z]+)`/g)].map(([, one = ""]) => one));
}

describe("the page of troubleshooting", () => {
  test("lists every reason that the operator can give, with what it means", () => {
    const rows = [...list.matchAll(/^\| (?:\[)?`([A-Za-z]+)`[^|]*\| ([^|]+) \| ([^|]+) \|/gm)];
    const listed = new Set(rows.map(([, reason = ""]) => reason));
    expect([...reasons].filter((reason) => !listed.has(reason))).toEqual([]);
    expect([...listed].filter((reason) => !reasons.has(reason))).toEqual([]);
  });

  test("explains each that a person has to end: what it means, what to look at, what to do next", () => {
    const forPeople = kinds.flatMap(({ kind }) => [
      ...tableReasons(kind, "Stalled"),
      ...tableReasons(kind, "When AWS refuses"),
      ...tableReasons(kind, "Ready", /annotation|no operator/),
      ...tableReasons(kind, "Reconciling", /Stalled after|approval/),
      ...tableReasons(kind, "RolesReady", /Stalled/),
      ...tableReasons(kind, "EndpointsReady", /AWS does not offer/),
      ...tableReasons(kind, "Contested"),
    ]);
    expect(new Set(forPeople).size).toBeGreaterThan(50);
    expect(forPeople.filter((reason) => !explained.includes(reason))).toEqual([]);
  });

  test("explains none that does not exist, and each once", () => {
    expect(explained.filter((reason) => !reasons.has(reason))).toEqual([]);
    expect(new Set(explained).size).toBe(explained.length);
  });

  test("says under each heading of reasons what to do next", () => {
    const sections = written
      .split(/^##+ /m)
      .filter((section) => explained.some((reason) => section.startsWith(reason)));
    expect(sections.length).toBeGreaterThan(20);
    expect(sections.filter((section) => !section.includes("- Next:")).map((section) => section.split("\n")[0])).toEqual(
      [],
    );
  });
});
