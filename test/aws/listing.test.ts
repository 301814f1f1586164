import { describe, expect, it } from "vitest";
import { unfinishedJobs } from "../../src/aws/jobs.ts";
import { everyPage } from "../../src/aws/listing.ts";
import { everyRecord } from "../../src/aws/network-reads.ts";
import { countJobs } from "../../src/aws/queue-jobs.ts";
import { computeEnvironments } from "../../src/aws/resources/compute-environments.ts";
import { activeRevisions } from "../../src/aws/resources/job-definitions.ts";
import { jobQueues } from "../../src/aws/resources/job-queues.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { FakeBatch, sdkError } from "./fake-batch.ts";

const signal = new AbortController().signal;

describe("listings", () => {
  it("read all pages", async () => {
    const batch = new FakeBatch(new VirtualClock());
    batch.pageSize = 2;
    for (const name of ["a", "b", "c", "d", "e"]) batch.environment(name);
    for (const name of ["x", "y", "z"]) batch.queue(name);
    expect([...(await computeEnvironments.list(batch, [], signal)).keys()]).toEqual(["a", "b", "c", "d", "e"]);
    expect([...(await jobQueues.list(batch, [], signal)).keys()]).toEqual(["x", "y", "z"]);
    expect(batch.count("describeComputeEnvironments")).toBe(3);
    expect(batch.count("describeJobQueues")).toBe(2);
  });

  it.each([
    ["before", ["DELETED", "CREATING"] as const],
    ["after", ["CREATING", "DELETED"] as const],
  ])("keep the live record when a tombstone of the same name comes %s it", async (_when, statuses) => {
    const batch = new FakeBatch(new VirtualClock());
    for (const status of statuses) batch.environment("a", { status });
    for (const status of statuses) batch.queue("q", { status });
    expect((await computeEnvironments.list(batch, [], signal)).get("a")?.status).toBe("CREATING");
    expect((await jobQueues.list(batch, [], signal)).get("q")?.status).toBe("CREATING");
  });

  it("ask for known names that what went away between two pages has hidden", async () => {
    const batch = new FakeBatch(new VirtualClock());
    batch.pageSize = 1;
    for (const name of ["a", "b"]) batch.environment(name);
    const original = batch.describeComputeEnvironments;
    batch.describeComputeEnvironments = async (input, options) => {
      const answer = await original(input, options);
      if (batch.calls.length === 1) batch.state.environments.shift();
      return answer;
    };
    expect([...(await computeEnvironments.list(batch, ["a", "b"], signal)).keys()]).toEqual(["a", "b"]);
    expect(batch.calls.at(-1)?.input).toMatchObject({ computeEnvironments: ["b"] });
  });

  it("are read twice when there are several pages and nothing was known before", async () => {
    const batch = new FakeBatch(new VirtualClock());
    batch.pageSize = 1;
    for (const name of ["a", "b"]) batch.queue(name);
    expect([...(await jobQueues.list(batch, undefined, signal)).keys()]).toEqual(["a", "b"]);
    expect(batch.count("describeJobQueues")).toBe(4);
  });

  it("take a tombstone alone for nothing", async () => {
    const batch = new FakeBatch(new VirtualClock());
    batch.environment("a", { status: "DELETED" });
    expect((await computeEnvironments.list(batch, [], signal)).size).toBe(0);
  });

  it("reject when any page does", async () => {
    const batch = new FakeBatch(new VirtualClock());
    batch.pageSize = 1;
    batch.environment("a");
    batch.environment("b");
    batch.refuse = () => (batch.calls.length === 2 ? sdkError("ServerException", "oops", 500) : undefined);
    await expect(computeEnvironments.list(batch, [], signal)).rejects.toThrow("oops");
  });

  it.each([
    ["environments", "describeComputeEnvironments", (batch: FakeBatch) => computeEnvironments.list(batch, [], signal)],
    ["queues", "describeJobQueues", (batch: FakeBatch) => jobQueues.list(batch, [], signal)],
    ["revisions", "describeJobDefinitions", (batch: FakeBatch) => activeRevisions(batch, "jd", signal).next()],
    ["jobs", "listJobs", (batch: FakeBatch) => unfinishedJobs(batch, "q", signal)],
    ["counts of jobs", "listJobs", (batch: FakeBatch) => countJobs(batch, "q", "RUNNABLE", signal)],
  ] as const)(
    "of %s reject an answer without the list: something that is not AWS answered",
    async (_what, call, list) => {
      const batch = new FakeBatch(new VirtualClock());
      batch[call] = async () => ({}) as never;
      await expect(list(batch)).rejects.toMatchObject({ kind: "unknown", exception: "IncompleteAnswer" });
    },
  );

  it("reject a record without a name", async () => {
    const batch = new FakeBatch(new VirtualClock());
    batch.queue("q", { jobQueueName: undefined });
    await expect(jobQueues.list(batch, [], signal)).rejects.toMatchObject({
      kind: "unknown",
      operation: "batch:DescribeJobQueues",
    });
  });
});

describe("a listing that never ends", () => {
  const every = (clock: VirtualClock) => {
    const batch = new FakeBatch(clock);
    let asked = 0;
    const endless = (answer: object) => async () => ({ ...answer, nextToken: `token ${++asked}` }) as never;
    batch.describeJobQueues = endless({ jobQueues: [] });
    batch.describeJobDefinitions = endless({ jobDefinitions: [] });
    batch.listJobs = endless({ jobSummaryList: [] });
    return { batch, asked: () => asked };
  };

  it.each([
    ["queues", "batch:DescribeJobQueues", 1000, (batch: FakeBatch) => jobQueues.list(batch, [], signal)],
    [
      "revisions",
      "batch:DescribeJobDefinitions",
      1000,
      async (batch: FakeBatch) => {
        for await (const _page of activeRevisions(batch, "jd", signal));
      },
    ],
    ["jobs", "batch:ListJobs", 10_000, (batch: FakeBatch) => unfinishedJobs(batch, "q", signal)],
  ] as const)(
    "of %s is given up, as an endpoint that does not answer properly",
    async (_what, operation, most, list) => {
      const { batch, asked } = every(new VirtualClock());
      await expect(list(batch)).rejects.toMatchObject({
        kind: "unavailable",
        operation,
        message: `the answer to ${operation} has more than ${most} pages, so it may never end`,
      });
      expect(asked()).toBe(most);
    },
  );

  it("is given up at once when it does not go on", async () => {
    let asked = 0;
    const read = async (token: string | undefined) => ({ asked: ++asked, token: token ?? "first" });
    const listing = everyPage("iam:ListRolePolicies", read, ({ token }) => token);
    const pages: number[] = [];
    const all = async () => {
      for await (const page of listing) pages.push(page.asked);
    };
    await expect(all()).rejects.toMatchObject({
      kind: "unavailable",
      message: "the answer to iam:ListRolePolicies gave the same page token twice, so it may never end",
    });
    expect(pages).toEqual([1, 2]);
  });

  it("of roles and networks is given up as well", async () => {
    const endless = async () => ({ Entries: [], NextToken: "again" });
    await expect(everyRecord(endless, ({ Entries }) => Entries)).rejects.toMatchObject({
      kind: "unavailable",
      operation: "ec2:Describe*",
    });
  });

  it("is given up after 64 MiB of text, however few pages it has, unless no page of it is kept", async () => {
    const batch = new FakeBatch(new VirtualClock());
    let asked = 0;
    const filler = "x".repeat(8 * 1024 * 1024);
    batch.describeJobQueues = (async () => {
      asked++;
      return {
        jobQueues: [{ jobQueueName: `q${asked}`, jobQueueArn: "arn", tags: { filler } }],
        nextToken: `token ${asked}`,
      };
    }) as never;
    await expect(jobQueues.list(batch, [], signal)).rejects.toMatchObject({
      kind: "unavailable",
      message: "the answer to batch:DescribeJobQueues has more than 64 MiB, so it may never end",
    });
    expect(asked).toBe(8);
    const definition = { jobDefinitionName: "jd", jobDefinitionArn: "arn", revision: 1, tags: { filler } };
    let pages = 0;
    batch.describeJobDefinitions = (async () => {
      return { jobDefinitions: [definition], nextToken: ++pages < 20 ? `token ${pages}` : undefined };
    }) as never;
    let read = 0;
    for await (const page of activeRevisions(batch, "jd", signal)) read += page.length;
    expect(read).toBe(20);
  });
});
