import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { overview } from "../../../scripts/record/overview.ts";

test.each(["light", "dark"] as const)("the %s picture in README is the one of this script", (scheme) => {
  expect(readFileSync(`docs/pictures/overview-${scheme}.svg`, "utf8")).toBe(overview(scheme));
});

test("each step of the legend has its number in the drawing", () => {
  const numbers = [...overview("light").matchAll(/class="n"[^>]*>(\d)</g)].map(([, number = ""]) => number);
  expect(numbers.toSorted()).toEqual(["1", "1", "2", "2", "3", "3", "4", "4"]);
});
