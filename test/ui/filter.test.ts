import { expect, test } from "vitest";
import type { Item } from "../../src/cli/ui/model.ts";
import { snapshotOf } from "../../src/cli/ui/snapshot.ts";
import { beginsOpen, everything, type Filter, groupsOf, isShown } from "../../src/ui/filter.ts";
import { anEnvironment, anObject, aQueue, condition, knownOf, ready, ref } from "../cli/ui/objects.ts";

const stalled = [condition("Ready", "False", "Invalid", "no subnet"), condition("Stalled", "True", "Invalid")];
const objects = [
  aQueue("main", [ref("fast")]),
  anEnvironment("fast", { conditions: [ready], serving: "team_fast-0a1b" }),
  anObject("JobDefinition", "train", { namespace: "alpha", status: { conditions: [ready] } }),
  anObject("JobDefinition", "broken", { namespace: "zeta", status: { conditions: stalled } }),
];
const items = Object.values(snapshotOf(knownOf(objects), true).items);
const shown = (filter: Partial<Filter>): readonly string[] =>
  items.filter((item: Item) => isShown(item, { ...everything, ...filter })).map(({ name }) => name);

test.each([
  ["everything", {}, ["main", "fast", "train", "broken"]],
  ["a word of the name, in any case", { text: "FAST" }, ["fast"]],
  ["a name in AWS", { text: "0a1b" }, ["fast"]],
  ["words of the reason and the kind", { text: "jobdefinition invalid" }, ["broken"]],
  ["a state", { states: ["Failed"] }, ["broken"]],
  ["a namespace", { namespace: "team" }, ["main", "fast"]],
  ["nothing", { namespace: "team", states: ["Failed"] }, []],
] as const)("the map shows %s", (_what, filter, names) => {
  expect(shown(filter)).toEqual(names);
});

test("namespaces with a failed object come first, the others by name", () => {
  expect(groupsOf(items, everything).map(({ namespace }) => namespace)).toEqual(["zeta", "alpha", "team"]);
});

test("with many objects only namespaces with a failed one begin open", () => {
  const [zeta, alpha] = groupsOf(items, everything);
  expect([zeta, alpha].map((group) => group && beginsOpen(group, 4))).toEqual([true, true]);
  expect([zeta, alpha].map((group) => group && beginsOpen(group, 500))).toEqual([true, false]);
});
