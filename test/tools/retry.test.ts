import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../src/program.ts";
import { lockState } from "../../src/tools/local/lock.ts";
import { stateFile } from "../../src/tools/local/state.ts";
import { saved, savedDirectory, savedObject } from "./jobs/saved-directory.ts";
import { testIo } from "./streams.ts";

/** With an array of which two children failed, a job that runs, and one that has succeeded. */
async function directoryWithJobs(): Promise<string> {
  const directory = await savedDirectory(async () => {
    const spec = { jobQueue: "q", jobDefinition: "jd" };
    const failed = saved("Failed", "True", "JobFailed", "job failed");
    const array = { size: 50, failedIndices: "3,17", counts: [{ status: "FAILED", count: 2 }] };
    return [
      savedObject(
        "BatchJob",
        { name: "array" },
        { ...spec, arrayProperties: { size: 50 } },
        { jobId: "id", status: "FAILED", array, conditions: [failed] },
      ),
      savedObject("BatchJob", { name: "long" }, spec, { jobId: "other", status: "RUNNING" }),
      savedObject("BatchJob", { name: "unread" }, spec),
      savedObject("BatchJob", { name: "done" }, spec, {
        jobId: "third",
        status: "SUCCEEDED",
        conditions: [saved("Complete", "True", "Succeeded", "job succeeded")],
      }),
    ];
  });
  writeFileSync(
    join(directory, "array.yaml"),
    "apiVersion: awsbatch.dev/v1alpha1\nkind: BatchJob\nmetadata:\n  name: array\nspec:\n  jobQueue: q\n  jobDefinition: jd\n",
  );
  return directory;
}

async function retry(directory: string, ...args: readonly string[]) {
  const { io, stdout, stderr } = testIo();
  const exitCode = await runCli(["retry", "-f", directory, ...args], io);
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

test("a failed job of a directory is run again by a manifest of its own", async () => {
  const directory = await directoryWithJobs();
  const file = join(directory, "again.yaml");
  expect(await retry(directory, "array", "--name", "again")).toEqual({
    exitCode: 0,
    stdout: "again\n",
    stderr: `default/again is in ${file}: local -f ${directory} submits its job when you start it\n`,
  });
  const text = readFileSync(file, "utf8");
  expect(text).toContain("metadata:\n  name: again\nspec:");
  expect(text).toContain("  arrayProperties:\n    size: 50");
});

test("only the children that failed are run again, whose indices the status of the directory has", async () => {
  const directory = await directoryWithJobs();
  expect((await retry(directory, "array", "--failed-only")).stderr).toContain(
    `give the variable: retry -f ${directory} -n default array --failed-only --indices-in ARRAY_INDICES\n`,
  );
  const args = ["array", "--failed-only", "--indices-in", "CHUNK", "--name", "again"];
  expect((await retry(directory, ...args)).exitCode).toBe(0);
  const text = readFileSync(join(directory, "again.yaml"), "utf8");
  expect(text).toMatch(/name: CHUNK\n\s+value: "?3,17"?\n/);
  expect(text).toMatch(/arrayProperties:\n {4}size: 2/);
});

test("of a job that has not ended, or whose status a restarted local has not read yet, is said what goes on with it", async () => {
  const directory = await directoryWithJobs();
  for (const name of ["long", "unread"]) {
    expect((await retry(directory, name)).stderr).toBe(
      `error: no local runs on ${directory}, so its jobs do not go on: start it in another terminal (local -f ${directory} --simulate), then run this again\n`,
    );
  }
  lockState(stateFile(directory, "local", true));
  expect((await retry(directory, "long")).stderr).toContain("BatchJob default/long has not ended: cancel it first");
  expect((await retry(directory, "unread")).stderr).toBe(
    "error: the operator has not reported the status of BatchJob default/unread yet: wait, then run this again\n",
  );
});

test.each([
  ["done", "BatchJob default/done has succeeded: there is nothing to retry"],
  ["none", "has no BatchJob default/none that local --simulate has applied"],
])("job %s of a directory is not run again", async (name, why) => {
  const { exitCode, stderr } = await retry(await directoryWithJobs(), name);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(why);
});
