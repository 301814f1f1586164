import { describe, expect, it } from "vitest";
import type { ActiveJob, JobsCounted } from "../../src/aws/region.ts";
import { noJobsOf, sdkError } from "./fake-batch.ts";
import { RegionWorld } from "./region-world.ts";

const second = 1000;
const ever = Number.NEGATIVE_INFINITY;

/** Queues `q`, in which `arrays` array jobs run a child each, and `small`, in which one job runs. */
async function worldWith(arrays: number, options = {}): Promise<RegionWorld> {
  const world = new RegionWorld(options);
  world.aws.queue("q");
  world.aws.queue("small");
  const { jobs } = world.aws.state;
  for (let index = 0; index < arrays; index++) {
    const jobId = `array-${index}`;
    jobs.push({ jobId, jobName: "array", status: "PENDING", queue: "q", arrayProperties: { size: 1 } });
    jobs.push({ jobId: `${jobId}:0`, jobName: "child", status: "RUNNING", parent: jobId });
  }
  jobs.push({ jobId: "single", jobName: "single", status: "RUNNING", queue: "small" });
  await world.start();
  await world.clock.advance(10 * second);
  world.aws.latencyMs = second;
  world.forget();
  return world;
}

/** The answer to a call that may wait as long as the count takes. */
const asked = async (world: RegionWorld, from = ever, queues: readonly string[] | "all" = "all") => {
  const outcome = await world.settle(world.region.activeJobs(queues, from, world.signal));
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
};

/** Asks again 5 s after each call that did not get an answer. */
async function untilCounted(world: RegionWorld, from: number): Promise<JobsCounted<ActiveJob>> {
  for (;;) {
    const counted = await asked(world, from);
    if (counted !== undefined) return counted;
    await world.clock.advance(5 * second);
  }
}

const ids = (counted: JobsCounted<ActiveJob> | undefined): readonly string[] | undefined =>
  counted?.jobs.map(({ jobId }) => jobId).toSorted();

/** Calls of the count of a world with so many arrays: three lists a queue, two an array, a description a queue. */
const callsFor = (arrays: number): number => 6 + 2 * arrays + 2;
const calls = (world: RegionWorld): number => world.aws.count("listJobs") + world.aws.count("describeJobs");

describe("the jobs that start or run in a region", () => {
  it("are those of all queues, given to every caller that waits for them", async () => {
    const world = await worldWith(2);
    const counted = await asked(world);
    expect(ids(counted)).toEqual(["array-0:0", "array-1:0", "single"]);
    expect(counted).toMatchObject({ begunAt: 10 * second, endedAt: (10 + callsFor(2)) * second });
    expect(ids(await asked(world, ever, ["small"]))).toEqual(["single"]);
  });

  it("are counted again for a caller that asks after a count that was soon done", async () => {
    const world = await worldWith(1);
    await asked(world);
    await asked(world);
    expect(calls(world)).toBe(2 * callsFor(1));
  });

  it("stay unknown for 20 s of a longer count, which goes on, and is kept for as long as it took", async () => {
    const world = await worldWith(50);
    const tookMs = callsFor(50) * second;
    const begunAt = world.clock.monotonic();
    expect(await asked(world)).toBeUndefined();
    expect(world.clock.monotonic()).toBe(begunAt + 20 * second);
    await world.clock.advance(tookMs - 20 * second);
    const counted = await asked(world);
    expect(counted).toMatchObject({ begunAt, endedAt: begunAt + tookMs });
    expect(counted?.jobs).toHaveLength(51);
    await world.clock.advance(tookMs - 1);
    expect(await asked(world)).toBe(counted);
    expect(calls(world)).toBe(callsFor(50));
    await world.clock.advance(1);
    expect(await asked(world)).toBeUndefined();
  });

  it("are not waited for by who asks when the count is older than 20 s", async () => {
    const world = await worldWith(50);
    expect(await asked(world)).toBeUndefined();
    await world.clock.advance(5 * second);
    const at = world.clock.monotonic();
    expect(await asked(world)).toBeUndefined();
    expect(world.clock.monotonic()).toBe(at);
  });

  it("are counted for hundreds of arrays by one count, which many callers share", async () => {
    const world = await worldWith(500, { ratePerSecond: 10 });
    world.aws.latencyMs = 200;
    world.aws.pageSize = 1000;
    const begunAt = world.clock.monotonic();
    const counted = await untilCounted(world, begunAt);
    expect(counted.jobs).toHaveLength(501);
    expect(counted.begunAt).toBe(begunAt);
    expect(counted.endedAt - begunAt).toBeGreaterThan(200 * second);
    expect(calls(world)).toBe(3 + 3 + 2 * 500 + 5 + 1);
  });

  it("are not reported from a count that began too early, which others may still get: the next count follows", async () => {
    const world = await worldWith(50);
    const tookMs = callsFor(50) * second;
    expect(await asked(world)).toBeUndefined();
    const from = world.clock.monotonic();
    expect(await asked(world, from)).toBeUndefined();
    expect(world.aws.calls.filter(({ operation }) => operation === "listJobs").length).toBeLessThan(23);
    await world.clock.advance(tookMs - 20 * second);
    const early = await asked(world);
    expect(early).toMatchObject({ begunAt: 10 * second });
    expect(await asked(world, from)).toBeUndefined();
    expect(await asked(world)).toBe(early);
    await world.clock.advance(tookMs - 20 * second);
    expect(await asked(world, from)).toMatchObject({ begunAt: 10 * second + tookMs });
  });

  it("are counted once more by who waits for a short count that began too early", async () => {
    const world = await worldWith(1);
    const early = world.region.activeJobs("all", ever, world.signal);
    await world.clock.advance(2 * second);
    const from = world.clock.monotonic();
    const late = world.region.activeJobs("all", from, world.signal);
    await world.clock.advance(60 * second);
    expect(await early).toMatchObject({ begunAt: 10 * second });
    expect(await late).toMatchObject({ begunAt: (10 + callsFor(1)) * second });
    expect(calls(world)).toBe(2 * callsFor(1));
  });

  it("are counted by one count for all who ask meanwhile", async () => {
    const world = await worldWith(1);
    const all = [1, 2, 3].map(() => world.region.activeJobs("all", ever, world.signal));
    await world.clock.advance(60 * second);
    const [first, ...others] = await Promise.all(all);
    expect(others).toEqual([first, first]);
    expect(calls(world)).toBe(callsFor(1));
  });

  it("are counted although a call fails now and then", async () => {
    const world = await worldWith(50);
    let asks = 0;
    world.aws.refuse = ({ operation }) => {
      if (operation !== "listJobs" && operation !== "describeJobs") return undefined;
      asks++;
      if (asks % 5 === 3) return sdkError("TooManyRequestsException", "slow down", 429);
      return asks % 5 === 4 ? sdkError("ServerException", "oops", 500) : undefined;
    };
    expect((await untilCounted(world, world.clock.monotonic())).jobs).toHaveLength(51);
    expect(asks).toBeGreaterThan(1.5 * callsFor(50));
  });

  it("cannot be counted when AWS refuses, or gives no answer at all, which is reported and not kept", async () => {
    const world = await worldWith(1);
    let error = sdkError("AccessDeniedException", "no", 403);
    world.aws.refuse = ({ operation }) => (operation === "listJobs" ? error : undefined);
    await expect(asked(world)).rejects.toMatchObject({ kind: "denied" });
    expect(world.aws.count("listJobs")).toBe(1);
    error = sdkError("ServerException", "oops", 500);
    await expect(asked(world)).rejects.toMatchObject({ kind: "unavailable" });
    expect(world.aws.count("listJobs")).toBe(2);
    world.aws.refuse = () => undefined;
    expect(ids(await asked(world))).toEqual(["array-0:0", "single"]);
  });

  it("that could not be counted by a count that nobody waited for are reported as uncounted, and later counted again", async () => {
    const world = await worldWith(50);
    expect(await asked(world)).toBeUndefined();
    world.aws.refuse = ({ operation }) =>
      operation === "listJobs" ? sdkError("AccessDeniedException", "no", 403) : undefined;
    await world.clock.advance(2 * second);
    await expect(asked(world)).rejects.toMatchObject({ kind: "denied" });
    const before = calls(world);
    world.aws.refuse = () => undefined;
    await expect(asked(world)).rejects.toMatchObject({ kind: "denied" });
    expect(calls(world)).toBe(before);
    await world.clock.advance(25 * second);
    expect(await asked(world)).toBeUndefined();
    expect(calls(world)).toBeGreaterThan(before);
  });

  it("are none of a queue that is gone", async () => {
    const world = await worldWith(1);
    world.aws.refuse = ({ operation, input }) =>
      operation === "listJobs" && "jobQueue" in input && input.jobQueue === "q"
        ? sdkError("ClientException", "q does not exist", 404)
        : undefined;
    expect(ids(await asked(world))).toEqual(["single"]);
  });

  it("are not counted in a queue of SageMaker's, where AWS lists no such jobs", async () => {
    const world = new RegionWorld();
    world.aws.queue("q");
    world.aws.queue("training", { jobQueueType: "SAGEMAKER_TRAINING" });
    world.aws.state.jobs.push({ jobId: "single", jobName: "single", status: "RUNNING", queue: "q" });
    world.aws.refuse = noJobsOf("training");
    await world.start();
    expect(ids(await asked(world))).toEqual(["single"]);
  });

  it("are those of the queues that are known when the count begins", async () => {
    const world = await worldWith(1);
    world.aws.queue("new");
    world.aws.state.jobs.push({ jobId: "n", jobName: "n", status: "RUNNING", queue: "new" });
    expect(ids(await asked(world))).not.toContain("n");
    await world.settle(world.region.refresh(world.signal));
    expect(ids(await asked(world))).toContain("n");
  });

  it("are not waited for by who gives up, nor counted any more when the region is no longer observed", async () => {
    const world = await worldWith(50);
    const impatient = new AbortController();
    const count = world.region.activeJobs("all", ever, impatient.signal).catch(String);
    await world.clock.advance(second);
    impatient.abort("no more patience");
    expect(await count).toBe("no more patience");
    await world.clock.advance(5 * second);
    world.stop();
    await world.clock.advance(second);
    const before = calls(world);
    await world.clock.advance(100 * second);
    expect(calls(world)).toBe(before);
  });
});
