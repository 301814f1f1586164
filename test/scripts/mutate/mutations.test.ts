import { expect, test } from "vitest";
import { mutationsOf } from "../../../scripts/mutate/mutations.ts";

/** The mutations of a text, each as its kind and the whole text with it. */
const of = (text: string): readonly string[] =>
  mutationsOf({ path: "src/a.ts", text }).map(
    ({ kind, start, end, text: by }) => `${kind}: ${text.slice(0, start)}${by}${text.slice(end)}`,
  );

test.for([
  [
    "const a = b ?? c;",
    "the other of two sources: const a = b;",
    "the other of two sources: const a = c;",
    "the other of two sources: const a = c ?? b;",
  ],
  ["const a = b && c;", "a condition dropped: const a = b;", "a condition dropped: const a = c;"],
  ["if (a) b;", "a condition decided: if (true) b;", "a condition decided: if (false) b;"],
  [
    "const a = b <= c;",
    "the neighbour of a comparison: const a = b < c;",
    "the neighbour of a comparison: const a = b > c;",
  ],
  ["const a = 5;", "the neighbour of a number: const a = 6;"],
  ["const a = !b;", "a negation dropped: const a = b;"],
  ["const a = true;", "a flag turned: const a = false;"],
  ["const a = b.some(c);", "another method: const a = b.every(c);"],
  ["const a = b.filter(c);", "a step left out: const a = b;"],
  ["a = b;", "an effect left out: undefined;"],
  ["a();", "an effect left out: undefined;"],
  ["await a();", "an effect left out: undefined;", "not waited for: void a();"],
  ["const a = b(c, d.e);", "an argument left out: const a = b(c);", "two arguments swapped: const a = b(d.e, c);"],
  ["const a = { b, c: d };", "a field left out: const a = { c: d };", "a field left out: const a = { b };"],
  ["const a = [b, c];", "an element left out: const a = [c];", "an element left out: const a = [b];"],
  ["const a = [\n  b,\n];", "an element left out: const a = [\n  \n];"],
  [
    'const a = "self.all(x, x < 3)";',
    'the neighbour of a rule: const a = "self.exists(x, x < 3)";',
    'the neighbour of a rule: const a = "self.all(x, x <= 3)";',
  ],
] as const)("%s", ([text, ...expected]) => {
  expect(of(text)).toEqual(expected);
});

test.for([
  ["a type", "type A = 5 | true; let a: { b: [1, 2] } | undefined; const c = d as 3;"],
  ["an import", 'import { a } from "self.b";'],
  ["a text", 'const a = "b && c";'],
  ["a line below its reason", "// No test can notice a change here: it is fast.\nconst a = b ?? c;"],
  ["a target", "let { a, b } = c; [a, b] = c;"],
  ["an object of an optional chain", "const a = b.filter?.(c).d;"],
  ["a method that only Object.prototype has", "const a = b.toString();"],
])("%s has no mutation of its own", ([, text]) => {
  expect(of(text ?? "").filter((mutation) => !mutation.startsWith("an effect"))).toEqual([]);
});
