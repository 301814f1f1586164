import type { z } from "zod";
import type { ValidationRule } from "../crd.ts";
import type { KubeObject } from "../object.ts";
import { drain, immutable, immutableRegion, policyFields, state, statusFields, time } from "./common.ts";
import { awsName } from "./names.ts";
import { allowedNamespaces, reference } from "./references.ts";
import { arnText, type DeepReadonly, int, int32Max, mapList, object, oneOf, text } from "./schema.ts";

/** Rules of a job queue: what AWS rejects, and immutable fields. */

const orderEntryRules: readonly ValidationRule[] = [
  {
    rule: "has(self.computeEnvironment) != has(self.computeEnvironmentRef)",
    message:
      "an entry references one environment: give exactly one of computeEnvironmentRef (an object) and computeEnvironment (a name or ARN in AWS)",
  },
];

const serviceEntryRules: readonly ValidationRule[] = [
  {
    rule: "has(self.serviceEnvironment) != has(self.serviceEnvironmentRef)",
    message:
      "an entry references one service environment: give exactly one of serviceEnvironmentRef (an object) and serviceEnvironment (a name or ARN in AWS)",
  },
];

const order = "self.computeEnvironmentOrder";
const ofSageMaker = "has(self.jobQueueType) && self.jobQueueType == 'SAGEMAKER_TRAINING'";

const jobQueueRules: readonly ValidationRule[] = [
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

const orderEntry = object(
  "One environment and its position.",
  {
    order: int("Position; AWS uses lower ones first.", 0, int32Max),
    computeEnvironment: arnText(
      "Name or ARN of an environment in AWS; either this or computeEnvironmentRef.",
      "computeEnvironment",
      256,
    ).optional(),
    computeEnvironmentRef: reference("A BatchComputeEnvironment; follows its replacements.", "the queue").optional(),
  },
  ...orderEntryRules,
);

const serviceEntry = object(
  "The service environment.",
  {
    order: int("Position; there is only one.", 0, int32Max),
    serviceEnvironment: arnText(
      "Name or ARN of a service environment in AWS; either this or serviceEnvironmentRef.",
      "serviceEnvironment",
      256,
    ).optional(),
    serviceEnvironmentRef: reference("A ServiceEnvironment.", "the queue").optional(),
  },
  ...serviceEntryRules,
);

const timeLimitAction = object("Action for a job that blocks the head of the queue.", {
  reason: oneOf("Reason why the job cannot start.", [
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
  ]),
  state: oneOf("State of the job.", ["RUNNABLE"]),
  maxTimeSeconds: int("Maximum seconds in that state.", 600, 86_400),
  action: oneOf("Action: TERMINATE in a queue of type SAGEMAKER_TRAINING, CANCEL in all others.", [
    "CANCEL",
    "TERMINATE",
  ]),
});

export const JobQueueSpec = object(
  "Desired state of the queue; AWS's fields have AWS's names.",
  {
    jobQueueName: text("AWS name. Immutable. Default: <namespace>_<name>.", 128, awsName).optional(),
    state: state.optional(),
    priority: int("Priority among queues that share an environment; higher goes first.", 0, int32Max),
    schedulingPolicyArn: arnText(
      "ARN of a fair-share policy; either this or schedulingPolicyRef. Can be replaced, but not added or removed.",
      "schedulingPolicyArn",
    ).optional(),
    schedulingPolicyRef: reference(
      "A SchedulingPolicy. Can be replaced, but not added or removed, except in place of schedulingPolicyArn.",
      "the queue",
    ).optional(),
    computeEnvironmentOrder: mapList(
      "Environments that run the jobs, one to three; all EC2 and SPOT, or all Fargate. Either this or serviceEnvironmentOrder.",
      ["order"],
      orderEntry,
      3,
      1,
    ).optional(),
    serviceEnvironmentOrder: mapList(
      "The service environment that runs the jobs of a queue of type SAGEMAKER_TRAINING; AWS allows one.",
      ["order"],
      serviceEntry,
      1,
      1,
    ).optional(),
    jobQueueType: oneOf(
      "Type of the environments. Immutable. Default: from the environments; SAGEMAKER_TRAINING has to be given.",
      ["ECS", "ECS_FARGATE", "ECS_MANAGED_INSTANCES", "EKS", "SAGEMAKER_TRAINING"],
    ).optional(),
    jobStateTimeLimitActions: mapList(
      "Limits for jobs that block the head of the queue.",
      ["state", "reason"],
      timeLimitAction,
      8,
    ).optional(),
    drain: drain.optional(),
    allowedNamespaces: allowedNamespaces("Namespaces of jobs that may be submitted to this queue.").optional(),
    ...policyFields,
  },
  ...jobQueueRules,
);

export const JobQueueStatus = object("Observed state of the queue in AWS.", {
  ...statusFields,
  computeEnvironmentOrder: mapList(
    "Resolved environments.",
    ["order"],
    object("One environment and its position.", {
      order: int("Position in the order; AWS tries the lowest first.", 0, int32Max),
      computeEnvironment: text("ARN or name in AWS.", 2048),
    }),
    3,
  ).optional(),
  serviceEnvironmentOrder: mapList(
    "Resolved service environment.",
    ["order"],
    object("One service environment and its position.", {
      order: int("Position in the order; AWS tries the lowest first.", 0, int32Max),
      serviceEnvironment: text("ARN or name in AWS.", 2048),
    }),
    1,
  ).optional(),
  jobs: object("Jobs of the queue at the last check, which runs once a minute; only while a job waits for capacity.", {
    runnable: int("RUNNABLE jobs; 100 and 1000 may mean more.", 0, int32Max),
    starting: int("STARTING jobs; 1000 may mean more.", 0, int32Max).optional(),
    running: int("RUNNING jobs; 1000 may mean more.", 0, int32Max).optional(),
    first: object("The job that starts next.", {
      jobId: text("ID in AWS Batch.", 256),
      since: time("Time since which it has been first."),
    }),
  }).optional(),
});

export type JobQueueSpec = z.infer<typeof JobQueueSpec>;
export type JobQueueStatus = DeepReadonly<z.infer<typeof JobQueueStatus>>;
export type JobQueue = KubeObject<JobQueueSpec, JobQueueStatus>;
