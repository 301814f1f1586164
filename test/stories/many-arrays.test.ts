import { expect, it } from "vitest";
import { hasEnded } from "../../src/simulator/stored-job.ts";

import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const arrays = 150;
const terminate = { drain: { policy: "Terminate", timeoutSeconds: 60 } };

/** A queue in which many array jobs have begun, in an AWS whose answers take a second: a reconcile lasts 300 at most. */
async function busyWorld(queue: object = {}, durationMs = Number.POSITIVE_INFINITY): Promise<World> {
  const world = await aWorld({ knobs: { latencyMs: 1000 } });
  const soakless = { ...ec2, replacement: { soakSeconds: 0 } };
  world.apply(computeEnvironment("ce", soakless), jobQueue("q1", ["ce"], queue), jobDefinition("hello"));
  await world.untilReady();
  for (let index = 0; index < arrays; index++) {
    world.aws.outside.submitPlannedJob(
      { jobName: "array", jobQueue: "team_q1", jobDefinition: "team_hello", arrayProperties: { size: 2 } },
      { durationMs, exitCode: 0 },
    );
  }
  await world.seconds(120);
  return world;
}

const running = (world: World) => world.aws.truth.jobs().filter(({ status }) => status === "RUNNING");
const lists = (world: World): number => world.aws.log.filter(({ operation }) => operation === "ListJobs").length;
const errors = (world: World) => world.log.lines.filter(({ level }) => level === "error");

it("an environment is drained although a count of its jobs takes longer than a reconcile, and by few counts", async () => {
  const world = await busyWorld({}, 3_600_000);
  expect(running(world).length).toBeGreaterThan(20);
  const before = lists(world);
  world.apply(computeEnvironment("ce", { ...withTypes(["m5.large"]), replacement: { soakSeconds: 0 } }));
  const retiring = (): string => world.condition("BatchComputeEnvironment", "ce", "Retiring")?.message ?? "";
  await world.until("they are counted", () => retiring().endsWith("are being counted"), 900);
  await world.until("it waits for them", () => /waits for \d+ jobs to end; no job is terminated/.test(retiring()), 900);
  await world.until("it is gone", () => world.aws.truth.computeEnvironments().length === 1, 3 * 3600);
  expect(world.aws.truth.jobs().filter(({ status }) => status === "FAILED")).toEqual([]);
  expect(world.violations).toEqual([]);
  expect(errors(world)).toEqual([]);
  expect(lists(world) - before).toBeLessThan(6 * 2 * arrays);
});

it("a queue with many array jobs is emptied by force, by one call for each, and deleted", async () => {
  const world = await busyWorld(terminate);
  const before = lists(world);
  world.delete("JobQueue", "q1");
  await world.until("it is gone", () => world.object("JobQueue", "q1") === undefined, 1800);
  expect(world.aws.truth.jobs().filter((job) => !hasEnded(job))).toEqual([]);
  expect(world.writes().filter((write) => write.startsWith("TerminateJob"))).toHaveLength(arrays);
  expect(world.violations).toEqual([]);
  expect(errors(world)).toEqual([]);
  expect(lists(world) - before).toBeLessThan(150);
});
