import { describe, expect, test } from "vitest";
import { definition, environment, problemsOf } from "./manifest.ts";

const role = `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchRole
metadata: {name: reader}
spec:
  purpose: job
  inlinePolicies:
    read: POLICY
`;
const [inJobRole, inServiceRole] = [
  definition.replace("spec:", "spec:\n  iam: {jobRole: {inlinePolicies: {read: POLICY}}}"),
  environment.replace("spec:", "spec:\n  iam: {serviceRole: {inlinePolicies: {read: POLICY}}}"),
];
const kinds = [
  ["a BatchRole", role, "m:8:5: BatchRole default/reader: spec.inlinePolicies.read: "],
  ["a job's role", inJobRole, "m:7:36: JobDefinition default/hello: spec.iam.jobRole.inlinePolicies.read: "],
  [
    "a role of an environment",
    inServiceRole,
    "m:7:40: BatchComputeEnvironment default/fargate: spec.iam.serviceRole.inlinePolicies.read: ",
  ],
] as const;

describe.each(kinds)("an inline policy of %s", (_of, text, place) => {
  test.each([
    ["'{not json'", "is not a policy document: it is not JSON"],
    ["''", "is not a policy document: it is not JSON"],
    ["'[]'", "is not a policy document: it is not a JSON object"],
    ["'{}'", "is not a policy document: it has no Statement"],
    [`'${"[".repeat(40)}${"]".repeat(40)}'`, "is not a policy document: it is nested too deeply"],
  ])("that is %s is a problem, with its field and line", (policy, message) => {
    expect(problemsOf(text.replace("POLICY", policy))).toEqual([`${place}${message}`]);
  });

  test("is one that IAM may take", () => {
    expect(problemsOf(text.replace("POLICY", `'{"Statement": []}'`))).toEqual([]);
  });

  test("counts with the others of its role, in the characters that IAM counts", () => {
    const policy = (length: number) => `'{"Statement":"${"a".repeat(length - 16)}"}'`;
    const two = text.includes("{read: POLICY}")
      ? text.replace("{read: POLICY}", "{read: ONE, write: TWO}")
      : text.replace("    read: POLICY", "    read: ONE\n    write: TWO");
    const of = (length: number) => two.replace("ONE", policy(5120)).replace("TWO", policy(length - 5120));
    expect(problemsOf(text.replace("POLICY", policy(10_240)))).toEqual([]);
    expect(problemsOf(of(10_240))).toEqual([]);
    expect(problemsOf(of(10_241))).toEqual([
      expect.stringContaining(
        "inlinePolicies: have 10241 characters together, but IAM accepts 10240 (not counting white space). Use a managed policy",
      ),
    ]);
  });
});
