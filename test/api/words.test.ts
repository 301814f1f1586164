import { expect, test } from "vitest";
import { counted } from "../../src/api/words.ts";

test.each([
  [counted(0, "job"), "0 jobs"],
  [counted(1, "job"), "1 job"],
  [counted(2, "job"), "2 jobs"],
  [counted(1, "entry", "entries"), "1 entry"],
  [counted(2, "entry", "entries"), "2 entries"],
])("one is one, and more are many: %s", (text, expected) => {
  expect(text).toBe(expected);
});
