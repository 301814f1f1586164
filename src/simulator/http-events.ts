import type { CallOptions } from "../aws/api.ts";
import type { Answer } from "./http-answer.ts";
import { jsonAnswer, unknownOperation, wrongMember } from "./http-json.ts";
import { Refusal } from "./refusals.ts";
import type { SimulatedAws, SimulatedEvents } from "./simulated-aws.ts";

/** Services of AWS's protocols JSON 1.0 and 1.1, by what comes before the name of the operation in `X-Amz-Target`. */
const contentTypes: Readonly<Record<string, Answer["contentType"]>> = {
  AmazonSQS: "application/x-amz-json-1.0",
  AWSEvents: "application/x-amz-json-1.1",
};
/** The operations of each service that the simulator answers. */
const operations: Readonly<Record<string, readonly (keyof SimulatedEvents)[]>> = {
  AmazonSQS: ["createQueue", "sendMessage", "receiveMessage", "deleteMessageBatch"],
  AWSEvents: ["putEvents"],
};
const largestBatch = 10;

/** Whether a request with this `X-Amz-Target` is one to SQS or EventBridge. */
export function isEventsTarget(header: string | string[] | undefined): header is string {
  return typeof header === "string" && Object.hasOwn(contentTypes, serviceOf(header));
}

/** Answers a request to SQS or EventBridge. */
export async function eventsAnswer(
  aws: SimulatedAws,
  header: string,
  body: object,
  signal: AbortSignal,
): Promise<Answer> {
  const service = serviceOf(header);
  const operation = header.slice(service.length + 1);
  const name = operations[service]?.find((one) => one.toLowerCase() === operation.toLowerCase());
  return jsonAnswer(contentTypes[service] ?? "application/json", async () => {
    if (name === undefined) throw unknownOperation(operation, service);
    const call = aws.events[name] as (input: object, options: CallOptions) => Promise<unknown>;
    return call(requestIn(body), { signal });
  });
}

function serviceOf(header: string): string {
  return header.slice(0, Math.max(0, header.indexOf(".")));
}

const types = {
  string: ["QueueName", "QueueUrl", "MessageBody"],
  number: ["MaxNumberOfMessages", "WaitTimeSeconds"],
} as const;

/** @throws Refusal for a member of another type */
function requestIn(body: object): object {
  const given = body as Readonly<Record<string, unknown>>;
  const wrong = wrongMember(given, types) ?? (isBatch(given["Entries"]) ? undefined : "Entries");
  if (wrong === undefined) return given;
  throw new Refusal("SerializationException", 400, `${wrong} has another type, or more than ${largestBatch} items`);
}

function isBatch(entries: unknown): boolean {
  if (entries === undefined) return true;
  if (!Array.isArray(entries) || entries.length > largestBatch) return false;
  return entries.every((one) => one !== null && typeof one === "object" && Object.values(one).every(isShallow));
}

function isShallow(value: unknown): boolean {
  return typeof value === "string" || (Array.isArray(value) && value.every((one) => typeof one === "string"));
}
