import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { type SdkOptions, sdkCalls } from "./sdk.ts";

/**
 * The call of CloudWatch Logs that the command `logs` makes (API version 2014-03-28). This module is imported only when
 * something reads a log.
 */
export const logsCommands = {
  getLogEvents: GetLogEventsCommand,
} as const;

/** CloudWatch Logs by the SDK. */
export function sdkLogs(options: SdkOptions) {
  return sdkCalls(CloudWatchLogsClient, logsCommands, options);
}
