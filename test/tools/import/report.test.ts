import { expect, test } from "vitest";
import { isComplete, isNothing, operatorFlags, type Report, saysWhy } from "../../../src/tools/import/report.ts";

const nothing: Report = {
  account: "123456789012",
  namespace: "team",
  dryRun: false,
  imported: [],
  gone: [],
  skipped: [],
  inexpressible: [],
  renamed: [],
  secrets: [],
  values: { values: 0, written: 0 },
  roles: { replaced: [], kept: [] },
  features: [],
  operatorFlags: [],
  namedRoles: [],
  problems: [],
  plan: undefined,
};
const skipped = { kind: "JobQueue", region: "eu-west-1", awsName: "q", why: "it belongs to somebody" } as const;

test("the operator needs a flag for each thing that is more than its defaults, and none for nothing", () => {
  const named = (region: string) => ({ kind: "JobQueue", region, awsName: "q" }) as const;
  const given = { adoptableNames: ["team/q"], ignoreTagKeys: [], limits: { allowInlinePolicies: true } };
  expect(operatorFlags([], given)).toEqual([]);
  expect(operatorFlags([named("us-east-1")], given)).toEqual(["--adoptable-names team/q", "--allow-inline-policies"]);
  expect(operatorFlags([named("us-east-1"), named("eu-west-1")], { ...given, ignoreTagKeys: ["a"] })).toEqual([
    "--adoptable-names team/q",
    "--allowed-regions 'eu-west-1,us-east-1'",
    "--ignore-tag-keys a",
    "--allow-inline-policies",
  ]);
});

test("an import of nothing says why only where something was left out", () => {
  expect([isNothing(nothing), saysWhy(nothing), isComplete(nothing)]).toEqual([true, false, true]);
  const left = { ...nothing, skipped: [skipped] };
  expect([isNothing(left), saysWhy(left), isComplete(left)]).toEqual([true, true, false]);
  expect(isComplete({ ...nothing, skipped: [{ ...skipped, isExpected: true }] })).toBe(true);
});
