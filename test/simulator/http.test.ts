import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  CreateSchedulingPolicyCommand,
  DeleteComputeEnvironmentCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  ListJobsCommand,
  ListTagsForResourceCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TagResourceCommand,
  TerminateJobCommand,
  UntagResourceCommand,
  UpdateComputeEnvironmentCommand,
} from "@aws-sdk/client-batch";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { onFargate } from "../../conformance/facts/stage.ts";
import { sleep, systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { throttled } from "../../src/simulator/faults.ts";
import type { ServedBatch } from "../../src/simulator/http.ts";
import { createSimulatedAws, type SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { containerJob, fargate, queue } from "./account.ts";
import { serveChecked } from "./checked-server.ts";

// A thousand times faster than the world: an environment is VALID after 3 ms.
const clock = systemClock(1000);
let aws: SimulatedAws;
let served: ServedBatch;
let batch: BatchClient;
let sts: STSClient;

beforeAll(async () => {
  aws = createSimulatedAws({ clock, random: seededRandom(1) });
  served = await serveChecked(aws, { port: 0 });
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const settings = { endpoint: served.url, region: "us-east-1", credentials };
  batch = new BatchClient({ ...settings, maxAttempts: 1 });
  sts = new STSClient(settings);
});

afterAll(async () => {
  batch.destroy();
  sts.destroy();
  await served.close();
});

/** Asks again each simulated second until `done` holds of the answer. */
async function until<T>(read: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 1000; tries++) {
    const answer = await read();
    if (done(answer)) return answer;
    await sleep(clock, 1_000);
  }
  throw new Error("it did not come true");
}

async function environmentThatIs(name: string, status: string) {
  const { computeEnvironments } = await until(
    () => batch.send(new DescribeComputeEnvironmentsCommand({ computeEnvironments: [name] })),
    (answer) => answer.computeEnvironments?.[0]?.status === status,
  );
  return computeEnvironments?.[0];
}

async function raw(path: string, init?: RequestInit): Promise<{ status: number; type: string | null; body: unknown }> {
  const response = await fetch(`${served.url}${path}`, init);
  return { status: response.status, type: response.headers.get("x-amzn-errortype"), body: await response.json() };
}

describe("the AWS SDK's clients", () => {
  it("make an environment, a queue and a job, and end them again", async () => {
    await batch.send(new CreateComputeEnvironmentCommand({ ...fargate("sdk"), tags: { team: "a b/c" } }));
    expect(await environmentThatIs("sdk", "VALID")).toMatchObject({
      computeResources: { type: "FARGATE", maxvCpus: 16 },
      tags: { team: "a b/c" },
    });
    await batch.send(new CreateJobQueueCommand(queue("sdk-queue", "sdk")));
    const { jobQueues } = await until(
      () => batch.send(new DescribeJobQueuesCommand({ jobQueues: ["sdk-queue"] })),
      (answer) => answer.jobQueues?.[0]?.status === "VALID",
    );
    expect(jobQueues?.[0]?.computeEnvironmentOrder?.[0]?.computeEnvironment).toMatch(/:compute-environment\/sdk$/);

    const { jobDefinitionArn } = await batch.send(
      new RegisterJobDefinitionCommand({
        ...containerJob("sdk-job"),
        platformCapabilities: ["FARGATE"],
        containerProperties: {
          image: "busybox",
          command: ["sleep", "86400"],
          executionRoleArn: "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
          resourceRequirements: [
            { type: "VCPU", value: "0.25" },
            { type: "MEMORY", value: "512" },
          ],
        },
      }),
    );
    const { jobDefinitions } = await until(
      () => batch.send(new DescribeJobDefinitionsCommand({ jobDefinitionName: "sdk-job", status: "ACTIVE" })),
      (answer) => (answer.jobDefinitions ?? []).length > 0,
    );
    expect(jobDefinitions?.map((one) => one.jobDefinitionArn)).toEqual([jobDefinitionArn]);

    const job = { jobName: "job", jobQueue: "sdk-queue", jobDefinition: "sdk-job" };
    const { jobId = "" } = await batch.send(new SubmitJobCommand(job));
    await until(
      () => batch.send(new ListJobsCommand({ jobQueue: "sdk-queue", jobStatus: "RUNNING" })),
      (answer) => answer.jobSummaryList?.[0]?.jobId === jobId,
    );
    await batch.send(new TerminateJobCommand({ jobId, reason: "enough" }));
    const { jobs } = await until(
      () => batch.send(new DescribeJobsCommand({ jobs: [jobId] })),
      (answer) => answer.jobs?.[0]?.status === "FAILED",
    );
    expect(jobs?.[0]).toMatchObject({ statusReason: "enough", isTerminated: true });

    await batch.send(new CreateComputeEnvironmentCommand(fargate("short-lived")));
    await environmentThatIs("short-lived", "VALID");
    await batch.send(new UpdateComputeEnvironmentCommand({ computeEnvironment: "short-lived", state: "DISABLED" }));
    await until(
      async () => aws.truth.computeEnvironments().find((one) => one.computeEnvironmentName === "short-lived"),
      (one) => one?.status === "VALID",
    );
    await batch.send(new DeleteComputeEnvironmentCommand({ computeEnvironment: "short-lived" }));
    // AWS forgets it ten minutes later: that is soon.
    await until(
      () => batch.send(new DescribeComputeEnvironmentsCommand({ computeEnvironments: ["short-lived"] })),
      ({ computeEnvironments = [] }) => computeEnvironments.every(({ status }) => status === "DELETED"),
    );
  });

  it("write and read tags by ARN", async () => {
    const { arn: resourceArn } = await batch.send(new CreateSchedulingPolicyCommand({ name: "tagged" }));
    await batch.send(new TagResourceCommand({ resourceArn, tags: { "a/b": "1", "c d": "2", "e&f": "3" } }));
    await batch.send(new UntagResourceCommand({ resourceArn, tagKeys: ["c d", "e&f"] }));
    const { tags } = await batch.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual({ "a/b": "1" });
  });

  it("see refusals as the exceptions of the service", async () => {
    const call = batch.send(new CreateComputeEnvironmentCommand(fargate("a.b")));
    await expect(call).rejects.toMatchObject({
      name: "ClientException",
      $fault: "client",
      message: expect.stringContaining("Compute Environment name should match a valid pattern."),
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    aws.faults.add({ fault: throttled, on: "DescribeJobQueues", times: 1 });
    await expect(batch.send(new DescribeJobQueuesCommand({}))).rejects.toMatchObject({
      name: "TooManyRequestsException",
      $metadata: { httpStatusCode: 429 },
    });
  });

  it("keep a connection for longer than an operator at rest leaves it idle", async () => {
    const { headers } = await fetch(`${served.url}/v1/describejobqueues`, { method: "POST", body: "{}" });
    const seconds = Number(/timeout=(\d+)/.exec(headers.get("keep-alive") ?? "")?.[1]);
    expect(seconds).toBeGreaterThan(66);
  });

  it("see a broken connection when the answer is lost, although the call took effect", async () => {
    aws.faults.add({ fault: { kind: "loseResponse" }, on: "CreateSchedulingPolicy", times: 1 });
    const call = batch.send(new CreateSchedulingPolicyCommand({ name: "lost" }));
    await expect(call).rejects.toMatchObject({ code: "ECONNRESET" });
    const { schedulingPolicyArns } = await aws.outside
      .listSchedulingPolicies({})
      .then(({ schedulingPolicies = [] }) => ({ schedulingPolicyArns: schedulingPolicies.map((one) => one.arn) }));
    expect(schedulingPolicyArns).toContain("arn:aws:batch:us-east-1:123456789012:scheduling-policy/lost");
  });

  it("learn from STS whose account it is", async () => {
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: "123456789012",
      Arn: "arn:aws:sts::123456789012:assumed-role/aws-batch-operator/session",
    });
  });
});

describe("a request that no SDK sends", () => {
  it.each<[string, string, RequestInit | undefined, number, string]>([
    ["is not JSON", "/v1/describejobqueues", { method: "POST", body: "{" }, 400, "SerializationException"],
    ["is not an object", "/v1/describejobqueues", { method: "POST", body: "[]" }, 400, "SerializationException"],
    [
      "has a text where a list belongs",
      "/v1/describejobqueues",
      { method: "POST", body: '{"jobQueues":5}' },
      400,
      "SerializationException",
    ],
    [
      "is nested without end",
      "/v1/describejobqueues",
      { method: "POST", body: `{"jobQueues":${"[".repeat(100_000)}${"]".repeat(100_000)}}` },
      400,
      "SerializationException",
    ],
    ["has an ARN that no URL can hold", "/v1/tags/%E0%A4%A", { method: "GET" }, 400, "MalformedInput"],
    ["names an operation that is none", "/v1/dowhatimean", { method: "POST" }, 404, "UnknownOperationException"],
    ["reads with GET", "/v1/describejobqueues", undefined, 404, "UnknownOperationException"],
    ["patches tags", "/v1/tags/arn", { method: "PATCH" }, 404, "UnknownOperationException"],
    [
      "is too long",
      "/v1/describejobqueues",
      { method: "POST", body: " ".repeat(1024 * 1024 + 1) },
      413,
      "RequestEntityTooLargeException",
    ],
  ])("and %s is answered with an error", async (_case, path, init, status, type) => {
    expect(await raw(path, init)).toMatchObject({ status, type });
  });
});

describe("the control API", () => {
  it("submits jobs and shows the log, the history and the truth", async () => {
    const name = { jobQueue: "controlled", jobDefinition: "controlled" };
    await aws.outside.createComputeEnvironment(fargate("controlled"));
    await environmentThatIs("controlled", "VALID");
    await aws.outside.createJobQueue(queue("controlled", "controlled"));
    await aws.outside.registerJobDefinition({ ...onFargate(), jobDefinitionName: "controlled" });
    const body = JSON.stringify({ ...name, count: 3, durationMs: 1000 });
    const submitted = await raw("/_simulator/jobs", { method: "POST", body });
    expect(submitted).toMatchObject({
      status: 200,
      body: { jobIds: [expect.anything(), expect.anything(), expect.anything()] },
    });
    expect((await raw("/_simulator/log")).body).toContainEqual(
      expect.objectContaining({ operation: "RegisterJobDefinition", by: "outside" }),
    );
    expect((await raw("/_simulator/history")).body).toContainEqual(
      expect.objectContaining({ kind: "jobQueue", name: "controlled", status: "CREATING" }),
    );
    expect((await raw("/_simulator/truth")).body).toMatchObject({ computeEnvironments: expect.any(Array) });
    expect(await raw("/_simulator/jobs", { method: "POST", body: "{}" })).toMatchObject({
      status: 400,
      body: { message: "jobQueue must be a string" },
    });
    expect(await raw("/_simulator/none")).toMatchObject({ status: 404 });
  });
});
