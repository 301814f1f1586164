import type { AwsRequest } from "../../api/batch-kind.ts";
import { tooLarge } from "../../api/size-rule.ts";
import { isRecord } from "./defaults.ts";
import type { Finding } from "./problem.ts";

/** What AWS will refuse as too large. It counts bytes, of which the API server's rule can only count the characters. */
export function sizeFindings(request: AwsRequest, spec: unknown): Finding[] {
  if (!isRecord(spec)) return [];
  const sent = Object.entries(spec).filter(([field]) => !request.without.includes(field));
  // AWS gets the name instead.
  const text = JSON.stringify(Object.fromEntries(sent), (key, value: unknown) =>
    key === "consumableResourceRef" ? undefined : value,
  );
  const bytes = Buffer.byteLength(text);
  if (bytes <= request.maxBytes) return [];
  return [{ path: ["spec"], message: `has ${bytes} bytes as JSON: ${tooLarge(request)}` }];
}
