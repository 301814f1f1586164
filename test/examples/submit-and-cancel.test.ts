import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { until } from "../integration/control-plane/wait.ts";
import { command, copyOf } from "./command.ts";
import { exampleNamed } from "./examples.ts";
import { startProcess } from "./process.ts";

it("jobs are submitted and cancelled in a directory on which local runs", async ({ onTestFinished }) => {
  const directory = copyOf(exampleNamed("quickstart"), onTestFinished);
  const local = startProcess(
    ["local", "-f", directory, "--simulate", "--speed", "100", "-o", "json"],
    {},
    onTestFinished,
  );
  const untilStatus = (name: string, status: string): Promise<void> => {
    const check = async (): Promise<true | string> => {
      const { stdout, stderr } = await command(["jobs", "-f", directory, "-o", "json"]);
      const { jobs } = JSON.parse(stdout || '{"jobs":[]}') as { jobs: { name: string; status: string }[] };
      const job = jobs.find((one) => one.name === name);
      return job?.status === status || `${job?.status} ${stderr}`;
    };
    return until(check, `${name} to be ${status}`);
  };
  await untilStatus("default/hello", "SUCCEEDED");

  const job = ["-f", directory, "--job-definition", "hello", "--queue", "quickstart"];
  const again = await command(["submit", ...job, "--name", "again", "--logs", "--", "echo", "hello again"]);
  expect(again).toMatchObject({ exitCode: 0, stdout: "hello again\n" });
  expect(again.stderr).toMatch(
    /local submits its job\n(default\/again: \w+\n)*default\/again: SUCCEEDED, exit code 0\n$/,
  );

  await command(["submit", ...job, "--name", "long", "--", "sleep", "10000000"]);
  await untilStatus("default/long", "RUNNING");
  const cancelled = await command(["cancel", "-f", directory, "long"]);
  expect(cancelled).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/long\.yaml: local ends its job\n$/) });
  expect(readFileSync(join(directory, "long.yaml"), "utf8")).toMatch(/^ {2}cancel: true$/m);
  await untilStatus("default/long", "FAILED");

  local.kill("SIGTERM");
  expect(await local.ended).toMatchObject({ exitCode: 0 });
  const late = await command(["submit", ...job, "--name", "late", "--wait"]);
  expect([late.exitCode, late.stderr]).toEqual([
    1,
    `error: no local runs on ${directory}, so its jobs do not go on: start it in another terminal (local -f ${directory} --simulate), then run this again\n`,
  ]);
});
