/** The fields of status that only a consumable has. Pure. */

import type { Seen } from "./seen.ts";

export function report({ record }: Seen): Readonly<Record<string, unknown>> {
  if (record === undefined) return {};
  const { consumableResourceArn: arn, consumableResourceName: name, totalQuantity, inUseQuantity } = record;
  return { arn, name, totalQuantity, inUseQuantity };
}
