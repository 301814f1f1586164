import { describe, expect, it } from "vitest";
import { unfinishedJobs } from "../../src/aws/jobs.ts";
import type { UnfinishedStatus } from "../../src/aws/region.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { FakeBatch, sdkError } from "./fake-batch.ts";

const all: readonly UnfinishedStatus[] = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"];
const signal = new AbortController().signal;
const task = (cluster: string): string => `arn:aws:ecs:us-east-1:123456789012:task/${cluster}/abc`;

function setUp(): FakeBatch {
  return new FakeBatch(new VirtualClock());
}

function job(batch: FakeBatch, jobId: string, status: UnfinishedStatus, more: object = {}): void {
  batch.state.jobs.push({ jobId, jobName: `name of ${jobId}`, status, queue: "q", createdAt: 1, ...more });
}

const ids = (jobs: readonly { readonly jobId: string }[]): readonly string[] =>
  jobs.map(({ jobId }) => jobId).toSorted();

describe("unfinishedJobs", () => {
  it("gives the jobs of the asked states from all pages, with their times", async () => {
    const batch = setUp();
    batch.pageSize = 1;
    for (const status of all) job(batch, `${status} 1`, status, { startedAt: status === "RUNNING" ? 5 : 0 });
    for (const status of all) job(batch, `${status} 2`, status);
    job(batch, "other", "RUNNING", { queue: "other" });
    const jobs = await unfinishedJobs(batch, "q", all, signal);
    expect(ids(jobs)).toEqual(all.flatMap((status) => [`${status} 1`, `${status} 2`]).toSorted());
    expect(jobs.find(({ jobId }) => jobId === "RUNNING 1")).toEqual({
      jobId: "RUNNING 1",
      jobName: "name of RUNNING 1",
      queue: "q",
      status: "RUNNING",
      startedAt: 5,
      createdAt: 1,
      cluster: undefined,
      parentId: undefined,
    });
    expect(jobs.find(({ jobId }) => jobId === "RUNNABLE 1")?.startedAt).toBeUndefined();
  });

  it("asks only for the states that are wanted, and for PENDING to find array jobs", async () => {
    const batch = setUp();
    job(batch, "waits", "PENDING");
    job(batch, "runs", "RUNNING");
    expect(ids(await unfinishedJobs(batch, "q", ["RUNNING"], signal))).toEqual(["runs"]);
    const asked = batch.calls.flatMap(({ input }) => ("jobStatus" in input ? [input.jobStatus] : []));
    expect(asked).toEqual(["PENDING", "RUNNING"]);
  });

  it("finds the children of PENDING array jobs and of running multi-node jobs", async () => {
    const batch = setUp();
    job(batch, "array", "PENDING", { arrayProperties: { size: 2 } });
    job(batch, "array:0", "RUNNING", { parent: "array", queue: undefined });
    job(batch, "array:1", "RUNNABLE", { parent: "array", queue: undefined });
    job(batch, "nodes", "RUNNING", { nodeProperties: { numNodes: 2 } });
    job(batch, "nodes#0", "RUNNING", { parent: "nodes", queue: undefined });
    job(batch, "nodes#1", "STARTING", { parent: "nodes", queue: undefined });
    const jobs = await unfinishedJobs(batch, "q", ["STARTING", "RUNNING"], signal);
    expect(jobs.map(({ jobId, parentId }) => [jobId, parentId])).toEqual([
      ["nodes", undefined],
      ["array:0", "array"],
      ["nodes#1", "nodes"],
      ["nodes#0", "nodes"],
    ]);
  });

  it("asks nothing about the children of what has not begun", async () => {
    const batch = setUp();
    job(batch, "array", "SUBMITTED", { arrayProperties: { size: 2 } });
    job(batch, "nodes", "RUNNABLE", { nodeProperties: { numNodes: 2 } });
    await unfinishedJobs(batch, "q", all, signal);
    expect(batch.count("listJobs")).toBe(6);
  });

  it("gives a multi-node job the cluster of its nodes", async () => {
    const batch = setUp();
    job(batch, "nodes", "RUNNING", { nodeProperties: { numNodes: 1 } });
    job(batch, "nodes#0", "RUNNING", { parent: "nodes", queue: undefined });
    batch.state.details.push({ ...detail("nodes#0"), container: { taskArn: task("C") } });
    const jobs = await unfinishedJobs(batch, "q", ["RUNNING"], signal);
    expect(jobs.map(({ cluster }) => cluster)).toEqual(["C", "C"]);
  });

  it("looks at RUNNABLE twice, for jobs that fall back to it", async () => {
    const batch = setUp();
    job(batch, "retried", "RUNNING");
    const original = batch.listJobs;
    batch.listJobs = async (input, options) => {
      if (input.jobStatus === "STARTING") for (const one of batch.state.jobs) one.status = "RUNNABLE";
      return await original(input, options);
    };
    const jobs = await unfinishedJobs(batch, "q", all, signal);
    expect(jobs.map(({ jobId, status }) => [jobId, status])).toEqual([["retried", "RUNNABLE"]]);
  });

  it.each([
    ["the task", { container: { taskArn: task("A") } }],
    ["the instance", { container: { containerInstanceArn: "arn:aws:ecs:us-east-1:1:container-instance/A/i" } }],
    ["ECS properties", { ecsProperties: { taskProperties: [{ taskArn: task("A") }] } }],
    [
      "the attempt under way",
      { attempts: [{ stoppedAt: 9, container: { taskArn: task("B") } }, { container: { taskArn: task("A") } }] },
    ],
    ["the tasks of the attempt", { attempts: [{ taskProperties: [{ taskArn: task("A") }] }] }],
  ])("reads the cluster from %s", async (_what, described) => {
    const batch = setUp();
    job(batch, "j", "RUNNING");
    batch.state.details.push({ ...detail("j"), ...described });
    expect((await unfinishedJobs(batch, "q", ["RUNNING"], signal))[0]?.cluster).toBe("A");
  });

  it.each([
    ["an ARN of the old format", { container: { taskArn: "arn:aws:ecs:us-east-1:1:task/abc" } }],
    ["an attempt that is over", { attempts: [{ stoppedAt: 9, container: { taskArn: task("B") } }] }],
    ["nothing", {}],
  ])("knows no cluster from %s", async (_what, described) => {
    const batch = setUp();
    job(batch, "j", "RUNNING");
    batch.state.details.push({ ...detail("j"), ...described });
    expect(await unfinishedJobs(batch, "q", ["RUNNING"], signal)).toMatchObject([{ jobId: "j", cluster: undefined }]);
  });

  it("describes 100 jobs in a call", async () => {
    const batch = setUp();
    for (let index = 0; index < 250; index++) job(batch, `j${index}`, "RUNNING");
    expect(await unfinishedJobs(batch, "q", ["RUNNING"], signal)).toHaveLength(250);
    expect(batch.count("describeJobs")).toBe(3);
  });

  it("gives a multi-node job no cluster when its nodes lie in two, and each of two jobs that of its own nodes", async () => {
    const batch = setUp();
    const clusters = { split: ["A", "B"], one: ["C", "C"], other: ["D"] };
    for (const [parent, nodes] of Object.entries(clusters)) {
      job(batch, parent, "RUNNING", { nodeProperties: { numNodes: nodes.length } });
      for (const [index, cluster] of nodes.entries()) {
        job(batch, `${parent}#${index}`, "RUNNING", { parent, queue: undefined });
        batch.state.details.push({ ...detail(`${parent}#${index}`), container: { taskArn: task(cluster) } });
      }
    }
    const jobs = await unfinishedJobs(batch, "q", ["RUNNING"], signal);
    const wholes = jobs.filter(({ parentId }) => parentId === undefined);
    expect(wholes.map(({ jobId, cluster }) => [jobId, cluster])).toEqual([
      ["split", undefined],
      ["one", "C"],
      ["other", "D"],
    ]);
  });

  it("blocks nobody for long over the children of ten of the largest array jobs", async () => {
    const batch = setUp();
    batch.listJobs = async ({ arrayJobId, jobStatus }) => {
      if (arrayJobId === undefined && jobStatus === "PENDING") return { jobSummaryList: arrays };
      if (arrayJobId === undefined || jobStatus !== "RUNNABLE") return { jobSummaryList: [] };
      const children = Array.from({ length: 10_000 }, (_, index) => `${arrayJobId}:${index}`);
      return { jobSummaryList: children.map((jobId) => ({ jobId, jobName: "n" })) };
    };
    const ids = Array.from({ length: 10 }, (_, index) => `a${index}`);
    const arrays = ids.map((jobId) => ({ jobId, jobName: "n", arrayProperties: { size: 10_000 } }));
    expect(await unfinishedJobs(batch, "q", all, signal)).toHaveLength(100_010);
  });

  it.each(["listJobs", "describeJobs"] as const)(
    "gives nothing rather than fewer jobs when %s fails",
    async (operation) => {
      const batch = setUp();
      job(batch, "a", "RUNNABLE");
      job(batch, "b", "RUNNING");
      let calls = 0;
      batch.refuse = (call) => {
        if (call.operation !== operation) return undefined;
        calls++;
        return calls === (operation === "listJobs" ? 3 : 1) ? sdkError("ServerException", "oops", 500) : undefined;
      };
      await expect(unfinishedJobs(batch, "q", all, signal)).rejects.toThrow("oops");
    },
  );
});

function detail(jobId: string) {
  return { jobId, jobName: jobId, jobQueue: "q", status: "RUNNING" as const, startedAt: 1, jobDefinition: "jd:1" };
}
