import { expect, test } from "vitest";
import { guardedBatch } from "../../../src/aws/batch-calls.ts";
import { guardedLogs } from "../../../src/aws/logs-calls.ts";
import { throttled } from "../../../src/simulator/faults.ts";
import { type FollowOptions, followJob } from "../../../src/tools/jobs/follow.ts";
import { aBudget, aGuard } from "../../aws/given.ts";
import { accountWithQueue, containerJob } from "../../simulator/account.ts";

async function workplace() {
  const world = await accountWithQueue();
  const { aws, clock } = world;
  await aws.outside.registerJobDefinition(containerJob("jd"));
  const submit = async (script: string, change: object = {}): Promise<string> => {
    const containerOverrides = { command: ["sh", "-c", script] };
    const request = { jobName: "job", jobQueue: "q", jobDefinition: "jd", containerOverrides, ...change };
    return (await aws.outside.submitJob(request)).jobId ?? "";
  };
  const guard = aGuard({ clock, budget: aBudget(clock, 10), mayWrite: () => ({ deadlineMs: 0 }) });
  const follow = async (id: string, options: Partial<FollowOptions> = {}, logs = true) => {
    const seen: string[] = [];
    const following = {
      batch: guardedBatch(aws.batch, guard),
      logs: async () => guardedLogs(aws.logs, guard),
      region: "us-east-1",
      requireProgress: () => undefined,
      clock,
      signal: new AbortController().signal,
    };
    let isDone = false;
    const followed = followJob(
      id,
      following,
      {
        status: ({ status }) => seen.push(`${status}`),
        waits: (why) => seen.push(why),
        lines: logs ? (lines, attempt) => seen.push(...lines.map(({ text }) => `${attempt}: ${text}`)) : undefined,
      },
      { name: undefined, attempt: undefined, tail: undefined, ...options },
    ).finally(() => {
      isDone = true;
    });
    await clock.advanceUntil(() => isDone, 3_600_000);
    return { job: await followed, seen };
  };
  return { ...world, submit, follow };
}

test("a job is followed from its submission to its end, with each new status and line", async () => {
  const { submit, follow } = await workplace();
  const { job, seen } = await follow(await submit("echo one; sleep 30; echo two"));
  expect(job?.status).toBe("SUCCEEDED");
  expect(seen).toEqual(["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "1: one", "SUCCEEDED", "1: two"]);
});

test("the log goes on over the attempts", async () => {
  const { submit, follow } = await workplace();
  const script = "echo $AWS_BATCH_JOB_ATTEMPT; sleep 10; [ $AWS_BATCH_JOB_ATTEMPT -ge 2 ]";
  const { job, seen } = await follow(await submit(script, { retryStrategy: { attempts: 3 } }));
  expect(job?.attempts).toHaveLength(2);
  expect(seen.filter((line) => line.includes(":"))).toEqual(["1: 1", "2: 2"]);
});

test("one attempt is followed to its end, which may not be the end of the job", async () => {
  const { submit, follow } = await workplace();
  const script = "echo $AWS_BATCH_JOB_ATTEMPT; exit 1";
  const { job, seen } = await follow(await submit(script, { retryStrategy: { attempts: 2 } }), { attempt: 1 });
  expect(job?.status).toBe("RUNNABLE");
  expect(seen.filter((line) => line.includes(":"))).toEqual(["1: 1"]);
});

test("with a tail the log begins with its last lines, and goes on after them", async () => {
  const { clock, submit, follow } = await workplace();
  const id = await submit("echo one; echo two; sleep 100; echo three");
  await clock.advance(90_000);
  const { seen } = await follow(id, { tail: 1 });
  expect(seen).toEqual(["RUNNING", "1: two", "SUCCEEDED", "1: three"]);
});

test("without a log only the status is followed", async () => {
  const { aws, submit, follow } = await workplace();
  await follow(await submit("echo one"), {}, false);
  expect(aws.log.map(({ operation }) => operation)).not.toContain("GetLogEvents");
});

test("a job is followed over an outage of AWS, of the log too, and no line is lost or printed twice", async () => {
  const { aws, submit, follow } = await workplace();
  const id = await submit("echo one; sleep 30; echo two");
  aws.faults.add({ fault: throttled, on: "DescribeJobs", after: 1, times: 3 });
  aws.faults.add({ fault: throttled, on: "GetLogEvents", after: 1, times: 3 });
  const { job, seen } = await follow(id);
  expect(job?.status).toBe("SUCCEEDED");
  expect(seen.filter((line) => line.startsWith("1: "))).toEqual(["1: one", "1: two"]);
  expect(seen.filter((line) => line.startsWith("no answer"))).toHaveLength(2);
});

test("an attempt that a job never had is an error when the job has ended", async () => {
  const { submit, follow } = await workplace();
  await expect(follow(await submit("echo one"), { attempt: 2 })).rejects.toThrow(
    "job has had one attempt, so there is no attempt 2",
  );
});

test("a job that AWS does not show for a minute does not exist", async () => {
  const { clock, follow } = await workplace();
  const before = clock.monotonic();
  expect(await follow("00000000-0000-4000-8000-000000000000")).toEqual({ job: undefined, seen: [] });
  expect(clock.monotonic() - before).toBeLessThan(70_000);
});
