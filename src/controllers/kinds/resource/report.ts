import { type Described, present } from "../../../aws/effects.ts";
import { nameIn } from "../../../aws/names.ts";
import { type AskedKey, askedResources } from "../../../aws/resources/index.ts";

/**
 * The fields of status that say what AWS has; a state and a status have resources that can be disabled. Pure.
 *
 * @param more those that only this kind has
 */
export function statusOf<R extends Described>(
  key: AskedKey,
  record: R | undefined,
  more?: (record: R) => Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (record === undefined) return {};
  const resource = askedResources[key] as { arn(of: Described): string };
  const arn = resource.arn(record);
  const { state, status } = record as { readonly state?: string; readonly status?: string };
  return { arn, name: nameIn(arn), ...more?.(record), ...(state === undefined ? {} : present({ state, status })) };
}
