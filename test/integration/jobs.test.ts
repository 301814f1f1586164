import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import type { ServedBatch } from "../../src/simulator/http.ts";
import { createSimulatedAws, type SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { containerJob, ec2, queue } from "../simulator/account.ts";
import { serveChecked } from "../simulator/checked-server.ts";
import { motoPython } from "./control-plane/moto.ts";
import { runOrFail } from "./control-plane/run.ts";
import { type Check, until } from "./control-plane/wait.ts";
import { awsEnvironment } from "./operator/operator-process.ts";

/** The programs that others submit jobs with. */
let python: string;
let aws: SimulatedAws;
let served: ServedBatch;

beforeAll(async () => {
  python = await motoPython();
  aws = createSimulatedAws({ clock: systemClock(1000), random: seededRandom(1), knobs: { latencyMs: 0 } });
  await aws.outside.createComputeEnvironment(ec2("ce"));
  await until(() => isSeen(aws.truth.computeEnvironments()[0]?.status, "VALID"), "the environment");
  await aws.outside.createJobQueue(queue("q", "ce"));
  await until(() => isSeen(aws.truth.jobQueues()[0]?.status, "VALID"), "the queue");
  await aws.outside.registerJobDefinition(containerJob("jd"));
  aws.outside.planJobs({ job: "array", indices: [1], attempts: [{ exitCode: 3 }] });
  served = await serveChecked(aws, { port: 0 });
});
afterAll(() => served.close());

function isSeen(status: string | undefined, expected: string): Check {
  return status === expected || String(status);
}

it("boto3 submits, sees and ends jobs, and reads what they printed", async () => {
  const script = await readFile(new URL("jobs.py", import.meta.url), "utf8");
  const said = await runOrFail(python, ["-c", script], { input: JSON.stringify({ url: served.url }) });
  expect(JSON.parse(said)).toEqual({
    hello: ["SUCCEEDED", 0],
    pages: [["hello"], ["world"], []],
    end: true,
    array: ["FAILED", 1],
    children: [[1, 3]],
    ended: ["enough", true],
    missing: "The specified log stream does not exist.",
  });
});

it("the AWS CLI submits, sees and ends jobs, and reads what they printed", async () => {
  // Version 1 of the AWS CLI reads only this variable.
  const environment = { ...awsEnvironment(served.url), AWS_DEFAULT_REGION: "us-east-1" };
  const cli = async (...args: readonly string[]): Promise<unknown> => {
    const said = await runOrFail(python, ["-m", "awscli", ...args], { environment });
    return said.trim() === "" ? undefined : JSON.parse(said);
  };
  const submit = async (name: string, command: string): Promise<string> => {
    const job = ["--job-name", name, "--job-queue", "q", "--job-definition", "jd"];
    const overrides = ["--container-overrides", JSON.stringify({ command: ["sh", "-c", command] })];
    return ((await cli("batch", "submit-job", ...job, ...overrides)) as { jobId: string }).jobId;
  };
  const statusOf = (id: string) => aws.truth.jobs().find((job) => job.id === id)?.status;
  const hello = await submit("hello", "echo hello world");
  await until(() => isSeen(statusOf(hello), "SUCCEEDED"), "the job");
  const named = ["--jobs", hello, "--query", "jobs[0].container.logStreamName"];
  const stream = (await cli("batch", "describe-jobs", ...named)) as string;
  const group = ["--log-group-name", "/aws/batch/job", "--log-stream-name", stream];
  expect(await cli("logs", "get-log-events", ...group, "--query", "events[].message")).toEqual(["hello world"]);
  const long = await submit("long", "sleep 9999999");
  await cli("batch", "terminate-job", "--job-id", long, "--reason", "enough");
  await until(() => isSeen(statusOf(long), "FAILED"), "its end");
  const failed = ["--job-queue", "q", "--job-status", "FAILED", "--query", "jobSummaryList[].statusReason"];
  expect(await cli("batch", "list-jobs", ...failed)).toContain("enough");
});
