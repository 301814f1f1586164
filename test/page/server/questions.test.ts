import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import type { JobDetail } from "../../../src/aws/batch.ts";
import { AwsError } from "../../../src/aws/errors.ts";
import type { LogsApi } from "../../../src/aws/logs.ts";
import { uidTag } from "../../../src/controllers/ownership/ownership.ts";
import { questions } from "../../../src/page/server/questions.ts";
import type { WithRegion } from "../../../src/page/server/regions.ts";
import { anEnvironment, anObject, aQueue } from "./objects.ts";

const { signal } = new AbortController();
const job: JobDetail = {
  jobId: "j",
  jobName: "train",
  jobQueue: "arn:q",
  jobDefinition: "jd",
  status: "FAILED",
  startedAt: 1,
  container: { logStreamName: "second" },
  attempts: [{ container: { logStreamName: "first" } }, { container: { logStreamName: "second" } }],
};

const uid = "uid-team-main";
const ownQueue = { jobQueueName: "team_main", jobQueueArn: "arn:q", tags: { [uidTag]: uid } };

interface Account {
  readonly jobs?: readonly JobDetail[];
  readonly queues?: readonly object[];
  /** Of CloudWatch Logs in the region it is given. */
  readonly getLogEvents?: (region: string) => LogsApi["getLogEvents"];
}

/** Questions to an account, and what they listed. */
function asking({ jobs = [job], queues = [ownQueue], getLogEvents = echo }: Account = {}) {
  const listed: string[] = [];
  const batch = {
    describeJobs: async ({ jobs: ids = [] }: { readonly jobs?: readonly string[] }) => ({
      jobs: jobs.filter(({ jobId = "" }) => ids.includes(jobId)),
    }),
    describeJobQueues: async () => ({ jobQueues: queues }),
    listJobs: async ({ jobQueue }: { readonly jobQueue: string }) => {
      listed.push(jobQueue);
      return { jobSummaryList: [] };
    },
  };
  const withRegion = async (region: string, _signal: AbortSignal, work: (aws: unknown) => Promise<unknown>) =>
    await work({ region, batch, logs: async () => ({ getLogEvents: getLogEvents(region) }) });
  const asked = questions({ account: "123456789012", with: withRegion as WithRegion, now: () => 0 });
  return { asked, listed };
}

const kept = { accountId: "123456789012", region: "eu-west-1", name: "team_main" };
const main = aQueue("main", [], { status: { conditions: [], ...kept } });

async function logOf(jobs: readonly JobDetail[], getLogEvents: Account["getLogEvents"], attempt = 2) {
  return await asking({ jobs, ...(getLogEvents === undefined ? {} : { getLogEvents }) }).asked.log(
    main,
    { id: "j", attempt },
    signal,
  );
}

function echo(region: string): LogsApi["getLogEvents"] {
  return async ({ logGroupName, logStreamName }) => ({
    events: [{ timestamp: 0, message: `${region} ${logGroupName} ${logStreamName}` }],
  });
}

describe("the log of a job", () => {
  test("is that of the attempt, in the region where its definition logs", async () => {
    const there = {
      logDriver: "awslogs" as const,
      options: { "awslogs-region": "us-east-1", "awslogs-group": "/team" },
    };
    const abroad = { ...job, container: { ...job.container, logConfiguration: there } };
    expect([await logOf([job], echo, 1), await logOf([job], echo), await logOf([abroad], echo)]).toMatchObject([
      { data: { lines: [{ text: "eu-west-1 /aws/batch/job first" }], more: false } },
      { data: { lines: [{ text: "eu-west-1 /aws/batch/job second" }] } },
      { data: { lines: [{ text: "us-east-1 /team second" }] } },
    ]);
  });

  test("is a sentence where there is none", async () => {
    const unstarted = { ...job, container: {}, attempts: [{}] };
    const onEks = { ...job, eksProperties: {} };
    const denied = async () => {
      throw new AwsError("denied", "logs:GetLogEvents", "AccessDeniedException", "not authorized");
    };
    expect(await Promise.all([logOf([], echo), logOf([unstarted], echo, 1), logOf([onEks], echo)])).toEqual([
      { problem: "AWS does not know this job any more: it forgets jobs seven days after their end." },
      { problem: "This attempt has not started a container, so it has no log." },
      { problem: expect.stringMatching(/^train runs on EKS, .*\.$/) },
    ]);
    expect(await logOf([job], () => denied)).toEqual({
      problem: expect.stringMatching(/^logs:GetLogEvents: not authorized\. /),
    });
  });
});

describe("under an object is only what belongs to it", () => {
  const nothing = { problem: expect.stringContaining("keeps nothing in AWS for this object") };

  test("its own queue's jobs", async () => {
    const { asked, listed } = asking();
    expect(await asked.jobs(main, "RUNNING", signal)).toEqual({ data: { jobs: [], more: false } });
    expect(listed).toEqual(["team_main"]);
  });

  const named = { ...aQueue("mine", []), spec: { jobQueueName: "team_main", region: "eu-west-1" } };
  test.each<[string, KubeObject, Account]>([
    ["a queue that only its spec names", named, {}],
    ["a queue that its status names, and whose tags name another", aQueue("forged", [], { status: kept }), {}],
    ["a queue of another account", aQueue("main", [], { status: { ...kept, accountId: "210987654321" } }), {}],
    ["a queue without tags", main, { queues: [{ ...ownQueue, tags: undefined }] }],
    ["a queue that is gone", main, { queues: [] }],
    ["a queue of another namespace's object of its name", aQueue("main", [], { namespace: "x", status: kept }), {}],
  ])("not %s", async (_what, object, account) => {
    const { asked, listed } = asking(account);
    const { problem } = { problem: expect.any(String) };
    expect(await asked.jobs(object, "RUNNING", signal)).toEqual(nothing);
    expect(await asked.queue(object, signal)).toEqual(nothing);
    expect(await asked.job(object, "j", signal)).toEqual({ problem });
    expect(await asked.log(object, { id: "j", attempt: 1 }, signal)).toEqual({ problem });
    expect(listed).toEqual([]);
  });

  test("not a job of another queue, nor its log", async () => {
    const { asked } = asking({ jobs: [{ ...job, jobQueue: "arn:of-others" }] });
    const elsewhere = { problem: "This job does not belong to this object." };
    expect(await asked.job(main, "j", signal)).toEqual(elsewhere);
    expect(await asked.log(main, { id: "j", attempt: 1 }, signal)).toEqual(elsewhere);
  });

  const batchJob = anObject("BatchJob", "train", { status: kept });
  test.each<[string, JobDetail, string, boolean]>([
    ["its own job", { ...job, tags: { [uidTag]: "uid-team-train" } }, "j", true],
    ["a child of its own", { ...job, jobId: "j:3", tags: {} }, "j:3", true],
    ["a node of its own", { ...job, jobId: "j#0", tags: {} }, "j#0", true],
    ["a job of another", { ...job, jobId: "k", tags: { [uidTag]: "uid-team-other" } }, "k", false],
    ["a job without an owner", { ...job, jobId: "k" }, "k", false],
    ["a child of another's", { ...job, jobId: "k:0" }, "k:0", false],
  ])("of a BatchJob %s: %#", async (_what, one, id, isShown) => {
    const parent = { ...job, tags: { [uidTag]: "uid-team-train" } };
    const { asked } = asking({ jobs: one.jobId === "j" ? [one] : [parent, one] });
    expect("data" in (await asked.job(batchJob, id, signal))).toBe(isShown);
  });

  test("not the network of another object's environment", async () => {
    const object = anEnvironment("mine", { ...kept, serving: "fast-1" });
    const batch = {
      describeComputeEnvironments: async () => ({
        computeEnvironments: [
          {
            computeEnvironmentName: "fast-1",
            computeEnvironmentArn: "arn:fast-1",
            tags: { [uidTag]: "uid-team-fast" },
          },
        ],
      }),
    };
    const withRegion = async (_region: string, _signal: AbortSignal, work: (aws: unknown) => Promise<unknown>) =>
      await work({ batch });
    const asked = questions({ account: "123456789012", with: withRegion as WithRegion, now: () => 0 });
    expect(await asked.network(object, signal)).toEqual(nothing);
  });
});

describe("whatever a job or an endpoint says, the answer is data or a sentence", () => {
  test("an empty region of the log is none", async () => {
    const options = { "awslogs-region": "", "awslogs-group": "" };
    const odd = {
      ...job,
      container: { ...job.container, logConfiguration: { logDriver: "awslogs" as const, options } },
    };
    expect(await logOf([odd], echo)).toMatchObject({ data: { lines: [{ text: "eu-west-1 /aws/batch/job second" }] } });
  });

  test.each([8.7e15, -8.7e15, Number.NaN, Number.POSITIVE_INFINITY, 1e300, "soon" as unknown as number])(
    "a moment of %s is none",
    async (moment) => {
      const odd = { ...job, createdAt: moment, startedAt: moment, stoppedAt: moment };
      const { asked } = asking({ jobs: [odd] });
      expect(await asked.job(main, "j", signal)).toMatchObject({
        data: { createdAt: undefined, startedAt: undefined, stoppedAt: undefined },
      });
      const printed = async () => ({ events: [{ timestamp: moment, message: "here" }] });
      expect(await logOf([job], () => printed)).toMatchObject({ data: { lines: [{ at: "", text: "here" }] } });
    },
  );
});
