import { AwsError } from "./errors.ts";
import type { LogsRecord } from "./job-record.ts";
import type { LogsApi } from "./logs.ts";

/**
 * The last lines of a stream of CloudWatch Logs, the latest last. One call: without `startFromHead` AWS answers the end (API reference,
 * GetLogEvents).
 *
 * @throws AwsError
 */
export async function lastLinesOf(
  logs: LogsApi,
  { group: logGroupName, stream: logStreamName }: Pick<LogsRecord, "group" | "stream">,
  count: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const { events = [] } = await logs.getLogEvents({ logGroupName, logStreamName, limit: count }, { signal });
    return events.flatMap(({ message }) => message ?? []).slice(-count);
  } catch (error) {
    // AWS makes group and stream with the first line.
    if (error instanceof AwsError && error.kind === "notFound") return [];
    throw error;
  }
}
