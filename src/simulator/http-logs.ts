import type { GetLogEventsRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Answer } from "./http-answer.ts";
import { jsonAnswer, unknownOperation, wrongMember } from "./http-json.ts";
import { Refusal } from "./refusals.ts";
import type { SimulatedAws } from "./simulated-aws.ts";

/** Before the name of the operation in `X-Amz-Target`. */
const target = "Logs_20140328.";

/** Whether a request with this `X-Amz-Target` is one to CloudWatch Logs. */
export function isLogsTarget(header: string | string[] | undefined): header is string {
  return typeof header === "string" && header.startsWith(target);
}

/** Answers a request to CloudWatch Logs in AWS's protocol JSON 1.1. Of its operations there is GetLogEvents. */
export async function logsAnswer(
  aws: SimulatedAws,
  header: string,
  body: object,
  signal: AbortSignal,
): Promise<Answer> {
  const operation = header.slice(target.length);
  return jsonAnswer("application/x-amz-json-1.1", async () => {
    if (operation !== "GetLogEvents") throw unknownOperation(operation, "CloudWatch Logs");
    return aws.logs.getLogEvents(requestIn(body), { signal });
  });
}

const types = {
  string: ["logGroupName", "logGroupIdentifier", "logStreamName", "nextToken"],
  number: ["startTime", "endTime", "limit"],
  boolean: ["startFromHead"],
} as const;

function requestIn(body: object): GetLogEventsRequest {
  const given = body as Readonly<Record<string, unknown>>;
  const wrong = wrongMember(given, types);
  if (wrong !== undefined) throw new Refusal("SerializationException", 400, `${wrong} has another type`);
  if (given["logStreamName"] === undefined) {
    throw new Refusal("InvalidParameterException", 400, "logStreamName is required."); // our words
  }
  return given as unknown as GetLogEventsRequest;
}
