import { fairShare } from "./bases.ts";
import { type CelExample, examplesOf, type Row } from "./example.ts";
import { sharingRows, tagRows } from "./shared.ts";

const quota = { fairsharePolicy: undefined, quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" } };

const rows: readonly Row[] = [
  [
    "a policy is of one kind: give exactly one of fairsharePolicy and quotaSharePolicy",
    quota,
    { quotaSharePolicy: quota.quotaSharePolicy },
  ],
  ["AWS fixes the kind of a policy at creation", {}, quota, {}],
  ["region cannot be changed", {}, { region: "eu-west-1" }, {}],
  ["name cannot be changed", { name: "a" }, { name: "b" }, { name: "a" }],
  ...sharingRows,
  ...tagRows,
];

export const schedulingPolicyExamples: readonly CelExample[] = examplesOf("SchedulingPolicy", fairShare, rows);
