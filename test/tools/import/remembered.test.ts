import { expect, test } from "vitest";
import { hashed, hashOf, rememberedIn, rememberedText } from "../../../src/tools/import/remembered.ts";

test("what was written is read again, and its text does not depend on an order", () => {
  const specs = new Map([
    ["b", { x: 1 }],
    ["a", { y: [2] }],
  ]);
  const files = new Map([
    ["terraform/removed.tf", hashOf("removed")],
    ["terraform/import.tf", hashOf("import")],
  ]);
  const text = rememberedText({ specs, files });
  expect(text).toBe(rememberedText({ specs: new Map([...specs].reverse()), files: new Map([...files].reverse()) }));
  expect(rememberedIn(text, "f")).toEqual({ specs, files });
  expect(rememberedIn(undefined, "f")).toEqual({ specs: new Map(), files: new Map() });
});

test("what an import without another tool has written has no files", () => {
  const none = { specs: new Map(), files: new Map() };
  expect(rememberedText(none)).toBe('{\n "specs": {}\n}\n');
  expect(rememberedIn('{"specs": {}}', "f")).toEqual(none);
});

const others = ["", "{", "[]", "{}", '{"specs": []}', '{"specs": {"a": 1}}', '{"specs": {}, "files": {"a": 1}}'];

test.each(others)("%j is refused", (text) => {
  expect(() => rememberedIn(text, "DIR/f")).toThrow(
    "DIR/f is not what an import has written: restore it from Git, or remove it",
  );
});

test("values are remembered by short hashes, which show that they changed and not what they are", () => {
  const spec = (value: string) => ({ environment: [{ name: "A", value }], priority: 1, privileged: true });
  const remembered = hashed(spec("hunter2"));
  expect(remembered).toEqual({
    environment: [{ name: expect.stringMatching(/^[0-9a-f]{12}$/), value: expect.stringMatching(/^[0-9a-f]{12}$/) }],
    priority: expect.stringMatching(/^[0-9a-f]{12}$/),
    privileged: expect.stringMatching(/^[0-9a-f]{12}$/),
  });
  expect(hashed(spec("hunter2"))).toEqual(remembered);
  expect(hashed(spec("hunter3"))).not.toEqual(remembered);
  expect(JSON.stringify(remembered)).not.toContain("hunter2");
});
