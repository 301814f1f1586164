import { describe, expect, test } from "vitest";
import { adoptableNames } from "../../../src/tools/import/adoptable-names.ts";

const many = Array.from({ length: 21 }, (_, index) => `prod-${index}`);

describe("what a namespace has to be allowed to adopt", () => {
  test.each<readonly [string, Parameters<typeof adoptableNames>, readonly string[]]>([
    ["are the names themselves", [["*"], ["b", "a", "b"], []], ["a", "b"]],
    ["is what a person chose", [["prod-*", "none-*"], ["prod-a", "prod-b"], ["prod-c"]], ["prod-*"]],
    [
      "are the names that a glob without a beginning found",
      [["prod-*", "*-gpu"], ["prod-a", "x-gpu"], []],
      ["prod-*", "x-gpu"],
    ],
    [
      "are beginnings where there are many names",
      [["*"], [...many, "lone", "other-a"], ["prod_x"]],
      ["lone", "other-a", "prod-*"],
    ],
    ["never let it adopt something else by a beginning", [["*"], many, ["prod-x"]], many.toSorted()],
  ])("%s", (_case, given, expected) => {
    expect(adoptableNames(...given)).toEqual(expected);
  });
});
