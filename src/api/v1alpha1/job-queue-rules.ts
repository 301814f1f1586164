import type { ValidationRule } from "../crd.ts";
import { immutable, immutableRegion } from "./common.ts";

/** Rules of a job queue: what AWS rejects, and immutable fields. */

export const orderEntryRules: readonly ValidationRule[] = [
  {
    rule: "has(self.computeEnvironment) != has(self.computeEnvironmentRef)",
    message:
      "an entry references one environment: give exactly one of computeEnvironmentRef (an object) and computeEnvironment (a name or ARN in AWS)",
  },
];

export const serviceEntryRules: readonly ValidationRule[] = [
  {
    rule: "has(self.serviceEnvironment) != has(self.serviceEnvironmentRef)",
    message:
      "an entry references one service environment: give exactly one of serviceEnvironmentRef (an object) and serviceEnvironment (a name or ARN in AWS)",
  },
];

const order = "self.computeEnvironmentOrder";
const ofSageMaker = "has(self.jobQueueType) && self.jobQueueType == 'SAGEMAKER_TRAINING'";

export const jobQueueRules: readonly ValidationRule[] = [
  {
    rule: "has(self.computeEnvironmentOrder) != has(self.serviceEnvironmentOrder)",
    message:
      "a queue has environments of one kind: give exactly one of computeEnvironmentOrder and serviceEnvironmentOrder",
  },
  {
    rule: `has(self.serviceEnvironmentOrder) == (${ofSageMaker})`,
    message:
      "serviceEnvironmentOrder is for queues of type SAGEMAKER_TRAINING, and these need it: set jobQueueType: SAGEMAKER_TRAINING with it, or use computeEnvironmentOrder",
    fieldPath: ".jobQueueType",
  },
  {
    rule: `!has(self.jobStateTimeLimitActions) || self.jobStateTimeLimitActions.all(one, (one.action == 'TERMINATE') == (${ofSageMaker}))`,
    message:
      "AWS terminates jobs of SageMaker and cancels others: use action TERMINATE with type SAGEMAKER_TRAINING, else CANCEL",
    fieldPath: ".jobStateTimeLimitActions",
  },
  {
    rule: `!has(self.jobStateTimeLimitActions) || self.jobStateTimeLimitActions.all(one, one.reason == 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY' || (one.reason in ['MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE', 'MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED']) == (${ofSageMaker}))`,
    message:
      "this reason is for queues of another type: SERVICE_ENVIRONMENT_MAX_RESOURCE and QUOTA_MANAGEMENT_LIMIT_EXCEEDED for SAGEMAKER_TRAINING, COMPUTE_ENVIRONMENT_MAX_RESOURCE and JOB_RESOURCE_REQUIREMENT for all others",
    fieldPath: ".jobStateTimeLimitActions",
  },
  {
    rule: `!has(${order}) || ${order}.all(left, !has(left.computeEnvironment) || ${order}.exists_one(right, has(right.computeEnvironment) && right.computeEnvironment == left.computeEnvironment))`,
    message: "a queue can contain an environment once: remove the second entry",
    fieldPath: ".computeEnvironmentOrder",
  },
  {
    rule: `!has(${order}) || ${order}.all(left, !has(left.computeEnvironmentRef) || ${order}.exists_one(right, has(right.computeEnvironmentRef) && right.computeEnvironmentRef == left.computeEnvironmentRef))`,
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
