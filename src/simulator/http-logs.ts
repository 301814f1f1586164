import type { GetLogEventsRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Answer } from "./http-answer.ts";
import { Refusal, ServiceError } from "./refusals.ts";
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
  try {
    if (operation !== "GetLogEvents") {
      throw new Refusal(
        "UnknownOperationException",
        400,
        `the simulator does not know ${operation} of CloudWatch Logs`,
      );
    }
    return json(200, await aws.logs.getLogEvents(requestIn(body), { signal }));
  } catch (error) {
    if (error instanceof ServiceError) {
      return json(error.$metadata.httpStatusCode, { __type: error.name, message: error.message });
    }
    if (error instanceof Refusal) {
      return json(error.httpStatusCode, { __type: error.exception, message: error.message });
    }
    throw error;
  }
}

const texts = ["logGroupName", "logGroupIdentifier", "logStreamName", "nextToken"] as const;
const numbers = ["startTime", "endTime", "limit"] as const;

function requestIn(body: object): GetLogEventsRequest {
  const given = body as Readonly<Record<string, unknown>>;
  const wrong =
    texts.find((name) => !["string", "undefined"].includes(typeof given[name])) ??
    numbers.find((name) => !["number", "undefined"].includes(typeof given[name])) ??
    (["boolean", "undefined"].includes(typeof given["startFromHead"]) ? undefined : "startFromHead");
  if (wrong !== undefined) throw new Refusal("SerializationException", 400, `${wrong} has another type`);
  if (given["logStreamName"] === undefined) {
    throw new Refusal("InvalidParameterException", 400, "logStreamName is required."); // our words
  }
  return given as unknown as GetLogEventsRequest;
}

function json(status: number, output: unknown): Answer {
  return { status, contentType: "application/x-amz-json-1.1", body: JSON.stringify(output) };
}
