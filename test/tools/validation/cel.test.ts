import { describe, expect, test } from "vitest";
import type { StructuralSchema } from "../../../src/api/crd.ts";
import { ruleFindings } from "../../../src/tools/validation/cel.ts";

function ruled(schema: StructuralSchema, rule: string, fieldPath?: string): StructuralSchema {
  const validation = { rule, message: "broken", ...(fieldPath === undefined ? {} : { fieldPath }) };
  return { ...schema, "x-kubernetes-validations": [validation] };
}

const text: StructuralSchema = { type: "string" };
const int: StructuralSchema = { type: "integer" };

function object(properties: Readonly<Record<string, StructuralSchema>>): StructuralSchema {
  return { type: "object", properties };
}

function placesOf(schema: StructuralSchema, value: unknown, old?: unknown): string[] {
  return ruleFindings(schema, value, old).map(({ path }) => path.join("/"));
}

describe("values are what the API server gives to a rule", () => {
  test.each<readonly [string, StructuralSchema, unknown]>([
    ["self.a / 2 == 1", object({ a: int }), { a: 3 }],
    ["type(self.a) == int", object({ a: int }), { a: 3 }],
    [
      "self.a == self.b",
      object({ a: object({ x: text, y: text }), b: object({ x: text, y: text }) }),
      { a: { x: "1", y: "2" }, b: { y: "2", x: "1" } },
    ],
    ["!has(self.a)", object({ a: text }), {}],
    ["!has(self.a)", object({ a: text }), { a: null }],
    ["!has(self.toString)", object({ toString: text }), {}],
    ["!('constructor' in self)", { type: "object", additionalProperties: text }, { a: "1" }],
    [
      "self.all(key, key.startsWith('a')) && size(self) == 1",
      { type: "object", additionalProperties: text },
      { a: "1" },
    ],
    ["self['x.y/z'] == '1'", { type: "object", additionalProperties: text }, { "x.y/z": "1" }],
    [
      "self.__namespace__ == 'a' && self.a__dash__b == 'c' && self.d__underscores__e == 'f'",
      object({ namespace: text, "a-b": text, d__e: text }),
      { namespace: "a", "a-b": "c", d__e: "f" },
    ],
    ["self.map(item, item.n).sum() == 3", { type: "array", items: object({ n: int }) }, [{ n: 1 }, { n: 2 }]],
    ["self.map(item, double(item)).sum() == 0.75", { type: "array", items: text }, ["0.25", "0.5"]],
    ["self.filter(item, item == 'b').map(item, 1).sum() == 0", { type: "array", items: text }, ["a"]],
  ])("%s holds", (rule, schema, value) => {
    expect(placesOf(ruled(schema, rule), value)).toEqual([]);
    expect(placesOf(ruled(schema, `!(${rule})`), value)).toEqual([""]);
  });
});

test("a rule is evaluated wherever its node is, and reported there", () => {
  const item = ruled(object({ n: int }), "self.n > 0", ".n");
  const schema = object({ list: { type: "array", items: item }, map: { type: "object", additionalProperties: item } });
  expect(placesOf(schema, { list: [{ n: 1 }, { n: 0 }], map: { a: { n: -1 } } })).toEqual(["list/1/n", "map/a/n"]);
});

test("a rule about changes counts only for a change", () => {
  const schema = object({ spec: ruled(object({ a: text }), "has(self.a) == has(oldSelf.a)", ".a") });
  expect(placesOf(schema, { spec: { a: "1" } })).toEqual([]);
  expect(placesOf(schema, { spec: { a: "1" } }, { spec: {} })).toEqual(["spec/a"]);
  expect(placesOf(schema, { spec: { a: "1" } }, { spec: { a: "2" } })).toEqual([]);
  expect(placesOf(schema, { spec: { a: "1" } }, {})).toEqual([]);
});

test("a rule whose value is missing or of another type says that it could not be evaluated", () => {
  const [finding] = ruleFindings(ruled(object({ a: int, b: int }), "self.a < self.b"), { a: 1 });
  expect(finding).toMatchObject({ evaluated: false, message: expect.stringContaining("broken (") });
  expect(placesOf(ruled(object({ a: int }), "self.a > 0"), "text")).toEqual([]);
});

test("a rule that is not valid CEL is an error of its author", () => {
  expect(() => placesOf(ruled(text, "self.("), "a")).toThrow();
  expect(() => placesOf(ruled(text, "unknown == 1"), "a")).toThrow("CEL rule unknown == 1");
});

test("a value is read once for all rules of its node, however many there are", () => {
  const readsWith = (rules: number): number => {
    let reads = 0;
    const value = {
      get a() {
        reads++;
        return "1";
      },
    };
    const validations = Array.from({ length: rules }, (_, index) => ({ rule: `self.a != '${index}x'`, message: "no" }));
    ruleFindings({ ...object({ a: text }), "x-kubernetes-validations": validations }, value);
    return reads;
  };
  expect(readsWith(40)).toBe(readsWith(1));
});

test.each<[string, StructuralSchema, unknown]>([
  ["a list", object({ a: { type: "array", items: text, maxItems: 2 } }), { a: ["1", "2", "3"] }],
  ["a map", object({ a: { type: "object", additionalProperties: text, maxProperties: 1 } }), { a: { x: "1", y: "2" } }],
  ["a text in a list", object({ a: { type: "array", items: { type: "string", maxLength: 3 } } }), { a: ["1234"] }],
])("no rule is evaluated where %s is too long, as in the API server", (_what, schema, value) => {
  const placed = { ...schema, "x-kubernetes-validations": [{ rule: "false", message: "no" }] };
  expect(placesOf(placed, value)).toEqual([]);
  expect(placesOf(placed, {})).toEqual([""]);
});
