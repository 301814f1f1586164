import { describe, expect, it } from "vitest";
import type { Knobs } from "../../src/simulator/knobs.ts";
import { account, accountWithQueue, containerJob } from "./account.ts";

interface Received {
  readonly account: string;
  readonly region: string;
  readonly source: string;
  readonly "detail-type": string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An account with a queue of SQS. */
async function listening({ aws, clock }: ReturnType<typeof account>) {
  const { QueueUrl = "" } = await aws.outside.sqs.createQueue({ QueueName: "events" });
  const received = (): readonly Received[] => {
    const all: Received[] = [];
    for (;;) {
      const { Messages = [] } = aws.messages.receive({ QueueUrl, MaxNumberOfMessages: 10 });
      if (Messages.length === 0) return all;
      all.push(...Messages.map(({ Body = "" }) => JSON.parse(Body)));
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      aws.messages.deleteBatch({ QueueUrl, Entries });
    }
  };
  return { clock, aws, received };
}

const anAccount = (knobs: Partial<Knobs> = {}) => listening(account(knobs));

const policy = (name: string) => ({ name, tags: {} });

describe("a call", () => {
  it("is recorded by CloudTrail with its request, also one that AWS refuses, and no read", async () => {
    const { clock, aws, received } = await anAccount();
    await aws.outside.createSchedulingPolicy(policy("p"));
    await aws.outside.createSchedulingPolicy(policy("p")).catch(() => undefined);
    await aws.outside.listSchedulingPolicies({});
    await clock.advance(10_000);
    const events = received();
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({
      account: "123456789012",
      region: "us-east-1",
      source: "aws.batch",
      "detail-type": "AWS API Call via CloudTrail",
      detail: {
        eventSource: "batch.amazonaws.com",
        eventName: "CreateSchedulingPolicy",
        requestParameters: { name: "p" },
        readOnly: false,
      },
    });
    expect(events.filter(({ detail }) => detail["errorCode"] !== undefined)).toHaveLength(1);
  });

  it("is announced after the delay that the knobs say, lost or twice", async () => {
    const { clock, aws, received } = await anAccount({ callEventDelayMs: 60_000, eventDelayMs: 0 });
    await aws.outside.createSchedulingPolicy(policy("p"));
    expect(received()).toEqual([]);
    await clock.advance(60_000);
    expect(received()).toHaveLength(1);
    aws.knobs.eventLossShare = 1;
    await aws.outside.createSchedulingPolicy(policy("q"));
    aws.knobs.eventLossShare = 0;
    aws.knobs.eventDoubleShare = 1;
    await aws.outside.createSchedulingPolicy(policy("r"));
    await clock.advance(60_000);
    expect(received().map(({ detail }) => detail["requestParameters"])).toEqual(Array(2).fill(policy("r")));
  });

  it("also goes to the queues of another region to which the rule sends", async () => {
    const { clock, aws } = await anAccount();
    const other = await anAccount();
    aws.outside.forwardEvents(other.aws);
    await aws.outside.createSchedulingPolicy(policy("p"));
    await clock.advance(10_000);
    expect(other.received()).toMatchObject([{ region: "us-east-1" }]);
  });
});

describe("a job", () => {
  it("has an event for each status but SUBMITTED, with the job as DescribeJobs shows it", async () => {
    const { clock, aws, received } = await listening(await accountWithQueue());
    await aws.outside.registerJobDefinition(containerJob("d"));
    const { jobId } = await aws.outside.submitJob({ jobName: "j", jobQueue: "q", jobDefinition: "d" });
    await clock.advance(600_000);
    const events = received().filter((event) => event["detail-type"] === "Batch Job State Change");
    const statuses = events.map(({ detail }) => detail["status"]);
    expect(new Set(statuses)).toEqual(new Set(["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]));
    for (const { detail, resources } of events) {
      expect(detail).toMatchObject({ jobId, jobName: "j", jobQueue: expect.stringContaining("job-queue/q") });
      expect(resources).toEqual([detail["jobArn"]]);
    }
  });
});

describe("PutEvents", () => {
  it.each<[string, { Source?: string; DetailType?: string; Detail?: string }, string]>([
    ["in the name of AWS", { Source: "aws.batch", DetailType: "x", Detail: "{}" }, "NotAuthorizedForSourceException"],
    ["without a source", { DetailType: "x", Detail: "{}" }, "MalformedDetail"],
    ["with a detail that is not an object", { Source: "a", DetailType: "x", Detail: "[]" }, "MalformedDetail"],
    ["with a detail that is not JSON", { Source: "a", DetailType: "x", Detail: "{" }, "MalformedDetail"],
  ])("refuses an entry %s", async (_what, entry, code) => {
    const { aws } = await anAccount();
    const { FailedEntryCount, Entries } = await aws.events.putEvents({ Entries: [entry] });
    expect([FailedEntryCount, Entries?.[0]?.ErrorCode]).toEqual([1, code]);
  });
});

it("nothing is announced where there is no queue", async () => {
  const { clock, aws } = account();
  await aws.outside.createSchedulingPolicy(policy("p"));
  const { QueueUrl = "" } = aws.messages.create({ QueueName: "late" });
  await clock.advance(60_000);
  expect(aws.messages.receive({ QueueUrl, MaxNumberOfMessages: 10 })).toEqual({});
});
