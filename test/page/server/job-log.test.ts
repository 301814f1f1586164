import { expect, test } from "vitest";
import { jobLog, mostLogCharacters, mostLogLines } from "../../../src/page/server/job-log.ts";

const line = (at: number, text: string, container?: string) => ({ at, text, container });

test("the lines of several containers are in the order of time", () => {
  expect(jobLog([line(1000, "a"), line(3000, "c"), line(2000, "b", "side")])).toEqual({
    lines: [
      { at: "1970-01-01T00:00:01.000Z", container: undefined, text: "a" },
      { at: "1970-01-01T00:00:02.000Z", container: "side", text: "b" },
      { at: "1970-01-01T00:00:03.000Z", container: undefined, text: "c" },
    ],
    more: false,
  });
});

test("control characters are escapes that everybody sees, and tabs stay", () => {
  const { lines } = jobLog([line(0, "\u001b[31mred\u001b[0m\tcell\u202e")]);
  expect(lines[0]?.text).toBe("\\u001b[31mred\\u001b[0m\tcell\\u202e");
});

test("only the last lines are shown, and that there are older ones is said", () => {
  const { lines, more } = jobLog(Array.from({ length: mostLogLines + 1 }, (_, index) => line(index, `line ${index}`)));
  expect([lines.length, lines[0]?.text, lines.at(-1)?.text, more]).toEqual([
    mostLogLines,
    "line 1",
    `line ${mostLogLines}`,
    true,
  ]);
});

test("lines of many characters are fewer, and one that is too long alone is cut", () => {
  const half = "x".repeat(mostLogCharacters / 2);
  const few = jobLog([line(1, half), line(2, half), line(3, "end")]);
  expect([few.lines.map(({ text }) => text.length), few.more]).toEqual([[half.length, 3], true]);
  const one = jobLog([line(1, "before"), line(2, "y".repeat(mostLogCharacters + 1))]);
  expect([one.lines.map(({ text }) => text), one.more]).toEqual([[`${"y".repeat(mostLogCharacters)}…`], true]);
});
