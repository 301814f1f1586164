import { describe, expect, test } from "vitest";
import { AwsError } from "../../../src/aws/errors.ts";
import { documentText } from "../../../src/tools/document/text.ts";
import { type JobList, type ListedJob, listJobs } from "../../../src/tools/jobs/list.ts";
import { jobsDocument } from "../../../src/tools/jobs/list-document.ts";
import { paintFor } from "../../../src/tools/terminal/paint.ts";
import { accountWithQueue, containerJob, queue } from "../../simulator/account.ts";

const { signal } = new AbortController();
const paint = paintFor({ colour: false, unicode: true });
const jobsTable = (list: JobList, now: number, columns: number | undefined): string =>
  documentText(jobsDocument({ ...list, now, none: { what: "No jobs", where: "" } }), { paint, columns });

test("the newest jobs of all queues are listed in the order of time; with more of them it says so", async () => {
  const { aws, clock } = await accountWithQueue();
  await aws.outside.registerJobDefinition(containerJob("jd"));
  await aws.outside.createJobQueue(queue("other", "ce-1"));
  await clock.advance(10_000);
  for (const [jobName, jobQueue] of [
    ["a", "q"],
    ["b", "other"],
    ["c", "q"],
  ] as const) {
    await aws.outside.submitJob({ jobName, jobQueue, jobDefinition: "jd", arrayProperties: { size: 2 } });
    await clock.advance(1_000);
  }
  const list = await listJobs({ batch: aws.batch, region: "us-east-1", signal }, { queue: undefined, failed: false });
  expect(list.jobs.map(({ name, queue: of, children }) => [name, of, children])).toEqual([
    ["c", "q", { RUNNABLE: 2 }],
    ["b", "other", { RUNNABLE: 2 }],
    ["a", "q", { RUNNABLE: 2 }],
  ]);
  expect(list.more).toBe(false);
  aws.knobs.pageSize = 1;
  expect(
    await listJobs({ batch: aws.batch, region: "us-east-1", signal }, { queue: "q", failed: false }),
  ).toMatchObject({
    jobs: [{ name: "c" }],
    more: true,
  });
});

test("of an array without an object the children that failed are listed, whether it has ended or not", async () => {
  const { aws, clock } = await accountWithQueue();
  await aws.outside.registerJobDefinition(containerJob("jd"));
  await clock.advance(10_000);
  const request = { jobQueue: "q", jobDefinition: "jd", arrayProperties: { size: 4 } };
  const script = '[ "$AWS_BATCH_JOB_ARRAY_INDEX" = 2 ] && exit 3; sleep 10h';
  for (const [jobName, command] of [
    ["all", ["false"]],
    ["none", ["true"]],
    ["some", ["sh", "-c", script]],
  ] as const) {
    await aws.outside.submitJob({ ...request, jobName, containerOverrides: { command: [...command] } });
    await clock.advance(300_000);
  }
  const listing = { batch: aws.batch, region: "us-east-1", signal };
  const list = await listJobs(listing, { queue: "q", failed: false });
  expect(list.jobs.map(({ name, status, failedIndices }) => [name, status, failedIndices])).toEqual([
    ["some", "PENDING", "2"],
    ["none", "SUCCEEDED", undefined],
    ["all", "FAILED", "0-3"],
  ]);
  expect(list.arraysUnasked).toBeUndefined();
});

test("AWS is asked of the newest 25 arrays which children failed, and the table says of how many it was not", async () => {
  const asked: (string | undefined)[] = [];
  const jobSummaryList = Array.from({ length: 27 }, (_, age) => ({
    jobId: `job-${age}`,
    jobName: "map",
    status: "FAILED" as const,
    createdAt: 1000 - age,
    arrayProperties: { size: 2, statusSummary: { FAILED: 1, SUCCEEDED: 1 } },
  }));
  const batch = {
    describeJobQueues: async () => ({ jobQueues: [{ jobQueueName: "q" }] }),
    async listJobs({ arrayJobId }: { readonly arrayJobId?: string | undefined }) {
      if (arrayJobId === undefined) return { jobSummaryList };
      asked.push(arrayJobId);
      return { jobSummaryList: [{ jobId: `${arrayJobId}:1`, jobName: "map", arrayProperties: { index: 1 } }] };
    },
  } as unknown as Parameters<typeof listJobs>[0]["batch"];
  const list = await listJobs({ batch, region: "us-east-1", signal }, { queue: "q", failed: true });
  expect(asked).toEqual(Array.from({ length: 25 }, (_, age) => `job-${age}`));
  expect(list.jobs.filter(({ failedIndices }) => failedIndices === "1")).toHaveLength(25);
  expect(jobsTable(list, 2000, undefined)).toMatch(
    /\nWhich children of the 2 oldest arrays failed is not shown: logs --failed reads those of one\.\n$/,
  );
});

test("one array costs one call, also with ten thousand children that failed; another one's failure is a word in its row", async () => {
  const arrays = ["large", "small", "unread", "none"].map((jobId, age) => ({
    jobId,
    jobName: jobId,
    status: "FAILED" as const,
    createdAt: 1000 - age,
    arrayProperties: { size: 10_000, statusSummary: { FAILED: 9_999 } },
  }));
  let asked = 0;
  const children = (...indices: readonly number[]) => indices.map((index) => ({ arrayProperties: { index } }));
  const answers: Readonly<Record<string, object>> = {
    large: { jobSummaryList: children(...Array.from({ length: 1000 }, (_, index) => 999 - index)), nextToken: "more" },
    small: { jobSummaryList: children(7, 5, 6) },
    none: {},
  };
  const batch = {
    describeJobQueues: async () => ({ jobQueues: [{ jobQueueName: "q" }] }),
    async listJobs({ arrayJobId }: { readonly arrayJobId?: string | undefined }) {
      if (arrayJobId === undefined) return { jobSummaryList: arrays };
      asked += 1;
      const answer = answers[arrayJobId];
      if (answer === undefined)
        throw new AwsError("throttled", "batch:ListJobs", "TooManyRequests", "too many requests");
      return answer;
    },
  } as unknown as Parameters<typeof listJobs>[0]["batch"];
  const list = await listJobs({ batch, region: "us-east-1", signal }, { queue: "q", failed: true });
  expect(asked).toBe(4);
  expect(list.jobs.map(({ failedIndices, failedIndicesUnread }) => [failedIndices, failedIndicesUnread])).toEqual([
    ["0-999,…", undefined],
    ["5-7", undefined],
    [undefined, "batch:ListJobs: too many requests"],
    [undefined, undefined],
  ]);
  const rows = jobsTable(list, 2000, undefined).split("\n");
  expect(rows[1]).toMatch(/failed children: 0-999,…$/);
  expect(rows[3]).toMatch(/failed children: not read$/);
});

const job = (change: Partial<ListedJob>): ListedJob => ({
  id: "id",
  name: "hello",
  queue: "q",
  status: "RUNNING",
  reason: undefined,
  exitCode: undefined,
  children: undefined,
  createdAt: 0,
  startedAt: 30_000,
  stoppedAt: undefined,
  ...change,
});

describe("the table of jobs", () => {
  const table = (jobs: readonly ListedJob[], columns?: number, more = false): string =>
    jobsTable({ jobs, more }, 90_000, columns);

  test("has one row for each, with what is known of it", () => {
    const jobs = [
      job({}),
      job({ name: "waits", status: "RUNNABLE", startedAt: undefined, reason: "CAPACITY - none." }),
      job({
        name: "map",
        status: "FAILED",
        children: { SUCCEEDED: 7, FAILED: 3 },
        stoppedAt: 90_000,
        reason: "Array Child Job failed",
      }),
      job({ name: "done", status: "SUCCEEDED", exitCode: 0, stoppedAt: 31_000, reason: "Essential container exited" }),
    ];
    expect(table(jobs)).toBe(`\
NAME   STATUS                 EXIT  QUEUE  DURATION  AGE    JOB ID  REASON
hello  RUNNING                -     q      1m        1m30s  id
waits  RUNNABLE               -     q      -         1m30s  id      CAPACITY - none
map    FAILED 7/10, 3 failed  -     q      1m        1m30s  id      Array Child Job failed
done   SUCCEEDED              0     q      1s        1m30s  id
`);
  });

  test("cuts the reason to the terminal, and shows no control characters", () => {
    const reason = "a reason that is longer than the terminal is wide, by far";
    expect(table([job({ name: "a\u001b[2J", status: "FAILED", reason })], 80)).toContain("a\\u001b[2J");
    const [, row = ""] = table([job({ status: "FAILED", reason })], 80).split("\n");
    expect(row.length).toBeLessThanOrEqual(80);
    expect(row).toMatch(/…$/);
  });

  test("cuts a long name on a terminal alone, and no count of the largest array", () => {
    const name = "team_nightly-report_2b5b1a86-0d5e-4bd3-9a53-0b8d9f1c2e3f";
    const children = { SUCCEEDED: 5000, FAILED: 5000 };
    const jobs = [job({ name, status: "PENDING", children })];
    expect(table(jobs)).toContain(`${name}  PENDING 5000/10000, 5000 failed  `);
    const cut = table(jobs, 200);
    expect(cut).not.toContain(name);
    expect(cut).toContain("team_nightly-report_2b5b1a86-0d…  ");
    expect(cut).toContain("  PENDING 5000/10000, 5000 failed  ");
  });

  test("says when there are older ones", () => {
    expect(table([job({})], undefined, true)).toMatch(/\nThere are older jobs, which are not shown\.\n$/);
  });
});
