import { describe, expect, it } from "vitest";
import { sdkError } from "./fake-batch.ts";
import { RegionWorld } from "./region-world.ts";

const second = 1000;

function busyWorld(): RegionWorld {
  const world = new RegionWorld();
  for (const name of ["a", "b"]) world.aws.queue(name);
  for (const name of ["jd-1", "jd-2", "jd-10"]) world.aws.revision(name, 1);
  const job = (jobId: string, queue: string, definition: string): void => {
    const arn = `arn:aws:batch:us-east-1:123456789012:job-definition/${definition}`;
    world.aws.state.jobs.push({ jobId, jobName: jobId, status: "RUNNABLE", queue, createdAt: 1, jobDefinition: arn });
  };
  job("one", "a", "jd-1:1");
  job("two", "b", "jd-1:7");
  job("three", "b", "jd-10:1");
  return world;
}

const counted = async (world: RegionWorld, name: string): Promise<unknown> => {
  const outcome = await world.settle(world.region.jobsOfDefinition(name, world.signal));
  return "value" in outcome ? outcome.value : outcome.error;
};

describe("the jobs of a job definition", () => {
  it("are those of all its revisions in all queues, and of no other definition", async () => {
    const world = await busyWorld().start();
    expect(await counted(world, "jd-1")).toBe(2);
    expect(await counted(world, "jd-10")).toBe(1);
    expect(await counted(world, "jd-2")).toBe(0);
  });

  it("are counted once for many definitions that go together, and anew after a minute", async () => {
    const world = await busyWorld().start();
    await world.clock.advance(10 * second);
    const names = ["jd-1", "jd-2", "jd-10"];
    await Promise.all(names.map((name) => counted(world, name)));
    const once = world.aws.count("listJobs");
    expect(once).toBe(12);
    await world.clock.advance(50 * second);
    await counted(world, "jd-2");
    expect(world.aws.count("listJobs")).toBe(once);
    await world.clock.advance(11 * second);
    await counted(world, "jd-2");
    expect(world.aws.count("listJobs")).toBe(2 * once);
  });

  it("are counted anew for a definition whose revision has just been deregistered", async () => {
    const world = await busyWorld().start();
    await counted(world, "jd-2");
    await world.settle(world.region.deregisterJobDefinition("jd-1:1", world.signal));
    const before = world.aws.count("listJobs");
    await counted(world, "jd-1");
    await counted(world, "jd-1");
    expect(world.aws.count("listJobs")).toBe(3 * before);
    await world.clock.advance(5 * second);
    await counted(world, "jd-1");
    await counted(world, "jd-1");
    expect(world.aws.count("listJobs")).toBe(4 * before);
  });

  it("are counted anew for a definition that somebody else has deregistered since", async () => {
    const world = await busyWorld().start();
    await world.clock.advance(10 * second);
    await counted(world, "jd-2");
    const before = world.aws.count("listJobs");
    await world.clock.advance(10 * second);
    world.aws.state.revisions = world.aws.state.revisions.filter(
      ({ jobDefinitionName }) => jobDefinitionName !== "jd-1",
    );
    await world.settle(world.region.refreshDefinition("jd-1", world.signal));
    await counted(world, "jd-10");
    expect(world.aws.count("listJobs")).toBe(before);
    await counted(world, "jd-1");
    expect(world.aws.count("listJobs")).toBe(2 * before);
  });

  it("are none in a queue that is gone, and an error when they cannot be read, which is not remembered", async () => {
    const world = await busyWorld().start();
    world.aws.refuse = ({ operation }) =>
      operation === "listJobs" ? sdkError("ClientException", "a does not exist", 404) : undefined;
    expect(await counted(world, "jd-1")).toBe(0);
    await world.clock.advance(61 * second);
    world.aws.refuse = ({ operation }) =>
      operation === "listJobs" ? sdkError("ServerException", "oops", 500) : undefined;
    expect(await counted(world, "jd-1")).toMatchObject({ kind: "unavailable" });
    world.aws.refuse = () => undefined;
    expect(await counted(world, "jd-1")).toBe(2);
  });
});
