import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const page = readFileSync("docs/threat-model.md", "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| it tries to"));
const testsOf = (row: string): readonly string[] =>
  [...(row.split("|").at(-2) ?? "").matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path);

test("the threat model has six attackers, each with threats", () => {
  const attackers = page.split(/^## /m).filter((section) => section.includes("| it tries to"));
  expect(attackers).toHaveLength(7);
  expect(rows.length).toBeGreaterThan(20);
});

test("each threat says what stops it and what does not, and names its tests", () => {
  const incomplete = rows.filter(
    (row) =>
      row.split("|").length !== 6 ||
      row
        .split("|")
        .slice(1, -1)
        .some((cell) => cell.trim() === ""),
  );
  expect(incomplete).toEqual([]);
  expect(rows.filter((row) => testsOf(row).length === 0)).toEqual([]);
});

test("each test that the threat model names exists", () => {
  const named = [...new Set(rows.flatMap(testsOf))];
  expect(named.filter((path) => !/^test\/.*\.test\.ts$/.test(path) || !existsSync(path))).toEqual([]);
});
