import { describe, expect, it } from "vitest";
import { activeJobs, stillActive, unfinishedJobs } from "../../src/aws/jobs.ts";
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

describe("the unfinished jobs of a queue", () => {
  it("are those of all states from all pages, with their times", async () => {
    const batch = setUp();
    batch.pageSize = 1;
    for (const status of all) job(batch, `${status} 1`, status, { startedAt: status === "RUNNING" ? 5 : 0 });
    for (const status of all) job(batch, `${status} 2`, status);
    job(batch, "other", "RUNNING", { queue: "other" });
    const jobs = await unfinishedJobs(batch, "q", signal);
    expect(ids(jobs)).toEqual(all.flatMap((status) => [`${status} 1`, `${status} 2`]).toSorted());
    expect(jobs.find(({ jobId }) => jobId === "RUNNING 1")).toEqual({
      jobId: "RUNNING 1",
      jobName: "name of RUNNING 1",
      queue: "q",
      status: "RUNNING",
      startedAt: 5,
      createdAt: 1,
    });
    expect(jobs.find(({ jobId }) => jobId === "RUNNABLE 1")?.startedAt).toBeUndefined();
  });

  it("have an array or multi-node job as one, by the same calls however many there are", async () => {
    const batch = setUp();
    batch.pageSize = 1000;
    for (let index = 0; index < 500; index++) {
      job(batch, `array ${index}`, "PENDING", { arrayProperties: { size: 2 } });
      job(batch, `array ${index}:0`, "RUNNING", { parent: `array ${index}`, queue: undefined });
    }
    job(batch, "nodes", "RUNNING", { nodeProperties: { numNodes: 1 } });
    job(batch, "nodes#0", "RUNNING", { parent: "nodes", queue: undefined });
    const jobs = await unfinishedJobs(batch, "q", signal);
    expect(jobs).toHaveLength(501);
    expect(jobs.every(({ jobId }) => /^(array \d+|nodes)$/.test(jobId))).toBe(true);
    expect(batch.calls).toHaveLength(6);
  });

  it("are listed in RUNNABLE twice, for jobs that fall back to it", async () => {
    const batch = setUp();
    job(batch, "retried", "RUNNING");
    const original = batch.listJobs;
    batch.listJobs = async (input, options) => {
      if (input.jobStatus === "STARTING") for (const one of batch.state.jobs) one.status = "RUNNABLE";
      return await original(input, options);
    };
    const jobs = await unfinishedJobs(batch, "q", signal);
    expect(jobs.map(({ jobId, status }) => [jobId, status])).toEqual([["retried", "RUNNABLE"]]);
  });

  it("are none rather than fewer when a call fails", async () => {
    const batch = setUp();
    job(batch, "a", "RUNNABLE");
    batch.refuse = () => (batch.calls.length === 4 ? sdkError("ServerException", "oops", 500) : undefined);
    await expect(unfinishedJobs(batch, "q", signal)).rejects.toThrow("oops");
  });
});

describe("the jobs of a queue that start or run", () => {
  it("are asked for by their states, and by PENDING to find array jobs", async () => {
    const batch = setUp();
    job(batch, "waits", "PENDING");
    job(batch, "runnable", "RUNNABLE");
    job(batch, "runs", "RUNNING");
    expect(ids(await activeJobs(batch, "q", signal))).toEqual(["runs"]);
    const asked = batch.calls.flatMap(({ input }) => ("jobStatus" in input ? [input.jobStatus] : []));
    expect(asked).toEqual(["PENDING", "STARTING", "RUNNING"]);
  });

  it("have among them the children of PENDING array jobs and of running multi-node jobs", async () => {
    const batch = setUp();
    job(batch, "array", "PENDING", { arrayProperties: { size: 2 } });
    job(batch, "array:0", "RUNNING", { parent: "array", queue: undefined });
    job(batch, "array:1", "RUNNABLE", { parent: "array", queue: undefined });
    job(batch, "nodes", "RUNNING", { nodeProperties: { numNodes: 2 } });
    job(batch, "nodes#0", "RUNNING", { parent: "nodes", queue: undefined });
    job(batch, "nodes#1", "STARTING", { parent: "nodes", queue: undefined });
    const jobs = await activeJobs(batch, "q", signal);
    expect(jobs.map(({ jobId, parentId, queue }) => [jobId, parentId, queue])).toEqual([
      ["nodes", undefined, "q"],
      ["array:0", "array", "q"],
      ["nodes#1", "nodes", "q"],
      ["nodes#0", "nodes", "q"],
    ]);
  });

  it("are two calls for an array job that has begun, and none for what has not", async () => {
    const batch = setUp();
    job(batch, "array", "SUBMITTED", { arrayProperties: { size: 2 } });
    job(batch, "nodes", "RUNNABLE", { nodeProperties: { numNodes: 2 } });
    await activeJobs(batch, "q", signal);
    expect(batch.count("listJobs")).toBe(3);
    job(batch, "begun", "PENDING", { arrayProperties: { size: 2 } });
    await activeJobs(batch, "q", signal);
    expect(batch.count("listJobs")).toBe(3 + 5);
  });

  it("have for a multi-node job the cluster of its nodes", async () => {
    const batch = setUp();
    job(batch, "nodes", "RUNNING", { nodeProperties: { numNodes: 1 } });
    job(batch, "nodes#0", "RUNNING", { parent: "nodes", queue: undefined });
    batch.state.details.push({ ...detail("nodes#0"), container: { taskArn: task("C") } });
    const jobs = await activeJobs(batch, "q", signal);
    expect(jobs.map(({ cluster }) => cluster)).toEqual(["C", "C"]);
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
  ])("lie in the cluster of %s", async (_what, described) => {
    const batch = setUp();
    job(batch, "j", "RUNNING");
    batch.state.details.push({ ...detail("j"), ...described });
    expect((await activeJobs(batch, "q", signal))[0]?.cluster).toBe("A");
  });

  it.each([
    ["an ARN of the old format", { container: { taskArn: "arn:aws:ecs:us-east-1:1:task/abc" } }],
    ["an attempt that is over", { attempts: [{ stoppedAt: 9, container: { taskArn: task("B") } }] }],
    ["nothing", {}],
  ])("lie in no known cluster by %s", async (_what, described) => {
    const batch = setUp();
    job(batch, "j", "RUNNING");
    batch.state.details.push({ ...detail("j"), ...described });
    expect(await activeJobs(batch, "q", signal)).toMatchObject([{ jobId: "j", cluster: undefined }]);
  });

  it("are described by a call for a hundred", async () => {
    const batch = setUp();
    for (let index = 0; index < 250; index++) job(batch, `j${index}`, "RUNNING");
    expect(await activeJobs(batch, "q", signal)).toHaveLength(250);
    expect(batch.count("describeJobs")).toBe(3);
  });

  it("have for a multi-node job no cluster when its nodes lie in two, and each of two jobs that of its own nodes", async () => {
    const batch = setUp();
    const clusters = { split: ["A", "B"], one: ["C", "C"], other: ["D"] };
    for (const [parent, nodes] of Object.entries(clusters)) {
      job(batch, parent, "RUNNING", { nodeProperties: { numNodes: nodes.length } });
      for (const [index, cluster] of nodes.entries()) {
        job(batch, `${parent}#${index}`, "RUNNING", { parent, queue: undefined });
        batch.state.details.push({ ...detail(`${parent}#${index}`), container: { taskArn: task(cluster) } });
      }
    }
    const jobs = await activeJobs(batch, "q", signal);
    const wholes = jobs.filter(({ parentId }) => parentId === undefined);
    expect(wholes.map(({ jobId, cluster }) => [jobId, cluster])).toEqual([
      ["split", undefined],
      ["one", "C"],
      ["other", "D"],
    ]);
  });

  it("block nobody for long over the children of ten of the largest array jobs", async () => {
    const batch = setUp();
    batch.listJobs = async ({ arrayJobId, jobStatus }) => {
      if (arrayJobId === undefined && jobStatus === "PENDING") return { jobSummaryList: arrays };
      if (arrayJobId === undefined || jobStatus !== "RUNNING") return { jobSummaryList: [] };
      const children = Array.from({ length: 10_000 }, (_, index) => `${arrayJobId}:${index}`);
      return { jobSummaryList: children.map((jobId) => ({ jobId, jobName: "n" })) };
    };
    batch.describeJobs = async () => ({ jobs: [] });
    const ids = Array.from({ length: 10 }, (_, index) => `a${index}`);
    const arrays = ids.map((jobId) => ({ jobId, jobName: "n", arrayProperties: { size: 10_000 } }));
    expect(await activeJobs(batch, "q", signal)).toHaveLength(100_000);
  });

  it.each(["listJobs", "describeJobs"] as const)("are none rather than fewer when %s fails", async (operation) => {
    const batch = setUp();
    job(batch, "a", "STARTING");
    job(batch, "b", "RUNNING");
    let calls = 0;
    batch.refuse = (call) => {
      if (call.operation !== operation) return undefined;
      calls++;
      return calls === (operation === "listJobs" ? 3 : 1) ? sdkError("ServerException", "oops", 500) : undefined;
    };
    await expect(activeJobs(batch, "q", signal)).rejects.toThrow("oops");
  });
});

describe("jobs that were found to start or run", () => {
  const running = async (batch: FakeBatch, ...jobIds: readonly string[]) => {
    for (const jobId of jobIds) {
      job(batch, jobId, "RUNNING");
      batch.state.details.push({ ...detail(jobId), container: { taskArn: task("A") } });
    }
    return await activeJobs(batch, "q", signal);
  };

  it("are returned with their present status and cluster, unless they have ended or wait again", async () => {
    const batch = setUp();
    const found = await running(batch, "stays", "moves", "ends", "waits", "unknown");
    const [, moved, ended, waiting] = batch.state.details;
    Object.assign(moved ?? {}, { status: "STARTING", container: { taskArn: task("B") } });
    Object.assign(ended ?? {}, { status: "SUCCEEDED" });
    Object.assign(waiting ?? {}, { status: "RUNNABLE" });
    batch.state.details.pop();
    const jobs = await stillActive(batch, found, signal);
    expect(jobs.map(({ jobId, status, cluster }) => [jobId, status, cluster])).toEqual([
      ["stays", "RUNNING", "A"],
      ["moves", "STARTING", "B"],
    ]);
  });

  it("lie in no known cluster any more when AWS does not say, but for multi-node jobs in that of their nodes", async () => {
    const batch = setUp();
    job(batch, "nodes", "RUNNING", { nodeProperties: { numNodes: 1 } });
    job(batch, "nodes#0", "RUNNING", { parent: "nodes", queue: undefined });
    batch.state.details.push({ ...detail("nodes#0"), container: { taskArn: task("C") } }, detail("nodes"));
    const found = await running(batch, "one");
    Object.assign(batch.state.details.at(-1) ?? {}, { container: undefined });
    const jobs = await stillActive(batch, found, signal);
    expect(Object.fromEntries(jobs.map(({ jobId, cluster }) => [jobId, cluster]))).toEqual({
      nodes: "C",
      "nodes#0": "C",
      one: undefined,
    });
  });

  it("are read by a call for a hundred", async () => {
    const batch = setUp();
    const found = await running(batch, ...Array.from({ length: 201 }, (_, index) => `j${index}`));
    batch.calls.length = 0;
    expect(await stillActive(batch, found, signal)).toHaveLength(201);
    expect(batch.calls.map(({ operation }) => operation)).toEqual(["describeJobs", "describeJobs", "describeJobs"]);
  });

  it("are none rather than fewer when a call fails", async () => {
    const batch = setUp();
    const found = await running(batch, "one");
    batch.refuse = () => sdkError("ServerException", "oops", 500);
    await expect(stillActive(batch, found, signal)).rejects.toThrow("oops");
  });
});

function detail(jobId: string) {
  return { jobId, jobName: jobId, jobQueue: "q", status: "RUNNING" as const, startedAt: 1, jobDefinition: "jd:1" };
}
