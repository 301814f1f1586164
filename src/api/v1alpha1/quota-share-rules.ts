import type { ValidationRule } from "../crd.ts";
import { immutable, immutableRegion } from "./common.ts";

const moved = "AWS fixes the queue of a share at creation: revert the change, or create a new object";

/** Rules of how capacity is shared. */
export const resourceSharingRules: readonly ValidationRule[] = [
  {
    rule: "self.strategy == 'LEND_AND_BORROW' || !has(self.borrowLimit)",
    message: "only LEND_AND_BORROW borrows: remove borrowLimit, or change the strategy",
    reason: "FieldValueForbidden",
    fieldPath: ".borrowLimit",
  },
];

/** Rules of a quota share: what AWS rejects, and immutable fields. */
export const quotaShareRules: readonly ValidationRule[] = [
  {
    rule: "has(self.jobQueueRef) != has(self.jobQueue)",
    message: "a share is in one queue: give exactly one of jobQueueRef (an object) and jobQueue (a name or ARN in AWS)",
  },
  immutableRegion,
  immutable("quotaShareName", "revert the change; for another name create a new object"),
  immutable("jobQueueRef", moved),
  immutable("jobQueue", moved),
];
