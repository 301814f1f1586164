import { expect, test } from "vitest";
import { OneAtATime } from "../../src/runtime/one-at-a-time.ts";

const never = new AbortController().signal;

function aLine() {
  const line = new OneAtATime();
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string, signal = never): Promise<string> =>
    line.run(name.slice(0, 1), signal, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    });
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await new Promise(setImmediate);
  };
  return { line, begun, run, end };
}

test("one piece is done at a time, with namespaces in turn", async () => {
  const { begun, run, end } = aLine();
  const all = ["a1", "a2", "a3", "b1", "b2"].map((name) => run(name));
  for (const name of ["a1", "a2", "b1", "a3", "b2"]) {
    expect(begun.at(-1)).toBe(name);
    await end(name);
  }
  expect(await Promise.all(all)).toEqual(["a1", "a2", "a3", "b1", "b2"]);
});

test("what throws lets the next one go", async () => {
  const { line, begun, run, end } = aLine();
  const failing = line.run("a", never, () => Promise.reject(new Error("refused")));
  const next = run("b1");
  await expect(failing).rejects.toThrow("refused");
  expect(begun).toEqual(["b1"]);
  await end("b1");
  expect(await next).toBe("b1");
});

test("what is given up while it waits is not done, and holds nobody up", async () => {
  const { begun, run, end } = aLine();
  const [before, gone] = [new AbortController(), new AbortController()];
  before.abort(new Error("before"));
  const first = run("a1");
  const [given, late, last] = [run("b1", gone.signal), run("a2", before.signal), run("c1")];
  await expect(late).rejects.toThrow("before");
  gone.abort(new Error("given up"));
  await expect(given).rejects.toThrow("given up");
  await end("a1");
  expect(begun).toEqual(["a1", "c1"]);
  await end("c1");
  expect(await Promise.all([first, last])).toEqual(["a1", "c1"]);
  const again = run("b2");
  await end("b2");
  expect(await again).toBe("b2");
});
