import { describe, expect, it } from "vitest";
import type { BatchJobSpec } from "../../src/api/v1alpha1/batch-job.ts";
import { type Cluster, clusterTag } from "../../src/controllers/ownership/ownership.ts";
import { batchJob } from "../manifests.ts";
import { createWorld, type World } from "../world.ts";
import { aPlace, followedBy, hour, isIn, isTrue, jobs, loseStatus, statusOf, writesOf } from "./jobs.ts";

const blue: Cluster = { name: "blue", uid: "cluster-1" };
const green: Cluster = { name: "green", uid: "cluster-1" };
const renamed: Cluster = { ...green, formerName: "blue" };

/** Jobs in each state, of a cluster that is called blue. */
const specs: Readonly<Record<string, Partial<BatchJobSpec>>> = {
  runs: hour,
  array: { ...hour, arrayProperties: { size: 3 } },
  pending: { dependsOn: [{ jobRef: { name: "runs" } }] },
  suspended: { suspend: true },
  ended: {},
  failed: { containerOverrides: { command: ["false"] } },
  retained: { ...hour, deletionPolicy: "Retain" },
};
const names = Object.keys(specs);

/** @param change of the specs of all of them */
async function blueJobs(change: Partial<BatchJobSpec> = {}): Promise<World> {
  const world = await aPlace({ cluster: blue });
  world.apply(...names.map((name) => batchJob(name, { ...specs[name], ...change })));
  await world.until("they run", () => isIn(world, "runs", "RUNNING")() && isTrue(world, "ended", "Complete")());
  await world.until("one has failed", isTrue(world, "failed", "Failed"));
  await world.seconds(60);
  return world;
}

const nameOf = (job: ReturnType<typeof jobs>[number]): string => (job.request.jobName ?? "").split("_")[1] ?? "";
/** How often each object has been submitted. */
const submitted = (world: World): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Map.groupBy(jobs(world), nameOf)
      .entries()
      .map(([name, all]) => [name, all.length]),
  );
const once = Object.fromEntries(names.map((name) => [name, 1]));
const onceBut = (left: string) => Object.fromEntries(names.flatMap((name) => (name === left ? [] : [[name, 1]])));
/** By object: the name of the cluster in the tags of its job. */
const clustersIn = (world: World) =>
  Object.fromEntries(jobs(world).map((job) => [nameOf(job), job.request.tags?.[clusterTag]]));

describe("a cluster that is renamed while jobs run", () => {
  it("ends none, submits none twice, and keeps each with its result", async () => {
    const before = await blueJobs();
    const world = await followedBy(before, { cluster: renamed });
    await world.seconds(300);
    expect(submitted(world)).toEqual(onceBut("suspended"));
    expect(writesOf(world, "TerminateJob")).toBe(0);
    const { runs, array, pending, ended } = clustersIn(world);
    expect({ runs, array, pending, ended }).toEqual({ runs: "green", array: "green", pending: "green", ended: "blue" });
    world.apply(batchJob("suspended", { suspend: false }));
    const succeeding = ["runs", "array", "pending", "suspended", "ended", "retained"];
    const haveEnded = () => succeeding.every((name) => isTrue(world, name, "Complete")());
    await world.until("all have ended", haveEnded, 2 * 3600);
    expect(submitted(world)).toEqual(once);
    expect(statusOf(world, "failed").status).toBe("FAILED");
  });

  it("finds each job by its name where its status was lost", async () => {
    const before = await blueJobs();
    await before.stop();
    for (const name of names) await loseStatus(before, name);
    const world = await followedBy(before, { cluster: renamed });
    const found = ["runs", "array", "pending", "ended", "failed", "retained"];
    await world.until("they are found", () => found.every((name) => statusOf(world, name).jobId !== undefined));
    await world.until("the result is", isTrue(world, "ended", "Complete"));
    expect(submitted(world)).toEqual(onceBut("suspended"));
  });

  it("does not submit again a job whose answer was lost with the process", async () => {
    const before = await aPlace({ cluster: blue });
    before.aws.faults.add({ on: "SubmitJob", fault: { kind: "loseResponse" }, times: 1 });
    before.apply(batchJob("lost", hour));
    await before.until("AWS has it", () => jobs(before).length === 1);
    const world = await followedBy(before, { cluster: renamed });
    await world.until("it is followed", isIn(world, "lost", "RUNNING"));
    await world.seconds(300);
    expect(submitted(world)).toEqual({ lost: 1 });
    expect(writesOf(world, "TerminateJob")).toBe(0);
  });

  it("ends a job only as its object asks for, under the new name too", async () => {
    const before = await blueJobs();
    const world = await followedBy(before, { cluster: renamed });
    world.delete("BatchJob", "runs");
    world.delete("BatchJob", "retained");
    world.apply(batchJob("array", { ...specs["array"], cancel: true }));
    await world.until("they are gone", () =>
      ["runs", "retained"].every((name) => world.object("BatchJob", name) === undefined),
    );
    await world.until("the array is cancelled", isTrue(world, "array", "Failed"));
    expect(writesOf(world, "TerminateJob")).toBe(2);
    expect(jobs(world).find((job) => nameOf(job) === "retained")?.status).toBe("RUNNING");
  });

  it("that is started under the new name without the rename leaves every job as it is", async () => {
    const before = await blueJobs();
    await before.stop();
    const writes = before.writes().length;
    const { aws, clock, store } = before;
    const world = await createWorld({ aws, clock, store, cluster: green });
    world.delete("BatchJob", "runs");
    world.apply(batchJob("suspended", { suspend: false }));
    await world.seconds(120);
    expect(world.writes().slice(writes)).toEqual([]);
    await expect(world.stop()).rejects.toThrow(/--cluster-name is green/);
    const back = await followedBy(before, { cluster: renamed });
    await back.until("the job is ended", () => back.object("BatchJob", "runs") === undefined);
    await back.until("the other is submitted", () => statusOf(back, "suspended").jobId !== undefined);
    expect(submitted(back)).toEqual(once);
  });

  it("goes on with the jobs of a rename that was interrupted at any second", async () => {
    for (let second = 0; second < 12; second++) {
      const before = await blueJobs();
      const half = await followedBy(before, { cluster: renamed });
      await half.seconds(second);
      const world = await followedBy(half, { cluster: renamed });
      await world.until(
        "all are tagged",
        () => clustersIn(world)["runs"] === "green" && clustersIn(world)["array"] === "green",
      );
      expect(submitted(world)).toEqual(onceBut("suspended"));
      expect(writesOf(world, "TerminateJob")).toBe(0);
      await world.stop();
    }
  });
});
