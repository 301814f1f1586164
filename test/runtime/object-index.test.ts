import { expect, test } from "vitest";
import type { KubeObject } from "../../src/api/object.ts";
import { ObjectIndex } from "../../src/runtime/object-index.ts";

const object = (values: readonly string[] | undefined): KubeObject =>
  ({ kind: "Widget", metadata: { namespace: "a", name: "b" }, spec: { values } }) as unknown as KubeObject;

function indexed() {
  const errors: string[] = [];
  const log = { error: (message: string) => errors.push(message) };
  const index = new ObjectIndex(({ spec }) => {
    const { values } = spec as { readonly values: readonly string[] };
    return values.map((value) => value.toUpperCase());
  }, log as never);
  return { index, errors };
}

test("an object is found under each of its values, and under those of its last version alone", () => {
  const { index } = indexed();
  index.change("a/b", undefined, object(["x", "y", "y"]));
  index.change("a/c", undefined, object(["x"]));
  expect([...index.keysOf("X")]).toEqual(["a/b", "a/c"]);
  index.change("a/b", object(["x", "y"]), object(["y", "z"]));
  expect([[...index.keysOf("X")], [...index.values()]]).toEqual([["a/c"], ["X", "Y", "Z"]]);
  index.change("a/b", object(["y", "z"]), undefined);
  expect([...index.values()]).toEqual(["X"]);
});

test("an object that the function cannot read is logged and has no values", () => {
  const { index, errors } = indexed();
  index.change("a/b", undefined, object(undefined));
  expect([[...index.values()], errors]).toEqual([[], ["an object could not be indexed"]]);
});
