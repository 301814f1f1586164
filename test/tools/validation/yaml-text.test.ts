import fc from "fast-check";
import { expect, test } from "vitest";
import { parseYaml } from "../../../src/tools/validation/yaml.ts";
import { yamlOf } from "../../../src/tools/validation/yaml-text.ts";

test("a text that says what the object says, for every JSON object", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("yes", "0x1", "1e3", "~", "a: b", "- a", "a #b"),
  );
  const lines = fc.array(fc.constantFrom("set -e", "  echo a", "", "\ttab", "end ", "é"), { maxLength: 4 });
  const leaf = fc.oneof(
    text,
    lines.map((all) => all.join("\n")),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const { object } = fc.letrec((tie) => ({
    object: fc.dictionary(fc.oneof(fc.constantFrom("a", "b"), text), tie("value"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value"), { maxLength: 3 }), tie("object")),
  }));
  // `__proto__` cannot be a key of an object literal, and `<<` is a merge key.
  const hasNone = (value: unknown): boolean => !/"(?:__proto__|<<)":/.test(JSON.stringify(value));
  fc.assert(
    fc.property(object.filter(hasNone), (value) => {
      const { documents, errors } = parseYaml(`# begin\n${yamlOf({ first: 1, ...(value as object) })}`);
      expect(errors).toEqual([]);
      expect(documents.map((document) => document.value)).toEqual([{ first: 1, ...(value as object) }]);
    }),
    { numRuns: 500 },
  );
});

test("scripts read as they were written, and comments stand above what they are about", () => {
  const value = {
    spec: {
      command: ["sh", "-c", "set -e\nexit 0\n"],
      environment: [{ name: "A", value: "TODO" }],
      empty: [],
      count: 1,
      text: "1",
    },
  };
  const comments = new Map([["spec.environment[0].value", "TODO: a secret"]]);
  expect(yamlOf(value, comments)).toBe(`spec:
  command:
    - sh
    - "-c"
    - |
      set -e
      exit 0
  environment:
    - name: A
      # TODO: a secret
      value: TODO
  empty: []
  count: 1
  text: "1"
`);
});
