import type { ValidationRule } from "../crd.ts";
import { immutable, immutableRegion } from "./common.ts";

/** What AWS refuses about a job queue, and what may not change. */

export const orderEntryRules: readonly ValidationRule[] = [
  {
    rule: "has(self.computeEnvironment) != has(self.computeEnvironmentRef)",
    message:
      "an entry names one environment: keep either computeEnvironmentRef (an object) or computeEnvironment (a name or ARN in AWS)",
  },
];

const order = "self.computeEnvironmentOrder";
export const jobQueueRules: readonly ValidationRule[] = [
  {
    rule: `${order}.all(left, !has(left.computeEnvironment) || ${order}.exists_one(right, has(right.computeEnvironment) && right.computeEnvironment == left.computeEnvironment))`,
    message: "a queue names an environment once: remove the second entry",
    fieldPath: ".computeEnvironmentOrder",
  },
  {
    rule: `${order}.all(left, !has(left.computeEnvironmentRef) || ${order}.exists_one(right, has(right.computeEnvironmentRef) && right.computeEnvironmentRef == left.computeEnvironmentRef))`,
    message: "a queue refers to an environment once: remove the second entry",
    fieldPath: ".computeEnvironmentOrder",
  },
  immutableRegion,
  immutable("jobQueueName", "put it back; for another name make a new object"),
  immutable("jobQueueType", "AWS fixes the kind of a queue at creation; put it back, or make a new object"),
  {
    rule: "has(self.schedulingPolicyArn) == has(oldSelf.schedulingPolicyArn)",
    message:
      "AWS cannot turn a FIFO queue into a fair-share queue or back: undo the change of schedulingPolicyArn, or make a new object",
    reason: "FieldValueForbidden",
    fieldPath: ".schedulingPolicyArn",
  },
];
