import { describe, expect, it } from "vitest";
import { labelSelector } from "../../src/kube/label-selector.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { batchJob } from "../manifests.ts";
import type { World } from "../world.ts";
import { isTrue, jobs, long, place, statusesInAws, writesOf } from "./jobs.ts";
import { aWorld } from "./story.ts";

const inShard = (shard: string, manifest: Manifest): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, labels: { shard } },
});

/** Two operators on one cluster and one account, which have been there for long, each with these shards. */
async function shards(first: string, second: string): Promise<readonly [World, World]> {
  const flags = (shard: string) => ({ shardSelector: labelSelector(`shard in (${shard})`) });
  const one = await aWorld({ flags: flags(first) });
  const { store, aws, clock } = one;
  const other = await aWorld({ store, aws, clock, seed: 2, flags: flags(second) });
  one.apply(...place.flatMap((manifest) => inShard("a", manifest)));
  await one.untilReady();
  one.apply(inShard("a", batchJob("of-a")), inShard("b", batchJob("of-b")));
  await one.until("both have jobs", () => ["of-a", "of-b"].every((name) => isTrue(one, name, "Complete")()));
  await one.seconds(300);
  return [one, other];
}

/** AWS has the job, the answer was lost, and no listing shows it for 20 s. */
async function inDoubt(world: World): Promise<void> {
  world.aws.faults.add({ on: "SubmitJob", fault: { kind: "loseResponse" }, times: 1 });
  world.aws.faults.add({ on: "ListJobs", fault: { kind: "stale", staleMs: 20_000 }, forMs: 20_000 });
  world.apply(inShard("a", batchJob("moved", long)));
  await world.until("AWS has it", () => jobs(world).length === 3);
}

describe("jobs of two shards", () => {
  it("are not submitted again when they are handed over in doubt", async () => {
    const [world] = await shards("a", "b");
    await inDoubt(world);
    world.apply(inShard("b", batchJob("moved", long)));
    await world.until("it is complete", isTrue(world, "moved", "Complete"));
    expect(writesOf(world, "SubmitJob")).toBe(3);
  });

  it("are not submitted again when they are handed over and back, each time in doubt", async () => {
    const [world] = await shards("a", "b");
    world.aws.faults.add({ on: "SubmitJob", fault: { kind: "loseRequest" }, times: 3 });
    world.apply(inShard("a", batchJob("moved", long)));
    for (const shard of ["b", "a", "b", "a"]) {
      await world.seconds(95);
      world.apply(inShard(shard, batchJob("moved", long)));
    }
    await world.until("it is complete", isTrue(world, "moved", "Complete"));
    expect(jobs(world)).toHaveLength(3);
  });

  it("depend on each other across the shards", async () => {
    const [world] = await shards("a", "b");
    const needs = { dependsOn: [{ jobRef: { name: "first" } }] };
    world.apply(inShard("a", batchJob("second", needs)), inShard("b", batchJob("first")));
    await world.until("the second is complete", isTrue(world, "second", "Complete"));
    expect(writesOf(world, "SubmitJob")).toBe(4);
  });

  it("are read by one operator after they were handed over", async () => {
    const [world, other] = await shards("a", "b");
    world.apply(inShard("a", batchJob("moved", { containerOverrides: { command: ["sleep", "3600"] } })));
    await world.until("it runs", () => statusesInAws(world).includes("RUNNING"));
    world.apply(inShard("b", batchJob("moved", { containerOverrides: { command: ["sleep", "3600"] } })));
    await world.seconds(60);
    await other.stop();
    const calls = world.aws.log.length;
    await world.seconds(600);
    expect(world.aws.log.slice(calls).filter(({ operation }) => operation === "DescribeJobs")).toEqual([]);
  });

  it("are one each where the shards overlap by mistake", async () => {
    const [world] = await shards("a", "a,b");
    world.aws.faults.add({ on: "ListJobs", fault: { kind: "stale", staleMs: 20_000 } });
    world.aws.faults.add({ on: "SubmitJob", fault: { kind: "loseResponse" }, after: 2, times: 3 });
    const names = ["a", "b", "c", "d", "e", "f"];
    for (const name of names) world.apply(inShard("a", batchJob(name, long)));
    await world.until("all are complete", () => names.every((name) => isTrue(world, name, "Complete")()));
    expect(jobs(world)).toHaveLength(2 + names.length);
  });
});
