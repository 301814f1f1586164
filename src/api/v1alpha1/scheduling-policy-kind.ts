import type { BatchKind } from "../batch-kind.ts";
import { namedReasons } from "../reasons/named.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { resourceReasons } from "../reasons/resource.ts";
import type { ReasonTable } from "../reasons/table.ts";
import { group, version } from "./group.ts";

/** Its reasons alone, in addition to those that it shares with other kinds. */
const schedulingPolicyReasons = {
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
  reasons: [ownedReasons, resourceReasons, namedReasons, schedulingPolicyReasons],
} as const satisfies BatchKind;
