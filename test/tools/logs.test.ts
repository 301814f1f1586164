import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServedJobs, serveJobs } from "./jobs/served.ts";

let served: ServedJobs;
let hello: string;
let array: string;

beforeAll(async () => {
  served = await serveJobs();
  hello = await served.job(["sh", "-c", "echo one; echo two; echo three"]);
  const script = "echo attempt $AWS_BATCH_JOB_ATTEMPT of $AWS_BATCH_JOB_ARRAY_INDEX; exit 1";
  const change = { jobName: "array", arrayProperties: { size: 2 }, retryStrategy: { attempts: 2 } };
  array = await served.job(["sh", "-c", script], "FAILED", change);
});

afterAll(() => served.close());

test("the log of a job is printed, by its ID, its ARN, or its name in a queue", async () => {
  const printed = { exitCode: 0, stdout: "one\ntwo\nthree\n", stderr: "" };
  expect(await served.run("logs", hello)).toEqual(printed);
  expect(await served.run("logs", `arn:aws:batch:us-east-1:123456789012:job/${hello}`)).toEqual(printed);
  expect(await served.run("logs", "hello", "--queue", "q")).toEqual(printed);
});

test("whoever means --follow by -f reads how to follow", async () => {
  const { exitCode, stderr } = await served.run("logs", "-f", "hello", "--queue", "q");
  expect([exitCode, stderr]).toEqual([
    1,
    expect.stringMatching(/\. -f is the directory of local; to follow a job: logs -F hello\n$/),
  ]);
  expect(await served.run("logs", "hello", "-f")).toMatchObject({
    exitCode: 1,
    stderr: "error: option '-f, --filename <dir>' argument missing To follow the job give -F.\n",
  });
});

test("only the last lines are printed when asked", async () => {
  expect(await served.run("logs", hello, "--tail", "2")).toMatchObject({ stdout: "two\nthree\n" });
});

test("of an array the log of a child is printed, of its latest attempt or another", async () => {
  expect(await served.run("logs", array, "--index", "1")).toMatchObject({ stdout: "attempt 2 of 1\n" });
  const first = ["logs", array, "--index", "0", "--attempt", "1", "-o", "json"];
  expect(JSON.parse((await served.run(...first)).stdout)).toEqual({
    type: "log",
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    attempt: 1,
    message: "attempt 1 of 0",
  });
});

test("of an array the logs of all children that failed are printed, each line after the index of its child", async () => {
  const script = "echo this is $AWS_BATCH_JOB_ARRAY_INDEX; exit $AWS_BATCH_JOB_ARRAY_INDEX";
  const change = { jobName: "some", arrayProperties: { size: 3 } };
  const some = await served.job(["sh", "-c", script], "FAILED", change);
  expect(await served.run("logs", some, "--failed")).toEqual({
    exitCode: 0,
    stdout: "1: this is 1\n2: this is 2\n",
    stderr: "",
  });
  expect((await served.run("logs", hello, "--failed")).stderr).toMatch(/hello is not an array: leave out --failed\n$/);
  expect((await served.run("logs", some, "--failed", "--index", "1")).stderr).toMatch(/leave out --index and --follow/);
});

test("what a job prints is not a command to the pipeline that shows it, unless a person wants it as it is", async () => {
  const id = await served.job(["sh", "-c", "echo '::add-mask::x'; echo ' ##[error]y'; echo 'a\u001b[31m\tb'"]);
  const { stdout } = await served.run("logs", id);
  expect(stdout).toBe(`:\\u003aadd-mask::x\n ##\\u005berror]y\na\\u001b[31m\tb\n`);
  expect(await served.run("logs", id, "--follow")).toMatchObject({ stdout });
  const raw = "::add-mask::x\n ##[error]y\na\u001b[31m\tb\n";
  expect(await served.run("logs", id, "--raw")).toMatchObject({ stdout: raw });
  expect(await served.run("logs", id, "--follow", "--raw")).toMatchObject({ stdout: raw });
  const json = (await served.run("logs", id, "-o", "json")).stdout.trimEnd().split("\n");
  expect(json.map((line) => (JSON.parse(line) as { message: string }).message).join("\n")).toBe(raw.trimEnd());
});

test("a log is followed until the job has ended", async () => {
  const id = await served.job(["sh", "-c", "echo begin; sleep 2000; echo end"], "RUNNING");
  const { exitCode, stdout, stderr } = await served.run("logs", id, "--follow");
  expect([exitCode, stdout]).toEqual([0, "begin\nend\n"]);
  // A slow machine sees it only after its end.
  expect(stderr).toMatch(/^(hello: RUNNING\n)?hello: SUCCEEDED, exit code 0\n$/);
});

test.each<[string, () => readonly string[], RegExp]>([
  [
    "no name",
    () => [],
    /^error: give NAME: the ID or ARN of a job, with --queue its name, or with -n or -f the name of a BatchJob\n$/,
  ],
  ["a name without a queue", () => ["hello"], /^error: hello is not a job ID: give one, or also --queue/],
  ["a name that no job has", () => ["none", "--queue", "q"], /^error: queue q has no job named none\. AWS shows/],
  ["a job that AWS has forgotten", () => ["00000000-0000-4000-8000-000000000000"], /^error: AWS knows no job/],
  [
    "an array without an index",
    () => [array],
    /^error: array is an array of 2: give the child by --index, from 0 to 1, or --failed for all that have failed\n$/,
  ],
  ["an index that there is not", () => [array, "--index", "2"], /^error: array has indices from 0 to 1, not 2\n$/],
  ["an index of a plain job", () => [hello, "--index", "0"], /^error: hello has no children and one node/],
  [
    "an attempt that there was not",
    () => [hello, "--attempt", "2"],
    /^error: hello has had one attempt, so there is no attempt 2\n$/,
  ],
])("%s is an error", async (_case, args, message) => {
  const { exitCode, stderr } = await served.run("logs", ...args());
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(1);
});
