import { type Account, answerOf } from "../account/account.ts";
import { instanceRole, lateRole, prefixOf, type Run, roleNames, rolePath, tagKey } from "../names/renaming.ts";

/** Who assumes a role of the stage. */
const services: Readonly<Record<(typeof roleNames)[number], string>> = {
  batch: "batch",
  ecsTaskExecutionRole: "ecs-tasks",
  ecsInfrastructureRole: "ecs",
  ecsInstanceRole: "ec2",
};

/** AWS's policies of roles, without which an environment is INVALID, or a job does not run. */
const policies: Readonly<Record<string, string>> = {
  batch: "service-role/AWSBatchServiceRole",
  late: "service-role/AWSBatchServiceRole",
  ecsTaskExecutionRole: "service-role/AmazonECSTaskExecutionRolePolicy",
  ecsInstanceRole: "service-role/AmazonEC2ContainerServiceforEC2Role",
  ecsInfrastructureRole: "AmazonECSInfrastructureRolePolicyForManagedInstances",
};

/** The ARN of the policy of each role of a run that has one, by the role's name in the account. */
export function policiesOf(run: Pick<Run, "id" | "partition">): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(policies).map(([name, policy]) => [
      prefixOf(run) + name,
      `arn:${run.partition}:iam::aws:policy/${policy}`,
    ]),
  );
}

/** Makes the roles and the instance profile of a run. @throws Error with IAM's words */
export async function createRoles({ iam }: Account, run: Run): Promise<void> {
  const prefix = prefixOf(run);
  const made = { Path: rolePath, Tags: [{ Key: tagKey, Value: run.id }] };
  for (const name of roleNames) {
    const suffix = run.partition === "aws-cn" && name === "ecsInstanceRole" ? ".amazonaws.com.cn" : ".amazonaws.com";
    const trust = trustOf(services[name], suffix);
    await answerOf(iam, "CreateRole", { ...made, RoleName: prefix + name, AssumeRolePolicyDocument: trust });
  }
  for (const [RoleName, PolicyArn] of policiesOf(run)) {
    if (RoleName !== prefix + lateRole) await answerOf(iam, "AttachRolePolicy", { RoleName, PolicyArn });
  }
  const profile = { InstanceProfileName: prefix + instanceRole };
  await answerOf(iam, "CreateInstanceProfile", { ...made, ...profile });
  await answerOf(iam, "AddRoleToInstanceProfile", { ...profile, RoleName: prefix + instanceRole });
}

/** The trust policy for one service of AWS. */
export function trustOf(service: string, suffix = ".amazonaws.com"): string {
  const statement = { Effect: "Allow", Principal: { Service: `${service}${suffix}` }, Action: "sts:AssumeRole" };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
