import { describe, expect, test } from "vitest";
import { parseYaml } from "../../../src/tools/validation/yaml.ts";

function jsonOf(text: string): unknown {
  const { documents, errors } = parseYaml(text);
  expect(errors).toEqual([]);
  return documents[0]?.value;
}

describe("scalars are what kubectl reads", () => {
  test.each<readonly [string, unknown]>([
    ["yes", true],
    ["Off", false],
    ["n", false],
    ["'yes'", "yes"],
    ["yesterday", "yesterday"],
    ["0:3", "0:3"],
    ["2026-11-25", "2026-11-25"],
    ["1.5", 1.5],
    ["~", null],
    ["NO", false],
    ["010", 8],
    ["!!str 010", "010"],
  ])("%s", (text, value) => {
    expect(jsonOf(`a: ${text}`)).toEqual({ a: value });
  });
});

test.each([
  ["a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> main\n", 2, "has a conflict of a merge: resolve it"],
  ["a: 1\nb: [{c: 1}\n", 3, "a quote or a bracket is open above: close it"],
])("a mistake of editing is named in words for its author: %j", (text, line, message) => {
  expect(parseYaml(text).errors).toMatchObject([{ line, message }]);
});

describe("what no manifest needs is an error with its line", () => {
  test.each([
    ["a: 1\nb: 2\na: 3", 3, "unique"],
    ["a: 1\nb: !!binary aGk=", 2, "the tag !!binary is not supported"],
    ["a: 1\nb: !env HOME", 2, "the tag !env is not supported"],
    ["a: 1\nb: *gone", 2, "the anchor &gone is not defined"],
    ["a: 1\nb: c: d", 2, 'has ": " in a value'],
    ["a:\n\t- b", 2, "tab"],
    ["a: &x {b: *x}", 1, "the alias *x is inside its own anchor"],
    ["a: {{ .Values.a }}", 1, "is this a template"],
  ])("%j", (text, line, message) => {
    const { documents, errors } = parseYaml(text);
    expect(documents).toEqual([]);
    expect(errors[0]?.line).toBe(line);
    expect(errors[0]?.message.toLowerCase()).toContain(message.toLowerCase());
  });

  test("a bomb of aliases", () => {
    const levels = Array.from(
      { length: 8 },
      (_, index) => `l${index + 1}: &l${index + 1} [${Array(9).fill(`*l${index}`).join(", ")}]`,
    );
    const { documents, errors } = parseYaml(["l0: &l0 [x, x]", ...levels].join("\n"));
    expect(documents).toEqual([]);
    expect(errors).toEqual([{ line: 1, column: 1, message: expect.stringContaining("alias") }]);
  });

  const many = (count: number, entry: (at: number) => string): string =>
    Array.from({ length: count }, (_, at) => entry(at)).join("\n");

  test.each([
    [
      "a map of 200,000 keys",
      `a: 1\nb:\n${many(200_000, (at) => `  k${at}: 1`)}`,
      3,
      3,
      "this map has more than 10000",
    ],
    ["the same key 200,000 times", `a: 1\nb:\n${many(200_000, () => "  k: 1")}`, 3, 3, "this map has more than 10000"],
    [
      "a map of 200,000 keys in braces",
      `a: 1\nb: {${many(200_000, (at) => `  k${at}: 1,`)}}`,
      2,
      4,
      "this map has more",
    ],
    ["a list of 200,000 entries", `a: 1\nb:\n${many(200_000, () => "- !x 1")}`, 3, 1, "this list has more than 10000"],
    ["200,000 documents", many(200_000, () => "---\na: 1"), 20_002, 1, "this is document 10001 of the file: split it"],
  ])("%s, at once and at its place", (_what, text, line, column, message) => {
    const errors = [{ line, column, message: expect.stringContaining(message) }];
    expect(parseYaml(text)).toEqual({ documents: [], errors });
  });

  test("no map, list or file of 10,000 entries, with each error at its line", () => {
    const texts = [many(10_000, (at) => `k${at}: 1`), many(10_000, () => "- 1"), many(10_000, () => "---\na: 1")];
    expect(texts.map((text) => parseYaml(text).errors)).toEqual([[], [], []]);
    const { errors } = parseYaml(many(10_000, () => "k: 1"));
    expect([errors.length, errors[0]?.line, errors.at(-1)?.line]).toEqual([9999, 2, 10_000]);
    const [document] = parseYaml(many(10_000, (at) => `k${at}: 1`)).documents;
    expect(document?.placeOf(["k9999"])).toEqual({ line: 10_000, column: 1 });
  });

  test("nesting without end", () => {
    const { documents, errors } = parseYaml("[".repeat(100_000));
    expect(documents).toEqual([]);
    const message =
      "is nested more than 100 levels deep, and no Kubernetes object is: close the brackets, or remove them";
    expect(errors).toEqual([{ line: 1, column: 100, message }]);
  });
});

test("every fault of a document is reported at once", () => {
  const { documents, errors } = parseYaml("a: 1\na: 2\nb: *gone\nc: !env HOME\nd: {e: 1, e: 2}");
  expect(documents).toEqual([]);
  expect(errors.map(({ line }) => line)).toEqual([2, 3, 4, 5]);
});

test("an error in one document hides none of the others, and lines count from the beginning of the file", () => {
  const { documents, errors } = parseYaml("a: 1\n---\nb: c: d\n--- # third\nc: 1\n---\n- [\n");
  expect(documents.map(({ value, placeOf }) => [value, placeOf(["c"]).line])).toEqual([
    [{ a: 1 }, 1],
    [{ c: 1 }, 5],
  ]);
  expect(errors.map(({ line }) => line)).toEqual([3, 8]);
});

test("tabs are one error, however many documents have them", () => {
  const message = "is indented with tabs, which YAML does not allow: use spaces";
  const { documents, errors } = parseYaml("a:\n\tb: 1\n\tc: 2\n---\nd:\n\te: 1\n---\nf: 1\n---\n- [\n");
  expect(documents.map(({ value }) => value)).toEqual([{ f: 1 }]);
  expect(errors.map((error) => [error.line, error.message === message])).toEqual([
    [2, true],
    [11, false],
  ]);
});

test("a tab in front of the first line is named as well", () => {
  const { errors } = parseYaml("\tkind: x\n");
  expect(errors.map(({ message }) => message)).toEqual([
    "is indented with tabs, which YAML does not allow: use spaces",
  ]);
});

test("a no-break space in place of a blank is named at its place, and one in a text stays", () => {
  const { errors } = parseYaml("a: 1\nkind:\u00a0JobQueue\nb: 2\n");
  expect(errors).toEqual([
    {
      line: 2,
      column: 6,
      message: "here is a no-break space or another blank of Unicode, which YAML takes for text: write a space",
    },
  ]);
  expect(jsonOf("a: b\u00a0c\n")).toEqual({ a: "b\u00a0c" });
});

test("a document that begins on the line of its separator is one", () => {
  expect(parseYaml("--- {a: 1}\n--- {a: 2}").documents.map(({ value }) => value)).toEqual([{ a: 1 }, { a: 2 }]);
});

test("aliases and merge keys in moderation are followed, also to their lines", () => {
  const text = "base: &base\n  a: 1\n  b: 2\nuse:\n  <<: *base\n  b: 3\nsame: *base\n";
  expect(jsonOf(text)).toEqual({ base: { a: 1, b: 2 }, use: { a: 1, b: 3 }, same: { a: 1, b: 2 } });
  const [document] = parseYaml(text).documents;
  expect([["use", "b"], ["use", "a"], ["same", "b"], ["gone"]].map((path) => document?.placeOf(path))).toEqual([
    { line: 6, column: 3 },
    { line: 4, column: 1 },
    { line: 3, column: 3 },
    { line: 1, column: 1 },
  ]);
});

test("a field named __proto__ stays a field", () => {
  const value = jsonOf("__proto__: {polluted: true}");
  expect(Object.hasOwn(value as object, "__proto__")).toBe(true);
  expect(({} as Readonly<Record<string, unknown>>)["polluted"]).toBeUndefined();
});
