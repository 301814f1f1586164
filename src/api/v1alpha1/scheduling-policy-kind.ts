import type { BatchKind } from "../batch-kind.ts";
import { group, version } from "./group.ts";

export const SchedulingPolicyKind = {
  group,
  version,
  kind: "SchedulingPolicy",
  plural: "schedulingpolicies",
  shortNames: ["bsp"],
  noun: "policy",
  description: "An AWS Batch scheduling policy: how the shares of a queue divide its capacity.",
  columns: [],
  selectable: [".spec.region"],
  awsName: { field: "name", maxLength: 128 },
  records: "schedulingPolicies",
  stub: { bulk: ["fairsharePolicy"] },
  references: [],
  conditions: [],
} as const satisfies BatchKind;
