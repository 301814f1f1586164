/** The fields of status that only a quota share has. Pure. */

import { present } from "../../../aws/effects.ts";
import { nameIn } from "../../../aws/names.ts";
import type { Seen } from "./seen.ts";

export function report({ record }: Seen): Readonly<Record<string, unknown>> {
  if (record === undefined) return {};
  const { quotaShareArn: arn, quotaShareName: name, jobQueueArn, state, status } = record;
  return { arn, name, jobQueue: nameIn(jobQueueArn), ...present({ state, status }) };
}
