import type { BatchKind } from "../batch-kind.ts";
import { drainedReasons } from "../reasons/drained.ts";
import { everyKindReasons } from "../reasons/every-kind.ts";
import { jobsReasons } from "../reasons/jobs.ts";
import { namedReasons } from "../reasons/named.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { refusalReasons } from "../reasons/refusal.ts";
import { resourceReasons } from "../reasons/resource.ts";
import { group, version } from "./group.ts";
import { jobQueueReasons } from "./job-queue-reasons.ts";

export const JobQueueKind = {
  group,
  version,
  kind: "JobQueue",
  plural: "jobqueues",
  shortNames: ["bjq"],
  noun: "queue",
  description: "An AWS Batch job queue: jobs wait in it for compute environments.",
  columns: [
    { name: "PRIORITY", type: "integer", description: "Priority; higher goes first.", jsonPath: ".spec.priority" },
    { name: "STATE", type: "string", description: "ENABLED or DISABLED, in AWS.", jsonPath: ".status.state" },
    { name: "STATUS", type: "string", description: "AWS's status.", jsonPath: ".status.status" },
  ],
  selectable: [".spec.region", ".spec.jobQueueType"],
  awsName: { field: "jobQueueName", maxLength: 128 },
  records: "jobQueues",
  references: [
    {
      to: "BatchComputeEnvironment",
      path: "computeEnvironmentOrder[].computeEnvironmentRef",
      awsPath: "computeEnvironmentOrder[].computeEnvironment",
    },
    {
      to: "ServiceEnvironment",
      path: "serviceEnvironmentOrder[].serviceEnvironmentRef",
      awsPath: "serviceEnvironmentOrder[].serviceEnvironment",
    },
    { to: "SchedulingPolicy", path: "schedulingPolicyRef", awsPath: "schedulingPolicyArn", use: "scheduling policy" },
  ],
  conditions: ["ReferencesResolved", "JobsProgressing"],
  reasons: [
    everyKindReasons,
    refusalReasons,
    ownedReasons,
    resourceReasons,
    drainedReasons,
    namedReasons,
    jobsReasons,
    jobQueueReasons,
  ],
} as const satisfies BatchKind;
