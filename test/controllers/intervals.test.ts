import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { laterMs } from "../../src/controllers/intervals.ts";

const controllers = fileURLToPath(new URL("../../src/controllers/", import.meta.url));

/** Lines that give a duration in figures; a moment in seconds becomes ms by `* 1000`. */
function durationsIn(source: string): readonly string[] {
  return source
    .split("\n")
    .filter((line) => /(?:Ms|Seconds)\b\s*[:=]\s*[1-9]|\d_000\b|(?<![*+/] )\b[1-9]\d*000\b/.test(line));
}

test.each([
  "const soonMs = 500;",
  "  checkInMs: 250,",
  "const defaultSoakSeconds = 600;",
  "return wait(message, 60_000);",
  "return wait(message, 1000);",
])("%s is a duration in figures", (line) => {
  expect(durationsIn(line)).toEqual([line]);
});

test("only the table of intervals gives durations in figures", () => {
  const others = globSync("**/*.ts", { cwd: controllers }).filter((file) => file !== "intervals.ts");
  expect(others.length).toBeGreaterThan(100);
  const found = others.flatMap((file) =>
    durationsIn(readFileSync(controllers + file, "utf8")).map((line) => `${file}: ${line}`),
  );
  expect(found).toEqual([]);
});

test.each([
  [0, 10_000],
  [100_000, 10_000],
  [300_000, 30_000],
  [24 * 3600_000, 600_000],
  [Number.POSITIVE_INFINITY, 600_000],
  [Number.NaN, 10_000],
])("after %d ms without progress the next check is in %d ms", (waitedMs, expected) => {
  expect(laterMs(waitedMs, 10_000)).toBe(expected);
});
