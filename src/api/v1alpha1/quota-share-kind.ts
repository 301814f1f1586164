import type { BatchKind } from "../batch-kind.ts";
import { group, version } from "./group.ts";

export const QuotaShareKind = {
  group,
  version,
  kind: "QuotaShare",
  plural: "quotashares",
  shortNames: ["bqs"],
  noun: "quota share",
  description:
    "An AWS Batch quota share: the part of a queue's capacity that SageMaker training jobs of one share have.",
  columns: [
    { name: "STATE", type: "string", description: "ENABLED or DISABLED, in AWS.", jsonPath: ".status.state" },
    { name: "STATUS", type: "string", description: "AWS's status.", jsonPath: ".status.status" },
    { name: "QUEUE", type: "string", description: "Job queue in AWS.", jsonPath: ".status.jobQueue", priority: 1 },
  ],
  selectable: [".spec.region", ".spec.jobQueue"],
  awsName: { field: "quotaShareName", maxLength: 128, within: "JobQueue" },
  records: "quotaShares",
  references: [{ to: "JobQueue", path: "jobQueueRef", awsPath: "jobQueue", fixed: true }],
  conditions: ["ReferencesResolved"],
} as const satisfies BatchKind;
