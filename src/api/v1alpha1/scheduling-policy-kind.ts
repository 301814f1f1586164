import type { BatchKind } from "../batch-kind.ts";
import { everyKindReasons } from "../reasons/every-kind.ts";
import { namedReasons } from "../reasons/named.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { refusalReasons } from "../reasons/refusal.ts";
import { resourceReasons } from "../reasons/resource.ts";
import { group, version } from "./group.ts";
import { schedulingPolicyReasons } from "./scheduling-policy-reasons.ts";

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
  reasons: [everyKindReasons, refusalReasons, ownedReasons, resourceReasons, namedReasons, schedulingPolicyReasons],
} as const satisfies BatchKind;
