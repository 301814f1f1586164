import { describe, expect, it } from "vitest";
import type { BatchJobStatus } from "../../../../src/api/v1alpha1/batch-job.ts";
import { report } from "../../../../src/controllers/kinds/batch-job/report.ts";
import { jobName, jobObject, known, record, seenOf } from "./seen.ts";

/** An attempt of which AWS says nothing. */
const silentAttempt = {
  startedAt: undefined,
  stoppedAt: undefined,
  exitCode: undefined,
  reason: undefined,
  statusReason: undefined,
  logStream: undefined,
};

const at = (seconds: number) => Date.UTC(2026, 0, 1, 0, 0, seconds);
const reported = (
  status: BatchJobStatus | undefined,
  change: Parameters<typeof seenOf>[1],
  conditions: Parameters<typeof report>[2]["conditions"] = [],
) => {
  const object = jobObject({}, status);
  return report(object, seenOf(object, change), { conditions });
};

describe("the status of a job", () => {
  it("has its name before it is submitted", () => {
    expect(reported(undefined, {})).toEqual({ name: jobName });
  });

  it("is FAILED without a job in AWS when the job was never submitted, and will not be", () => {
    const failed = { type: "Failed", status: "True", reason: "DependencyFailed", message: "m" } as const;
    expect(reported(undefined, {}, [failed])).toEqual({ name: jobName, status: "FAILED" });
    expect(reported(undefined, {}, [{ ...failed, type: "Suspended" }])).toEqual({ name: jobName });
  });

  it("has the id as soon as AWS has given it", () => {
    const job = known({ record: undefined, jobArn: "arn:job", queue: "team_queue" });
    expect(reported(undefined, { job })).toEqual({
      name: jobName,
      jobId: "job-1",
      arn: "arn:job",
      jobArn: "arn:job",
      status: "SUBMITTED",
      jobQueue: "team_queue",
    });
    const shown = { jobId: "job-1", status: "RUNNING" };
    expect(reported(shown, { job: known({ record: undefined }) })).toEqual({ name: jobName, ...shown });
    expect(reported({ jobId: "other", status: "RUNNING" }, { job: known({ record: undefined }) })).toEqual({
      name: jobName,
      jobId: "job-1",
      status: "SUBMITTED",
    });
  });

  it("has everything of a job that has ended", () => {
    const attempt = {
      startedAt: at(10),
      stoppedAt: at(20),
      exitCode: 1,
      reason: "killed",
      statusReason: "Host EC2 (instance i-1) terminated.",
      logStream: "definition/default/1",
    };
    const job = known({
      record: record({
        status: "FAILED",
        statusReason: "Essential container in task exited",
        startedAt: at(30),
        stoppedAt: at(95),
        exitCode: 137,
        attempts: [attempt, silentAttempt],
        array: { size: 4, counts: { FAILED: 2, SUCCEEDED: 2 } },
        logs: { group: "/aws/batch/job", stream: "definition/default/2", region: undefined },
      }),
      failedChildren: [0, 1],
    });
    expect(reported({ jobId: "job-1", status: "RUNNING" }, { job })).toEqual({
      name: jobName,
      jobId: "job-1",
      arn: "arn:aws:batch:eu-west-1:123456789012:job/job-1",
      jobArn: "arn:aws:batch:eu-west-1:123456789012:job/job-1",
      status: "FAILED",
      statusReason: "Essential container in task exited",
      jobQueue: "team_queue",
      jobDefinitionArn: "arn:aws:batch:eu-west-1:123456789012:job-definition/team_definition:1",
      exitCode: 137,
      createdAt: "2026-01-01T00:00:00Z",
      startedAt: "2026-01-01T00:00:30Z",
      stoppedAt: "2026-01-01T00:01:35Z",
      duration: "1m5s",
      attempts: [
        {
          startedAt: "2026-01-01T00:00:10Z",
          stoppedAt: "2026-01-01T00:00:20Z",
          exitCode: 1,
          reason: "killed",
          statusReason: "Host EC2 (instance i-1) terminated.",
          logStream: "definition/default/1",
        },
        {},
      ],
      array: {
        size: 4,
        counts: [
          { status: "FAILED", count: 2 },
          { status: "SUCCEEDED", count: 2 },
        ],
        failedIndices: "0-1",
      },
      logs: {
        group: "/aws/batch/job",
        stream: "definition/default/2",
        url: "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Fbatch$252Fjob/log-events/definition$252Fdefault$252F2",
      },
    });
  });

  it("has the last ten attempts", () => {
    const attempts = Array.from({ length: 12 }, (_, exitCode) => ({ ...silentAttempt, exitCode }));
    const fields = reported(undefined, { job: known({ record: record({ attempts }) }) });
    expect(fields.attempts?.map(({ exitCode }) => exitCode)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it("has AWS's reasons without the ids of requests, which would differ each time", () => {
    const statusReason = "Refused (Service: AmazonECS; Request ID: 3f2c; Proxy: null)";
    const attempts = [{ ...silentAttempt, statusReason }];
    const fields = reported(undefined, { job: known({ record: record({ statusReason, attempts }) }) });
    expect([fields.statusReason, fields.attempts?.[0]?.statusReason].join()).not.toMatch(/3f2c|Proxy/);
  });

  it.each([
    ["aws", "https://console.aws.amazon.com/cloudwatch/home"],
    ["aws-cn", "https://console.amazonaws.cn/cloudwatch/home"],
    ["aws-us-gov", "https://console.amazonaws-us-gov.com/cloudwatch/home"],
  ])("links to the console of the partition %s", (partition, page) => {
    const job = known({ record: record({ logs: { group: "g", stream: "s", region: undefined } }) });
    const fields = reported(undefined, { job, place: { region: "r-1", partition } });
    expect(fields.logs?.url).toMatch(`${page}?region=r-1#`);
  });

  it("leaves out what AWS does not say", () => {
    const job = known({
      record: record({
        jobArn: undefined,
        createdAt: undefined,
        array: { size: 2, counts: {} },
        logs: { group: "g", stream: "s", region: "us-east-1" },
      }),
    });
    const fields = reported(undefined, { job });
    expect(fields).toMatchObject({ array: { size: 2 }, logs: { url: expect.stringContaining("?region=us-east-1#") } });
    expect(fields).not.toHaveProperty("jobArn");
    expect(fields).not.toHaveProperty("createdAt");
  });

  it("only goes forward, so that retries and short states cost no writes", () => {
    const shown = { jobId: "job-1", status: "RUNNING", startedAt: "2026-01-01T00:00:30Z" };
    const job = known({ record: record({ status: "RUNNABLE", attempts: [] }) });
    expect(reported(shown, { job })).toEqual(shown);
    expect(reported({ jobId: "job-1", status: "odd" }, { job }).status).toBe("RUNNABLE");
  });

  it("stays as it is once it has a result", () => {
    const shown = { jobId: "job-1", status: "SUCCEEDED", exitCode: 0 };
    expect(reported(shown, { recorded: { kind: "complete", message: "m" } })).toEqual(shown);
  });
});

it("keeps what is shown of an array that has failed until AWS lists its children", () => {
  const object = jobObject({}, { jobId: "job-1", status: "RUNNING" });
  const failed = record({ status: "FAILED", array: { size: 2, counts: { FAILED: 2 } } });
  const seen = seenOf(object, { job: known({ record: failed, failedChildren: [1], listsMore: true }) });
  expect(report(object, seen, { conditions: [] })).toEqual({ name: jobName, jobId: "job-1", status: "RUNNING" });
});
