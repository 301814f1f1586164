import type { JobDetail } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import { jobRecord } from "../../src/aws/job-record.ts";

const queue = "arn:aws:batch:us-east-1:123456789012:job-queue/q";
const recordOf = (detail: Partial<JobDetail>) =>
  jobRecord({
    jobId: "job-1",
    jobName: "team_a",
    jobQueue: queue,
    status: "FAILED",
    startedAt: 2,
    jobDefinition: "arn:d:1",
    ...detail,
  });

describe("what is kept of a job", () => {
  it("is nothing of one that AWS describes without id, name or status", () => {
    for (const lacking of [{ jobId: undefined }, { jobName: undefined }, { status: undefined }]) {
      expect(recordOf(lacking)).toBeUndefined();
    }
  });

  it("has the name of its queue, and no time that AWS gives as 0", () => {
    const record = recordOf({ createdAt: 1, startedAt: 0, stoppedAt: 0 });
    expect(record).toMatchObject({ queue: "q", definitionArn: "arn:d:1", createdAt: 1 });
    expect([record?.startedAt, record?.stoppedAt]).toEqual([undefined, undefined]);
  });

  it.each([{ isCancelled: true }, { isTerminated: true }])("says that it is being ended with %j", (flag) => {
    expect(recordOf(flag)?.isEnding).toBe(true);
    expect(recordOf({ isCancelled: false, isTerminated: false })?.isEnding).toBe(false);
  });

  it("has the children of an array by status, without those that are none", () => {
    const arrayProperties = { size: 3, statusSummary: { FAILED: 1, RUNNING: 0, SUCCEEDED: 2 } };
    expect(recordOf({ arrayProperties })?.array).toEqual({ size: 3, counts: { FAILED: 1, SUCCEEDED: 2 } });
    expect(recordOf({})?.array).toBeUndefined();
  });
});

describe("the exit code, the reason and the attempts of a job", () => {
  const failed = { exitCode: 3, reason: "out of luck", logStreamName: "d/default/2" };
  const good = { exitCode: 0, logStreamName: "d/default/1" };

  it("are those of its container", () => {
    const attempts = [{ startedAt: 1, stoppedAt: 2, statusReason: "s", container: good }, { container: failed }];
    const record = recordOf({ container: failed, attempts });
    expect(record).toMatchObject({ exitCode: 3, reason: "out of luck" });
    expect(record?.attempts).toEqual([
      { startedAt: 1, stoppedAt: 2, exitCode: 0, reason: undefined, statusReason: "s", logStream: "d/default/1" },
      {
        startedAt: undefined,
        stoppedAt: undefined,
        exitCode: 3,
        reason: "out of luck",
        statusReason: undefined,
        logStream: "d/default/2",
      },
    ]);
  });

  it("are those of the container of its task that failed, also where another ended before it", () => {
    const tasks = [{ containers: [{}, good, failed] }];
    const record = recordOf({ ecsProperties: { taskProperties: tasks }, attempts: [{ taskProperties: tasks }] });
    expect([record?.exitCode, record?.attempts[0]?.exitCode, record?.attempts[0]?.logStream]).toEqual([
      3,
      3,
      "d/default/2",
    ]);
  });

  it("are those of the container of its pod that failed, an init container first", () => {
    const pod = { initContainers: [failed], containers: [{ exitCode: 4 }, good] };
    const record = recordOf({ eksProperties: { podProperties: pod }, eksAttempts: [{ ...pod, statusReason: "s" }] });
    expect(record).toMatchObject({
      exitCode: 3,
      attempts: [{ exitCode: 3, reason: "out of luck", statusReason: "s" }],
    });
  });

  it("are those of the last attempt where no container says how it ended", () => {
    expect(recordOf({ attempts: [{ container: good }, { container: failed }] })).toMatchObject({ exitCode: 3 });
    expect(recordOf({ container: { logStreamName: "d" }, attempts: [{ container: failed }] })?.exitCode).toBe(3);
  });
});

describe("the log of a job", () => {
  const logsOf = (logConfiguration?: object) =>
    recordOf({
      container: { logStreamName: "d/default/1", ...(logConfiguration && { logConfiguration }) },
    } as JobDetail)?.logs;

  it("is in the group of AWS Batch unless its definition names another, and a region", () => {
    expect(logsOf()).toEqual({ group: "/aws/batch/job", stream: "d/default/1", region: undefined });
    const options = { "awslogs-group": "/team", "awslogs-region": "eu-west-1" };
    expect(logsOf({ logDriver: "awslogs", options })).toEqual({
      group: "/team",
      stream: "d/default/1",
      region: "eu-west-1",
    });
  });

  it("is not in CloudWatch Logs with another driver, nor before its container started", () => {
    expect(logsOf({ logDriver: "splunk" })).toBeUndefined();
    expect(recordOf({ container: {} })?.logs).toBeUndefined();
  });
});
