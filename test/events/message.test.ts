import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { heartbeatType, messageIn } from "../../src/events/message.ts";

const place = { account: "123456789012", region: "eu-west-1" };
const jobId = "4c7599ae-0a82-49aa-ba5a-4727fcce14a8";
const jobArn = `arn:aws:batch:eu-west-1:123456789012:job/${jobId}`;
const queueArn = "arn:aws:batch:eu-west-1:123456789012:job-queue/team_queue";

const bodyOf = (type: string, detail: unknown, others: object = {}): string =>
  JSON.stringify({ version: "0", ...place, source: "aws.batch", "detail-type": type, detail, ...others });
const stateChange = (detail: unknown, others?: object) => messageIn(bodyOf("Batch Job State Change", detail, others));
const called = (eventName: string, requestParameters: unknown) =>
  messageIn(bodyOf("AWS API Call via CloudTrail", { eventName, requestParameters }));
const hinted = (type: string, name: string) => [{ kind: "resource", type, name }];

describe("an event of a job", () => {
  it("hints at the job, whatever it says of its state", () => {
    for (const status of ["RUNNING", "SUCCEEDED", 7, undefined]) {
      expect(stateChange({ jobArn, status })).toEqual({
        kind: "event",
        place,
        announces: "jobs",
        hints: [{ kind: "job", jobId }],
      });
    }
  });

  it.each([":3", "#1"])("of a child or node hints at the job that has it: %s", (suffix) => {
    expect(stateChange({ jobArn: jobArn + suffix })).toMatchObject({ hints: [{ kind: "child", jobId }] });
  });

  it("about a blocked queue hints at the queue", () => {
    expect(messageIn(bodyOf("Batch Job Queue Blocked", { jobArn, jobQueue: queueArn }))).toMatchObject({
      announces: "jobs",
      hints: [{ kind: "blocked", queue: "team_queue" }],
    });
  });

  it.each<[string, object]>([
    ["of another region", { region: "eu-west-2" }],
    ["of another account", { account: "999999999999" }],
    ["of no region", { region: "nowhere" }],
    ["of no account", { account: 123_456_789_012 }],
    ["without a detail", { detail: null }],
    ["with a list for a detail", { detail: [jobArn] }],
    ["with an ARN of something else", { detail: { jobArn: queueArn } }],
    ["with an ARN that goes on", { detail: { jobArn: `${jobArn}/x` } }],
    ["with an ARN that is not a text", { detail: { jobArn: [jobArn] } }],
  ])("is malformed %s", (_what, others) => {
    expect(stateChange({ jobArn }, others)).toEqual({ kind: "ignored", why: "malformed" });
  });

  it.each([
    jobArn,
    queueArn.replace("eu-west-1", "us-east-1"),
    `${queueArn}/x`,
    queueArn.replace("team", "x".repeat(200)),
  ])("about a blocked queue is malformed with the ARN %s", (jobQueue) => {
    const message = messageIn(bodyOf("Batch Job Queue Blocked", { jobQueue }));
    expect(message).toEqual({ kind: "ignored", why: "malformed" });
  });
});

describe("an event of a call", () => {
  it.each<[string, object, readonly object[]]>([
    ["UpdateComputeEnvironment", { computeEnvironment: "team_a" }, hinted("compute-environment", "team_a")],
    ["UpdateJobQueue", { jobQueue: queueArn }, hinted("job-queue", "team_queue")],
    ["CreateJobQueue", { jobQueueName: "team_queue" }, hinted("job-queue", "team_queue")],
    ["RegisterJobDefinition", { jobDefinitionName: "team_d" }, hinted("job-definition", "team_d")],
    ["DeregisterJobDefinition", { jobDefinition: "team_d:7" }, hinted("job-definition", "team_d")],
    [
      "DeregisterJobDefinition",
      { jobDefinition: "arn:aws:batch:eu-west-1:123456789012:job-definition/team_d:7" },
      hinted("job-definition", "team_d"),
    ],
    ["TagResource", { resourceArn: queueArn, tags: {} }, hinted("job-queue", "team_queue")],
    ["UntagResource", { resourceArn: queueArn }, hinted("job-queue", "team_queue")],
    ["CreateQuotaShare", { quotaShareName: "one", jobQueue: queueArn }, hinted("quota-share", "team_queue/one")],
    ["CreateQuotaShare", { quotaShareName: "one", jobQueue: "a b" }, []],
    ["UpdateJobQueue", { jobQueue: queueArn.replace("123456789012", "999999999999") }, []],
    ["UpdateJobQueue", { jobQueue: "a/../b" }, []],
    ["UpdateJobQueue", { jobQueue: 7 }, []],
    ["UpdateJobQueue", {}, []],
    ["DescribeJobQueues", { jobQueues: ["team_queue"] }, []],
    ["SubmitJob", { jobName: "x" }, []],
    ["TagResource", { resourceArn: jobArn }, []],
    ["__proto__", { jobQueue: "team_queue" }, []],
  ])("%s %j", (eventName, request, hints) => {
    expect(called(eventName, request)).toEqual({ kind: "event", place, announces: "resources", hints });
  });

  it("without a request hints at nothing", () => {
    expect(called("UpdateJobQueue", null)).toMatchObject({ hints: [] });
    expect(messageIn(bodyOf("AWS API Call via CloudTrail", "text"))).toMatchObject({ hints: [] });
  });
});

describe("a heartbeat", () => {
  const beat = (token: unknown, source = "awsbatch.dev") => messageIn(bodyOf(heartbeatType, { token }, { source }));

  it("brings its token back", () => {
    expect(beat("abc-1")).toEqual({ kind: "heartbeat", place, token: "abc-1" });
  });

  it.each([undefined, 7, "", "a b", "x".repeat(101)])("is malformed with the token %j", (token) => {
    expect(beat(token)).toEqual({ kind: "ignored", why: "malformed" });
  });

  it("is unknown from another source", () => {
    expect(beat("abc-1", "aws.batch")).toEqual({ kind: "ignored", why: "unknown" });
  });
});

describe("any other message", () => {
  it.each(["", "null", "7", "[]", '"text"', "{", "[".repeat(100_000)])("is malformed: %.20s", (body) => {
    expect(messageIn(body)).toEqual({ kind: "ignored", why: "malformed" });
  });

  it("is not read when it is longer than EventBridge lets it be", () => {
    expect(messageIn(" ".repeat(256 * 1024 + 1))).toEqual({ kind: "ignored", why: "tooLong" });
  });

  it("is unknown", () => {
    expect(messageIn(bodyOf("Batch Job Definition Change", {}))).toEqual({ kind: "ignored", why: "unknown" });
  });

  it("never throws, and names only what has the form of a name", () => {
    const type = fc.constantFrom("Batch Job State Change", "Batch Job Queue Blocked", "AWS API Call via CloudTrail");
    const name = fc.oneof(fc.string(), fc.constantFrom("jobArn", "jobQueue", "eventName", "requestParameters"));
    const detail = fc.oneof(fc.dictionary(name, fc.oneof(fc.jsonValue(), fc.constant(queueArn))), fc.jsonValue());
    fc.assert(
      fc.property(type, detail, fc.dictionary(fc.string(), fc.jsonValue()), (of, inside, others) => {
        const message = messageIn(bodyOf(of, inside, others));
        for (const hint of message.kind === "event" ? message.hints : []) {
          expect("name" in hint ? hint.name : "queue" in hint ? hint.queue : hint.jobId).toMatch(/^[\w/-]{1,260}$/);
        }
      }),
    );
    fc.assert(fc.property(fc.string(), (body) => messageIn(body).kind === "ignored"));
  });
});
