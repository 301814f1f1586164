import { expect, it } from "vitest";
import { matchesAny } from "../../../src/controllers/ownership/glob.ts";

it.each<[string, string, boolean]>([
  ["abc", "abc", true],
  ["abc", "abcd", false],
  ["*", "", true],
  ["*", "anything", true],
  ["a*", "abc", true],
  ["a*", "bac", false],
  ["*c", "abc", true],
  ["*c", "abcd", false],
  ["a*c", "ac", true],
  ["a*c", "abbc", true],
  ["ab*bc", "abc", false],
  ["a*b*c", "axbxc", true],
  ["a*b*c", "axc", false],
  ["a*bc*c", "abc", false],
  ["a**c", "abc", true],
  ["a.c", "abc", false],
  ["[a]", "a", false],
  ["", "", true],
  ["", "a", false],
])("%s matches %s: %s", (glob, text, expected) => {
  expect(matchesAny([glob], text)).toBe(expected);
});

it("one of several is enough, and none matches nothing", () => {
  expect(matchesAny(["x", "a*"], "abc")).toBe(true);
  expect(matchesAny([], "abc")).toBe(false);
});
