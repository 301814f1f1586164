/** The permissions of a run: every write is bounded by the prefix, the path or the tag of runs. Pure. */

import { rolePath, tagKey } from "../names/renaming.ts";

interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

const kinds = [
  "compute-environment",
  "job-queue",
  "job-definition",
  "scheduling-policy",
  "service-environment",
] as const;
/** The job of the facts that exists nowhere. */
const noJob = "00000000-0000-4000-8000-000000000000";

/** @param where the account, and the partition of its region, e.g. `aws` */
export function policyFor(where: {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
}): Policy {
  const { account, region, partition } = where;
  const batch = `arn:${partition}:batch:${region}:${account}`;
  const iam = `arn:${partition}:iam::${account}`;
  const named = kinds.map((kind) => `${batch}:${kind}/${tagKey}-*`);
  const roles = `${iam}:role${rolePath}${tagKey}-*`;
  const profiles = `${iam}:instance-profile${rolePath}${tagKey}-*`;
  const isTagged = { StringLike: { [`aws:RequestTag/${tagKey}`]: "*" } };
  const aws = (policy: string): string => `arn:${partition}:iam::aws:policy/${policy}`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Read",
        Effect: "Allow",
        Action: [
          ...["ComputeEnvironments", "JobDefinitions", "JobQueues", "Jobs", "QuotaShare", "SchedulingPolicies"].map(
            (what) => `batch:Describe${what}`,
          ),
          "batch:DescribeServiceEnvironments",
          ...["Jobs", "QuotaShares", "SchedulingPolicies", "TagsForResource"].map((what) => `batch:List${what}`),
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
        ],
        Resource: "*",
      },
      {
        Sid: "CreateWithTheTag",
        Effect: "Allow",
        Action: [
          ...["ComputeEnvironment", "JobQueue", "QuotaShare", "SchedulingPolicy", "ServiceEnvironment"].map(
            (what) => `batch:Create${what}`,
          ),
          "batch:RegisterJobDefinition",
          "batch:SubmitJob",
        ],
        Resource: named,
        Condition: isTagged,
      },
      {
        Sid: "ChangeByPrefix",
        Effect: "Allow",
        Action: [
          ...["ComputeEnvironment", "JobQueue", "QuotaShare", "ServiceEnvironment"].flatMap((what) => [
            `batch:Update${what}`,
            `batch:Delete${what}`,
          ]),
          "batch:DeleteSchedulingPolicy",
          "batch:DeregisterJobDefinition",
          "batch:TagResource",
        ],
        Resource: named,
      },
      {
        Sid: "EndJobsWithTheTag",
        Effect: "Allow",
        Action: ["batch:TerminateJob"],
        Resource: `${batch}:job/*`,
        Condition: { StringLike: { [`aws:ResourceTag/${tagKey}`]: "*" } },
      },
      {
        Sid: "TagNewJobs",
        Effect: "Allow",
        Action: ["batch:TagResource"],
        Resource: `${batch}:job/*`,
        Condition: isTagged,
      },
      {
        Sid: "EndNoJob",
        Effect: "Allow",
        Action: ["batch:CancelJob", "batch:TerminateJob"],
        Resource: `${batch}:job/${noJob}`,
      },
      {
        Sid: "CreateRolesWithTheTag",
        Effect: "Allow",
        Action: ["iam:CreateInstanceProfile", "iam:CreateRole", "iam:TagInstanceProfile", "iam:TagRole"],
        Resource: [roles, profiles],
        Condition: isTagged,
      },
      {
        Sid: "ChangeRolesByPath",
        Effect: "Allow",
        Action: [
          "iam:AddRoleToInstanceProfile",
          "iam:DeleteInstanceProfile",
          "iam:DeleteRole",
          "iam:GetInstanceProfile",
          "iam:GetRole",
          "iam:PassRole",
          "iam:RemoveRoleFromInstanceProfile",
        ],
        Resource: [roles, profiles],
      },
      {
        // IAM does not know the path of what is not there.
        Sid: "FindRolesThatAreGone",
        Effect: "Allow",
        Action: ["iam:GetInstanceProfile", "iam:GetRole"],
        Resource: [`${iam}:role/${tagKey}-*`, `${iam}:instance-profile/${tagKey}-*`],
      },
      {
        Sid: "AttachThreePolicies",
        Effect: "Allow",
        Action: ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
        Resource: roles,
        Condition: {
          ArnEquals: {
            "iam:PolicyARN": [
              aws("service-role/AWSBatchServiceRole"),
              aws("service-role/AmazonECSTaskExecutionRolePolicy"),
              aws("AmazonECSInfrastructureRolePolicyForManagedInstances"),
            ],
          },
        },
      },
      {
        // Of a fact that AWS Batch refuses.
        Sid: "NameTheRoleOfBatch",
        Effect: "Allow",
        Action: ["iam:PassRole"],
        Resource: `${iam}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch`,
      },
      {
        Sid: "LetBatchMakeItsOwnRoles",
        Effect: "Allow",
        Action: ["iam:CreateServiceLinkedRole"],
        Resource: `${iam}:role/aws-service-role/*`,
        Condition: {
          StringEquals: { "iam:AWSServiceName": ["batch.amazonaws.com", "sagemaker-queuing.batch.amazonaws.com"] },
        },
      },
    ],
  };
}
