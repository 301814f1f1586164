import type { z } from "zod";
import type { KubeObject } from "../object.ts";
import { drain, policyFields, state, statusFields, time } from "./common.ts";
import { jobQueueRules, orderEntryRules } from "./job-queue-rules.ts";
import { awsName, dnsLabel, dnsSubdomain } from "./names.ts";
import { arn, type DeepReadonly, int, int32Max, mapList, object, oneOf, text } from "./schema.ts";

const orderEntry = object(
  "One environment and its place.",
  {
    order: int("Place; lower ones are tried first.", 0, int32Max),
    computeEnvironment: text(
      "Name or ARN of an environment in AWS; either this or computeEnvironmentRef.",
      256,
      /^(arn:[^:]+:batch:.+|[A-Za-z0-9][A-Za-z0-9_-]*)$/,
    ).optional(),
    computeEnvironmentRef: object("A BatchComputeEnvironment; follows its replacements.", {
      name: text("Name of the object.", 253, dnsSubdomain),
      namespace: text(
        "Its namespace, if another; that object's allowedNamespaces must let it. Default: this queue's.",
        63,
        dnsLabel,
      ).optional(),
    }).optional(),
  },
  ...orderEntryRules,
);

const timeLimitAction = object("What happens to a job that blocks the head of the queue.", {
  reason: oneOf("Why the job cannot start.", [
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
  ]),
  state: oneOf("State of the job.", ["RUNNABLE"]),
  maxTimeSeconds: int("How long the job may stay so.", 600, 86_400),
  action: oneOf("What is done.", ["CANCEL"]),
});

export const JobQueueSpec = object(
  "The queue as it shall be; AWS's fields under AWS's names.",
  {
    jobQueueName: text("AWS name. Immutable. Default: <namespace>_<name>.", 128, awsName).optional(),
    state: state.optional(),
    priority: int("Queues with a higher number go first among those that share an environment.", 0, int32Max),
    schedulingPolicyArn: arn("Fair-share policy. Can be exchanged, not added or removed.", "batch").optional(),
    computeEnvironmentOrder: mapList(
      "Environments that run the jobs, one to three; all EC2 and SPOT, or all Fargate.",
      ["order"],
      orderEntry,
      3,
      1,
    ),
    jobQueueType: oneOf("Kind of environments. Immutable. Default: that of the environments.", [
      "ECS",
      "ECS_FARGATE",
      "ECS_MANAGED_INSTANCES",
      "EKS",
    ]).optional(),
    jobStateTimeLimitActions: mapList(
      "Limits for jobs that block the head of the queue.",
      ["state", "reason"],
      timeLimitAction,
      8,
    ).optional(),
    drain: drain.optional(),
    ...policyFields,
  },
  ...jobQueueRules,
);

export const JobQueueStatus = object("The queue as AWS has it.", {
  ...statusFields,
  computeEnvironmentOrder: mapList(
    "Environments as resolved.",
    ["order"],
    object("One environment and its place.", {
      order: int("Place.", 0, int32Max),
      computeEnvironment: text("ARN or name in AWS.", 2048),
    }),
    3,
  ).optional(),
  jobs: object("Its jobs when last looked at; only while a job waits for a place. Looked at once a minute.", {
    runnable: int("Jobs in RUNNABLE; 100 and 1000 may stand for more.", 0, int32Max),
    starting: int("Jobs in STARTING; 1000 may stand for more.", 0, int32Max).optional(),
    running: int("Jobs in RUNNING; 1000 may stand for more.", 0, int32Max).optional(),
    first: object("The job that is to be placed next.", {
      jobId: text("Its id in AWS Batch.", 256),
      since: time("Since when it has been the first."),
    }),
  }).optional(),
});

export type JobQueueSpec = z.infer<typeof JobQueueSpec>;
export type JobQueueStatus = DeepReadonly<z.infer<typeof JobQueueStatus>>;
export type JobQueue = KubeObject<JobQueueSpec, JobQueueStatus>;
