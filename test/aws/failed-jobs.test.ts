import { describe, expect, it } from "vitest";
import { failedJobs } from "../../src/aws/failed-jobs.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { FakeBatch } from "./fake-batch.ts";

const signal = new AbortController().signal;
const task = (cluster: string): string => `arn:aws:ecs:us-east-1:123456789012:task/${cluster}/abc`;

function setUp(): FakeBatch {
  return new FakeBatch(new VirtualClock());
}

function failed(batch: FakeBatch, jobId: string, more: object = {}): void {
  const container = { taskArn: task("one"), reason: "CannotPullContainerError: x" };
  const job = {
    jobId,
    jobName: jobId,
    status: "FAILED",
    queue: "q",
    createdAt: 1,
    stoppedAt: 100,
    statusReason: "Task failed to start",
    container,
    ...more,
  };
  batch.state.jobs.push(job as never);
  batch.state.details.push(job as never);
}

const idsOf = async (batch: FakeBatch, anyExitCode = false): Promise<readonly string[]> => {
  const jobs = await failedJobs(batch, { queues: ["q", "r"], since: 100, anyExitCode }, signal);
  return jobs.map(({ jobId }) => jobId).toSorted();
};

describe("the failed jobs of queues", () => {
  it("have the cluster in which they lay, and AWS's words", async () => {
    const batch = setUp();
    failed(batch, "job");
    expect(await failedJobs(batch, { queues: ["q"], since: 100, anyExitCode: false }, signal)).toEqual([
      {
        jobId: "job",
        cluster: "one",
        exitCode: undefined,
        reason: "CannotPullContainerError: x; Task failed to start",
        isEnded: false,
      },
    ]);
  });

  it("are those of all queues and pages that stopped at that moment or later", async () => {
    const batch = setUp();
    batch.pageSize = 1;
    failed(batch, "before", { stoppedAt: 99 });
    failed(batch, "at");
    failed(batch, "after", { stoppedAt: 101, queue: "r" });
    failed(batch, "elsewhere", { queue: "other" });
    failed(batch, "succeeded", { status: "SUCCEEDED" });
    expect(await idsOf(batch)).toEqual(["after", "at"]);
  });

  it("are left out where the program ended with an exit code, unless any counts", async () => {
    const batch = setUp();
    failed(batch, "program", { container: { taskArn: task("one"), exitCode: 1 } });
    expect(await idsOf(batch)).toEqual([]);
    expect(await idsOf(batch, true)).toEqual(["program"]);
  });

  it("include children of arrays, also of one that still runs, and never the array itself", async () => {
    const batch = setUp();
    failed(batch, "ended", { arrayProperties: { size: 2 } });
    failed(batch, "ended:0", { parent: "ended", queue: undefined });
    failed(batch, "runs", { status: "PENDING", arrayProperties: { size: 2 } });
    failed(batch, "runs:1", { parent: "runs", queue: undefined });
    failed(batch, "long ago", { stoppedAt: 5, arrayProperties: { size: 2 } });
    expect(await idsOf(batch)).toEqual(["ended:0", "runs:1"]);
  });

  it("have a multi-node job as one, with the place of its first node", async () => {
    const batch = setUp();
    failed(batch, "nodes", { nodeProperties: { numNodes: 2 }, container: undefined });
    failed(batch, "nodes#0", { parent: "nodes", queue: undefined });
    failed(batch, "nodes#1", { parent: "nodes", queue: undefined });
    expect(await idsOf(batch)).toEqual(["nodes#0"]);
  });

  it("are marked where somebody ended them", async () => {
    const batch = setUp();
    failed(batch, "ended", { isTerminated: true });
    const [job] = await failedJobs(batch, { queues: ["q"], since: 100, anyExitCode: false }, signal);
    expect(job?.isEnded).toBe(true);
  });
});
