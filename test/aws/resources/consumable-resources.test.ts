import { describe, expect, it } from "vitest";
import { consumableResources } from "../../../src/aws/resources/consumable-resources.ts";
import { RegionWorld } from "../region-world.ts";
import { arn } from "./described.ts";

const minute = 60_000;
const seatsArn = arn("consumable-resource/seats");

async function worldWith(names: readonly string[], more: readonly string[] = []): Promise<RegionWorld> {
  const world = new RegionWorld({ asked: () => new Set(names) });
  for (const name of [...names, ...more]) world.aws.consumable(name);
  return await world.start();
}

describe("consumables", () => {
  it("cost nothing while no object names one", async () => {
    const world = await worldWith([], ["seats"]);
    await world.clock.advance(3 * minute);
    expect(Object.keys(world.counts()).filter((name) => name.includes("Consumable"))).toEqual([]);
  });

  it("cost a call a minute, whatever their number, and a description each once", async () => {
    const names = Array.from({ length: 90 }, (_, index) => `c${index}`);
    const world = await worldWith(names);
    expect([world.aws.count("listConsumableResources"), world.aws.count("describeConsumableResource")]).toEqual([
      0, 90,
    ]);
    world.forget();
    await world.clock.advance(10 * minute);
    const { listConsumableResources: lists = 0, describeConsumableResource: descriptions = 0 } = world.counts();
    expect(lists + descriptions).toBeLessThanOrEqual(10);
    expect([lists >= 7, descriptions]).toEqual([true, 1]);
  });

  it("are described again where the list shows another total, and not where it shows what jobs hold", async () => {
    const world = await worldWith(["seats", "keys"]);
    world.forget();
    const [seats, keys] = world.aws.state.consumables;
    Object.assign(seats ?? {}, { totalQuantity: 7, tags: { a: "1" } });
    await world.clock.advance(2 * minute);
    expect(world.region.snapshot().consumableResources.get("seats")).toMatchObject({
      totalQuantity: 7,
      tags: { a: "1" },
    });
    expect(world.counts()["describeConsumableResource"]).toBe(1);
    Object.assign(keys ?? {}, { inUseQuantity: 4 });
    await world.clock.advance(2 * minute);
    expect(world.region.snapshot().consumableResources.get("keys")?.inUseQuantity).toBe(4);
    expect(world.counts()["describeConsumableResource"]).toBe(1);
  });

  it("are described in turn, because no list shows their tags", async () => {
    const world = await worldWith(["seats", "keys"]);
    for (const one of world.aws.state.consumables) Object.assign(one, { tags: { a: "1" } });
    await world.clock.advance(12 * minute);
    const tags = [...world.region.snapshot().consumableResources.values()].map((one) => one.tags);
    expect(tags).toEqual([{ a: "1" }, { a: "1" }]);
  });

  it("are described one by one where that takes fewer calls than the pages of the list", async () => {
    const others = Array.from({ length: 950 }, (_, index) => `x${index}`);
    const world = new RegionWorld({ asked: () => new Set(["seats", "keys"]) });
    for (const name of [...others, "seats", "keys"]) world.aws.consumable(name);
    await world.start();
    expect([...world.region.snapshot().consumableResources.keys()]).toEqual(["seats", "keys"]);
    expect([world.aws.count("listConsumableResources"), world.aws.count("describeConsumableResource")]).toEqual([0, 2]);
    world.forget();
    await world.clock.advance(70_000);
    expect(world.counts()).toMatchObject({ listConsumableResources: 2, describeConsumableResource: 2 });
  });

  it("are described where there is only one, which shows its tags too", async () => {
    const world = await worldWith(["seats"]);
    Object.assign(world.aws.state.consumables[0] ?? {}, { tags: { a: "1" } });
    world.forget();
    await world.clock.advance(2 * minute);
    expect(world.region.snapshot().consumableResources.get("seats")?.tags).toEqual({ a: "1" });
    expect(world.counts()["listConsumableResources"]).toBeUndefined();
  });

  it("are absent once a list does not show them, or a description says so", async () => {
    const world = new RegionWorld({ asked: () => new Set(["seats", "keys"]) });
    world.aws.consumable("keys");
    await world.start();
    expect(world.region.snapshot().isAbsent("consumable-resource", "seats")).toBe(true);
    const single = await new RegionWorld({ asked: () => new Set(["seats"]) }).start();
    expect(single.region.snapshot().isAbsent("consumable-resource", "seats")).toBe(true);
  });

  it("are described again before a write, whatever the list shows", async () => {
    const world = await worldWith(["seats", "keys"]);
    Object.assign(world.aws.state.consumables[0] ?? {}, { tags: { a: "1" } });
    world.forget();
    await world.settle(world.region.refreshAsked("consumableResources", ["seats"], world.signal));
    expect(world.region.snapshot().consumableResources.get("seats")?.tags).toEqual({ a: "1" });
    expect([world.aws.count("listConsumableResources"), world.aws.count("describeConsumableResource")]).toEqual([0, 1]);
  });

  it("are all described again by a new writer, which cannot know what the one before has written", async () => {
    let since: number | undefined;
    const world = new RegionWorld({ asked: () => new Set(["seats", "keys"]), writerSince: () => since });
    for (const name of ["seats", "keys"]) world.aws.consumable(name);
    await world.start();
    for (const one of world.aws.state.consumables) Object.assign(one, { tags: { a: "1" } });
    since = world.clock.monotonic();
    world.region.becameWriter();
    await world.clock.advance(10_000);
    expect(world.region.snapshot().consumableResources.get("keys")?.tags).toEqual({ a: "1" });
  });

  it("that cannot be read are a failure of their own", async () => {
    const world = new RegionWorld({ asked: () => new Set(["seats"]) });
    world.aws.refuse = ({ operation }) =>
      operation === "describeConsumableResource"
        ? Object.assign(new Error("no"), { name: "AccessDeniedException", $metadata: { httpStatusCode: 403 } })
        : undefined;
    await world.start();
    const { failure, failureOf } = world.region.snapshot();
    expect([failure, failureOf("schedulingPolicies"), failureOf("consumableResources")?.error.kind]).toEqual([
      undefined,
      undefined,
      "denied",
    ]);
  });

  it("are created, set, tagged and deleted, and shown so at once", async () => {
    const world = await new RegionWorld({ asked: () => new Set(["seats", "keys"]) }).start();
    const { region, signal } = world;
    const shown = () => region.snapshot().consumableResources.get("seats");
    world.aws.freeze();
    const given = { consumableResourceName: "seats", totalQuantity: 4, tags: { a: "1" } };
    await region.createConsumableResource(given, signal);
    expect(shown()).toMatchObject({ totalQuantity: 4, inUseQuantity: 0, tags: { a: "1" } });
    const request = { consumableResource: "seats", operation: "SET", quantity: 9 };
    await region.updateConsumableResource(request, signal);
    expect(shown()?.totalQuantity).toBe(9);
    await region.changeTags(seatsArn, { set: { b: "2" }, remove: [] }, signal);
    await world.clock.advance(2000);
    expect(shown()).toMatchObject({ totalQuantity: 9, tags: { a: "1", b: "2" } });
    world.aws.thaw();
    await region.deleteConsumableResource("seats", signal);
    expect(shown()?.status).toBe("DELETING");
    await world.clock.advance(10_000);
    expect([shown(), region.snapshot().isAbsent("consumable-resource", "seats")]).toEqual([undefined, true]);
  });

  it("whose creation got no answer are not usable before AWS shows them", async () => {
    const world = await new RegionWorld({ asked: () => new Set(["seats"]) }).start();
    const { region, signal } = world;
    world.aws.lose = ({ operation }) =>
      operation === "createConsumableResource"
        ? Object.assign(new Error("no answer"), { name: "TimeoutError" })
        : undefined;
    world.aws.freeze();
    const given = { consumableResourceName: "seats", totalQuantity: 4 };
    await expect(region.createConsumableResource(given, signal)).rejects.toThrow();
    expect(region.snapshot().consumableResources.get("seats")?.status).toBe("CREATING");
    world.aws.thaw();
    await world.clock.advance(3000);
    const shown = region.snapshot().consumableResources.get("seats");
    expect([shown?.totalQuantity, shown?.status]).toEqual([4, undefined]);
  });

  it.each([
    ["jobs hold more, so that the total falls as they end", { inUseQuantity: 8 }],
    ["jobs use it up, and AWS does not say what its total is then", { resourceType: "NON_REPLENISHABLE" }],
  ])("keep the total that AWS shows after a setting where %s", async (_why, more) => {
    const world = new RegionWorld({ asked: () => new Set(["seats"]) });
    world.aws.consumable("seats", more);
    await world.start();
    const request = { consumableResource: "seats", operation: "SET", quantity: 5 };
    world.aws.updateConsumableResource = async () => ({
      consumableResourceName: "seats",
      consumableResourceArn: seatsArn,
    });
    await world.region.updateConsumableResource(request, world.signal);
    await world.clock.advance(2000);
    expect(world.region.snapshot().consumableResources.get("seats")?.totalQuantity).toBe(10);
  });

  it("are described again where AWS gave out none of a total of which jobs hold less now", async () => {
    const world = new RegionWorld({ asked: () => new Set(["seats", "keys"]) });
    world.aws.consumable("keys");
    const seats = world.aws.consumable("seats", { inUseQuantity: 10, availableQuantity: 0 });
    await world.start();
    world.forget();
    await world.clock.advance(2 * minute);
    expect(world.counts()["describeConsumableResource"]).toBeUndefined();
    Object.assign(seats, { inUseQuantity: 7, availableQuantity: 3 });
    await world.clock.advance(2 * minute);
    expect(world.region.snapshot().consumableResources.get("seats")?.availableQuantity).toBe(3);
    expect(world.counts()["describeConsumableResource"]).toBe(1);
  });

  it("give out none after a setting to less than jobs hold, whatever a read from before it shows", async () => {
    const world = new RegionWorld({ asked: () => new Set(["seats"]) });
    const seats = world.aws.consumable("seats", { inUseQuantity: 8, availableQuantity: 2 });
    await world.start();
    world.aws.freeze();
    world.aws.updateConsumableResource = async () => ({
      consumableResourceName: "seats",
      consumableResourceArn: seatsArn,
    });
    await world.region.updateConsumableResource(
      { consumableResource: "seats", operation: "SET", quantity: 5 },
      world.signal,
    );
    const shown = () => world.region.snapshot().consumableResources.get("seats");
    expect(shown()).toMatchObject({ totalQuantity: 10, availableQuantity: 0 });
    await world.settle(world.region.refreshAsked("consumableResources", ["seats"], world.signal));
    expect(shown()).toMatchObject({ totalQuantity: 10, availableQuantity: 0 });
    Object.assign(seats, { totalQuantity: 8, availableQuantity: 0 });
    world.aws.thaw();
    await world.clock.advance(10_000);
    expect(shown()).toMatchObject({ totalQuantity: 8, availableQuantity: 0 });
  });

  it("are named page by page for who wants all", async () => {
    const world = await worldWith([], ["a", "b", "c"]);
    world.aws.pageSize = 2;
    expect([...(await consumableResources.names(world.aws, world.signal))]).toEqual(["a", "b", "c"]);
  });
});
