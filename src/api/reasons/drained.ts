/** Reasons of the kinds with AWS resources that are disabled and drained before deletion. */

import type { ReasonTable } from "./table.ts";

export const drainedReasons = {
  Reconciling: {
    Terminating: { means: "deletion: jobs that run longer than `drain.timeoutSeconds` are being terminated" },
  },
  event: {
    Disabled: { means: "steps of a deletion" },
    JobsTerminated: { means: "warning: jobs were terminated, as `drain.policy: Terminate` says" },
  },
} as const satisfies ReasonTable;
