import type { BatchKind } from "../batch-kind.ts";
import { namedReasons } from "../reasons/named.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { resourceReasons } from "../reasons/resource.ts";
import type { ReasonTable } from "../reasons/table.ts";
import { group, version } from "./group.ts";

/** Its reasons alone, in addition to those that it shares with other kinds. */
const consumableResourceReasons = {
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

export const ConsumableResourceKind = {
  group,
  version,
  kind: "ConsumableResource",
  plural: "consumableresources",
  shortNames: ["bcr"],
  noun: "consumable",
  description: "An AWS Batch consumable resource: something countable that jobs hold while they run, e.g. licences.",
  columns: [
    { name: "TOTAL", type: "integer", description: "Total in AWS.", jsonPath: ".status.totalQuantity" },
    { name: "IN-USE", type: "integer", description: "What jobs hold.", jsonPath: ".status.inUseQuantity" },
    {
      name: "TYPE",
      type: "string",
      description: "REPLENISHABLE or NON_REPLENISHABLE.",
      jsonPath: ".spec.resourceType",
      priority: 1,
    },
  ],
  selectable: [".spec.region", ".spec.resourceType"],
  awsName: { field: "consumableResourceName", maxLength: 128 },
  records: "consumableResources",
  references: [],
  conditions: [],
  reasons: [ownedReasons, resourceReasons, namedReasons, consumableResourceReasons],
} as const satisfies BatchKind;
