import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonEqual } from "../../src/runtime/json-equal.ts";

const cases: { name: string; a: unknown; b: unknown; equal: boolean }[] = [
  { name: "the order of keys means nothing", a: { x: 1, y: 2 }, b: { y: 2, x: 1 }, equal: true },
  { name: "an undefined key is not a key", a: { x: 1, y: undefined }, b: { x: 1 }, equal: true },
  {
    name: "an undefined key is not a key on the other side either",
    a: { x: 1 },
    b: { x: 1, y: undefined },
    equal: true,
  },
  { name: "null is a value", a: { x: null }, b: {}, equal: false },
  { name: "a missing key differs", a: { x: 1, y: 2 }, b: { x: 1 }, equal: false },
  { name: "another key differs", a: { x: 1 }, b: { y: 1 }, equal: false },
  { name: "the order of lists means something", a: [1, 2], b: [2, 1], equal: false },
  { name: "lists of other lengths differ", a: [1], b: [1, 1], equal: false },
  { name: "an empty list is not an empty object", a: [], b: {}, equal: false },
  { name: "types differ", a: 1, b: "1", equal: false },
  { name: "nothing is not null", a: undefined, b: null, equal: false },
];
for (const { name, a, b, equal } of cases) {
  test(name, () => expect([jsonEqual(a, b), jsonEqual(b, a)]).toEqual([equal, equal]));
}

test("what was written as JSON and read again is equal", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(jsonEqual(value, JSON.parse(JSON.stringify(value)))).toBe(true);
    }),
  );
});
