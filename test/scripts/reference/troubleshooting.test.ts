import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type ReasonEntry, reasonsOf } from "../../../src/api/reasons.ts";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string): string => readFileSync(root + path, "utf8");

const page = read("docs/troubleshooting.md");
const [written = "", list = ""] = page.split("\n## Every reason\n");
const entries = kinds.flatMap(({ kind }) => reasonsOf(kind));
const reasons = new Set<string>(entries.map(({ reason }) => reason));

/** Whether it stays until a person does something, or may. */
function isForPeople({ place, means }: ReasonEntry): boolean {
  switch (place) {
    case "Stalled":
    case "refusal":
    case "Contested":
      return true;
    case "Ready":
      return /annotation|no operator/.test(means);
    case "Reconciling":
      return /Stalled after|approval/.test(means);
    case "RolesReady":
      return means.includes("Stalled");
    case "EndpointsReady":
      return means.includes("AWS does not offer");
    default:
      return false;
  }
}

/** The reasons that headings explain. */
const explained = [...written.matchAll(/^### ([A-Z][A-Za-z]+(?:, [A-Z][A-Za-z]+)*)$/gm)].flatMap(([, heading = ""]) =>
  heading.split(", "),
);

describe("the page of troubleshooting", () => {
  test("lists every reason in all its places, with its meaning", () => {
    const rows = [...list.matchAll(/^\| (?:\[)?`(\w+)`[^|]*\| ([^|]+) \| ([^|]+) \|/gm)];
    const listed = new Set(rows.map(([, reason = ""]) => reason));
    expect([...listed].toSorted()).toEqual([...reasons].toSorted());
    expect(rows.length).toBeGreaterThan(listed.size);
  });

  test("explains each that a person has to fix: its meaning, what to check, what to do next", () => {
    const forPeople = new Set(entries.filter(isForPeople).map(({ reason }) => reason));
    expect(forPeople.size).toBeGreaterThan(50);
    expect([...forPeople].filter((reason) => !explained.includes(reason))).toEqual([]);
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
