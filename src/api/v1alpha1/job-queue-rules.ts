import type { ValidationRule } from "../crd.ts";
import { immutable, immutableRegion } from "./common.ts";

/** Rules of a job queue: what AWS rejects, and immutable fields. */

export const orderEntryRules: readonly ValidationRule[] = [
  {
    rule: "has(self.computeEnvironment) != has(self.computeEnvironmentRef)",
    message:
      "an entry references one environment: keep either computeEnvironmentRef (an object) or computeEnvironment (a name or ARN in AWS)",
  },
];

const order = "self.computeEnvironmentOrder";
export const jobQueueRules: readonly ValidationRule[] = [
  {
    rule: `${order}.all(left, !has(left.computeEnvironment) || ${order}.exists_one(right, has(right.computeEnvironment) && right.computeEnvironment == left.computeEnvironment))`,
    message: "a queue can contain an environment once: remove the second entry",
    fieldPath: ".computeEnvironmentOrder",
  },
  {
    rule: `${order}.all(left, !has(left.computeEnvironmentRef) || ${order}.exists_one(right, has(right.computeEnvironmentRef) && right.computeEnvironmentRef == left.computeEnvironmentRef))`,
    message: "a queue can reference an environment once: remove the second entry",
    fieldPath: ".computeEnvironmentOrder",
  },
  immutableRegion,
  immutable("jobQueueName", "revert the change; for another name create a new object"),
  immutable("jobQueueType", "AWS fixes the type of a queue at creation; revert the change, or create a new object"),
  {
    rule: "!has(self.schedulingPolicyArn) || !has(self.schedulingPolicyRef)",
    message:
      "a queue has one policy: keep either schedulingPolicyRef (an object) or schedulingPolicyArn (a policy in AWS)",
  },
  {
    rule: "(has(self.schedulingPolicyArn) || has(self.schedulingPolicyRef)) == (has(oldSelf.schedulingPolicyArn) || has(oldSelf.schedulingPolicyRef))",
    message:
      "AWS cannot convert between FIFO and fair-share queues: revert the change of schedulingPolicyArn or schedulingPolicyRef, or create a new object",
    reason: "FieldValueForbidden",
    fieldPath: ".schedulingPolicyArn",
  },
];
