/** Names on the command line that may also be ARNs of AWS Batch. AWS would find nothing by one that is of another resource or cut off. */

import { InvalidArgumentError } from "commander";

const queueArn = /^arn:[^:]+:batch:([^:]+):\d{12}:job-queue\/[^:/]+$/;
const definitionArn = /^arn:[^:]+:batch:[^:]+:\d{12}:job-definition\/[^:/]+(?::\d+)?$/;

export function queueNameOrArn(text: string): string {
  if (!text.startsWith("arn:") || queueArn.test(text)) return text;
  throw new InvalidArgumentError(`It is not the ARN of a job queue (arn:aws:batch:REGION:ACCOUNT:job-queue/NAME).`);
}

export function definitionNameOrArn(text: string): string {
  if (!text.startsWith("arn:") || definitionArn.test(text)) return text;
  throw new InvalidArgumentError(
    "It is not the ARN of a job definition (arn:aws:batch:REGION:ACCOUNT:job-definition/NAME:REVISION).",
  );
}

/** Undefined: it is a name. @param queue as `queueNameOrArn` gives it */
export function regionOfQueue(queue: string): string | undefined {
  return queueArn.exec(queue)?.[1];
}
