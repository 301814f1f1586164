import { quotaShare } from "./bases.ts";
import { type CelExample, examplesOf, patched, type Row } from "./example.ts";
import { drainRows, tagRows } from "./shared.ts";

const { jobQueueRef: _reference, ...free } = quotaShare;
const literal = patched(free, { jobQueue: "train" });

const fixedRows: readonly Row[] = [
  ["region cannot be changed", {}, { region: "eu-west-1" }, {}],
  ["quotaShareName cannot be changed", { quotaShareName: "a" }, { quotaShareName: "b" }, { quotaShareName: "a" }],
];

const rows: readonly Row[] = [
  [
    "only LEND_AND_BORROW borrows: remove borrowLimit, or change the strategy",
    { resourceSharingConfiguration: { strategy: "LEND_AND_BORROW", borrowLimit: 50 } },
    { resourceSharingConfiguration: { strategy: "LEND", borrowLimit: 50 } },
  ],
  ["a share is in one queue", {}, { jobQueue: "train" }],
  ["jobQueueRef cannot be changed", {}, { jobQueueRef: { name: "other" } }, {}],
  ...drainRows,
  ...fixedRows,
  ...tagRows,
];

export const quotaShareExamples: readonly CelExample[] = [
  ...examplesOf("QuotaShare", quotaShare, rows),
  ...examplesOf("QuotaShare", literal, [["jobQueue cannot be changed", {}, { jobQueue: "other" }, {}]]),
];
