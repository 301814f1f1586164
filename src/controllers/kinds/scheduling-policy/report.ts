/** The fields of status that only a policy has. Pure. */

import type { Seen } from "./seen.ts";

export function report({ record }: Seen): Readonly<Record<string, unknown>> {
  return record === undefined ? {} : { arn: record.arn, name: record.name };
}
