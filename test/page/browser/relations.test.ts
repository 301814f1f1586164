import { expect, test } from "vitest";
import { labelFrom, sharedIn, usersIn } from "../../../src/page/browser/relations.ts";
import { snapshotOf } from "../../../src/page/server/snapshot.ts";
import { anObject, aQueue, knownOf, ref } from "../server/objects.ts";

const seats = { consumableResourceRef: { name: "seats", namespace: "shared" } };
const objects = [
  anObject("ConsumableResource", "seats", { namespace: "shared" }),
  anObject("JobDefinition", "train", { spec: { consumableResourceProperties: { consumableResourceList: [seats] } } }),
  anObject("BatchJob", "run", {
    namespace: "shared",
    spec: {
      jobDefinitionRef: { name: "train", namespace: "team" },
      consumableResourcePropertiesOverride: { consumableResourceList: [seats] },
    },
  }),
  aQueue("main", [ref("fast")]),
];
const { items } = snapshotOf(knownOf(objects), true);
const item = (id: string) => {
  const found = items[id];
  if (found === undefined) throw new Error(id);
  return found;
};

test("what several objects use names its users", () => {
  const users = usersIn(items);
  expect([...users].map(([id, some]) => [id, some.map(({ name }) => name)])).toEqual([
    ["ConsumableResource/shared/seats", ["train", "run"]],
  ]);
});

test("definitions, queues and environments are not among what objects share", () => {
  expect(sharedIn(item("BatchJob/shared/run")).map(({ label }) => label)).toEqual(["seats"]);
  expect(sharedIn(item("JobQueue/team/main"))).toEqual([]);
});

test("a quota share names the queue that it is a share of", () => {
  const share = anObject("QuotaShare", "research", { spec: { jobQueueRef: { name: "main" } } });
  const { items: all } = snapshotOf(knownOf([share, aQueue("main", [ref("fast")])]), true);
  expect(sharedIn(all["QuotaShare/team/research"] ?? item("")).map(({ label }) => label)).toEqual(["main"]);
});

test("a user of another namespace has that in its label", () => {
  const consumable = item("ConsumableResource/shared/seats");
  expect(labelFrom(consumable, item("JobDefinition/team/train"))).toBe("team/train");
  expect(labelFrom(consumable, item("BatchJob/shared/run"))).toBe("run");
});
