import { type CallTable, readCall } from "./call-facts.ts";
import { type CallGuardOptions, callGuard } from "./calls.ts";
import type { LogsApi } from "./logs.ts";

/** The call of CloudWatch Logs. */
export const logsCalls: CallTable<keyof LogsApi> = { getLogEvents: readCall("JobLogs") };

/** CloudWatch Logs behind budget, deadline and classification. Its one call reads. */
export function guardedLogs(raw: LogsApi, options: CallGuardOptions): LogsApi {
  const guard = callGuard(options);
  return { getLogEvents: guard("logs:GetLogEvents", "read", (input, given) => raw.getLogEvents(input, given)) };
}
