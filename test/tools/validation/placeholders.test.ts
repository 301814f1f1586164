import { expect, test } from "vitest";
import { placeholdersIn } from "../../../src/tools/validation/placeholders.ts";

test("a value that waits for a person is found at any depth, and only as a whole value", () => {
  const environment = [
    { name: "A", value: "TODO" },
    { name: "TODO list", value: "do TODO" },
  ];
  expect(placeholdersIn({ spec: { environment, parameters: { key: "TODO" }, priority: 1, state: null } })).toEqual([
    ["spec", "environment", 0, "value"],
    ["spec", "parameters", "key"],
  ]);
});
