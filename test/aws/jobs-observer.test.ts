import { afterEach, describe, expect, it } from "vitest";
import type { JobDetail, JobSummary } from "../../src/aws/batch.ts";
import { sdkError } from "./fake-batch.ts";
import { RegionWorld } from "./region-world.ts";

const minute = 60_000;
const open: RegionWorld[] = [];

afterEach(() => {
  for (const world of open.splice(0)) world.stop();
});

/** A region whose queues `names` are watched, read once. */
async function observed(...names: readonly string[]): Promise<RegionWorld> {
  const world = new RegionWorld({ watchesJobs: () => true });
  open.push(world);
  for (const name of names) world.aws.queue(name);
  await world.start();
  world.forget();
  return world;
}

function put(world: RegionWorld, queue: string, id: string, more: Partial<JobSummary> = {}): void {
  const jobArn = `arn:aws:batch:us-east-1:123456789012:job/${id}`;
  const job = { jobArn, jobId: id, jobName: id, status: "RUNNABLE" as const, createdAt: world.clock.now(), ...more };
  world.aws.state.jobs.push({ ...job, queue });
  const detail: JobDetail = {
    jobId: id,
    jobName: id,
    jobQueue: queue,
    status: "RUNNABLE",
    startedAt: 0,
    jobDefinition: "arn:aws:batch:us-east-1:123456789012:job-definition/jd:1",
    container: { environment: [{ name: "PASSWORD", value: "hunter2" }], resourceRequirements: [] },
  };
  world.aws.state.details.push(detail);
}

/** Calls about jobs since the last `forget`. */
function jobCalls(world: RegionWorld): number {
  const { getJobQueueSnapshot = 0, listJobs = 0, describeJobs = 0 } = world.counts();
  return getJobQueueSnapshot + listJobs + describeJobs;
}

function seen(world: RegionWorld, queue: string) {
  const known = world.region.jobsSeen(queue);
  return known?.kind === "read" ? known.jobs : known;
}

describe("the observer of jobs", () => {
  it("costs one call a minute for all queues without jobs together", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `q${index}`);
    const world = await observed(...names);
    await world.clock.advance(60 * minute);
    expect(jobCalls(world)).toBeLessThanOrEqual(60);
    const asked = world.aws.calls.filter(({ operation }) => operation === "getJobQueueSnapshot");
    expect(new Set(asked.map(({ input }) => (input as { jobQueue: string }).jobQueue)).size).toBe(30);
  });

  it("asks nothing when no queue is watched", async () => {
    const world = await observed();
    await world.clock.advance(30 * minute);
    expect(jobCalls(world)).toBe(0);
  });

  it("costs at most one call a minute for a queue with 100,000 jobs that wait", async () => {
    const world = await observed("q");
    for (let index = 0; index < 100_000; index++) put(world, "q", `job-${index}`);
    await world.clock.advance(60 * minute);
    expect(jobCalls(world)).toBeGreaterThan(20);
    // One more: the read that found them was the turn of a quiet queue.
    expect(jobCalls(world)).toBeLessThanOrEqual(61);
    expect(seen(world, "q")).toMatchObject({ runnable: { count: 100, more: true }, head: { jobId: "job-0" } });
  });

  it("reads details only of a job that has been first for two minutes", async () => {
    const world = await observed("q");
    const stop = world.clock.monotonic() + 20 * minute;
    // A new job each half minute, gone after a minute.
    for (let index = 0; world.clock.monotonic() < stop; index++) {
      put(world, "q", `job-${index}`);
      await world.clock.advance(minute / 2);
      for (const job of world.aws.state.jobs.slice(0, -1)) job.status = "RUNNING";
    }
    expect(world.counts()).not.toHaveProperty("describeJobs");
    expect(seen(world, "q")).toMatchObject({ head: { described: undefined } });
    await world.clock.advance(10 * minute);
    expect(world.counts()).toMatchObject({ describeJobs: 1 });
    expect(seen(world, "q")).toMatchObject({ running: { more: false }, head: { described: { definition: "jd:1" } } });
  });

  it("keeps nothing of a job's command and environment", async () => {
    const world = await observed("q");
    put(world, "q", "job-1");
    await world.clock.advance(10 * minute);
    expect(seen(world, "q")).toMatchObject({ head: { described: { name: "job-1" } } });
    expect(JSON.stringify(seen(world, "q"))).not.toContain("hunter2");
  });

  it("reads a queue first when its environments were asked to grow", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `q${index}`);
    const world = await observed(...names);
    const computeEnvironment = "arn:aws:batch:us-east-1:123456789012:compute-environment/ce";
    world.aws.environment("ce", { computeResources: { type: "EC2", maxvCpus: 8, desiredvCpus: 0, subnets: [] } });
    for (const one of world.aws.state.queues) one.computeEnvironmentOrder = [];
    (world.aws.state.queues[20] as { computeEnvironmentOrder?: object }).computeEnvironmentOrder = [
      { order: 1, computeEnvironment },
    ];
    await world.clock.advance(50 * minute);
    const [environment] = world.aws.state.environments;
    if (environment?.computeResources !== undefined) environment.computeResources.desiredvCpus = 8;
    put(world, "q20", "job");
    await world.clock.advance(3 * minute);
    expect(seen(world, "q20")).toMatchObject({ head: { jobId: "job" } });
  });

  it("reports changes, and that a queue has no jobs any more", async () => {
    const world = await observed("q");
    put(world, "q", "job");
    await world.clock.advance(2 * minute);
    expect(world.reported.map(({ change }) => change.jobs).filter((jobs) => jobs.length > 0)[0]).toEqual(["q"]);
    for (const job of world.aws.state.jobs) job.status = "RUNNING";
    await world.clock.advance(10 * minute);
    expect(seen(world, "q")).toMatchObject({ runnable: { count: 0, more: false }, head: undefined });
    world.forget();
    await world.clock.advance(10 * minute);
    expect(world.reported.filter(({ change }) => change.jobs.length > 0)).toEqual([]);
  });

  it("reports that AWS refuses, and that it answers again", async () => {
    const world = await observed("q", "r");
    world.aws.refuse = ({ operation }) =>
      operation === "getJobQueueSnapshot"
        ? sdkError("AccessDeniedException", "no batch:GetJobQueueSnapshot", 403)
        : undefined;
    await world.clock.advance(30 * minute);
    expect(world.region.jobsSeen("q")).toMatchObject({ kind: "unread", error: { kind: "denied" } });
    expect(jobCalls(world)).toBeLessThanOrEqual(31);
    expect(world.reported.filter(({ change }) => change.jobs.length > 0).map(({ change }) => change.jobs)).toEqual([
      ["q", "r"],
    ]);
    world.aws.refuse = () => undefined;
    put(world, "q", "job");
    await world.clock.advance(5 * minute);
    expect(seen(world, "q")).toMatchObject({ head: { jobId: "job" } });
    expect(world.region.snapshot().failure).toBeUndefined();
  });

  it("goes on with the others when AWS does not know a queue any more", async () => {
    const world = await observed("gone", "q");
    world.aws.refuse = ({ operation, input }) =>
      operation === "getJobQueueSnapshot" && (input as { jobQueue: string }).jobQueue === "gone"
        ? sdkError("ClientException", "JobQueue gone does not exist")
        : undefined;
    put(world, "q", "job");
    await world.clock.advance(5 * minute);
    expect(seen(world, "q")).toMatchObject({ head: { jobId: "job" } });
  });

  it("goes on with the others when one queue that has jobs cannot be read", async () => {
    const world = await observed("a", "b", "c");
    for (const name of ["a", "b", "c"]) put(world, name, `job-of-${name}`);
    await world.clock.advance(10 * minute);
    world.aws.refuse = ({ input }) =>
      JSON.stringify(input).includes('"a"') ? sdkError("ServerException", "broken", 500) : undefined;
    world.forget();
    await world.clock.advance(30 * minute);
    const asked = world.aws.calls.map(({ input }) => (input as { readonly jobQueue?: string }).jobQueue);
    for (const name of ["b", "c"]) expect(asked.filter((one) => one === name).length).toBeGreaterThan(5);
  });

  it("outlives throttling", async () => {
    const world = await observed("q");
    world.aws.refuse = ({ operation }) =>
      operation === "getJobQueueSnapshot" ? sdkError("TooManyRequestsException", "Too Many Requests", 429) : undefined;
    await world.clock.advance(10 * minute);
    expect(world.region.jobsSeen("q")).toBeUndefined();
    world.aws.refuse = () => undefined;
    put(world, "q", "job");
    await world.clock.advance(3 * minute);
    expect(seen(world, "q")).toMatchObject({ head: { jobId: "job" } });
  });
});
