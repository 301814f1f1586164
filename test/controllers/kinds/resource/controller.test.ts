import { afterEach, expect, it } from "vitest";
import type { Manifest } from "../../../../src/kube/memory-store.ts";
import { consumable, policy } from "../../../manifests.ts";
import { createWorld, type World } from "../../../world.ts";

let world: World;
afterEach(() => world.stop());

const given: readonly (readonly [Manifest, Manifest])[] = [
  [
    policy("fair", { fairsharePolicy: { shareDecaySeconds: 600 } }),
    policy("fair", { fairsharePolicy: { shareDecaySeconds: 700 } }),
  ],
  [consumable("seats", { totalQuantity: 1 }), consumable("seats", { totalQuantity: 2 })],
];

it.each(given)("lists no queues before a change that no queue can hinder: %j", async (before, after) => {
  world = await createWorld();
  world.apply(before);
  await world.untilReady();
  const from = world.aws.log.length;
  world.apply(after);
  await world.untilReady();
  const calls = world.aws.log.slice(from).map(({ operation }) => operation);
  expect(calls).toContainEqual(expect.stringMatching(/^Update/));
  expect(calls).not.toContain("DescribeJobQueues");
});

it("lists queues again directly before a policy is deleted, for one may have got it", async () => {
  world = await createWorld();
  world.apply(given[0]?.[0] as Manifest);
  await world.untilReady();
  const from = world.aws.log.length;
  world.delete("SchedulingPolicy", "fair");
  await world.untilGone();
  const calls = world.aws.log.slice(from).map(({ operation }) => operation);
  const deleted = calls.indexOf("DeleteSchedulingPolicy");
  expect(calls.slice(0, deleted)).toContain("DescribeJobQueues");
});
