import { describe, expect, test } from "vitest";
import type { JobDetail } from "../../../src/aws/batch.ts";
import { latestAttempt, logStreamsOf, refuseNoLog } from "../../../src/tools/jobs/log-streams.ts";

const job = (change: Partial<JobDetail>): JobDetail => ({
  jobName: "hello",
  jobId: "id",
  jobQueue: "q",
  jobDefinition: "jd",
  status: "RUNNING",
  startedAt: 1,
  ...change,
});

describe("the log of a job is", () => {
  test("in the default group, or where its definition says", () => {
    expect(logStreamsOf(job({ container: { logStreamName: "s" } }), 1)).toEqual([
      { group: "/aws/batch/job", stream: "s", region: undefined, container: undefined },
    ]);
    const options = { "awslogs-group": "/team", "awslogs-region": "eu-west-1" };
    const container = { logStreamName: "s", logConfiguration: { logDriver: "awslogs" as const, options } };
    expect(logStreamsOf(job({ container }), 1)).toMatchObject([{ group: "/team", region: "eu-west-1" }]);
  });

  test("of an earlier attempt in the stream of that attempt", () => {
    const attempts = [{ container: { logStreamName: "first" } }];
    const running = job({ container: { logStreamName: "second" }, attempts });
    expect([1, 2].map((attempt) => logStreamsOf(running, attempt)[0]?.stream)).toEqual(["first", "second"]);
    expect(latestAttempt(running)).toBe(2);
    expect(latestAttempt({ ...running, status: "RUNNABLE", startedAt: 0 })).toBe(1);
    expect(latestAttempt({ ...running, status: "FAILED" })).toBe(1);
  });

  test("of a task of several containers in a stream for each", () => {
    const containers = ["a", "b"].map((name) => ({ name, image: "i", logStreamName: `${name}-now` }));
    const ended = { containers: [{ name: "b", logStreamName: "b-before" }] };
    const tasks = job({
      ecsProperties: { taskProperties: [{ containers }] },
      attempts: [{ container: {}, taskProperties: [ended] }],
    });
    const shown = (attempt: number) => logStreamsOf(tasks, attempt).map(({ container, stream }) => [container, stream]);
    expect(shown(1)).toEqual([["b", "b-before"]]);
    expect(shown(2)).toEqual([
      ["a", "a-now"],
      ["b", "b-now"],
    ]);
  });

  test("none before it starts", () => {
    expect(logStreamsOf(job({ status: "RUNNABLE", container: {} }), 1)).toEqual([]);
  });
});

test.each<[string, Partial<JobDetail>, string]>([
  ["an array", { arrayProperties: { size: 3 } }, "hello is an array of 3: give the child by --index, from 0 to 2"],
  [
    "several nodes",
    { nodeProperties: { numNodes: 2, mainNode: 0, nodeRangeProperties: [] } },
    "hello has 2 nodes: give the node by --index, from 0 to 1",
  ],
  ["a pod", { eksProperties: {} }, "hello runs on EKS, which writes no log of its own"],
  [
    "another driver",
    { container: { logConfiguration: { logDriver: "splunk" } } },
    "hello logs with the driver splunk, not to CloudWatch Logs",
  ],
])("%s has no log of its own in CloudWatch Logs", (_case, change, message) => {
  expect(() => logStreamsOf(job(change), 1)).toThrow(message);
});

test("a job without a log says why it has none", () => {
  const failed = job({ status: "FAILED", statusReason: "Task failed to start", container: { reason: "no image." } });
  expect(() => refuseNoLog(failed, 1)).toThrow(
    "attempt 1 of hello did not start a container, so it has no log: Task failed to start: no image",
  );
  expect(() => refuseNoLog(job({ status: "RUNNABLE" }), 1)).toThrow(
    "hello has not started (RUNNABLE), so it has no log; --follow waits for it",
  );
});
