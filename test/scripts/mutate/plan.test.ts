import { expect, test } from "vitest";
import { allOf, drawn } from "../../../scripts/mutate/plan.ts";

const file = (path: string, lines: number) => ({
  path,
  text: Array.from({ length: lines }, (_, line) => `export const a${line} = b ?? ${line};`).join("\n"),
});
const files = [file("src/a.ts", 100), { path: "src/types.ts", text: "export type A = 1;\n" }, file("src/b.ts", 300)];
const everything = () => true;

test("a draw is spread over the files by their lines, and the same for the same seed", () => {
  const planned = drawn(files, 20, 1, everything);
  expect(planned).toEqual(drawn(files, 20, 1, everything));
  expect(planned).not.toEqual(drawn(files, 20, 2, everything));
  const inFile = (path: string): number => planned.filter((mutation) => mutation.path === path).length;
  expect([inFile("src/a.ts"), inFile("src/types.ts"), inFile("src/b.ts")]).toEqual([5, 0, 15]);
  expect(planned.map(({ id }) => id)).toEqual(planned.map((_, index) => index));
});

test("what is drawn for one place does not depend on what is allowed at another", () => {
  const planned = drawn(files, 20, 1, everything);
  const [first] = planned;
  const others = drawn(
    files,
    20,
    1,
    ({ path, start, kind }) => path !== first?.path || start !== first.start || kind !== first.kind,
  );
  expect(others[0]).not.toEqual(first);
  expect(others.slice(1)).toEqual(planned.slice(1));
});

test("a kind that is rare in the text is drawn about as often as one that is frequent", () => {
  const times = Map.groupBy(drawn([file("src/a.ts", 3000)], 100, 1, everything), ({ kind }) => kind);
  expect([...times.keys()].toSorted()).toEqual(["the neighbour of a number", "the other of two sources"]);
  for (const { length } of times.values()) expect(length).toBeGreaterThan(35);
});

test("a draw has none that is not allowed", () => {
  const planned = drawn(files, 20, 1, ({ path }) => path !== "src/b.ts");
  expect(new Set(planned.map(({ path }) => path))).toEqual(new Set(["src/a.ts"]));
});

test("all mutations of files are numbered through", () => {
  const planned = allOf([file("src/a.ts", 1), file("src/b.ts", 1)]);
  expect(planned.map(({ id, path }) => `${id} ${path}`)).toEqual([
    ...[0, 1, 2, 3].map((id) => `${id} src/a.ts`),
    ...[4, 5, 6, 7].map((id) => `${id} src/b.ts`),
  ]);
});
