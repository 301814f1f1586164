import { expect, test } from "vitest";
import type { NamedResource } from "../../../src/tools/import/names.ts";
import { keptText, type ObjectRole, replacedText, roleReport } from "../../../src/tools/import/role-report.ts";

const arn = "arn:aws:iam::123456789012";
const job = (name: string, value: string, kept?: string): ObjectRole => {
  return { member: "jobRole", value, kept, object: { kind: "JobDefinition", name } };
};
const nodes: ObjectRole = {
  member: "instanceRole",
  value: "nodes",
  object: { kind: "BatchComputeEnvironment", name: "workers" },
};
const user = (awsName: string): NamedResource => ({ kind: "JobDefinition", region: "us-east-1", awsName });

test("each role has one line: what the operator makes in its place and who still names it, or why it stays", () => {
  const crunch = `${arn}:role/crunch`;
  const uses = [
    job("a", crunch),
    nodes,
    job("b", crunch),
    job("c", `${arn}:role/web`, "why"),
    job("d", `${arn}:role/web`, "why"),
  ];
  const remaining = new Map([
    ["role/crunch", [user("old")]],
    ["role/nodes", [user("of-a-role-of-that-name")]],
  ]);
  const { replaced, kept } = roleReport(uses, remaining);
  expect(replaced.map(replacedText)).toEqual([
    `${crunch}: jobRoleRef of JobDefinition a, jobRoleRef of JobDefinition b; afterwards it is still named by JobDefinition old in us-east-1`,
    "nodes: computeResources.instanceRoleRef of BatchComputeEnvironment workers; nothing in AWS Batch names it afterwards",
  ]);
  expect(kept.map(keptText)).toEqual([`${arn}:role/web, jobRole of JobDefinition c, jobRole of JobDefinition d: why`]);
});
