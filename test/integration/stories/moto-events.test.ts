import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { EventsApi } from "../../../src/aws/events.ts";
import { sdkEvents } from "../../../src/aws/events-sdk.ts";
import { heartbeatSource } from "../../../src/aws/names.ts";
import { heartbeatType, messageIn } from "../../../src/events/message.ts";
import { sdkIn } from "../../aws/given.ts";
import { awsByHttp } from "../../examples/aws-by-http.ts";
import { eventsQueueName } from "../../listening.ts";
import { type Moto, startMoto } from "../control-plane/moto.ts";

/** SQS and EventBridge of the operator: the same calls to services that were not written here and to the simulator's. */
let moto: Moto;

beforeAll(async () => {
  moto = await startMoto();
});

afterAll(() => moto?.stop());

const region = "us-east-1";
const credentials = { accessKeyId: "any", secretAccessKey: "any" };
const pattern = { source: [heartbeatSource, "aws.batch"] };

/** Makes the queue, and the rule as in docs/events.md where the endpoint has none. @returns what the operator is given */
async function madeAt(endpoint: string, hasRule: boolean): Promise<{ readonly url: string; readonly send: Send }> {
  const queues = new SQSClient({ region, endpoint, credentials });
  await queues.send(new CreateQueueCommand({ QueueName: eventsQueueName }));
  const url = `${endpoint}/123456789012/${eventsQueueName}`;
  if (!hasRule) {
    const bus = new EventBridgeClient({ region, endpoint, credentials });
    await bus.send(new PutRuleCommand({ Name: "events", EventPattern: JSON.stringify(pattern) }));
    const target = { Id: "queue", Arn: `arn:aws:sqs:${region}:123456789012:${eventsQueueName}` };
    await bus.send(new PutTargetsCommand({ Rule: "events", Targets: [target] }));
  }
  const send = async (MessageBody: string): Promise<void> =>
    void (await queues.send(new SendMessageCommand({ QueueUrl: url, MessageBody })));
  return { url, send };
}

type Send = (body: string) => Promise<void>;

/** What the operator does with a queue, in one line each. */
async function played(events: EventsApi, url: string, send: Send): Promise<readonly string[]> {
  const lines: string[] = [];
  const shown = async <T>(what: string, call: Promise<T>, show: (answer: T) => unknown): Promise<T | undefined> => {
    try {
      const answer = await call;
      lines.push(`${what}: ${JSON.stringify(show(answer))}`);
      return answer;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      lines.push(`${what}: ${error.name}`);
      return undefined;
    }
  };
  const receive = { QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 };
  const bodies = ({ Messages = [] }: Awaited<ReturnType<EventsApi["receiveMessage"]>>): unknown =>
    Messages.map(({ Body }) => Body);
  await shown("an empty queue", events.receiveMessage({ ...receive, WaitTimeSeconds: 0 }), bodies);
  await send("one");
  await send("two");
  const received = await shown("two messages", events.receiveMessage(receive), bodies);
  await shown("while they are invisible", events.receiveMessage({ ...receive, WaitTimeSeconds: 0 }), bodies);
  const Entries = (received?.Messages ?? []).map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await shown("deletes them", events.deleteMessageBatch({ QueueUrl: url, Entries }), ({ Successful, Failed = [] }) => [
    Successful?.map(({ Id }) => Id),
    Failed,
  ]);
  await shown("eleven at once", events.receiveMessage({ ...receive, MaxNumberOfMessages: 11 }), bodies);
  await shown("no such queue", events.receiveMessage({ ...receive, QueueUrl: `${url}-none` }), bodies);
  const heartbeat = { Source: heartbeatSource, DetailType: heartbeatType, Detail: JSON.stringify({ token: "a-1" }) };
  await shown(
    "sends a heartbeat",
    events.putEvents({ Entries: [heartbeat] }),
    ({ FailedEntryCount, Entries: sent = [] }) => [
      FailedEntryCount,
      sent.map(({ EventId = "" }) => /^[\w-]{36}$/.test(EventId)),
    ],
  );
  const back = await shown("it comes back", events.receiveMessage(receive), ({ Messages = [] }) =>
    Messages.map(({ Body = "" }) => {
      const {
        source,
        "detail-type": type,
        detail,
        region: of,
        version,
      } = JSON.parse(Body) as Readonly<Record<string, unknown>>;
      return { source, type, detail, of, version };
    }),
  );
  lines.push(`it is understood: ${JSON.stringify(messageIn(back?.Messages?.[0]?.Body ?? ""))}`);
  await shown(
    "a detail that is not JSON",
    events.putEvents({ Entries: [{ ...heartbeat, Detail: "{" }] }),
    ({ Entries: sent }) => sent?.map(({ ErrorCode }) => ErrorCode),
  );
  return lines;
}

/** By an endpoint. @param hasRule where every queue gets all events */
async function answersOf(endpoint: string, hasRule: boolean): Promise<readonly string[]> {
  const variables = { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any" };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const { url, send } = await madeAt(endpoint, hasRule);
  const events = sdkEvents(sdkIn(region));
  try {
    return await played(events, url, send);
  } finally {
    events.close();
    vi.unstubAllEnvs();
  }
}

test("SQS and EventBridge by the SDK answer every call as the simulator does", async ({ onTestFinished }) => {
  const simulated = await awsByHttp();
  onTestFinished(simulated.close);
  const answers = await answersOf(moto.url, false);
  const expected = await answersOf(simulated.env["AWS_ENDPOINT_URL"] ?? "", true);
  expect(answers).toHaveLength(expected.length);
  const different = answers.flatMap((answer, at) => (answer === expected[at] ? [] : [{ answer, ours: expected[at] }]));
  // moto leaves out the account, which each event of AWS has.
  const place = { account: "123456789012", region };
  expect(different).toEqual([
    {
      answer: 'it is understood: {"kind":"ignored","why":"malformed"}',
      ours: `it is understood: ${JSON.stringify({ kind: "heartbeat", place, token: "a-1" })}`,
    },
  ]);
});
