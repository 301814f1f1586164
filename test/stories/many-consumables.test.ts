import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const consumable = (namespace: string, name: string, totalQuantity = 2): Manifest => ({
  apiVersion: "awsbatch.dev/v1alpha1",
  kind: "ConsumableResource",
  metadata: { name, namespace },
  spec: { totalQuantity },
});
const totalOf = ({ aws }: World) =>
  aws.truth.consumableResources().find(({ consumableResourceName: name }) => name === "team_seats")?.totalQuantity;

/** Seconds until team's consumable is there, and until a change of it is. */
async function secondsIn(world: World): Promise<{ made: number; changed: number }> {
  const since = world.clock.monotonic();
  world.apply(consumable("team", "seats"));
  await world.until("team's consumable is there", () => totalOf(world) === 2, 60);
  const made = (world.clock.monotonic() - since) / 1000;
  await world.seconds(10);
  const changedAt = world.clock.monotonic();
  world.apply(consumable("team", "seats", 3));
  await world.until("the change is there", () => totalOf(world) === 3, 60);
  return { made, changed: (world.clock.monotonic() - changedAt) / 1000 };
}

describe("the consumables of one tenant, however many", () => {
  it.each([
    ["at rest", false],
    ["that change all the time", true],
  ])("%s put back another's by two seconds at most", async (_, churns) => {
    const world = await aWorld();
    const many = Array.from({ length: 500 }, (_none, at) => consumable("mallory", `m${at}`));
    world.apply(...many);
    await world.seconds(5);
    let stop = false;
    const churn = (turn: number): void => {
      if (stop) return;
      const at = turn % many.length;
      world.apply(consumable("mallory", `m${at}`, 2 + (turn % 7)));
      world.clock.schedule(20, () => churn(turn + 1));
    };
    if (churns) churn(0);
    const attacked = await secondsIn(world);
    stop = true;
    // Alone: 1 s and less than 1 s.
    expect(attacked.made).toBeLessThanOrEqual(3);
    expect(attacked.changed).toBeLessThanOrEqual(2);
  });
});
