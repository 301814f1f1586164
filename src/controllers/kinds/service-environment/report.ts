/** The fields of status that only a service environment has. Pure. */

import { present } from "../../../aws/effects.ts";
import type { Seen } from "./seen.ts";

export function report({ record }: Seen): Readonly<Record<string, unknown>> {
  if (record === undefined) return {};
  const { serviceEnvironmentArn: arn, serviceEnvironmentName: name, state, status } = record;
  return { arn, name, ...present({ state, status }) };
}
