import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { mutationsOf } from "../../../scripts/mutate/mutations.ts";
import { withSwitches } from "../../../scripts/mutate/switches.ts";

const text = "result = [1, 2, 3].filter((n) => n > 1 && n < 3).map((n) => ({ n, twice: n * 2 }));";
const mutations = mutationsOf({ path: "src/a.ts", text }).map((mutation, id) => ({ ...mutation, id }));
const resultOf = (source: string, active: number | undefined): unknown => {
  const context: { result?: unknown; mutants?: unknown } = {};
  if (active !== undefined) context.mutants = (id: number) => id === active;
  runInNewContext(source, context);
  return context.result;
};

test("without an active mutation, and without anybody who knows of them, the text does what it did", () => {
  const source = withSwitches(text, mutations);
  expect(resultOf(source, -1)).toEqual([{ n: 2, twice: 4 }]);
  expect(resultOf(source, undefined)).toEqual([{ n: 2, twice: 4 }]);
});

test("each mutation does what the text with it alone does, also inside of another's place", () => {
  const source = withSwitches(text, mutations);
  expect(mutations.length).toBeGreaterThan(15);
  for (const { id, start, end, text: by } of mutations)
    expect(resultOf(source, id), by).toEqual(resultOf(`${text.slice(0, start)}(${by})${text.slice(end)}`, undefined));
});
