import type { BatchKind } from "../batch-kind.ts";
import { everyKindReasons } from "../reasons/every-kind.ts";
import { namedReasons } from "../reasons/named.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { refusalReasons } from "../reasons/refusal.ts";
import { resourceReasons } from "../reasons/resource.ts";
import { group, version } from "./group.ts";
import { quotaShareReasons } from "./quota-share-reasons.ts";

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
  references: [{ to: "JobQueue", path: "jobQueueRef", awsPath: "jobQueue", fixed: true, use: "share of" }],
  conditions: ["ReferencesResolved"],
  reasons: [everyKindReasons, refusalReasons, ownedReasons, resourceReasons, namedReasons, quotaShareReasons],
} as const satisfies BatchKind;
