import { describe, expect, it } from "vitest";
import { noJobsOf, sdkError } from "./fake-batch.ts";
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

  it("are counted once for many definitions that go together, and again after a minute", async () => {
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

  it("are given to a caller that asks again while a count takes longer than it waits, and from its end for as long as it took", async () => {
    const world = await busyWorld().start();
    await world.clock.advance(10 * second);
    world.aws.latencyMs = 9 * second;
    const impatient = new AbortController();
    const first = world.region.jobsOfDefinition("jd-1", impatient.signal).catch(String);
    await world.clock.advance(100 * second);
    impatient.abort("no more patience");
    expect(await first).toBe("no more patience");
    expect(await counted(world, "jd-1")).toBe(2);
    expect(world.aws.count("listJobs")).toBe(12);
    await world.clock.advance(116 * second);
    expect(await counted(world, "jd-10")).toBe(1);
    expect(world.aws.count("listJobs")).toBe(12);
    await world.clock.advance(second);
    await counted(world, "jd-1");
    expect(world.aws.count("listJobs")).toBe(24);
  });

  it("are counted by one count at a time: who needs a later one waits, and all who wait share the next", async () => {
    const world = await busyWorld().start();
    await world.clock.advance(10 * second);
    world.aws.latencyMs = 9 * second;
    void world.region.jobsOfDefinition("jd-1", world.signal);
    await world.clock.advance(second);
    for (const name of ["jd-2:1", "jd-10:1"]) void world.region.deregisterJobDefinition(name, world.signal);
    await world.clock.advance(20 * second);
    const both = Promise.all(["jd-2", "jd-10"].map((name) => world.region.jobsOfDefinition(name, world.signal)));
    await world.clock.advance(95 * second);
    expect(world.aws.count("listJobs")).toBe(12);
    await world.clock.advance(118 * second);
    expect(await both).toEqual([0, 1]);
    expect(world.aws.count("listJobs")).toBe(24);
  });

  it("are counted for whoever waits for a later count also when the one before fails", async () => {
    const world = await busyWorld().start();
    await world.clock.advance(10 * second);
    world.aws.latencyMs = 9 * second;
    const early = world.region.jobsOfDefinition("jd-1", world.signal).catch(String);
    await world.clock.advance(second);
    void world.region.deregisterJobDefinition("jd-10:1", world.signal);
    await world.clock.advance(20 * second);
    const late = world.region.jobsOfDefinition("jd-10", world.signal);
    world.aws.refuse = () => sdkError("AccessDeniedException", "oops", 403);
    await world.clock.advance(5 * second);
    world.aws.refuse = () => undefined;
    expect(await early).toContain("oops");
    await world.clock.advance(13 * 9 * second);
    expect(await late).toBe(1);
  });

  it("are not counted for those who gave up before their count began", async () => {
    const world = await busyWorld().start();
    await world.clock.advance(10 * second);
    world.aws.latencyMs = 9 * second;
    void world.region.jobsOfDefinition("jd-1", world.signal);
    await world.clock.advance(second);
    void world.region.deregisterJobDefinition("jd-2:1", world.signal);
    await world.clock.advance(20 * second);
    const impatient = new AbortController();
    const waiting = world.region.jobsOfDefinition("jd-2", impatient.signal).catch(String);
    await world.clock.advance(second);
    impatient.abort("no more patience");
    expect(await waiting).toBe("no more patience");
    await world.clock.advance(300 * second);
    expect(world.aws.count("listJobs")).toBe(12);
  });

  it("are also those in a queue created since the queues were last listed", async () => {
    const world = await busyWorld().start();
    await world.clock.advance(10 * second);
    world.aws.queue("c");
    const jobDefinition = "arn:aws:batch:us-east-1:123456789012:job-definition/jd-2:1";
    world.aws.state.jobs.push({ jobId: "four", jobName: "four", status: "RUNNABLE", queue: "c", jobDefinition });
    world.forget();
    expect(await counted(world, "jd-2")).toBe(1);
    expect(world.counts()).toMatchObject({ describeJobQueues: 1, listJobs: 18 });
  });

  it("are not counted again for a queue created after the count: a definition without ACTIVE revisions gets no jobs", async () => {
    const world = await busyWorld().start();
    await world.clock.advance(10 * second);
    await counted(world, "jd-1");
    world.aws.queue("c");
    await world.settle(world.region.refresh(world.signal));
    world.forget();
    await counted(world, "jd-1");
    expect(world.counts()).toEqual({});
  });

  it("are not counted while the queues cannot be listed, and are once they can", async () => {
    const world = await busyWorld().start();
    await world.clock.advance(10 * second);
    world.aws.refuse = ({ operation }) =>
      operation === "describeJobQueues" ? sdkError("ServerException", "oops", 500) : undefined;
    expect(await counted(world, "jd-1")).toMatchObject({ kind: "unavailable" });
    expect(world.aws.count("listJobs")).toBe(0);
    world.aws.refuse = () => undefined;
    await world.clock.advance(10 * second);
    expect(await counted(world, "jd-1")).toBe(2);
  });

  it("are counted again for a definition with a revision that has just been deregistered", async () => {
    const world = await busyWorld().start();
    await counted(world, "jd-2");
    await world.clock.advance(10 * second);
    await world.settle(world.region.deregisterJobDefinition("jd-1:1", world.signal));
    const [at, before] = [world.clock.monotonic(), world.aws.count("listJobs")];
    await counted(world, "jd-1");
    expect(world.clock.monotonic()).toBe(at + 5 * second);
    await counted(world, "jd-1");
    expect(world.aws.count("listJobs")).toBe(2 * before);
  });

  it("are not taken from an answer of AWS that is older than the deregistration: one that was submitted just before counts", async () => {
    const world = await busyWorld().start();
    await world.clock.advance(30 * second);
    world.aws.freeze();
    const jobDefinition = "arn:aws:batch:us-east-1:123456789012:job-definition/jd-2:1";
    world.aws.state.jobs.push({ jobId: "late", jobName: "late", status: "RUNNABLE", queue: "a", jobDefinition });
    await world.settle(world.region.deregisterJobDefinition("jd-2:1", world.signal));
    world.clock.schedule(3 * second, () => world.aws.thaw());
    expect(await counted(world, "jd-2")).toBe(1);
  });

  it("are not waited for by who gives up before a count can be believed", async () => {
    const world = await busyWorld().start();
    await world.clock.advance(30 * second);
    await world.settle(world.region.deregisterJobDefinition("jd-2:1", world.signal));
    const impatient = new AbortController();
    const waiting = world.region.jobsOfDefinition("jd-2", impatient.signal).catch(String);
    await world.clock.advance(second);
    impatient.abort("no more patience");
    expect(await waiting).toBe("no more patience");
    await world.clock.advance(60 * second);
    expect(world.aws.count("listJobs")).toBe(0);
  });

  it("are counted no earlier than AWS is sure to show what the writer before this process did", async () => {
    const world = new RegionWorld({ writerSince: () => 20 * second });
    world.aws.queue("a");
    await world.start();
    await world.clock.advance(21 * second);
    expect(await counted(world, "gone")).toBe(0);
    expect(world.clock.monotonic()).toBe(25 * second);
  });

  it("are counted again for a definition that somebody else has deregistered since", async () => {
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

  it("are counted although there is a queue of SageMaker's, of which AWS lists no such jobs", async () => {
    const world = busyWorld();
    world.aws.queue("training", { jobQueueType: "SAGEMAKER_TRAINING" });
    world.aws.refuse = noJobsOf("training");
    await world.start();
    expect(await counted(world, "jd-1")).toBe(2);
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
