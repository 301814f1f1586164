import type { BatchKind } from "../batch-kind.ts";
import { everyKindReasons } from "../reasons/every-kind.ts";
import { refusalReasons } from "../reasons/refusal.ts";
import { batchJobReasons } from "./batch-job-reasons.ts";
import { group, version } from "./group.ts";

export const BatchJobKind = {
  group,
  version,
  kind: "BatchJob",
  plural: "batchjobs",
  shortNames: ["bj"],
  expires: true,
  fixedSpec: true,
  noun: "job",
  description: "A job of AWS Batch: submitted once, followed to its end, and kept with its result.",
  columns: [
    {
      name: "STATUS",
      type: "string",
      description: "AWS's status of the job; FAILED also of one that was never submitted.",
      jsonPath: ".status.status",
    },
    { name: "QUEUE", type: "string", description: "Job queue in AWS.", jsonPath: ".status.jobQueue" },
    { name: "EXIT", type: "integer", description: "Exit code of the last attempt.", jsonPath: ".status.exitCode" },
    {
      name: "DURATION",
      type: "string",
      description: "Time from its start to its end.",
      jsonPath: ".status.duration",
    },
    { name: "JOB-ID", type: "string", description: "ID in AWS.", jsonPath: ".status.jobId", priority: 1 },
  ],
  selectable: [".spec.region"],
  awsName: { field: "jobName", maxLength: 91, endsWithUid: true },
  request: {
    call: "SubmitJob",
    maxBytes: 30_720,
    without: [
      "jobQueueRef",
      "jobDefinitionRef",
      "dependsOn",
      "suspend",
      "cancel",
      "ttlSecondsAfterFinished",
      "deletionPolicy",
      "region",
    ],
    apart: ["nodeOverrides.nodePropertyOverrides[].eksPropertiesOverride", "nodeOverrides"],
  },
  stub: {
    bulk: [
      "parameters",
      "containerOverrides",
      "nodeOverrides",
      "ecsPropertiesOverride",
      "eksPropertiesOverride",
      "retryStrategy",
      "consumableResourcePropertiesOverride",
    ],
  },
  references: [
    { to: "JobQueue", path: "jobQueueRef", awsPath: "jobQueue", fixed: true },
    { to: "JobDefinition", path: "jobDefinitionRef", awsPath: "jobDefinition", fixed: true },
    {
      to: "ConsumableResource",
      use: "holds",
      path: "consumableResourcePropertiesOverride.consumableResourceList[].consumableResourceRef",
      awsPath: "consumableResourcePropertiesOverride.consumableResourceList[].consumableResource",
      fixed: true,
    },
    {
      to: "ConsumableResource",
      use: "holds",
      path: "nodeOverrides.nodePropertyOverrides[].consumableResourcePropertiesOverride.consumableResourceList[].consumableResourceRef",
      awsPath:
        "nodeOverrides.nodePropertyOverrides[].consumableResourcePropertiesOverride.consumableResourceList[].consumableResource",
      fixed: true,
    },
    { to: "BatchJob", path: "dependsOn[].jobRef", fixed: true },
  ],
  conditions: ["Complete", "Failed", "Suspended", "SubmittedOnce", "Kept"],
  reasons: [everyKindReasons, refusalReasons, batchJobReasons],
} as const satisfies BatchKind;
