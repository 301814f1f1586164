import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

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
