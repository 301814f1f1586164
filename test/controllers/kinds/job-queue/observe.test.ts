import { describe, expect, it } from "vitest";
import { queueNameOf } from "../../../../src/controllers/ownership/naming.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { type FakeRegion, fakeRegion } from "../../region.ts";
import { environment, foreignEnvironment, identity, identityOf, object, queue } from "./given.ts";
import { retainedFrom, watcher } from "./watcher.ts";

it("remembers what AWS found INVALID until it is VALID again, also while it is being updated", async () => {
  const { observed } = watcher();
  const found = async (status: "VALID" | "UPDATING" | "INVALID") => [
    ...(await observed(fakeRegion({ computeEnvironments: [environment("a1", "a", { status })] }))).foundInvalid,
  ];
  expect(await found("UPDATING")).toEqual([]);
  expect(await found("INVALID")).toEqual(["a1"]);
  expect(await found("UPDATING")).toEqual(["a1"]);
  expect(await found("VALID")).toEqual([]);
  expect(await found("UPDATING")).toEqual([]);
});

describe("the queue", () => {
  const expected = ["expectAbsence job-queue team_q"];
  it.each<[string, Partial<FakeRegion>, string | undefined, boolean, readonly string[]]>([
    ["is seen by its name", { jobQueues: [queue(["a1"])] }, "team_q", false, []],
    ["is not its tombstone", { jobQueues: [queue(["a1"], { status: "DELETED" })] }, undefined, false, expected],
    ["is absent when that may be believed", {}, undefined, true, []],
    ["is read again when its absence may not be believed", { absent: false }, undefined, false, expected],
  ])("%s", async (_name, change, name, absent, calls) => {
    const region = Object.assign(fakeRegion(), change);
    const seen = await watcher().observed(region);
    expect([seen.record?.jobQueueName, seen.absent]).toEqual([name, absent]);
    expect(region.calls).toEqual(calls);
  });

  it("has a name of its own, or the default", () => {
    expect(queueNameOf(object())).toBe("team_q");
    expect(queueNameOf(object({ jobQueueName: "mine" }))).toBe("mine");
  });

  it.each<[string, Record<string, string>, string | undefined]>([
    ["is left to an older object that claims it", {}, "team/older"],
    ["is left to the owner that AWS names", ownerTags(identityOf("older")), "team/older"],
    ["stays with this object when AWS names it as the owner, however young it is", ownerTags(identity), undefined],
    ["is left to the object from which Retain took it", retainedFrom("older"), "team/older"],
    ["stays with this object when Retain took it from it, however young it is", retainedFrom("q"), undefined],
    [
      "is left to an older object when another cluster has it",
      { ...ownerTags(identity), "awsbatch.dev/cluster-uid": "c-0" },
      "team/older",
    ],
  ])("whose name two objects claim %s", async (_name, tags, claimedBy) => {
    const own = object({ jobQueueName: "shared" });
    const metadata = { ...own.metadata, name: "older", uid: "u-0", creationTimestamp: "2020-01-01T00:00:00Z" };
    const region = fakeRegion({ jobQueues: [queue(["a1"], { jobQueueName: "shared", tags })] });
    const seen = await watcher([own, { ...own, metadata }]).observed(region, own);
    expect([seen.record?.jobQueueName, seen.claimedBy]).toEqual(["shared", claimedBy]);
  });

  it("that has no owner in AWS is left to a younger object from which Retain took it", async () => {
    const own = object({ jobQueueName: "shared" });
    const metadata = { ...own.metadata, name: "younger", uid: "u-9", creationTimestamp: "2030-01-01T00:00:00Z" };
    const region = fakeRegion({
      jobQueues: [queue(["a1"], { jobQueueName: "shared", tags: retainedFrom("younger") })],
    });
    expect((await watcher([own, { ...own, metadata }]).observed(region, own)).claimedBy).toBe("team/younger");
  });

  it("is settled when nothing of ours is on its way to it any more", async () => {
    expect((await watcher().observed(fakeRegion())).isSettled).toBe(true);
    expect((await watcher().observed(Object.assign(fakeRegion(), { absent: false }))).isSettled).toBe(false);
  });

  it("sees no tombstones of environments", async () => {
    const region = fakeRegion({
      computeEnvironments: [foreignEnvironment("x", { status: "DELETED" }), foreignEnvironment("y")],
    });
    expect([...(await watcher().observed(region)).environments.keys()]).toEqual(["y"]);
  });

  it("has a plan id that follows its spec", async () => {
    const { observed } = watcher();
    const ids = await Promise.all(
      [object(), object(), object({ priority: 2 })].map((one) => observed(fakeRegion(), one)),
    );
    expect(ids[0]?.planId).toBe(ids[1]?.planId);
    expect(ids[2]?.planId).not.toBe(ids[1]?.planId);
  });
});
