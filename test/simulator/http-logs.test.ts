import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ServedBatch } from "../../src/simulator/http.ts";
import { serveBatch } from "../../src/simulator/http.ts";
import { type Account, accountWithQueue, containerJob } from "./account.ts";

let world: Account;
let served: ServedBatch;
let logs: CloudWatchLogsClient;
let logStreamName: string | undefined;

beforeAll(async () => {
  world = await accountWithQueue();
  const { aws, clock } = world;
  await aws.outside.registerJobDefinition(containerJob("jd"));
  const containerOverrides = { command: ["sh", "-c", "echo one; echo two"] };
  const { jobId = "" } = await aws.batch.submitJob({
    jobName: "job",
    jobQueue: "q",
    jobDefinition: "jd",
    containerOverrides,
  });
  await clock.advance(300_000);
  const { jobs: [job] = [] } = await aws.batch.describeJobs({ jobs: [jobId] });
  logStreamName = job?.container?.logStreamName;
  served = await serveBatch(aws, { port: 0 });
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  logs = new CloudWatchLogsClient({ endpoint: served.url, region: "us-east-1", credentials, maxAttempts: 1 });
});

afterAll(async () => {
  logs.destroy();
  await served.close();
});

async function raw(operation: string, body: unknown) {
  const headers = { "X-Amz-Target": `Logs_20140328.${operation}` };
  const response = await fetch(served.url, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, type: response.headers.get("content-type"), body: await response.json() };
}

it("the AWS SDK's client reads what a job printed, page by page", async () => {
  const head = { logGroupName: "/aws/batch/job", logStreamName, startFromHead: true, limit: 1 };
  const first = await logs.send(new GetLogEventsCommand(head));
  expect(first.events).toMatchObject([{ message: "one" }]);
  const second = await logs.send(new GetLogEventsCommand({ ...head, nextToken: first.nextForwardToken }));
  expect(second.events).toMatchObject([{ message: "two" }]);
});

it("the AWS SDK's client sees a missing stream as the exception of the service", async () => {
  const none = new GetLogEventsCommand({ logGroupName: "/aws/batch/job", logStreamName: "none" });
  await expect(logs.send(none)).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message: "The specified log stream does not exist.",
  });
});

it.each<[string, string, unknown, string]>([
  ["another operation", "PutLogEvents", {}, "UnknownOperationException"],
  ["a number for a name", "GetLogEvents", { logGroupName: 1, logStreamName: "s" }, "SerializationException"],
  ["a text for a number", "GetLogEvents", { limit: "all", logStreamName: "s" }, "SerializationException"],
  ["a number for a truth", "GetLogEvents", { startFromHead: 1, logStreamName: "s" }, "SerializationException"],
  ["no stream", "GetLogEvents", { logGroupName: "g" }, "InvalidParameterException"],
])("a request with %s is refused in AWS's form", async (_case, operation, body, type) => {
  expect(await raw(operation, body)).toMatchObject({
    status: 400,
    type: "application/x-amz-json-1.1",
    body: { __type: type, message: expect.any(String) },
  });
});
