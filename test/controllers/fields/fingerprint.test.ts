import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson, shortHash } from "../../../src/controllers/fields/fingerprint.ts";

/** The same value with the keys of every object in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, child]) => [key, turned(child)]),
  );
}

it.each<[string, unknown, string]>([
  ["sorts keys at every depth", { b: { d: 1, c: 2 }, a: [{ y: 1, x: 2 }] }, '{"a":[{"x":2,"y":1}],"b":{"c":2,"d":1}}'],
  ["leaves undefined members out", { a: undefined, b: null }, '{"b":null}'],
  ["keeps the order of lists", ["b", "a"], '["b","a"]'],
])("the text of a value %s", (_name, value, expected) => {
  expect(canonicalJson(value)).toBe(expected);
});

it("does not depend on the order of keys", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(turned(value)) === canonicalJson(value)));
});

it("differs for different values", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
      const [a, b] = [JSON.parse(canonicalJson(left)), JSON.parse(canonicalJson(right))];
      expect(canonicalJson(left) === canonicalJson(right)).toBe(fc.stringify(a) === fc.stringify(b));
    }),
  );
});

it("a hash has as many hex digits as asked for", () => {
  expect(shortHash({ a: 1 })).toMatch(/^[0-9a-f]{8}$/);
  expect(shortHash({ a: 1 }, 4)).toBe(shortHash({ a: 1 }).slice(0, 4));
  expect(shortHash({ a: 1, b: 2 })).toBe(shortHash({ b: 2, a: 1 }));
  expect(shortHash({ a: 1 })).not.toBe(shortHash({ a: 2 }));
});
