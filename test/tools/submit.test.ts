import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServedJobs, serveJobs } from "./jobs/served.ts";

let served: ServedJobs;

beforeAll(async () => {
  served = await serveJobs();
});

afterAll(() => served.close());

const line = ["submit", "--job-definition", "jd", "--queue", "q"];
const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

test("a job is submitted once, under the name of its definition, and its ID is printed", async () => {
  const { exitCode, stdout, stderr } = await served.run(...line);
  expect([exitCode, stderr]).toEqual([0, `jd is submitted to q: ${stdout}`]);
  expect(stdout).toMatch(new RegExp(`^${uuid}\\n$`));
  const job = served.aws.truth.jobs().find(({ id }) => id === stdout.trim());
  expect(job?.request).toEqual({ jobName: "jd", jobQueue: "q", jobDefinition: "jd" });
  expect(served.aws.log.filter(({ operation }) => operation === "SubmitJob")).toHaveLength(1);
});

test("a job with another command and name is followed to its end, and its log goes to stdout", async () => {
  const { exitCode, stdout, stderr } = await served.run(...line, "--name", "hi", "--logs", "--", "echo", "hello world");
  expect([exitCode, stdout]).toEqual([0, "hello world\n"]);
  expect(stderr).toMatch(/^hi is submitted to q: /);
  expect(stderr).toMatch(/\nhi: SUCCEEDED, exit code 0\n$/);
});

test("what the command line changes of a job is in the request", async () => {
  const first = (await served.run(...line)).stdout.trim();
  const changes = ["--env", "A=1", "--env", "B=x=y", "--vcpus", "2", "--memory", "512", "--array-size", "3"];
  const limits = ["--timeout", "2m", "--retries", "1", "--after", first];
  const { exitCode, stdout, stderr } = await served.run(...line, ...changes, ...limits);
  expect([exitCode, stderr]).toEqual([0, `jd is submitted to q: ${stdout}`]);
  const job = served.aws.truth.jobs().find(({ id }) => id === stdout.trim());
  expect(job?.request).toEqual({
    jobName: "jd",
    jobQueue: "q",
    jobDefinition: "jd",
    arrayProperties: { size: 3 },
    timeout: { attemptDurationSeconds: 120 },
    retryStrategy: { attempts: 2 },
    dependsOn: [{ jobId: first }],
    containerOverrides: {
      environment: [
        { name: "A", value: "1" },
        { name: "B", value: "x=y" },
      ],
      resourceRequirements: [
        { type: "VCPU", value: "2" },
        { type: "MEMORY", value: "512" },
      ],
    },
  });
});

test.each<[readonly string[], string]>([
  [["--env", "A"], "Expected NAME=VALUE."],
  [["--array-size", "1"], "Expected a whole number of children from 2 to 10000."],
  [["--retries", "10"], "Expected a whole number of retries from 0 to 9."],
  [["--timeout", "59s"], "AWS takes 60 seconds or more."],
  [["--after", "prepare"], "prepare in --after is not the ID of a job in AWS"],
])("%j is refused", async (args, message) => {
  const { exitCode, stderr } = await served.run(...line, ...args);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(message);
});

test("a job that fails makes the command fail, which says why, also as JSON", async () => {
  const { exitCode, stdout, stderr } = await served.run(...line, "--wait", "-o", "json", "--", "sh", "-c", "exit 3");
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/jd: FAILED, exit code 3: Essential container/)]);
  expect(JSON.parse(stdout)).toEqual({
    type: "ended",
    jobId: expect.stringMatching(uuid),
    jobName: "jd",
    status: "FAILED",
    statusReason: "Essential container in task exited",
    exitCode: 3,
  });
});

test("as JSON the ID comes with the name", async () => {
  const { stdout } = await served.run(...line, "-o", "json");
  expect(JSON.parse(stdout)).toMatchObject({ type: "submitted", jobName: "jd", jobId: expect.stringMatching(uuid) });
});

test("after a lost answer the job is not submitted again, and the command says how to find it", async () => {
  const submissions = () => served.aws.log.filter(({ operation }) => operation === "SubmitJob").length;
  const before = submissions();
  served.aws.faults.add({ fault: { kind: "loseResponse" }, on: "SubmitJob", times: 1 });
  const { exitCode, stderr } = await served.run(...line);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^error: AWS gave no answer, so it may have accepted the job \(.*\): .* jobs --queue q --region us-east-1\n$/,
  );
  expect(submissions()).toBe(before + 1);
});

test.each<[string, readonly string[], RegExp]>([
  [
    "no definition",
    ["--queue", "q"],
    /^error: give --job-definition NAME and --queue NAME, or -f FILE with BatchJobs\n$/,
  ],
  ["a definition that there is not", ["--job-definition", "x", "--queue", "q"], /^error: .*x does not exist/],
  [
    "a command of a definition that there is not",
    ["--job-definition", "x", "--queue", "q", "--", "a"],
    /^error: there is no ACTIVE job definition x in this region\n$/,
  ],
  [
    "ARNs of two regions",
    [
      "--job-definition",
      "arn:aws:batch:a:123456789012:job-definition/x:1",
      "--queue",
      "arn:aws:batch:b:123456789012:job-queue/q",
    ],
    /^error: the ARNs are of several regions: b, a\n$/,
  ],
  [
    "an ARN of something else",
    ["--job-definition", "x", "--queue", "arn:aws:batch:eu-west-1:1234:job-queue/q"],
    /^error: option '--queue <name or arn>' .* not the ARN of a job queue/,
  ],
])("%s is an error", async (_case, args, message) => {
  const { exitCode, stderr } = await served.run("submit", ...args);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(message);
});
