import type { SubmitJobRequest } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/runtime/random.ts";
import type { Knobs } from "../../src/simulator/knobs.ts";
import type { AttemptCourse } from "../../src/simulator/outcome.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { type Account, accountWithQueue, containerJob } from "./account.ts";

const forEver: AttemptCourse = { durationMs: Number.POSITIVE_INFINITY };

async function workplace(knobs: Partial<Knobs> = {}): Promise<Account> {
  const world = await accountWithQueue(knobs);
  await world.aws.outside.registerJobDefinition(containerJob("jd"));
  return world;
}

function submit({ aws }: Account, change: Partial<SubmitJobRequest> = {}, course?: AttemptCourse): string {
  const request = { jobName: "job", jobQueue: "q", jobDefinition: "jd", ...change };
  return aws.outside.submitPlannedJob(request, course).jobId ?? "";
}

function run(...command: readonly string[]): Partial<SubmitJobRequest> {
  return { containerOverrides: { command: [...command] } };
}

async function described({ aws }: Account, id: string) {
  const { jobs: [job] = [] } = await aws.batch.describeJobs({ jobs: [id] });
  if (job === undefined) throw new Error(`there is no job ${id}`);
  return job;
}

async function statusOf(world: Account, id: string): Promise<string> {
  const { status, statusReason } = await described(world, id);
  return statusReason === undefined ? `${status}` : `${status}: ${statusReason}`;
}

async function logOf({ aws }: Account, logStreamName: string | undefined): Promise<(string | undefined)[]> {
  const { events = [] } = await aws.logs.getLogEvents({ logGroupName: "/aws/batch/job", logStreamName });
  return events.map(({ message }) => message);
}

describe("the command of a job", () => {
  it("decides how it ends, and what its log has", async () => {
    const world = await workplace();
    const id = submit(world, run("sh", "-c", "echo hello world; sleep 20; exit 4"));
    await world.clock.advance(300_000);
    const { status, container, startedAt = 0, stoppedAt = 0 } = await described(world, id);
    expect([status, container?.exitCode, stoppedAt - startedAt]).toEqual(["FAILED", 4, 20_000]);
    expect(container?.logStreamName).toBe(`jd/default/${container?.taskArn?.split("/").at(-1)}`);
    expect(await logOf(world, container?.logStreamName)).toEqual(["hello world"]);
  });

  it("knows its parameters, its variables, its attempt and its index", async () => {
    const world = await workplace();
    const environment = [{ name: "WHO", value: "world" }];
    const command = ["sh", "-c", 'echo Ref::say Ref::none "$WHO" $AWS_BATCH_JOB_ATTEMPT $AWS_BATCH_JOB_ARRAY_INDEX'];
    const id = submit(world, {
      arrayProperties: { size: 2 },
      parameters: { say: "hello" },
      containerOverrides: { command, environment },
    });
    await world.clock.advance(300_000);
    const { container } = await described(world, `${id}:1`);
    expect(await logOf(world, container?.logStreamName)).toEqual(["hello Ref::none world 1 1"]);
  });

  it("prints into the group and under the prefix of its log configuration, and nowhere by another driver", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    const { containerProperties } = containerJob("any");
    const define = (jobDefinitionName: string, logConfiguration: object) =>
      aws.outside.registerJobDefinition({
        ...containerJob(jobDefinitionName),
        containerProperties: {
          ...containerProperties,
          command: ["echo", "a"],
          logConfiguration: logConfiguration as never,
        },
      });
    const options = { "awslogs-group": "/team", "awslogs-stream-prefix": "train" };
    await define("own", { logDriver: "awslogs", options });
    await define("elsewhere", { logDriver: "splunk" });
    const [own, elsewhere] = ["own", "elsewhere"].map((jobDefinition) => submit(world, { jobDefinition }));
    await clock.advance(300_000);
    const logStreamName = (await described(world, own ?? "")).container?.logStreamName;
    expect(logStreamName).toMatch(/^train\/default\//);
    expect(await aws.logs.getLogEvents({ logGroupName: "/team", logStreamName })).toMatchObject({
      events: [{ message: "a" }],
    });
    expect((await described(world, elsewhere ?? "")).container?.logStreamName).toBeUndefined();
  });

  it("that the simulator does not know takes the default time", async () => {
    const world = await workplace({ jobDurationMs: 30_000 });
    const id = submit(world, run("python", "train.py"));
    await world.clock.advance(300_000);
    const { status, startedAt = 0, stoppedAt = 0 } = await described(world, id);
    expect([status, stoppedAt - startedAt]).toEqual(["SUCCEEDED", 30_000]);
  });
});

describe("a planned outcome", () => {
  it("gives each attempt its course, and the last one to all later ones", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    const reason = "OutOfMemoryError: Container killed due to memory usage";
    aws.outside.planJobs({
      job: "train-*",
      attempts: [
        { exitCode: 137, reason, log: ["loading"] },
        { end: "InstanceLost", durationMs: 5_000 },
        { exitCode: 2 },
      ],
    });
    const id = submit(world, { jobName: "train-1", retryStrategy: { attempts: 4 } });
    await clock.advance(3_600_000);
    const { status, attempts = [], container } = await described(world, id);
    expect(status).toBe("FAILED");
    expect(attempts.map((one) => [one.container?.exitCode, one.container?.reason, one.statusReason])).toEqual([
      [137, reason, "Essential container in task exited"],
      [undefined, undefined, expect.stringMatching(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/)],
      [2, undefined, "Essential container in task exited"],
      [2, undefined, "Essential container in task exited"],
    ]);
    const streams = attempts.map((one) => one.container?.logStreamName);
    expect(new Set(streams).size).toBe(4);
    expect(container?.logStreamName).toBe(streams.at(-1));
    expect(await logOf(world, streams[0])).toEqual(["loading"]);
  });

  it("holds for jobs of its name that are submitted later; of several the last one counts", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    const before = submit(world);
    aws.outside.planJobs({ job: "*", attempts: [{ exitCode: 1 }] });
    aws.outside.planJobs({ job: "job", attempts: [{ exitCode: 2 }] });
    const after = submit(world);
    const other = submit(world, { jobName: "job-2" });
    await clock.advance(300_000);
    const codes = [before, after, other].map(async (id) => (await described(world, id)).container?.exitCode);
    expect(await Promise.all(codes)).toEqual([0, 2, 1]);
  });

  it("holds for some children of an array, whose parent fails and counts them", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    aws.outside.planJobs({ job: "job", indices: [1, 3], attempts: [{ exitCode: 9 }] });
    const id = submit(world, { arrayProperties: { size: 5 } });
    await clock.advance(300_000);
    const { status, arrayProperties } = await described(world, id);
    expect([status, arrayProperties?.statusSummary]).toMatchObject(["FAILED", { SUCCEEDED: 3, FAILED: 2, RUNNING: 0 }]);
    const { jobSummaryList: failed = [] } = await aws.batch.listJobs({ arrayJobId: id, jobStatus: "FAILED" });
    expect(failed.map(({ arrayProperties: array, container }) => [array?.index, container?.exitCode])).toEqual([
      [1, 9],
      [3, 9],
    ]);
  });

  it("may be that the container does not start, which a rule distinguishes from an exit", async () => {
    const world = await workplace();
    const { aws, clock } = world;
    const reason = "CannotPullContainerError: not found";
    aws.outside.planJobs({ job: "job", attempts: [{ end: "NotStarted", reason }] });
    const evaluateOnExit = [
      { onReason: "CannotPullContainerError*", action: "RETRY" as const },
      { onStatusReason: "*", action: "EXIT" as const },
    ];
    const id = submit(world, { retryStrategy: { attempts: 2, evaluateOnExit } });
    await clock.advance(600_000);
    const { status, statusReason, startedAt, attempts, container } = await described(world, id);
    expect([status, statusReason, startedAt, attempts?.length]).toEqual(["FAILED", "Task failed to start", 0, 2]);
    expect(container).toMatchObject({ reason });
    expect(container?.logStreamName).toBeUndefined();
  });
});

it("a lost instance uses up an attempt", async () => {
  const world = await workplace();
  const { aws, clock } = world;
  const id = submit(world, { retryStrategy: { attempts: 2 } }, forEver);
  expect(() => aws.outside.loseInstance(id)).toThrow("has no instance");
  await clock.advance(100_000);
  aws.outside.loseInstance(id);
  expect(await statusOf(world, id)).toMatch(/^RUNNABLE: Host EC2/);
  await clock.advance(100_000);
  aws.outside.loseInstance(id);
  expect(await statusOf(world, id)).toMatch(/^FAILED: Host EC2/);
});

describe("a job that waits for others", () => {
  it.each(["cancelJob", "terminateJob"] as const)("ends by %s only after them, and keeps the reason", async (call) => {
    const world = await workplace();
    const { aws, clock } = world;
    const first = submit(world, {}, forEver);
    const second = submit(world, { dependsOn: [{ jobId: first }] });
    await clock.advance(100_000);
    await aws.batch[call]({ jobId: second, reason: "not needed" });
    await clock.advance(100_000);
    expect(await described(world, second)).toMatchObject({
      status: "PENDING",
      [call === "cancelJob" ? "isCancelled" : "isTerminated"]: true,
    });
    aws.outside.exitJob(first, 0);
    await clock.advance(1_000);
    expect(await statusOf(world, second)).toBe("FAILED: not needed");
  });

  it("of an array one after the other: the failure of one fails those after it", async () => {
    const world = await workplace();
    world.aws.outside.planJobs({ job: "job", indices: [1], attempts: [{ exitCode: 1 }] });
    const id = submit(world, { arrayProperties: { size: 3 }, dependsOn: [{ type: "SEQUENTIAL" }] });
    await world.clock.advance(60_000);
    expect(await statusOf(world, `${id}:1`)).toBe("PENDING");
    await world.clock.advance(600_000);
    const ends = [0, 1, 2].map((index) => statusOf(world, `${id}:${index}`));
    expect(await Promise.all(ends)).toEqual([
      "SUCCEEDED: Essential container in task exited",
      "FAILED: Essential container in task exited",
      "FAILED: Dependent Job failed",
    ]);
  });

  it("of an array by index waits for the child of its own index", async () => {
    const world = await workplace();
    const first = submit(world, { arrayProperties: { size: 2 } }, forEver);
    const second = submit(world, {
      arrayProperties: { size: 2 },
      dependsOn: [{ jobId: first, type: "N_TO_N" }],
    });
    await world.clock.advance(100_000);
    world.aws.outside.exitJob(`${first}:1`, 0);
    await world.clock.advance(100_000);
    const [zero, one] = [statusOf(world, `${second}:0`), statusOf(world, `${second}:1`)];
    expect([await zero, await one]).toEqual(["PENDING", "SUCCEEDED: Essential container in task exited"]);
  });
});

it("a forgotten job is neither described nor listed, with its children", async () => {
  const world = await workplace();
  const { aws, clock } = world;
  const id = submit(world, { arrayProperties: { size: 2 } });
  await clock.advance(300_000);
  await clock.advance(7 * 24 * 3_600_000);
  const { jobs } = await aws.batch.describeJobs({ jobs: [id, `${id}:0`] });
  const filters = [{ name: "JOB_NAME", values: ["job"] }];
  expect([jobs, (await aws.batch.listJobs({ jobQueue: "q", filters })).jobSummaryList]).toEqual([[], []]);
  expect(aws.truth.jobs()).toEqual([]);
});

it("a new job is listed late, and described at once", async () => {
  const world = await workplace({ jobVisibleMs: 30_000 });
  const { aws, clock } = world;
  const id = submit(world, {}, forEver);
  const filters = [{ name: "JOB_NAME", values: ["job"] }];
  const listed = async () =>
    (await aws.batch.listJobs({ jobQueue: "q", filters })).jobSummaryList?.map(({ jobId }) => jobId);
  await clock.advance(29_000);
  expect(await statusOf(world, id)).toBe("RUNNABLE");
  expect(await listed()).toEqual([]);
  await clock.advance(1_000);
  expect(await listed()).toEqual([id]);
});

it("by a filter the newest jobs are listed first", async () => {
  const world = await workplace();
  const first = submit(world);
  await world.clock.advance(1_000);
  const second = submit(world);
  const filters = [{ name: "JOB_NAME", values: ["JOB"] }];
  const { jobSummaryList = [] } = await world.aws.batch.listJobs({ jobQueue: "q", filters });
  expect(jobSummaryList.map(({ jobId }) => jobId)).toEqual([second, first]);
});

it("the jobs of a snapshot go on where they were", async () => {
  const world = await workplace();
  const { clock } = world;
  const ended = submit(world, run("echo", "before"));
  await clock.advance(100_000);
  const running = submit(world, run("sh", "-c", "echo a; sleep 100; echo b"));
  const after = submit(world, { dependsOn: [{ jobId: running }] });
  const ending = submit(world, {}, forEver);
  await clock.advance(80_000);
  const starting = submit(world);
  await clock.advance(62_000);
  expect(await statusOf(world, starting)).toBe("STARTING");
  await world.aws.outside.terminateJob({ jobId: ending, reason: "enough" });
  const saved = JSON.parse(JSON.stringify(world.aws.snapshot()));

  const aws = createSimulatedAws({ clock, random: seededRandom(8), knobs: { latencyMs: 0, stalenessMs: 0 } });
  aws.restore(saved);
  const restored: Account = { aws, clock };
  const { container } = await described(restored, ended);
  expect(await logOf(restored, container?.logStreamName)).toEqual(["before"]);
  await clock.advance(10_000);
  expect(await statusOf(restored, ending)).toBe("FAILED: enough");
  await clock.advance(300_000);
  const original = await described(world, running);
  expect(await described(restored, running)).toEqual(original);
  expect(await logOf(restored, original.container?.logStreamName)).toEqual(["a", "b"]);
  const ends = [after, starting].map(async (id) => (await described(restored, id)).status);
  expect(await Promise.all(ends)).toEqual(["SUCCEEDED", "SUCCEEDED"]);
});

it("a job whose environment a snapshot does not have has lost its instance", async () => {
  const world = await workplace();
  const id = submit(world, {}, forEver);
  await world.clock.advance(100_000);
  const { jobs } = world.aws.snapshot();
  const aws = createSimulatedAws({
    clock: world.clock,
    random: seededRandom(8),
    knobs: { latencyMs: 0, stalenessMs: 0 },
  });
  aws.add({ jobs: jobs ?? [] });
  expect(await statusOf({ aws, clock: world.clock }, id)).toMatch(/^FAILED: Host EC2/);
});

describe("a job that the scheduler has not evaluated", () => {
  it("is SUBMITTED, and can be ended at once", async () => {
    const world = await workplace({ jobSubmittedMs: 30_000 });
    const [first, second] = [submit(world), submit(world)];
    await world.clock.advance(29_000);
    expect(await statusOf(world, first)).toBe("SUBMITTED");
    await world.aws.batch.terminateJob({ jobId: second, reason: "not needed" });
    expect(await statusOf(world, second)).toBe("FAILED: not needed");
    await world.clock.advance(1_000);
    expect(await statusOf(world, first)).toBe("RUNNABLE");
  });
});
