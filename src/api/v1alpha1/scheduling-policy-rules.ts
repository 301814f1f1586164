import type { ValidationRule } from "../crd.ts";
import { immutable, immutableRegion } from "./common.ts";

/** Rules of a scheduling policy: what AWS rejects, and immutable fields. */
export const schedulingPolicyRules: readonly ValidationRule[] = [
  {
    rule: "has(self.fairsharePolicy) != has(self.quotaSharePolicy)",
    message: "a policy is of one kind: give exactly one of fairsharePolicy and quotaSharePolicy",
  },
  {
    rule: "has(self.fairsharePolicy) == has(oldSelf.fairsharePolicy)",
    message:
      "AWS fixes the kind of a policy at creation: revert the change between fairsharePolicy and quotaSharePolicy, or create a new object",
    reason: "FieldValueForbidden",
    fieldPath: ".fairsharePolicy",
  },
  immutableRegion,
  immutable("name", "revert the change; for another name create a new object"),
];
