import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { type ServedBatch, serveBatch } from "../../src/simulator/http.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";

let served: ServedBatch;
const options = () => ({
  endpoint: served.url,
  region: "us-east-1",
  credentials: { accessKeyId: "simulated", secretAccessKey: "simulated" },
  maxAttempts: 1,
});
let sqs: SQSClient;
let bus: EventBridgeClient;

beforeAll(async () => {
  const knobs = { latencyMs: 0, eventDelayMs: 0 };
  served = await serveBatch(createSimulatedAws({ clock: systemClock(), random: seededRandom(1), knobs }), { port: 0 });
  sqs = new SQSClient(options());
  bus = new EventBridgeClient(options());
});

afterAll(async () => {
  sqs.destroy();
  bus.destroy();
  await served.close();
});

const created = async (name: string): Promise<string> =>
  (await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl ?? "";

test("the SDK's client sends, receives and deletes messages", async () => {
  const QueueUrl = await created("one");
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "héllo" }));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  expect(Messages.map(({ Body }) => Body)).toEqual(["héllo"]);
  const entries = [{ Id: "0", ReceiptHandle: Messages[0]?.ReceiptHandle }];
  const { Successful } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: entries }));
  expect(Successful).toEqual([{ Id: "0" }]);
  const { Messages: left } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(left).toBeUndefined();
});

test("a long poll ends when EventBridge delivers an event", async () => {
  const QueueUrl = await created("two");
  const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  const entry = { Source: "awsbatch.dev", DetailType: "test", Detail: '{"a":1}' };
  const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries: [entry] }));
  expect(FailedEntryCount).toBe(0);
  const { Messages = [] } = await poll;
  expect(JSON.parse(Messages[0]?.Body ?? "")).toMatchObject({
    account: "123456789012",
    region: "us-east-1",
    source: "awsbatch.dev",
    "detail-type": "test",
    detail: { a: 1 },
  });
});

test("nobody sends events in the name of AWS", async () => {
  const entry = { Source: "aws.batch", DetailType: "Batch Job State Change", Detail: "{}" };
  const { Entries } = await bus.send(new PutEventsCommand({ Entries: [entry] }));
  expect(Entries?.[0]?.ErrorCode).toBe("NotAuthorizedForSourceException");
});

test("a queue that is not there, and a member of another type, are refused in AWS's words", async () => {
  const QueueUrl = `${served.url}/123456789012/none`;
  await expect(sqs.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toThrow(
    "The specified queue does not exist.",
  );
  const answer = await fetch(served.url, {
    method: "POST",
    headers: { "x-amz-target": "AmazonSQS.ReceiveMessage" },
    body: JSON.stringify({ QueueUrl: 1 }),
  });
  expect([answer.status, await answer.json()]).toMatchObject([400, { __type: "SerializationException" }]);
});

test("another operation is unknown", async () => {
  const headers = { "x-amz-target": "AmazonSQS.ListQueues" };
  const answer = await fetch(served.url, { method: "POST", headers, body: "{}" });
  expect([answer.status, await answer.json()]).toMatchObject([400, { __type: "UnknownOperationException" }]);
});
