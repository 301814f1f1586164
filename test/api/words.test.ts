import { expect, test } from "vitest";
import { counted, durationText } from "../../src/api/words.ts";

test.each([
  [counted(0, "job"), "0 jobs"],
  [counted(1, "job"), "1 job"],
  [counted(2, "job"), "2 jobs"],
  [counted(1, "entry", "entries"), "1 entry"],
  [counted(2, "entry", "entries"), "2 entries"],
])("one is one, and more are many: %s", (text, expected) => {
  expect(text).toBe(expected);
});

test.each([
  [0, "0s"],
  [-5000, "0s"],
  [59_999, "59s"],
  [60_000, "1m"],
  [192_000, "3m12s"],
  [7_500_000, "2h5m"],
  [86_400_000, "1d"],
  [273_600_000, "3d4h"],
])("shows %i ms as %s", (durationMs, expected) => {
  expect(durationText(durationMs)).toBe(expected);
});
