/** Reasons of the kind ConsumableResource alone. */

import type { ReasonTable } from "../reasons/table.ts";

export const consumableResourceReasons = {
  Ready: {
    Available: { status: "True", means: "AWS has the consumable as the spec says" },
    InUse: {
      status: "True",
      means: "jobs hold more than the new total: AWS gives out none that they free, and lowers its total as they end",
    },
  },
  Stalled: {
    ResourceTypeFixed: {
      means: "AWS cannot change the type of a consumable",
      todo: "revert the field, or create another consumable",
    },
  },
} as const satisfies ReasonTable;
