import type { Api } from "./api.ts";
import type { logsCommands } from "./logs-sdk.ts";

/**
 * CloudWatch Logs as this program calls it, under the SDK's names and shapes. `GetLogEvents` without `startFromHead` answers
 * the last events; the end is reached when the token does not change.
 */
export type LogsApi = Api<typeof logsCommands>;
