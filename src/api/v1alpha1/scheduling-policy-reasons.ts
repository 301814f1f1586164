/** Reasons of the kind SchedulingPolicy alone. */

import type { ReasonTable } from "../reasons/table.ts";

export const schedulingPolicyReasons = {
  Ready: {
    Available: { status: "True", means: "AWS has the policy as the spec says" },
  },
  Stalled: {
    PolicyKindFixed: {
      means: "AWS cannot change a fair-share policy into a quota-share policy, or back",
      todo: "revert the field, or create another policy",
    },
  },
} as const satisfies ReasonTable;
