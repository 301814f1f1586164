import type { BatchKind } from "../batch-kind.ts";
import { everyKindReasons } from "../reasons/every-kind.ts";
import { namedReasons } from "../reasons/named.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { refusalReasons } from "../reasons/refusal.ts";
import { resourceReasons } from "../reasons/resource.ts";
import { group, version } from "./group.ts";
import { serviceEnvironmentReasons } from "./service-environment-reasons.ts";

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
  reasons: [everyKindReasons, refusalReasons, ownedReasons, resourceReasons, namedReasons, serviceEnvironmentReasons],
} as const satisfies BatchKind;
