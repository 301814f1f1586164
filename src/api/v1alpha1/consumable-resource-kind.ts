import type { BatchKind } from "../batch-kind.ts";
import { everyKindReasons } from "../reasons/every-kind.ts";
import { namedReasons } from "../reasons/named.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { refusalReasons } from "../reasons/refusal.ts";
import { resourceReasons } from "../reasons/resource.ts";
import { consumableResourceReasons } from "./consumable-resource-reasons.ts";
import { group, version } from "./group.ts";

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
  reasons: [everyKindReasons, refusalReasons, ownedReasons, resourceReasons, namedReasons, consumableResourceReasons],
} as const satisfies BatchKind;
