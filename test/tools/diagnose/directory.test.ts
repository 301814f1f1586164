import { expect, test } from "vitest";
import { runCli } from "../../../src/program.ts";
import { saved, savedDirectory, savedObject } from "../jobs/saved-directory.ts";
import { temporaryDirectory } from "../local/given.ts";
import { testIo } from "../streams.ts";

async function diagnose(directory: string, ...args: readonly string[]) {
  const { io, stdout, stderr } = testIo();
  const exitCode = await runCli(["diagnose", "-f", directory, ...args], io);
  return { exitCode, stdout: stdout.text.replace(/\s+/g, " "), stderr: stderr.text };
}

/** `main` has a job that no environment is large enough for, `held` waits for a queue that is not there. */
const directoryWithWaitingJobs = (clusterName?: string) =>
  savedDirectory(async (aws, clock) => {
    const request = { jobQueue: "q", jobDefinition: "jd" };
    const array = await aws.submitJob({
      ...request,
      jobName: "default_array_uid-of-array",
      arrayProperties: { size: 2 },
      containerOverrides: { command: ["false"] },
    });
    await clock.advance(600_000);
    const resourceRequirements = [{ type: "VCPU" as const, value: "32" }];
    const big = { ...request, jobName: "default_big_uid-of-big", containerOverrides: { resourceRequirements } };
    const { jobId } = await aws.submitJob(big);
    await clock.advance(600_000);
    const spec = { jobQueueRef: { name: "main" }, jobDefinitionRef: { name: "jd" } };
    const failed = saved("Failed", "True", "JobFailed", "job failed");
    return [
      savedObject("JobQueue", { name: "main" }, {}, { arn: "arn:aws:batch:us-east-1:123456789012:job-queue/q" }),
      savedObject(
        "JobQueue",
        { name: "unmade" },
        { computeEnvironmentOrder: [{ order: 1, computeEnvironmentRef: { name: "gone" } }] },
      ),
      savedObject(
        "JobQueue",
        { name: "paused" },
        {},
        { conditions: [saved("Ready", "Unknown", "Paused", "paused by annotation")] },
      ),
      savedObject("BatchJob", { name: "big" }, spec, { jobId, status: "RUNNABLE" }),
      savedObject("BatchJob", { name: "array" }, spec, {
        jobId: array.jobId,
        status: "FAILED",
        array: { size: 2, failedIndices: "0-1" },
        conditions: [failed],
      }),
      savedObject(
        "BatchJob",
        { name: "held" },
        { ...spec, jobQueueRef: { name: "other" } },
        {
          conditions: [saved("Ready", "False", "ReferenceNotFound", "JobQueue other does not exist")],
        },
      ),
    ];
  }, clusterName);

test("a queue of a directory is diagnosed as in its simulated account, with its network", async () => {
  const directory = await directoryWithWaitingJobs();
  for (const named of [["main"], ["--queue", "q"]]) {
    const { exitCode, stdout } = await diagnose(directory, ...named);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^q is blocked: 1 job waits/);
    expect(stdout).toContain("MaxVcpusTooSmall");
    expect(stdout).toContain("network of ce");
  }
});

test("a job of a directory that waits for resources has the reason of its queue", async () => {
  const { exitCode, stdout } = await diagnose(await directoryWithWaitingJobs(), "bj/big", "--no-network");
  expect(exitCode).toBe(1);
  expect(stdout).toContain("MaxVcpusTooSmall");
});

test("a job of a directory that is not submitted has what it waits for, from object to object", async () => {
  const { exitCode, stdout } = await diagnose(await directoryWithWaitingJobs(), "bj/held");
  expect(exitCode).toBe(1);
  expect(stdout).toContain("The job needs JobQueue default/other, which does not exist.");
});

test("what is to be done about a job of a directory names the directory, and its cluster name", async () => {
  const mine = await directoryWithWaitingJobs("mine");
  expect((await diagnose(mine, "bj/array", "--cluster-name", "mine")).stdout).toContain(
    `(aws-batch-operator logs -f ${mine} --cluster-name mine -n default array --failed)`,
  );
  const directory = await directoryWithWaitingJobs();
  const { stdout } = await diagnose(directory, "bj/array");
  expect(stdout).toContain("2 of 2 children failed: 0-1");
  expect(stdout).toContain(`(aws-batch-operator logs -f ${directory} -n default array --failed)`);
});

test("a queue that AWS does not have yet is an error that says why, from object to object", async () => {
  const directory = await directoryWithWaitingJobs();
  expect(await diagnose(directory, "unmade")).toMatchObject({
    exitCode: 2,
    stderr:
      "error: AWS has no job queue default_unmade of JobQueue default/unmade in account 123456789012, region us-east-1: it needs BatchComputeEnvironment default/gone, which does not exist. Fix: BatchComputeEnvironment default/gone: create it, or correct the reference in JobQueue default/unmade\n",
  });
  expect((await diagnose(directory, "paused")).stderr).toMatch(/region us-east-1: paused by annotation\n$/);
});

test("what a directory does not have is an error that says where it was searched", async () => {
  const directory = await directoryWithWaitingJobs();
  expect(await diagnose(directory, "bj/none")).toMatchObject({
    exitCode: 2,
    stderr: `error: ${directory} has no BatchJob default/none that local --simulate has applied: correct the name, or give its namespace with -n\n`,
  });
  expect((await diagnose(directory, "none", "-n", "team")).stderr).toContain("has no JobQueue team/none");
  const none = await diagnose(temporaryDirectory(), "main");
  expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("has no simulated account yet") });
  expect((await diagnose(directory, "main", "--kubeconfig", "x")).stderr).toContain("exclude each other");
});
