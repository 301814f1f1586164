import { describe, expect, it } from "vitest";
import type { AskedKey } from "../../src/aws/resources/index.ts";
import { sdkError } from "./fake-batch.ts";
import { RegionWorld } from "./region-world.ts";

const second = 1000;
const minute = 60 * second;

interface Given {
  readonly mallory: number;
  readonly key?: AskedKey;
  /** Whether AWS has mallory's. */
  readonly exist?: boolean;
}

/** A region at the real budget in which mallory's objects give many names, and team's one. */
function worldWith({ mallory, key = "consumableResources", exist = true }: Given) {
  const many = Array.from({ length: mallory }, (_, at) => `m${at}`);
  const own = new Set(["team"]);
  const world = new RegionWorld({
    asked: (asked) => (asked === key ? own : new Set()),
    askedElsewhere: (asked) => new Map(asked === key ? [["mallory", new Set(many)]] : []),
    ratePerSecond: 10,
  });
  for (const name of ["team", ...(exist ? many : [])]) world.aws.consumable(name);
  const { region, signal } = world;
  const refresh = (namespace: string, name: string): Promise<unknown> =>
    region.onBehalfOf(namespace).refreshAsked(key, [name], signal);
  /** Seconds until it has come to its end. */
  const secondsOf = async (call: Promise<unknown>): Promise<number> => {
    const began = world.clock.monotonic();
    await world.settle(call);
    return (world.clock.monotonic() - began) / second;
  };
  return { world, region, own, refresh, secondsOf, many };
}

describe("thousands of names of one namespace", () => {
  it.each([
    ["that AWS has", true],
    ["that AWS does not have", false],
  ])("%s put another's first read back by a second", async (_, exist) => {
    const { world, region } = worldWith({ mallory: 5000, exist });
    await world.start();
    await world.clock.advance(2 * second);
    expect(region.snapshot().hasRead("consumableResources", "team")).toBe(true);
    world.stop();
  });

  it("put another's new name back by a second", async () => {
    const { world, region, own } = worldWith({ mallory: 5000 });
    await world.start();
    await world.clock.advance(20 * second);
    world.aws.consumable("new");
    own.add("new");
    region.onBehalfOf("team").expectAbsence("consumable-resource", "new");
    await world.clock.advance(second);
    expect(region.snapshot().consumableResources.has("new")).toBe(true);
    world.stop();
  });

  it("put another's read before a write back by a second, while passes of the first ask for theirs without end", async () => {
    const { world, refresh, secondsOf, many } = worldWith({ mallory: 5000 });
    await world.start();
    for (let worker = 0; worker < 4; worker++) {
      const passes = async (): Promise<never> => {
        for (let at = worker; ; at += 4) await refresh("mallory", many[at % many.length] ?? "");
      };
      passes().catch(() => "the test is over");
    }
    await world.clock.advance(20 * second);
    expect(await secondsOf(refresh("team", "team"))).toBeLessThanOrEqual(1);
    world.stop();
  });

  it("put another's new name back by two seconds, while passes ask for theirs and theirs change without end", async () => {
    const { world, region, own, refresh, many } = worldWith({ mallory: 200 });
    await world.start();
    for (let worker = 0; worker < 4; worker++) {
      const passes = async (): Promise<never> => {
        for (;;) await refresh("mallory", many[worker] ?? "");
      };
      passes().catch(() => "the test is over");
    }
    for (let turn = 0; turn < 12; turn++) {
      for (const one of world.aws.state.consumables.slice(1)) Object.assign(one, { totalQuantity: turn });
      await world.clock.advance(15 * second);
    }
    world.aws.consumable("new");
    own.add("new");
    region.onBehalfOf("team").expectAbsence("consumable-resource", "new");
    await world.clock.advance(2 * second);
    expect(region.snapshot().consumableResources.has("new")).toBe(true);
    world.stop();
  });

  it("leave another's writes and what follows them as they were", async () => {
    const { world, region, secondsOf } = worldWith({ mallory: 5000 });
    await world.start();
    await world.clock.advance(20 * second);
    const request = { consumableResource: "team", operation: "SET", quantity: 9 };
    expect(await secondsOf(region.onBehalfOf("team").updateConsumableResource(request, world.signal))).toBeLessThan(1);
    expect(region.snapshot().isSettled("consumable-resource", "team")).toBe(false);
    await world.clock.advance(8 * second);
    expect(region.snapshot().isSettled("consumable-resource", "team")).toBe(true);
    world.stop();
  });

  it("keep no pass of their own namespace waiting: what a pass waits for goes first", async () => {
    const { world, refresh, secondsOf } = worldWith({ mallory: 5000 });
    await world.start();
    await world.clock.advance(5 * second);
    expect(await secondsOf(refresh("mallory", "m4999"))).toBeLessThanOrEqual(1);
    world.stop();
  });

  it("show another's change by somebody else within two minutes", async () => {
    const { world, region } = worldWith({ mallory: 500 });
    await world.start();
    await world.clock.advance(3 * minute);
    const ours = world.aws.state.consumables.find(({ consumableResourceName: name }) => name === "team");
    Object.assign(ours ?? {}, { totalQuantity: 7 });
    await world.clock.advance(2 * minute);
    expect(region.snapshot().consumableResources.get("team")?.totalQuantity).toBe(7);
    world.stop();
  });

  it("show a change of another's tags in as many turns as if they were not there", async () => {
    const { world, region } = worldWith({ mallory: 500 });
    await world.start();
    await world.clock.advance(3 * minute);
    const ours = world.aws.state.consumables.find(({ consumableResourceName: name }) => name === "team");
    Object.assign(ours ?? {}, { tags: { a: "1" } });
    await world.clock.advance(7 * minute);
    expect(region.snapshot().consumableResources.get("team")?.tags).toEqual({ a: "1" });
    world.stop();
  });

  it("do not put back what they name of another", async () => {
    const { world, region, many } = worldWith({ mallory: 5000 });
    many.push("team");
    await world.start();
    await world.clock.advance(2 * second);
    expect(region.snapshot().hasRead("consumableResources", "team")).toBe(true);
    world.stop();
  });

  it.each<AskedKey>(["schedulingPolicies", "serviceEnvironments"])("put another's %s back by a call", async (key) => {
    const { world, region, refresh, secondsOf } = worldWith({ mallory: 5000, key });
    await world.start();
    await world.clock.advance(2 * second);
    expect(region.snapshot().hasRead(key, "team")).toBe(true);
    expect(await secondsOf(refresh("team", "team"))).toBeLessThanOrEqual(1);
    world.stop();
  });

  it("cost at rest a list of them a minute, and a description of one now and then", async () => {
    const { world } = worldWith({ mallory: 300 });
    await world.start();
    await world.clock.advance(5 * minute);
    world.forget();
    await world.clock.advance(10 * minute);
    const { listConsumableResources: lists = 0, describeConsumableResource: descriptions = 0 } = world.counts();
    expect(lists).toBeLessThanOrEqual(10 * 4);
    // Of each namespace one in each fifth turn.
    expect(descriptions).toBeLessThanOrEqual(2 * 2);
    world.stop();
  });
});

describe("reads that fail", () => {
  it("end all who wait for them, and are tried again for whoever comes later", async () => {
    const { world, region, refresh } = worldWith({ mallory: 10 });
    await world.start();
    await world.clock.advance(5 * second);
    world.aws.refuse = ({ operation }) =>
      operation === "describeConsumableResource" ? sdkError("AccessDeniedException", "no", 403) : undefined;
    const both = [refresh("team", "team"), refresh("mallory", "m1")].map((one) => world.settle(one));
    for (const one of both) expect(await one).toMatchObject({ error: { kind: "denied" } });
    expect(region.snapshot().failureOf("consumableResources")?.error.kind).toBe("denied");
    world.aws.refuse = () => undefined;
    await world.clock.advance(minute);
    expect(region.snapshot().failureOf("consumableResources")).toBeUndefined();
    expect(await world.settle(refresh("team", "team"))).toMatchObject({ value: {} });
    world.stop();
  });

  it("share one description among all who wait for the name", async () => {
    const { world, refresh } = worldWith({ mallory: 1 });
    await world.start();
    await world.clock.advance(5 * second);
    world.aws.latencyMs = 100;
    world.forget();
    const all = Array.from({ length: 20 }, () => refresh("team", "team"));
    await world.settle(Promise.all(all));
    expect(world.aws.count("describeConsumableResource")).toBe(1);
    world.stop();
  });
});
