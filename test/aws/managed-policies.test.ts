import { describe, expect, it } from "vitest";
import { managedPolicies } from "../../src/aws/managed-policies.ts";
import { largestPolicy, operatorPolicy } from "../../src/aws/operator-policy.ts";
import { policyFeatures } from "../../src/aws/policy-statements.ts";
import { clusterTag } from "../../src/controllers/ownership/ownership.ts";
import { isAllowed } from "../policy/evaluator.ts";
import { scopeOf } from "../policy/requests.ts";

const account = { account: "123456789012", region: "eu-west-1" };
const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
const everything = scopeOf(account, { inlinePolicies: true, repairRoleArns: [role("legacy")] });
const sizesOf = (documents: readonly object[]): readonly number[] => documents.map((one) => JSON.stringify(one).length);

describe("the operator's permissions as managed policies", () => {
  it("are two for all features in one region", () => {
    expect(Object.keys(policyFeatures).every((name) => (everything.features as string[]).includes(name))).toBe(true);
    const parts = managedPolicies(operatorPolicy(everything));
    expect(parts).toHaveLength(2);
    expect(Math.max(...sizesOf(parts))).toBeLessThanOrEqual(largestPolicy);
  });

  it("are each small enough for any number of regions, with every statement once", () => {
    const regions = Array.from({ length: 40 }, (_, index) => `ap-southeast-${index}`);
    const whole = operatorPolicy({ ...everything, regions });
    const parts = managedPolicies(whole);
    expect(Math.max(...sizesOf(parts))).toBeLessThanOrEqual(largestPolicy);
    const pairs = (statements: (typeof whole)["Statement"]): readonly string[] =>
      statements.flatMap(({ Action, Resource, Condition }) =>
        [Resource].flat().map((resource) => JSON.stringify([Action, resource, Condition])),
      );
    expect(parts.flatMap(({ Statement }) => pairs(Statement))).toEqual(pairs(whole.Statement));
    for (const { Statement } of parts) {
      const names = Statement.map(({ Sid }) => Sid);
      expect(names.filter((name) => !/^[A-Za-z0-9]+$/.test(name))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it("allow in a divided statement what the whole one does", () => {
    const passRoleArns = Array.from({ length: 200 }, (_, index) => role(`jobs/${index}`));
    const parts = managedPolicies(operatorPolicy({ ...everything, passRoleArns }));
    const pass = (name: string) => ({
      action: "iam:PassRole",
      resource: role(name),
      context: { "iam:PassedToService": "batch.amazonaws.com" },
    });
    const allowed = (name: string): boolean => parts.some((part) => isAllowed(part, pass(name)));
    expect([0, 99, 100, 199].map((index) => allowed(`jobs/${index}`))).toEqual([true, true, true, true]);
    expect(allowed("admin")).toBe(false);
  });

  it("allow each of very many policies to be attached", () => {
    const policyArns = Array.from({ length: 200 }, (_, index) => `arn:aws:iam::123456789012:policy/jobs-${index}`);
    const parts = managedPolicies(operatorPolicy({ ...everything, policyArns }));
    expect(Math.max(...sizesOf(parts))).toBeLessThanOrEqual(largestPolicy);
    const attach = (arn: string, cluster = "default") => ({
      action: "iam:AttachRolePolicy",
      resource: role("aws-batch-operator/default/x"),
      context: { [`aws:ResourceTag/${clusterTag}`]: cluster, "iam:PolicyARN": arn },
    });
    const allowed = (...args: Parameters<typeof attach>): boolean =>
      parts.some((part) => isAllowed(part, attach(...args)));
    expect(policyArns.filter((arn) => !allowed(arn))).toEqual([]);
    expect(allowed("arn:aws:iam::aws:policy/AdministratorAccess")).toBe(false);
    expect(policyArns.filter((arn) => allowed(arn, "other"))).toEqual([]);
  });

  it("do not hide a statement that fits nowhere", () => {
    const long = scopeOf(account, { passRoleArns: [], policyArns: [`arn:aws:iam::aws:policy/${"x".repeat(7000)}`] });
    expect(() => managedPolicies(operatorPolicy(long))).toThrow(
      /the statement RoleAttach\d* alone has more than the 6144 characters of a managed policy/,
    );
  });
});
