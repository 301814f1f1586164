import { expect, test } from "vitest";
import { beginsOpen, everything, type Filter, groupsOf, isShown } from "../../../src/page/browser/filter.ts";
import type { Item } from "../../../src/page/server/model.ts";
import { snapshotOf } from "../../../src/page/server/snapshot.ts";
import { anEnvironment, anObject, aQueue, condition, knownOf, ready, ref } from "../server/objects.ts";

const stalled = [condition("Ready", "False", "Invalid", "no subnet"), condition("Stalled", "True", "Invalid")];
const objects = [
  aQueue("main", [ref("fast")]),
  anEnvironment("fast", { conditions: [ready], serving: "team_fast-0a1b" }),
  anEnvironment("slow", {
    conditions: [ready, condition("NetworkReady", "False", "EndpointUnreachable", "no way to ECS")],
    serving: "team_slow-2",
    target: "team_slow-2",
    predecessors: [{ name: "team_slow-1", step: "Draining" }],
  }),
  anObject("JobDefinition", "train", { namespace: "alpha", status: { conditions: [ready] } }),
  anObject("JobDefinition", "broken", { namespace: "zeta", status: { conditions: stalled } }),
];
const items = Object.values(snapshotOf(knownOf(objects), true).items);
const shown = (filter: Partial<Filter>): readonly string[] =>
  items.filter((item: Item) => isShown(item, { ...everything, ...filter })).map(({ name }) => name);

test.each([
  ["everything", {}, ["main", "fast", "slow", "train", "broken"]],
  ["a word of the name, in any case, and what refers to it", { text: "FAST" }, ["main", "fast"]],
  ["a name in AWS", { text: "0a1b" }, ["fast"]],
  ["words of the reason and the kind", { text: "jobdefinition invalid" }, ["broken"]],
  ["a condition that warns, by type, reason or message", { text: "NetworkReady: EndpointUnreachable ecs" }, ["slow"]],
  ["a state in the words of the page", { text: "cannot run jobs" }, ["slow"]],
  ["the step of an environment in AWS", { text: "draining" }, ["slow"]],
  ["a state", { states: ["Failed"] }, ["broken"]],
  ["a namespace", { namespace: "team" }, ["main", "fast", "slow"]],
  ["nothing", { namespace: "team", states: ["Failed"] }, []],
] as const)("the map shows %s", (_what, filter, names) => {
  expect(shown(filter)).toEqual(names);
});

test("namespaces in which a person must act come first, the others by name", () => {
  expect(groupsOf(items, everything).map(({ namespace }) => namespace)).toEqual(["zeta", "team", "alpha"]);
});

test("with many objects only namespaces in which a person must act begin open", () => {
  const groups = groupsOf(items, everything);
  expect(groups.map((group) => beginsOpen(group, 4))).toEqual([true, true, true]);
  expect(groups.map((group) => beginsOpen(group, 500))).toEqual([true, true, false]);
});
