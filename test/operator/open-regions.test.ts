import { describe, expect, it } from "vitest";
import type { Cloud } from "../../src/operator/cloud.ts";
import { mostOpenRegions } from "../../src/operator/open-regions.ts";
import { jobDefinition } from "../manifests.ts";
import { aWorld } from "../stories/story.ts";
import { isReady, type World } from "../world.ts";

const home = "eu-west-1";
const kind = "JobDefinition";

const definitionIn = (region: string) => jobDefinition(`in-${region}`, { region });
const observed = ({ operator }: World): readonly string[] => operator.observed().map(({ region }) => region);
const stalled = ({ condition }: World, region: string) => condition(kind, `in-${region}`, "Stalled");
const isReadyIn = (world: World, region: string): boolean => {
  const object = world.object(kind, `in-${region}`);
  return object !== undefined && isReady(object);
};

/** Keeps which connections are open, by region. */
function countedConnections() {
  const open: string[] = [];
  const cloud = (given: Cloud): Cloud => ({
    ...given,
    async connect(region, signal) {
      const connection = await given.connect(region, signal);
      open.push(region);
      return { ...connection, close: () => void open.splice(open.indexOf(region), 1) };
    },
  });
  return { open, cloud };
}

describe("a region that objects may not name", () => {
  it("is not opened for however many invented ones, and each object says what to do", async () => {
    const { open, cloud } = countedConnections();
    const world = await aWorld({ cloud });
    world.apply(...Array.from({ length: 50 }, (_, at) => definitionIn(`aa-zz-${at}`)));
    await world.seconds(120);
    expect(observed(world)).toEqual([home]);
    expect(open).toEqual([home]);
    expect(stalled(world, "aa-zz-7")).toMatchObject({
      status: "True",
      reason: "NotAllowed",
      message:
        "region aa-zz-7 is not one of --allowed-regions (eu-west-1). Use one of these, or ask the operator's administrator to add it",
    });
    expect(world.condition(kind, "in-aa-zz-7", "Ready")?.status).toBe("False");
    world.delete(kind, "in-aa-zz-7");
    await world.until("it is gone", () => world.object(kind, "in-aa-zz-7") === undefined, 5);
  });

  it("holds the deletion of what exists there, until it is allowed again or the object is abandoned", async () => {
    const before = await aWorld({ flags: { allowedRegions: ["us-*"] } });
    before.apply(definitionIn("us-east-1"));
    await before.untilReady();
    await before.stop();
    const { store, clock, aws } = before;
    const world = await aWorld({ store, clock, aws });
    world.delete(kind, "in-us-east-1");
    await world.seconds(120);
    expect(stalled(world, "us-east-1")?.reason).toBe("NotAllowed");
    world.annotate(kind, "in-us-east-1", { "awsbatch.dev/abandon": "true" });
    await world.until("it is gone", () => world.object(kind, "in-us-east-1") === undefined, 5);
  });
});

describe("open regions", () => {
  const anywhere = { allowedRegions: ["*"] };

  it("are at most as many as AWS has, and one more is opened when another is closed", async () => {
    const world = await aWorld({ flags: anywhere });
    const regions = Array.from({ length: mostOpenRegions }, (_, at) => `aa-zz-${at}`);
    world.apply(...regions.map(definitionIn));
    await world.seconds(120);
    expect(observed(world)).toHaveLength(mostOpenRegions);
    const [last = ""] = regions.filter((region) => stalled(world, region)?.reason === "NotAllowed");
    expect(stalled(world, last)?.message).toContain("already use 40 regions, which is the most. Delete the objects of");
    const other = regions.find((region) => isReadyIn(world, region)) ?? "";
    world.delete(kind, `in-${other}`);
    await world.until("there is room for the last", () => isReadyIn(world, last), 240);
    expect(observed(world)).toHaveLength(mostOpenRegions);
  });

  it("are closed a minute after the last object that names them, with their connections, and not sooner", async () => {
    const { open, cloud } = countedConnections();
    const world = await aWorld({ flags: anywhere, cloud });
    world.apply(definitionIn(home), definitionIn("us-east-1"), jobDefinition("second", { region: "us-east-1" }));
    await world.untilReady();
    world.delete(kind, "second");
    await world.seconds(180);
    expect(observed(world)).toEqual([home, "us-east-1"]);
    world.delete(kind, "in-us-east-1");
    world.delete(kind, `in-${home}`);
    await world.until("both are gone", () => world.store.objects().length === 0, 60);
    await world.seconds(50);
    expect(open.toSorted()).toEqual([home, "us-east-1"]);
    await world.seconds(20);
    expect(observed(world)).toEqual([home]);
    expect(open).toEqual([home]);
    const calls = world.awsIn("us-east-1").log.length;
    await world.seconds(3600);
    expect(world.awsIn("us-east-1").log).toHaveLength(calls);
    expect(world.operator.fault()).toBeUndefined();
  });

  it("are opened again for a new object", async () => {
    const world = await aWorld({ flags: anywhere });
    for (const _time of [1, 2]) {
      world.apply(definitionIn("us-east-1"));
      await world.untilReady();
      expect(observed(world)).toEqual([home, "us-east-1"]);
      world.delete(kind, "in-us-east-1");
      await world.untilGone();
      await world.seconds(90);
      expect(observed(world)).toEqual([home]);
    }
  });

  it("stay open for an object that comes within the minute", async () => {
    const { open, cloud } = countedConnections();
    const world = await aWorld({ flags: anywhere, cloud });
    world.apply(definitionIn("us-east-1"));
    await world.untilReady();
    world.delete(kind, "in-us-east-1");
    await world.untilGone();
    world.apply(jobDefinition("next", { region: "us-east-1" }));
    await world.seconds(300);
    expect(open.toSorted()).toEqual([home, "us-east-1"]);
  });
});
