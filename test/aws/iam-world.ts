import { createIamAccount } from "../../src/aws/cached-iam.ts";
import type { CallReport } from "../../src/aws/calls.ts";
import { guardedIam } from "../../src/aws/iam-calls.ts";
import type { Knobs } from "../../src/simulator/knobs.ts";
import { account, trustOf } from "../simulator/account.ts";
import { aBudget, aGuard } from "./given.ts";

/** IAM as the controllers have it, over a simulated account whose calls take no time and show everything at once. */
export function iamWorld(
  knobs: Partial<Knobs> = {},
  mayWrite: () => { deadlineMs: number } = () => ({ deadlineMs: 10_000 }),
  ratePerSecond = 1000,
) {
  const { aws, clock } = account({ iamVisibleMs: 0, iamPropagationMs: 0, ...knobs });
  const reports: CallReport[] = [];
  const api = guardedIam(
    aws.iam,
    aGuard({ clock, budget: aBudget(clock, ratePerSecond), mayWrite, onCall: (report) => reports.push(report) }),
  );
  const iam = createIamAccount({ api, account: aws.account, partition: "aws", clock });
  const { signal } = new AbortController();
  return {
    aws,
    clock,
    iam,
    reports,
    /** How many calls of the operator came to AWS. */
    calls: () => aws.log.filter(({ by }) => by === "operator").length,
    reading: (maxAgeMs = 0) => ({ signal, maxAgeMs }),
  };
}

/** Makes a role with all its parts, by somebody else. */
export async function foreignRole(
  { aws }: Pick<ReturnType<typeof iamWorld>, "aws">,
  name: string,
  path = "/",
): Promise<void> {
  const { iam } = aws.outside;
  const PolicyDocument = JSON.stringify({ Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] });
  await iam.createRole({ RoleName: name, Path: path, AssumeRolePolicyDocument: trustOf("ec2.amazonaws.com") });
  await iam.attachRolePolicy({ RoleName: name, PolicyArn: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" });
  await iam.putRolePolicy({ RoleName: name, PolicyName: "inline", PolicyDocument });
  await iam.tagRole({ RoleName: name, Tags: [{ Key: "team", Value: "blue" }] });
  await iam.putRolePermissionsBoundary({
    RoleName: name,
    PermissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess",
  });
  await iam.createInstanceProfile({ InstanceProfileName: name, Path: path });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
}
