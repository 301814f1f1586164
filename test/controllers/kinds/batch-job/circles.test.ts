import { describe, expect, test } from "vitest";
import { type Circle, Circles, circleText } from "../../../../src/controllers/kinds/batch-job/circles.ts";
import { seededRandom } from "../../../../src/runtime/random.ts";

type Graph = Readonly<Record<string, readonly string[]>>;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Each of `count` nodes on the next `each` ones, in a ring. */
const ring = (count: number, each = 1): Graph =>
  Object.fromEntries(
    range(count).map((index) => [`j${index}`, range(each).map((to) => `j${(index + to + 1) % count}`)]),
  );

const chain = (count: number): Graph =>
  Object.fromEntries(range(count).map((index) => [`j${index}`, [`j${index + 1}`]]));

function circlesOf(graph: Graph): Circles {
  const circles = new Circles();
  for (const [name, needs] of Object.entries(graph)) circles.set(name, needs);
  return circles;
}

/** Searches to the end, with so many steps at once. */
function settle(
  circles: Circles,
  atOnce = Number.POSITIVE_INFINITY,
): { readonly steps: number; readonly changed: readonly string[] } {
  const changed: string[] = [];
  let steps = 0;
  while (!circles.isSettled) {
    const more = circles.search(atOnce);
    steps += more.steps;
    changed.push(...more.changed);
  }
  return { steps, changed };
}

const onCircles = (circles: Circles, names: Iterable<string>): readonly string[] =>
  [...names].filter((name) => circles.circleOf(name) !== undefined);

describe("jobs on circles are found", () => {
  test.each<[string, Graph, readonly string[]]>([
    ["one that needs itself", { a: ["a"], b: ["a"] }, ["a"]],
    ["two that need each other", { a: ["b"], b: ["a"], c: ["a"] }, ["a", "b"]],
    [
      "a circle of three with a way in and a way out",
      { in: ["a"], a: ["b", "out"], b: ["c"], c: ["a"], out: [] },
      ["a", "b", "c"],
    ],
    ["two circles that share a node", { a: ["s"], s: ["a", "b"], b: ["s"] }, ["a", "s", "b"]],
    [
      "two circles of which one leads to the other",
      { a: ["b"], b: ["a", "c"], c: ["d"], d: ["c"] },
      ["a", "b", "c", "d"],
    ],
    ["none where a node is missing", { a: ["b"], b: ["missing"], c: ["a"] }, []],
    ["none in a diamond", { a: ["b", "c"], b: ["d"], c: ["d"], d: [] }, []],
    [
      "one with a name that objects have by themselves",
      { constructor: ["__proto__", "toString"], toString: ["constructor"] },
      ["constructor", "toString"],
    ],
  ])("%s", (_what, graph, expected) => {
    const circles = circlesOf(graph);
    settle(circles);
    expect(onCircles(circles, Object.keys(graph))).toEqual(expected);
  });

  test.each([2, 1025, 5000])("a circle of %i", (count) => {
    const graph = ring(count);
    const circles = circlesOf(graph);
    expect(settle(circles).changed).toHaveLength(count);
    expect(onCircles(circles, Object.keys(graph))).toHaveLength(count);
    expect(circles.circleOf("j1")?.size).toBe(count);
  });

  test("in the same way in whatever order the jobs come, and however many steps there are at once", () => {
    const random = seededRandom(7);
    for (const round of range(60)) {
      const names = range(12).map((index) => `n${index}`);
      const graph = names.map((name) => [name, names.filter(() => random() < 0.12)] as const);
      const circles = new Circles();
      for (const [name, needs] of graph.toSorted(() => random() - 0.5)) {
        circles.set(name, needs);
        if (random() < 0.5) circles.search(1 + Math.floor(random() * 5));
      }
      settle(circles, 1 + (round % 7));
      expect(onCircles(circles, names)).toEqual(reachingThemselves(Object.fromEntries(graph)));
    }
  });

  test("while jobs come and go between the steps", () => {
    const random = seededRandom(11);
    const names = range(10).map((index) => `n${index}`);
    for (const round of range(60)) {
      const present = new Map<string, readonly string[]>();
      const circles = new Circles();
      for (const _change of range(40)) {
        const name = names[Math.floor(random() * names.length)] as string;
        if (random() < 0.4) {
          present.delete(name);
          circles.delete(name);
        } else {
          const needs = names.filter(() => random() < 0.15);
          present.set(name, needs);
          circles.set(name, needs);
        }
        circles.search(round % 9);
        const truth = reachingThemselves(Object.fromEntries(present));
        // Not all are found yet, but none that is not there.
        for (const found of onCircles(circles, names)) expect(truth).toContain(found);
      }
      settle(circles, 3);
      expect(onCircles(circles, names)).toEqual(reachingThemselves(Object.fromEntries(present)).toSorted());
    }
  });
});

/** The same by brute force. */
function reachingThemselves(graph: Graph): readonly string[] {
  const reached = (from: string): ReadonlySet<string> => {
    const found = new Set<string>();
    const open = [from];
    for (const name of open) {
      for (const need of Object.hasOwn(graph, name) ? (graph[name] ?? []) : []) {
        if (!Object.hasOwn(graph, need) || found.has(need)) continue;
        found.add(need);
        open.push(need);
      }
    }
    return found;
  };
  return Object.keys(graph).filter((name) => reached(name).has(name));
}

describe("a circle ends", () => {
  test.each<[string, (circles: Circles) => void]>([
    ["when one of its jobs is gone or submitted", (circles) => circles.delete("b")],
    ["when one of its jobs is replaced by one without the dependency", (circles) => circles.set("b", ["e"])],
  ])("%s", (_what, change) => {
    const circles = circlesOf({ a: ["b"], b: ["c"], c: ["a"], d: ["c"] });
    settle(circles);
    expect(onCircles(circles, ["a", "b", "c", "d"])).toEqual(["a", "b", "c"]);
    change(circles);
    expect(settle(circles).changed.toSorted()).toEqual(["a", "c"]);
    expect(onCircles(circles, ["a", "b", "c", "d"])).toEqual([]);
  });

  test("for its other jobs only as far as they are on no other one", () => {
    const circles = circlesOf({ a: ["s"], s: ["a", "b"], b: ["s"] });
    settle(circles);
    expect(onCircles(circles, ["a", "s", "b"])).toHaveLength(3);
    circles.delete("a");
    expect(settle(circles).changed).toEqual(["s"]);
    expect(["a", "s", "b"].map((name) => circles.circleOf(name)?.names)).toEqual([
      undefined,
      ["s", "b", "s"],
      ["b", "s", "b"],
    ]);
  });

  test("and comes back with the job", () => {
    const circles = circlesOf({ a: ["b"], b: ["a"] });
    settle(circles);
    circles.delete("a");
    settle(circles);
    circles.set("a", ["b"]);
    expect(settle(circles).changed.toSorted()).toEqual(["a", "b"]);
  });
});

describe("what is said of a circle", () => {
  const said = (graph: Graph, name: string): Circle | undefined => {
    const circles = circlesOf(graph);
    settle(circles);
    return circles.circleOf(name);
  };

  test("is a shortest way from the job to itself", () => {
    expect(said({ hello: ["x", "a"], a: ["c", "b"], b: ["hello"], c: [], x: ["a"] }, "hello")).toEqual({
      names: ["hello", "a", "b", "hello"],
      size: 4,
    });
    expect(said({ hello: ["hello"] }, "hello")).toEqual({ names: ["hello", "hello"], size: 1 });
  });

  test("has at most 20 names, and is short however long the circle is", () => {
    const texts = [20, 21, 5000].map((count) => circleText(said(ring(count), "j1") as Circle));
    expect(texts[0]?.split(", ")).toHaveLength(21);
    expect(texts.slice(1)).toEqual([
      "j1, j2, j3, j4, j5 and on through 21 jobs",
      "j1, j2, j3, j4, j5 and on through 5000 jobs",
    ]);
  });
});

describe("a search takes", () => {
  test("none for a chain of 5,000 that grows from its end, or from its beginning", () => {
    const forwards = Object.entries(chain(5000));
    for (const order of [forwards, forwards.toReversed()]) {
      const circles = circlesOf(Object.fromEntries(order));
      expect(settle(circles).steps).toBe(0);
    }
  });

  test("a step for each job and each dependency, and one more for each job of a circle", () => {
    const { steps } = settle(circlesOf(ring(5000, 20)));
    expect(steps).toBeLessThanOrEqual(5000 * 20 + 3 * 5000);
  });

  test("no step more than it is given, but for the jobs of a circle that it finds", () => {
    const circles = circlesOf(ring(5000, 20));
    let most = 0;
    while (!circles.isSettled) {
      const { steps, changed } = circles.search(100);
      most = Math.max(most, steps - changed.length);
    }
    expect(most).toBeLessThanOrEqual(100);
  });

  test("wakes nobody when a job comes that a large circle does not need", () => {
    const graph = ring(5000, 20);
    const circles = circlesOf(graph);
    settle(circles);
    onCircles(circles, Object.keys(graph));
    circles.set("before", ["new"]);
    circles.set("new", ["j7"]);
    expect(settle(circles).changed).toEqual([]);
  });

  test("wakes only those whose answer named a job when it is gone, while they are on another circle", () => {
    const graph = ring(5000, 20);
    const circles = circlesOf(graph);
    settle(circles);
    onCircles(circles, Object.keys(graph));
    circles.delete("j7");
    const { changed } = settle(circles);
    expect(changed.length).toBeLessThan(100);
    expect(onCircles(circles, Object.keys(graph))).toHaveLength(4999);
  });

  test("wakes again what was asked about while it was being searched", () => {
    const circles = circlesOf({ a: ["s"], s: ["a", "b"], b: ["s"] });
    settle(circles);
    expect(circles.circleOf("b")?.size).toBe(3);
    circles.delete("a");
    expect(circles.circleOf("b")).toBeUndefined();
    expect(settle(circles).changed).toContain("b");
  });
});
