import { expect, test } from "vitest";
import { rememberedIn, rememberedText } from "../../../src/cli/import/remembered.ts";

test("what was written is read again, and its text does not depend on an order", () => {
  const specs = new Map([
    ["b", { x: 1 }],
    ["a", { y: [2] }],
  ]);
  const text = rememberedText(specs);
  expect(text).toBe(rememberedText(new Map([...specs].reverse())));
  expect(new Map(rememberedIn(text, "f"))).toEqual(specs);
  expect(rememberedIn(undefined, "f").size).toBe(0);
});

test.each(["", "{", "[]", "{}", '{"specs": []}', '{"specs": {"a": 1}}'])("%j is refused", (text) => {
  expect(() => rememberedIn(text, "DIR/f")).toThrow(
    "DIR/f is not what an import has written: restore it from Git, or remove it",
  );
});
