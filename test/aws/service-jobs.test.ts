import { describe, expect, it } from "vitest";
import { hasServiceJobs, startedServiceJobs, unfinishedServiceJobs } from "../../src/aws/service-jobs.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { FakeBatch, sdkError } from "./fake-batch.ts";
import { RegionWorld } from "./region-world.ts";

const signal = new AbortController().signal;
const statuses = ["SUBMITTED", "RUNNABLE", "SCHEDULED", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"] as const;

function batchWith(queue: string): FakeBatch {
  const batch = new FakeBatch(new VirtualClock());
  batch.pageSize = 1;
  for (const status of statuses) {
    for (const number of [1, 2]) {
      const jobId = `${queue}-${status.toLowerCase()}-${number}`;
      batch.state.serviceJobs.push({ queue, jobId, jobName: "job", serviceJobType: "SAGEMAKER_TRAINING", status });
    }
  }
  return batch;
}

describe("the jobs of a queue of SageMaker", () => {
  it("are unfinished until they have ended, on any number of pages", async () => {
    const jobs = await unfinishedServiceJobs(batchWith("q"), "q", signal);
    expect(new Set(jobs.map(({ status }) => status))).toEqual(new Set(statuses.slice(0, 5)));
    expect(jobs.length).toBe(10);
  });

  it("have started from the moment at which SageMaker has them", async () => {
    const jobs = await startedServiceJobs(batchWith("q"), ["q", "other"], signal);
    expect(new Set(jobs.map(({ status }) => status))).toEqual(new Set(["SCHEDULED", "STARTING", "RUNNING"]));
  });

  it("are none where the queue is not there, and unknown where it cannot be read", async () => {
    const world = new RegionWorld();
    world.aws.queue("q", { jobQueueType: "SAGEMAKER_TRAINING" });
    await world.start();
    world.aws.refuse = ({ operation }) =>
      operation === "listServiceJobs" ? sdkError("ClientException", "JobQueue q not found.") : undefined;
    expect((await world.region.startedServiceJobs(0, signal)).jobs).toEqual([]);
    await expect(world.region.jobs("q", 0, signal)).rejects.toMatchObject({ kind: "notFound" });
    world.aws.refuse = ({ operation }) =>
      operation === "listServiceJobs" ? sdkError("AccessDeniedException", "no", 403) : undefined;
    await world.clock.advance(1);
    await expect(world.region.startedServiceJobs(world.clock.monotonic(), signal)).rejects.toMatchObject({
      kind: "denied",
    });
  });

  it("without an id are no answer of AWS", async () => {
    const batch = batchWith("q");
    batch.state.serviceJobs = [
      { queue: "q", jobId: undefined, jobName: "j", serviceJobType: "SAGEMAKER_TRAINING", status: "RUNNING" },
    ];
    await expect(unfinishedServiceJobs(batch, "q", signal)).rejects.toThrow("without its id");
  });
});

describe("a queue of SageMaker", () => {
  it.each([
    [{ jobQueueType: "SAGEMAKER_TRAINING" as const }, true],
    [{ serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "s" }] }, true],
    [{ jobQueueType: "ECS" as const, serviceEnvironmentOrder: [] }, false],
    [{}, false],
  ])("is known by its type or its order: %j", (queue, expected) => {
    expect(hasServiceJobs(queue)).toBe(expected);
  });

  it("has its jobs counted and ended by calls of their own", async () => {
    const world = new RegionWorld();
    world.aws.queue("q", { jobQueueType: "SAGEMAKER_TRAINING" });
    world.aws.queue("ecs", { jobQueueType: "ECS" });
    await world.start();
    world.forget();
    await world.region.jobs("q", 0, signal);
    expect([world.counts()["listJobs"], world.counts()["listServiceJobs"]]).toEqual([undefined, 8]);
    world.forget();
    await world.region.jobs("ecs", 0, signal);
    expect([world.counts()["listJobs"], world.counts()["listServiceJobs"]]).toEqual([6, undefined]);
    await expect(world.region.jobs("unlisted", 0, signal)).rejects.toMatchObject({ exception: "QueueNotListed" });
    await world.region.terminateServiceJob("j", "enough", signal);
    expect(world.aws.calls.at(-1)?.input).toEqual({ jobId: "j", reason: "enough" });
  });
});
