import { expect, test } from "vitest";
import { everything, groupsOf } from "../../../src/page/browser/filter.ts";
import { layoutOf, type Placed, width } from "../../../src/page/browser/layout.ts";
import { snapshotOf } from "../../../src/page/server/snapshot.ts";
import { anEnvironment, anObject, aQueue, condition, knownOf, ready, ref } from "../server/objects.ts";

const abroad = { ...anEnvironment("shared"), metadata: { ...anEnvironment("shared").metadata, namespace: "platform" } };
const replaced = anEnvironment("a", {
  conditions: [ready],
  serving: "a-1",
  target: "a-2",
  predecessors: [{ name: "a-1", step: "Standby" }],
});
const objects = [
  aQueue("one", [ref("c"), ref("b")]),
  aQueue("two", [ref("shared", "platform"), { computeEnvironment: "by-hand" }]),
  aQueue("three", [ref("a")]),
  replaced,
  anEnvironment("b"),
  anEnvironment("c"),
  anEnvironment("unused"),
  abroad,
];
const { items } = snapshotOf(knownOf(objects), true);
const group = groupsOf(Object.values(items), { ...everything, namespace: "team" })[0];
if (group === undefined) throw new Error("no group");
const layout = layoutOf(group, items);
const names = (placed: readonly Placed[]): readonly string[] => placed.map(({ item }) => item.name);

test("environments are near their queues; what no queue uses comes last", () => {
  expect(names(layout.queues)).toEqual(["one", "three", "two"]);
  expect(names(layout.environments)).toEqual(["b", "c", "a", "shared", "unused"]);
});

test("cards of a column do not overlap, and all are in the drawing", () => {
  for (const column of [layout.queues, layout.environments]) {
    column.forEach(({ y, height }, index) => {
      expect(y).toBeGreaterThanOrEqual(
        index === 0 ? 0 : (column[index - 1]?.y ?? 0) + (column[index - 1]?.height ?? 0),
      );
      expect(y + height).toBeLessThanOrEqual(layout.height);
    });
  }
});

test("a line leads from each queue to each of its environments, with its position where there are several", () => {
  const short = (id: string): string => id.split("/").slice(1).join("/");
  expect(layout.lines.map(({ from, to, order }) => [short(from), short(to), order])).toEqual([
    ["team/one", "team/c", 1],
    ["team/one", "team/b", 2],
    ["team/three", "team/a", undefined],
    ["team/two", "platform/shared", 1],
  ]);
  for (const { path } of layout.lines) {
    const numbers = path.match(/[\d.]+/g)?.map(Number) ?? [];
    expect(numbers).toHaveLength(8);
    for (const one of numbers) expect(one).toBeLessThanOrEqual(Math.max(width, layout.height));
  }
});

test("a scheduling policy has a line of its queue's card, and none of the drawing", () => {
  const fair = { ...aQueue("fair", [ref("c")]) };
  const withPolicy = {
    ...fair,
    spec: { ...(fair.spec as object), schedulingPolicyRef: { name: "p", namespace: "x" } },
  };
  const policy = anObject("SchedulingPolicy", "p", { namespace: "x" });
  const heights = [fair, withPolicy].map((queue) => {
    const all = snapshotOf(knownOf([queue, anEnvironment("c"), policy]), true).items;
    const [only] = groupsOf(Object.values(all), { ...everything, namespace: "team" });
    if (only === undefined) throw new Error("no group");
    const { queues, environments, lines } = layoutOf(only, all);
    expect(names(environments)).toEqual(["c"]);
    expect(lines.map(({ order }) => order)).toEqual([undefined]);
    return queues[0]?.height ?? 0;
  });
  expect(heights[1]).toBeCloseTo((heights[0] ?? 0) + 1.3);
});

test("a queue of SageMaker has a line to its service environment", () => {
  const spec = { serviceEnvironmentOrder: [{ order: 1, serviceEnvironmentRef: { name: "training" } }] };
  const training = [anObject("JobQueue", "training", { spec }), anObject("ServiceEnvironment", "training")];
  const all = snapshotOf(knownOf(training), true).items;
  const [only] = groupsOf(Object.values(all), everything);
  expect(only && layoutOf(only, all).lines.map(({ to }) => to)).toEqual(["ServiceEnvironment/team/training"]);
});

test("an environment of another namespace is a link to its card", () => {
  expect(layout.environments.filter(({ isAbroad }) => isAbroad).map(({ item }) => item.id)).toEqual([
    "BatchComputeEnvironment/platform/shared",
  ]);
});

test("a card has room for long names, which wrap: no part of a name is cut", () => {
  const long = "an-environment-with-a-name-of-more-than-two-lines-of-a-card";
  const heightOf = (name: string, serving: string): number => {
    const known = knownOf([anEnvironment(name, { conditions: [ready], serving, target: serving })]);
    const [only] = groupsOf(Object.values(snapshotOf(known, true).items), everything);
    if (only === undefined) throw new Error("no group");
    return layoutOf(only, {}).environments[0]?.height ?? 0;
  };
  const short = heightOf("a", "a-12345678");
  expect(heightOf(long, "a-12345678")).toBeCloseTo(short + 2 * 1.5);
  expect(heightOf("a", `team_${long}-12345678`)).toBeCloseTo(short + 2 * 1.1);
});

test("a card has room for its message as far as the reason, and not for more", () => {
  const heightOf = (message: string): number => {
    const failed = anEnvironment("a", { conditions: [condition("Ready", "False", "Refused", message)] });
    const [only] = groupsOf(Object.values(snapshotOf(knownOf([failed]), true).items), everything);
    if (only === undefined) throw new Error("no group");
    return layoutOf(only, {}).environments[0]?.height ?? 0;
  };
  const short = heightOf("no");
  expect(heightOf("x".repeat(150))).toBeCloseTo(short + 4 * 1.2);
  expect(heightOf("x".repeat(1000))).toBeCloseTo(short + 6 * 1.2);
});
