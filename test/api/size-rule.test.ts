import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../scripts/crds.ts";
import type { StructuralSchema } from "../../src/api/crd.ts";
import { mostBytes, sizeRules } from "../../src/api/size-rule.ts";
import { kinds, type OperatorKind } from "../../src/api/v1alpha1/kinds.ts";
import { ruleFindings } from "../../src/tools/validation/cel.ts";
import { schemaOf } from "../../src/tools/validation/object.ts";

const text: StructuralSchema = { type: "string", maxLength: 1000 };
const request = { call: "Send", maxBytes: 100, without: ["own"], apart: ["deep.list[].words"] };
const refuses = (schema: StructuralSchema, value: unknown): boolean => {
  const rules = sizeRules(schema, request);
  return ruleFindings({ ...schema, "x-kubernetes-validations": rules }, value).length > 0;
};
const object = (properties: Record<string, StructuralSchema>, required: string[] = []): StructuralSchema => ({
  type: "object",
  properties,
  required,
});
const schema = object(
  {
    text,
    own: text,
    otherRef: object({ name: text }),
    words: { type: "array", items: text, maxItems: 100 },
    numbers: { type: "array", items: { type: "integer" }, maxItems: 100 },
    map: { type: "object", additionalProperties: text, maxProperties: 100 },
    list: { type: "array", items: object({ name: text, value: text }, ["name"]), maxItems: 100 },
    deep: object({
      list: {
        type: "array",
        maxItems: 10,
        items: object({ namespace: text, words: { type: "array", items: text, maxItems: 100 } }),
      },
    }),
  },
  ["text"],
);

describe("the rule about the size of a spec", () => {
  test.each([
    ["a text at the limit", { text: "x".repeat(100) }, false],
    ["a text above it", { text: "x".repeat(101) }, true],
    ["a field that AWS is not sent", { text: "", own: "x".repeat(101) }, false],
    ["a reference, of which AWS gets another name", { text: "", otherRef: { name: "x".repeat(101) } }, false],
    ["many short words", { text: "", words: Array.from({ length: 34 }, () => "") }, true],
    ["many numbers", { text: "", numbers: Array.from({ length: 51 }, () => 1) }, true],
    ["a map with one long key", { text: "", map: { ["k".repeat(95)]: "" } }, true],
    [
      "a map with many short entries",
      { text: "", map: Object.fromEntries(Array.from({ length: 15 }, (_entry, at) => [`${at}`, ""])) },
      true,
    ],
    ["objects in a list", { text: "", list: [{ name: "x".repeat(50), value: "y".repeat(50) }] }, true],
    [
      "a list in a list",
      { text: "", deep: { list: [{ namespace: "x".repeat(60) }, { namespace: "x".repeat(40) }] } },
      true,
    ],
    [
      "a part that is counted apart",
      { text: "", deep: { list: [{ words: ["x".repeat(60)] }, { words: ["x".repeat(40)] }] } },
      true,
    ],
    ["a full part next to the rest", { text: "x".repeat(90), deep: { list: [{ words: ["x".repeat(90)] }] } }, false],
    ["a little of each", { text: "abc", map: { a: "b" }, words: ["c"], list: [{ name: "d" }] }, false],
  ])("%s", (_, value, refused) => {
    expect(refuses(schema, value)).toBe(refused);
  });

  test("refuses nothing of which the JSON is small enough for AWS", () => {
    const word = fc.string({ unit: "binary", maxLength: 30 });
    const value = fc.record(
      {
        text: word,
        words: fc.array(word, { maxLength: 8 }),
        numbers: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 8 }),
        map: fc.dictionary(
          word.filter((key) => key !== "__proto__"),
          word,
          { maxKeys: 4 },
        ),
        list: fc.array(fc.record({ name: word, value: word }, { requiredKeys: ["name"] }), { maxLength: 4 }),
      },
      { requiredKeys: ["text"] },
    );
    fc.assert(
      fc.property(value, (sent) => !(refuses(schema, sent) && Buffer.byteLength(JSON.stringify(sent)) <= 100)),
      { numRuns: 2000 },
    );
  });
});

test("no valid spec of any kind has more KiB than docs/security.md says", () => {
  const rows = readFileSync("docs/security.md", "utf8").matchAll(/^ {2}\| ([A-Za-z]+) \| (\d+) \|$/gm);
  const written = Object.fromEntries([...rows].map(([, kind = "", kib = ""]) => [kind, Number(kib)]));
  const most = customResourceDefinitions().map((crd) => {
    const kind: OperatorKind | undefined = kinds.find((one) => one.kind === crd.spec.names.kind);
    const spec = schemaOf(crd).properties?.["spec"];
    if (spec === undefined) throw new Error(`${crd.spec.names.kind} has no spec`);
    return [crd.spec.names.kind, Math.ceil(mostBytes(spec, kind?.request) / 1024)];
  });
  expect(written).toEqual(Object.fromEntries(most));
});
