import type { BatchKind } from "../batch-kind.ts";
import { namedReasons } from "../reasons/named.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { resourceReasons } from "../reasons/resource.ts";
import type { ReasonTable } from "../reasons/table.ts";
import { group, version } from "./group.ts";

/** Its reasons alone, in addition to those that it shares with other kinds. */
const serviceEnvironmentReasons = {
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

export const ServiceEnvironmentKind = {
  group,
  version,
  kind: "ServiceEnvironment",
  plural: "serviceenvironments",
  shortNames: ["bse"],
  noun: "service environment",
  description: "An AWS Batch service environment: the capacity that a queue has for SageMaker training jobs.",
  columns: [
    { name: "STATE", type: "string", description: "ENABLED or DISABLED, in AWS.", jsonPath: ".status.state" },
    { name: "STATUS", type: "string", description: "AWS's status.", jsonPath: ".status.status" },
  ],
  selectable: [".spec.region", ".spec.serviceEnvironmentType"],
  awsName: { field: "serviceEnvironmentName", maxLength: 128 },
  records: "serviceEnvironments",
  references: [],
  conditions: [],
  reasons: [ownedReasons, resourceReasons, namedReasons, serviceEnvironmentReasons],
} as const satisfies BatchKind;
