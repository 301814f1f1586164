import { type CelExample, examplesOf, type Row } from "./example.ts";
import { sharingRows, tagRows } from "./shared.ts";

const blank = " ".repeat(10_240);

const rows: readonly Row[] = [
  ["purpose cannot be changed", {}, { purpose: "instance" }, {}],
  ["roleName cannot be changed", { roleName: "a" }, { roleName: "b" }, { roleName: "a" }],
  [
    "a policy name has 1 to 128 letters, digits or any of +=,.@_-: rename the policy",
    { inlinePolicies: { "read+write": "{}" } },
    { inlinePolicies: { "read/write": "{}" } },
  ],
  [
    "IAM takes at most 10240 characters without white space in all inline policies of a role",
    { inlinePolicies: { a: blank, b: blank } },
    { inlinePolicies: { a: blank, b: blank, c: "{" } },
  ],
  ...sharingRows,
  ...tagRows,
];

export const batchRoleExamples: readonly CelExample[] = examplesOf("BatchRole", { purpose: "job" }, rows);
