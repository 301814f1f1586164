import { expect, test } from "vitest";
import type { BatchApi } from "../../../src/aws/batch-calls.ts";
import { pendingFinding } from "../../../src/tools/diagnose/pending.ts";

const { signal } = new AbortController();

interface Job {
  readonly jobId: string;
  readonly status: string;
  readonly dependsOn?: readonly { readonly jobId: string }[];
}

/** AWS with these jobs, of which the first page of PENDING is listed. */
function batchWith(
  jobs: readonly Job[],
  listed: { readonly arrays?: readonly string[]; readonly more?: boolean } = {},
) {
  const asked: (readonly string[])[] = [];
  const pending = jobs.filter(({ status }) => status === "PENDING");
  const batch = {
    listJobs: async () => ({
      jobSummaryList: [
        ...pending.map(({ jobId }) => ({ jobId, jobName: jobId })),
        ...(listed.arrays ?? []).map((jobId) => ({ jobId, jobName: jobId, arrayProperties: { size: 3 } })),
      ],
      ...(listed.more === true ? { nextToken: "more" } : {}),
    }),
    describeJobs: async ({ jobs: ids = [] }: { readonly jobs?: readonly string[] }) => {
      asked.push(ids);
      const found = jobs.filter(({ jobId }) => ids.includes(jobId));
      return { jobs: found.map((job) => ({ ...job, jobName: `name-${job.jobId}`, jobQueue: "arn:x:job-queue/q" })) };
    },
  };
  return { batch: batch as unknown as BatchApi, asked };
}

const waiting = (jobId: string, ...needed: readonly string[]): Job => ({
  jobId,
  status: "PENDING",
  dependsOn: needed.map((id) => ({ jobId: id })),
});

test("jobs in PENDING wait for those that have not succeeded, of which the first is named", async () => {
  const others = [
    { jobId: "done", status: "SUCCEEDED" },
    { jobId: "runs", status: "RUNNING" },
    { jobId: "failed", status: "FAILED" },
  ];
  const { batch, asked } = batchWith([waiting("a", "done", "runs"), waiting("b", "failed", "runs"), ...others]);
  expect((await pendingFinding(batch, "q", signal))?.sentence).toBe(
    '2 jobs in PENDING wait for runs ("name-runs", RUNNING in q) and 1 other job',
  );
  expect(asked).toEqual([
    ["a", "b"],
    ["done", "runs", "failed"],
  ]);
});

test("one job waits, and there may be more than the first page has", async () => {
  const { batch } = batchWith([waiting("a", "b"), waiting("b", "c"), { jobId: "c", status: "RUNNABLE" }], {
    more: true,
  });
  expect((await pendingFinding(batch, "q", signal))?.sentence).toBe(
    '2 jobs or more in PENDING wait for b ("name-b", PENDING in q) and 1 other job',
  );
  const single = batchWith([waiting("a", "b"), { jobId: "b", status: "STARTING" }]);
  expect((await pendingFinding(single.batch, "q", signal))?.sentence).toBe(
    '1 job in PENDING waits for b ("name-b", STARTING in q)',
  );
});

test("what is waited for may be known no more", async () => {
  const { batch } = batchWith([waiting("a", "gone")]);
  expect((await pendingFinding(batch, "q", signal))?.sentence).toBe("1 job in PENDING waits for other jobs");
});

test("parents of arrays wait for nothing but their children, and nobody is asked about them", async () => {
  const { batch, asked } = batchWith([], { arrays: ["parent"] });
  expect(await pendingFinding(batch, "q", signal)).toBeUndefined();
  expect(asked).toEqual([]);
});

test("no call asks for more than a hundred jobs", async () => {
  const many = Array.from({ length: 150 }, (_, at) => waiting(`job-${at}`, `needed-${at}`));
  const { batch, asked } = batchWith(many);
  expect(await pendingFinding(batch, "q", signal)).toMatchObject({ code: "Dependencies" });
  expect(asked.map((ids) => ids.length)).toEqual([100, 100]);
});
