import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { locationAnnotation } from "../../../src/api/v1alpha1/annotations.ts";
import { intentAnnotation } from "../../../src/controllers/kinds/batch-job/intent.ts";
import { runCli } from "../../../src/program.ts";
import type { ListedJob } from "../../../src/tools/jobs/list.ts";
import { SavedAccount } from "../../../src/tools/jobs/saved-account.ts";
import { submittedId } from "../../../src/tools/jobs/saved-jobs.ts";
import { lockState } from "../../../src/tools/local/lock.ts";
import { stateFile, writeState } from "../../../src/tools/local/state.ts";
import { temporaryDirectory } from "../local/given.ts";
import { testIo } from "../streams.ts";
import { saved, savedDirectory, savedObject } from "./saved-directory.ts";

async function run(...args: readonly string[]) {
  const { io, stdout, stderr } = testIo();
  const exitCode = await runCli(args, io);
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

/**
 * A directory as `local --simulate` leaves it: a BatchJob `hello` that has ended, one of another namespace that was not
 * submitted, and a job without an object.
 */
async function directoryWithJob(
  command = ["echo", "hello world"],
  region = "us-east-1",
): Promise<{ directory: string; jobId: string }> {
  let id = "";
  const objectsIn: Parameters<typeof savedDirectory>[0] = async (aws, clock) => {
    const containerOverrides = { command };
    const request = { jobName: "default_hello_uid-1", jobQueue: "q", jobDefinition: "jd", containerOverrides };
    const { jobId = "" } = await aws.submitJob(request);
    id = jobId;
    await clock.advance(1000);
    await aws.submitJob({ ...request, jobName: "by-hand", containerOverrides: { command: ["false"] } });
    await clock.advance(300_000);
    const spec = { jobQueueRef: { name: "main" }, jobDefinitionRef: { name: "jd" } };
    const annotations = intentAnnotation({ uid: "uid-1", attempt: 1, at: 0, by: "a", queue: "q" });
    return [
      savedObject("BatchJob", { name: "hello", uid: "uid-1", annotations }, spec),
      savedObject("BatchJob", { name: "later", namespace: "team", uid: "uid-2" }, spec),
    ];
  };
  const directory = await savedDirectory(objectsIn, "local", region);
  return { directory, jobId: id };
}

test("the log of an object in the directory of local --simulate is printed, by its name or the ID of its job", async () => {
  const { directory, jobId } = await directoryWithJob();
  for (const name of ["hello", "default/hello", jobId]) {
    expect(await run("logs", "-f", directory, name)).toEqual({ exitCode: 0, stdout: "hello world\n", stderr: "" });
  }
  expect(await run("logs", "-f", directory, "none")).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: `error: ${directory} has no BatchJob default/none that local --simulate has applied: jobs -f ${directory} lists those that there are\n`,
  });
  expect((await run("logs", "-f", directory, "-n", "team", "later")).stderr).toBe(
    "error: BatchJob team/later has not been submitted yet\n",
  );
  expect((await run("logs", "-f", directory, "--kubeconfig", "x", "hello")).stderr).toMatch(/exclude each other/);
});

test("the region is that of the local that has saved the account, unless the command names one", async () => {
  const { directory, jobId } = await directoryWithJob(undefined, "eu-west-1");
  for (const name of ["hello", jobId]) {
    expect(await run("logs", "-f", directory, name)).toMatchObject({ exitCode: 0, stdout: "hello world\n" });
  }
  const { stdout } = await run("jobs", "-f", directory, "-o", "json");
  expect((JSON.parse(stdout) as { jobs: ListedJob[] }).jobs).toHaveLength(3);
  expect((await run("logs", "-f", directory, "--region", "us-east-1", jobId)).stderr).toMatch(/AWS knows no job/);
});

test("the job of an object is read in the region where the operator has it, and what AWS answers is an error message", async () => {
  const directory = await savedDirectory(async () => {
    const intent = intentAnnotation({ uid: "uid-1", attempt: 1, at: 0, by: "a", queue: "q" });
    const annotations = { ...intent, [locationAnnotation]: "123456789012/eu-west-1" };
    return [savedObject("BatchJob", { name: "away", uid: "uid-1", annotations }, { jobQueueRef: { name: "main" } })];
  });
  expect(await run("logs", "-f", directory, "away")).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: "error: batch:ListJobs: q does not exist\n",
  });
});

test.each([
  [saved("Failed", "True", "DependencyFailed", "a has failed"), "FAILED: a has failed"],
  [saved("Stalled", "True", "InvalidRequest", "no share"), "InvalidRequest: no share"],
])("who waits for a job that is never submitted gets the reason: %j", async (condition, why) => {
  const directory = await savedDirectory(async () => [
    savedObject("BatchJob", { name: "j" }, {}, { observedGeneration: 1, conditions: [condition] }),
  ]);
  const account = new SavedAccount(directory, {}, testIo().io);
  await expect(submittedId(account, { namespace: "default", name: "j" }, () => undefined)).rejects.toThrow(
    `default/j is not submitted: ${why}`,
  );
});

test("a directory that local runs against AWS is an error that says how to find its jobs", async () => {
  const directory = temporaryDirectory();
  const store = { resourceVersion: 1, objects: [] };
  writeState(stateFile(directory, "mine", false), { clusterUid: "u", savedAt: 0, store });
  expect(await run("jobs", "-f", directory)).toMatchObject({
    exitCode: 1,
    stderr: `error: ${directory} is that of a local against AWS, and -f reads what local --simulate keeps: leave out -f and -n, and give the ID of a job, or its name or a queue in AWS by --queue. To simulate it, local -f ${directory} --simulate makes one\n`,
  });
});

test("its jobs are listed under the names of their objects, and so are objects without a job", async () => {
  const { directory, jobId } = await directoryWithJob();
  const listed = async (...args: readonly string[]) => {
    const { stdout } = await run("jobs", "-f", directory, "-o", "json", ...args);
    return (JSON.parse(stdout) as { jobs: ListedJob[] }).jobs;
  };
  const all = await listed();
  expect(all.map(({ name, queue, status }) => [name, queue, status])).toEqual([
    ["by-hand", "q", "FAILED"],
    ["default/hello", "q", "SUCCEEDED"],
    ["team/later", "main", "-"],
  ]);
  expect(all[1]).toMatchObject({ id: jobId, exitCode: 0 });
  const names = async (...args: readonly string[]) => (await listed(...args)).map(({ name }) => name);
  expect(await names("--failed")).toEqual(["by-hand"]);
  expect(await names("-n", "team")).toEqual(["team/later"]);
  expect(await names("--queue", "main")).toEqual(["default/hello", "team/later"]);
  expect(await names("--queue", "q")).toEqual(["by-hand", "default/hello"]);
});

test("a queue that a directory has neither in its manifests nor in its account is an error with those that there are", async () => {
  const { directory } = await directoryWithJob();
  expect(await run("jobs", "-f", directory, "--queue", "nope")).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: `error: ${directory} has no job queue nope: it has q\n`,
  });
  const none = (what: string) => ({ exitCode: 0, stdout: `${what}. AWS forgets a job seven days after its end.\n` });
  expect(await run("jobs", "-f", directory, "--queue", "q", "-n", "team")).toMatchObject(none("No jobs"));
  expect(await run("jobs", "-f", directory, "-n", "team", "--failed")).toMatchObject(none("No jobs that failed"));
});

test("a job that has not ended is followed only while a local goes on with it", async () => {
  const { directory } = await directoryWithJob(["sleep", "10h"]);
  expect(await run("logs", "-f", directory, "hello", "--follow")).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: `default/hello: RUNNING\nerror: no local runs on ${directory}, so its jobs do not go on: start it in another terminal (local -f ${directory} --simulate), then run this again\n`,
  });
});

test("cancel leaves a job alone that has ended in the simulation, whether a local runs or not", async () => {
  const { directory, jobId } = await directoryWithJob();
  const ended = {
    exitCode: 0,
    stdout: "default/hello has already ended: SUCCEEDED, exit code 0\n",
    stderr: "",
  };
  expect(await run("cancel", "-f", directory, "hello")).toEqual(ended);
  lockState(stateFile(directory, "local", true));
  expect(await run("cancel", "-f", directory, "hello")).toEqual(ended);
  const { stdout } = await run("cancel", "-f", directory, "hello", "-o", "json");
  expect(JSON.parse(stdout)).toEqual({ jobName: "default/hello", jobId, status: "SUCCEEDED", requested: false });
  expect((await run("cancel", "-f", directory, "-n", "team", "later")).stderr).toMatch(/has no BatchJob team\/later/);
});

test.each([["jobs"], ["logs", "hello"], ["cancel", "hello"]])(
  "a file in place of the directory, or a path below one, is an error of %s that says so",
  async (command, ...names) => {
    const file = join(temporaryDirectory(), "file");
    writeFileSync(file, "");
    const wrong = await run(command, "-f", file, ...names);
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      1,
      `error: ${file} is a file: give the directory of the manifests\n`,
    ]);
    const below = await run(command, "-f", join(file, "below"), ...names);
    expect([below.exitCode, below.stderr]).toEqual([1, expect.stringMatching(/^error: .*below/)]);
  },
);

test.each([["jobs"], ["logs", "hello"], ["retry", "hello"], ["diagnose", "bj/hello"]])(
  "%s says how to make an account under the cluster name and in the region of the command",
  async (command, ...names) => {
    const directory = temporaryDirectory();
    const args = ["-f", directory, "--cluster-name", "mine", "--region", "eu-west-1"];
    const { stderr } = await run(command, ...args, ...names);
    expect(stderr).toContain(`: local -f ${directory} --cluster-name mine --region eu-west-1 --simulate makes one\n`);
  },
);

test("a directory without a simulated account is an error that says how to make one", async () => {
  const directory = temporaryDirectory();
  const { exitCode, stderr } = await run("jobs", "-f", directory);
  expect([exitCode, stderr]).toEqual([
    1,
    `error: ${directory} has no simulated account yet: local -f ${directory} --simulate makes one\n`,
  ]);
});

test("cancel knows no job of a real AWS, and says so", async () => {
  const { directory } = await directoryWithJob();
  const spec = "{jobQueue: q, jobDefinition: jd}";
  writeFileSync(
    join(directory, "hello.yaml"),
    `apiVersion: awsbatch.dev/v1alpha1\nkind: BatchJob\nmetadata: {name: hello}\nspec: ${spec}\n`,
  );
  writeFileSync(stateFile(directory, "prod", false), "{}");
  expect((await run("cancel", "-f", directory, "hello")).stdout).toMatch(
    / now has cancel: true in .*: local -f .* ends its job when you start it, unless it has ended\n$/,
  );
});
