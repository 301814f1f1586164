/** Reasons of the kind ServiceEnvironment alone. */

import type { ReasonTable } from "../reasons/table.ts";

export const serviceEnvironmentReasons = {
  Ready: {
    Available: { status: "True", means: "VALID and ENABLED, as the spec says" },
    Disabled: { status: "True", means: "VALID and DISABLED: no job starts in it" },
  },
  Reconciling: {
    Disabling: { means: "deletion: no job starts in it from now on" },
    Draining: { means: "deletion: the operator waits for jobs that may have started in it" },
  },
  Stalled: {
    ServiceEnvironmentTypeFixed: {
      means: "AWS cannot change the type of a service environment",
      todo: "revert the field, or create another service environment",
    },
    Invalid: {
      means: "AWS marked the service environment as INVALID; AWS gives no reason for that",
      todo: "check the capacity limits, and the service-linked role of AWS Batch for SageMaker",
    },
  },
  event: {
    Disabled: { means: "step of a deletion" },
  },
} as const satisfies ReasonTable;
