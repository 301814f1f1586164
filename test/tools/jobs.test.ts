import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServedJobs, serveJobs } from "./jobs/served.ts";

let served: ServedJobs;
let failed: string;

beforeAll(async () => {
  served = await serveJobs();
  await served.job(["echo", "a"]);
  failed = await served.job(["sh", "-c", "exit 3"], "FAILED", { jobName: "broken" });
});

afterAll(() => served.close());

test("jobs of all queues are in a table, the newest first", async () => {
  const { exitCode, stdout } = await served.run("jobs");
  expect(exitCode).toBe(0);
  const [head, first, second, ...rest] = stdout.split("\n");
  expect(head).toMatch(/^NAME +STATUS +EXIT +QUEUE +DURATION +AGE +JOB ID +REASON$/);
  expect(first).toMatch(
    new RegExp(`^broken +FAILED +3 +q +\\S+ +\\S+ +${failed} +Essential container in task exited$`),
  );
  expect(second).toMatch(/^hello +SUCCEEDED +0 +q +\S+ /);
  expect(rest).toEqual([""]);
});

test("ages are by the clock of AWS, which may be ahead of that of the machine", async () => {
  await served.job(["sleep", "600"]);
  const { stdout } = await served.run("jobs", "--queue", "q");
  // By the machine's clock, which is a thousand times slower, it would be 0s.
  const [, , , , , age] = stdout.split("\n")[1]?.split(/ +/) ?? [];
  expect(age).toMatch(/[mhd]/);
});

test("only the jobs of one queue that failed are listed, as JSON for programs", async () => {
  const { stdout } = await served.run("jobs", "--queue", "q", "--failed", "-o", "json");
  expect(JSON.parse(stdout)).toMatchObject({
    jobs: [{ id: failed, name: "broken", queue: "q", status: "FAILED", exitCode: 3 }],
    more: false,
  });
});

test("jobs are a table in Markdown for a comment or the summary of a job in CI", async () => {
  const { exitCode, stdout } = await served.run("jobs", "--queue", "q", "--failed", "-o", "markdown");
  expect(exitCode).toBe(0);
  const [head, line, row] = stdout.split("\n");
  expect(head).toBe("| NAME | STATUS | EXIT | QUEUE | DURATION | AGE | JOB ID | REASON |");
  expect(line).toMatch(/^\|( --- \|){8}$/);
  expect(row).toMatch(/^\| broken \| FAILED \| 3 \| q \| .* \| Essential container in task exited \|$/);
});

test("a queue that there is not is an error", async () => {
  expect(await served.run("jobs", "--queue", "none")).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: "error: there is no job queue none in us-east-1: it has q\n",
  });
});
