import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServedJobs, serveJobs } from "./jobs/served.ts";

let served: ServedJobs;

beforeAll(async () => {
  served = await serveJobs();
});

afterAll(() => served.close());

const forEver = ["sleep", "9999999"];

test("a running job is asked to end, with the reason", async () => {
  const id = await served.job(forEver, "RUNNING");
  expect(await served.run("cancel", "hello", "--queue", "q", "--reason", "wrong input")).toEqual({
    exitCode: 0,
    stdout: `hello (${id}) is asked to end\n`,
    stderr: "",
  });
  const job = () => served.aws.truth.jobs().find((one) => one.id === id);
  await served.until(() => job()?.status === "FAILED");
  expect(job()?.statusReason).toBe("wrong input");
});

test("of a job that waits for others the command says that it ends after them", async () => {
  const first = await served.job(forEver, "RUNNING");
  const second = await served.job(["true"], "PENDING", { jobName: "later", dependsOn: [{ jobId: first }] });
  const { stdout } = await served.run("cancel", second);
  expect(stdout).toBe(
    `later (${second}) is asked to end; it ends after the jobs that it depends on, or its children\n`,
  );
});

test("a job that has ended is left alone, and its result is shown", async () => {
  const id = await served.job(["true"]);
  const calls = served.aws.log.length;
  expect(await served.run("cancel", id)).toMatchObject({
    exitCode: 0,
    stdout: "hello has already ended: SUCCEEDED, exit code 0\n",
  });
  expect(served.aws.log.slice(calls).map(({ operation }) => operation)).not.toContain("TerminateJob");
  const { stdout } = await served.run("cancel", id, "-o", "json");
  expect(JSON.parse(stdout)).toEqual({ jobId: id, jobName: "hello", status: "SUCCEEDED", requested: false });
});

test("no name is an error", async () => {
  const { exitCode, stderr } = await served.run("cancel");
  expect([exitCode, stderr]).toEqual([
    1,
    "error: give NAME: the ID or ARN of a job, with --queue its name, or with -n or -f the name of a BatchJob\n",
  ]);
});
