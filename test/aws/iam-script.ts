import { classify } from "../../src/aws/errors.ts";
import type { IamApi } from "../../src/aws/iam.ts";

/**
 * A life of roles and profiles that makes every call of the port, with the refusals that matter, to be played to
 * more than one IAM.
 */

type Step = { [Name in keyof IamApi]: readonly [Name, Parameters<IamApi[Name]>[0]] }[keyof IamApi];

const path = "/aws-batch-operator/blue/";
const trusting = (...services: readonly string[]): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: services }, Action: "sts:AssumeRole" }],
  });
const policy = (action: string, resource = "arn:aws:s3:::a bucket/*"): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "A", Effect: "Allow", Action: action, Resource: resource }],
  });
const managed = (name: string): string => `arn:aws:iam::aws:policy/${name}`;
const service = managed("service-role/AWSBatchServiceRole");
const instances = managed("service-role/AmazonEC2ContainerServiceforEC2Role");

export const managedPolicies = [
  service,
  instances,
  managed("service-role/AmazonEC2SpotFleetTaggingRole"),
  managed("service-role/AmazonECSTaskExecutionRolePolicy"),
  managed("AmazonECSInfrastructureRolePolicyForManagedInstances"),
  managed("AmazonEC2ContainerRegistryReadOnly"),
];

export const script: readonly Step[] = [
  ["getRole", { RoleName: "service" }],
  [
    "createRole",
    {
      RoleName: "service",
      Path: path,
      AssumeRolePolicyDocument: trusting("batch.amazonaws.com"),
      Description: "made by <us> & nobody else",
      Tags: [
        { Key: "awsbatch.dev/cluster", Value: "blue" },
        { Key: "team", Value: "größer @ +1" },
      ],
    },
  ],
  ["createRole", { RoleName: "service", Path: path, AssumeRolePolicyDocument: trusting("batch.amazonaws.com") }],
  ["createRole", { RoleName: "broken", AssumeRolePolicyDocument: "{" }],
  ...managedPolicies.map((PolicyArn) => ["attachRolePolicy", { RoleName: "service", PolicyArn }] as const),
  ["attachRolePolicy", { RoleName: "service", PolicyArn: service }],
  ["attachRolePolicy", { RoleName: "service", PolicyArn: managed("NoSuchPolicy") }],
  ["listAttachedRolePolicies", { RoleName: "service", MaxItems: 2 }],
  ["putRolePolicy", { RoleName: "service", PolicyName: "read", PolicyDocument: policy("s3:GetObject") }],
  ["putRolePolicy", { RoleName: "service", PolicyName: "read", PolicyDocument: policy("s3:Get*") }],
  ["putRolePolicy", { RoleName: "service", PolicyName: "write", PolicyDocument: policy("s3:PutObject", "*") }],
  ["putRolePolicy", { RoleName: "service", PolicyName: "broken", PolicyDocument: "no JSON" }],
  ["listRolePolicies", { RoleName: "service" }],
  ["getRolePolicy", { RoleName: "service", PolicyName: "read" }],
  ["getRolePolicy", { RoleName: "service", PolicyName: "none" }],
  ["deleteRolePolicy", { RoleName: "service", PolicyName: "write" }],
  ["deleteRolePolicy", { RoleName: "service", PolicyName: "write" }],
  ["putRolePermissionsBoundary", { RoleName: "service", PermissionsBoundary: managed("AdministratorAccess") }],
  ["tagRole", { RoleName: "service", Tags: [{ Key: "more", Value: "" }] }],
  ["untagRole", { RoleName: "service", TagKeys: ["team", "none"] }],
  [
    "updateAssumeRolePolicy",
    { RoleName: "service", PolicyDocument: trusting("batch.amazonaws.com", "ec2.amazonaws.com") },
  ],
  ["getRole", { RoleName: "service" }],
  ["detachRolePolicy", { RoleName: "service", PolicyArn: instances }],
  ["detachRolePolicy", { RoleName: "service", PolicyArn: instances }],

  ["createRole", { RoleName: "instances", Path: path, AssumeRolePolicyDocument: trusting("ec2.amazonaws.com") }],
  ["attachRolePolicy", { RoleName: "instances", PolicyArn: instances }],
  ["createInstanceProfile", { InstanceProfileName: "instances", Path: path, Tags: [{ Key: "a", Value: "1" }] }],
  ["createInstanceProfile", { InstanceProfileName: "instances", Path: path }],
  ["addRoleToInstanceProfile", { InstanceProfileName: "instances", RoleName: "instances" }],
  ["addRoleToInstanceProfile", { InstanceProfileName: "instances", RoleName: "service" }],
  ["tagInstanceProfile", { InstanceProfileName: "instances", Tags: [{ Key: "b", Value: "2" }] }],
  ["untagInstanceProfile", { InstanceProfileName: "instances", TagKeys: ["a"] }],
  ["getInstanceProfile", { InstanceProfileName: "instances" }],
  ["getInstanceProfile", { InstanceProfileName: "none" }],
  ["listInstanceProfilesForRole", { RoleName: "instances" }],
  ["deleteRole", { RoleName: "instances" }],
  ["deleteInstanceProfile", { InstanceProfileName: "instances" }],

  ["createInstanceProfile", { InstanceProfileName: "short-lived" }],
  ["addRoleToInstanceProfile", { InstanceProfileName: "short-lived", RoleName: "instances" }],
  ["removeRoleFromInstanceProfile", { InstanceProfileName: "short-lived", RoleName: "instances" }],
  ["deleteInstanceProfile", { InstanceProfileName: "short-lived" }],
  ["createRole", { RoleName: "short-lived", AssumeRolePolicyDocument: trusting("ecs-tasks.amazonaws.com") }],
  ["putRolePermissionsBoundary", { RoleName: "short-lived", PermissionsBoundary: managed("AdministratorAccess") }],
  ["deleteRolePermissionsBoundary", { RoleName: "short-lived" }],
  ["attachRolePolicy", { RoleName: "short-lived", PolicyArn: service }],
  ["deleteRole", { RoleName: "short-lived" }],
  ["detachRolePolicy", { RoleName: "short-lived", PolicyArn: service }],
  ["deleteRole", { RoleName: "short-lived" }],
  ["deleteRole", { RoleName: "short-lived" }],
  ["createServiceLinkedRole", { AWSServiceName: "batch.amazonaws.com" }],
];

/** What each step came to: its answer without ids, times and request metadata, or the exception and its kind. */
export async function play(
  iam: IamApi,
  between: () => Promise<void> = async () => undefined,
): Promise<readonly string[]> {
  const outcomes: string[] = [];
  for (const [name, input] of script) {
    const call: (input: never) => Promise<unknown> = iam[name];
    const outcome = await call.call(iam, input as never).then(
      (answer) => JSON.stringify(plain(answer) ?? {}),
      (error: unknown) => {
        const { exception, kind } = classify(error, `iam:${name}`);
        return `${exception} (${kind})`;
      },
    );
    outcomes.push(`${name}: ${outcome}`);
    await between();
  }
  return outcomes;
}

const incidental = new Set([
  "$metadata",
  "RoleId",
  "InstanceProfileId",
  "CreateDate",
  "MaxSessionDuration",
  "RoleLastUsed",
  "Marker",
]);

function plain(value: unknown): unknown {
  // IAM promises no order of its lists, and moto's is by random ids.
  if (Array.isArray(value)) return value.map(plain).toSorted((left, right) => (textOf(left) < textOf(right) ? -1 : 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => !incidental.has(key) && !isNothing(member))
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, member]) => [key, key.endsWith("Document") ? decodeURIComponent(String(member)) : plain(member)]),
  );
}

const textOf = (value: unknown): string => JSON.stringify(value) ?? "";

/** What one IAM leaves out and another says: no tags, no more pages. */
function isNothing(member: unknown): boolean {
  return member === undefined || member === false || (Array.isArray(member) && member.length === 0);
}
