import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type ServedBatch, serveBatch } from "../../src/simulator/http.ts";
import { type Account, accountWithQueue, containerJob } from "./account.ts";

let world: Account;
let served: ServedBatch;

beforeAll(async () => {
  world = await accountWithQueue();
  await world.aws.outside.registerJobDefinition(containerJob("jd"));
  served = await serveBatch(world.aws, { port: 0 });
});

afterAll(() => served.close());

async function post(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${served.url}/_simulator/${path}`, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

async function submitted(change: object): Promise<string> {
  const { body } = await post("jobs", { jobQueue: "q", jobDefinition: "jd", ...change });
  return (body as { jobIds: string[] }).jobIds[0] ?? "";
}

const jobNow = (id: string) => world.aws.truth.jobs().find((job) => job.id === id);

describe("over HTTP", () => {
  it("somebody plans how jobs go", async () => {
    const attempts = [{ exitCode: 3, durationMs: 5_000, log: ["a"], end: "Exit" }];
    expect(await post("outcomes", { job: "bad-*", attempts })).toEqual({ status: 200, body: {} });
    const id = await submitted({ jobName: "bad-1" });
    await world.clock.advance(300_000);
    expect(jobNow(id)).toMatchObject({ status: "FAILED", exitCode: 3 });
  });

  it("somebody plans how children of an array go", async () => {
    await post("outcomes", { job: "array", indices: [1], attempts: [{ exitCode: 1 }] });
    const request = { jobName: "array", jobQueue: "q", jobDefinition: "jd", arrayProperties: { size: 2 } };
    const { jobId } = await world.aws.outside.submitJob(request);
    await world.clock.advance(300_000);
    expect([0, 1].map((index) => jobNow(`${jobId}:${index}`)?.status)).toEqual(["SUCCEEDED", "FAILED"]);
  });

  it("somebody ends a running job, and takes an instance away", async () => {
    const id = await submitted({ durationMs: 3_600_000 });
    expect(await post("exit", { jobId: id })).toMatchObject({ status: 409 });
    await world.clock.advance(300_000);
    expect(await post("exit", { jobId: id, exitCode: 2 })).toEqual({ status: 200, body: {} });
    expect(jobNow(id)).toMatchObject({ status: "FAILED", exitCode: 2 });
    const other = await submitted({ durationMs: 3_600_000 });
    await world.clock.advance(300_000);
    expect(await post("lose-instance", { jobId: other })).toEqual({ status: 200, body: {} });
    expect(jobNow(other)).toMatchObject({ status: "FAILED", statusReason: expect.stringMatching(/^Host EC2/) });
    expect(await post("lose-instance", { jobId: other })).toMatchObject({ status: 409 });
  });

  it.each<[string, object, string]>([
    ["outcomes", {}, "attempts must be a list of objects, one for each attempt"],
    ["outcomes", { job: 1, attempts: [{}] }, "job must be a string"],
    ["outcomes", { job: "a", index: 1, attempts: [{}] }, "there is no index: the members are job, indices, attempts"],
    [
      "outcomes",
      { job: "a", attempts: [{ exitCod: 1 }] },
      "there is no exitCod: the members are durationMs, exitCode, reason, statusReason, end, log",
    ],
    ["outcomes", { job: "a", attempts: [{ exitCode: -1 }] }, "exitCode must be a number from 0"],
    ["outcomes", { job: "a", attempts: [{ end: "Never" }] }, "end must be one of Exit, InstanceLost, NotStarted"],
    ["outcomes", { job: "a", attempts: [{ log: [1] }] }, "log must be a list of strings"],
    ["outcomes", { job: "a", attempts: [{}], indices: ["1"] }, "indices must be a list of whole numbers"],
    ["jobs", { jobQueue: "q", jobDefinition: "jd", reason: 1 }, "reason must be a string"],
    ["exit", {}, "jobId must be a string"],
  ])("%s with %j is refused", async (path, body, message) => {
    expect(await post(path, body)).toEqual({ status: 400, body: { message } });
  });
});

describe("outcomes", () => {
  const attempts = [{ exitCode: 1 }];

  it("are kept once for the same jobs, so that planning again keeps nothing more", async () => {
    for (let round = 0; round < 1100; round++) {
      expect((await post("outcomes", { job: "again", attempts: [{ exitCode: round }] })).status).toBe(200);
    }
    const id = await submitted({ jobName: "again" });
    await world.clock.advance(300_000);
    expect(jobNow(id)).toMatchObject({ exitCode: 1099 });
  });

  it("are at most 1,000, with 2 MiB of text together", async () => {
    const { aws } = await accountWithQueue();
    const planned = await serveBatch(aws, { port: 0 });
    onTestFinished(() => planned.close());
    const plan = async (body: object): Promise<number> =>
      (await fetch(`${planned.url}/_simulator/outcomes`, { method: "POST", body: JSON.stringify(body) })).status;
    const long = [{ log: ["x".repeat(900_000)] }];
    for (const [job, status] of [
      ["a", 200],
      ["b", 200],
      ["c", 400],
    ] as const) {
      expect(await plan({ job, attempts: long })).toBe(status);
    }
    for (let index = 2; index < 1000; index++) expect(await plan({ job: `job-${index}`, attempts })).toBe(200);
    expect(await plan({ job: "one-more", attempts })).toBe(400);
    expect(await plan({ job: "job-2", attempts })).toBe(200);
  });
});
