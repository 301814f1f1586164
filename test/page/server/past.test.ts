import { expect, test } from "vitest";
import type { EventLine } from "../../../src/page/server/model.ts";
import { pastList } from "../../../src/page/server/past.ts";
import { anEnvironment, ready } from "./objects.ts";

const event = (reason: string, note: string, second: number): EventLine => ({
  at: new Date(second * 1000).toISOString(),
  type: "Normal",
  reason,
  note,
  count: 1,
});
const created = (name: string, second: number): EventLine => event("Created", `creating ${name}`, second);
/** Of an environment that serves after another one. */
const replaced = (name: string, second: number): readonly EventLine[] => [
  created(name, second),
  event("QueuesSwitched", `${name} serves all queues`, second + 0.5),
];
const id = (name: string): string => `BatchComputeEnvironment/team/${name}`;

test("the replacements of all objects are in one list, the newest first, without creations and those under way", () => {
  const objects = [
    anEnvironment("a", { conditions: [ready], serving: "a-1", target: "a-1", status: "VALID" }),
    anEnvironment("b", { serving: "b-1", target: "b-2", status: "CREATING" }),
  ];
  const events = new Map([
    [id("a"), [created("a-0", 1), ...replaced("a-1", 5)]],
    [id("b"), [...replaced("b-1", 7), ...replaced("b-2", 8)]],
    [id("gone"), replaced("gone-1", 6)],
  ]);
  expect(pastList(objects, events).replacements.map(({ of, summary }) => [of, summary])).toEqual([
    [id("b"), "b-1 was created"],
    [id("gone"), "gone-1 was created"],
    [id("a"), "a-1 was created"],
  ]);
});

test("a long list is cut, and says how much it leaves out", () => {
  const events = Array.from({ length: 42 }, (_, index) => replaced(`a-${index}`, index)).flat();
  const { replacements, more } = pastList([], new Map([[id("a"), events]]));
  expect([replacements.length, replacements[0]?.summary, more]).toEqual([30, "a-41 was created", 12]);
});
