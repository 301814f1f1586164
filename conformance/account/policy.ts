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

/** Of a request that gives a new resource the tag of a run; and of a resource that has it. */
const isTagged = { StringLike: { [`aws:RequestTag/${tagKey}`]: "*" } };
const hasTag = { StringLike: { [`aws:ResourceTag/${tagKey}`]: "*" } };

/** What a run may do in addition to trying facts. */
export interface Permitted {
  /** It makes a network of its own. */
  readonly network: boolean;
  /** It starts an instance, whose jobs run. */
  readonly instances: boolean;
}

/** @param where the account, and the partition of its region, e.g. `aws` */
export function policyFor(
  where: { readonly account: string; readonly region: string; readonly partition: string },
  permitted: Permitted,
): Policy {
  const { account, region, partition } = where;
  const batch = `arn:${partition}:batch:${region}:${account}`;
  const iam = `arn:${partition}:iam::${account}`;
  const named = kinds.map((kind) => `${batch}:${kind}/${tagKey}-*`);
  const roles = `${iam}:role${rolePath}${tagKey}-*`;
  const profiles = `${iam}:instance-profile${rolePath}${tagKey}-*`;
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
          ...["InternetGateways", "RouteTables", "SecurityGroups", "Subnets", "Vpcs"].map(
            (what) => `ec2:Describe${what}`,
          ),
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
        Action: ["batch:TerminateJob", ...(permitted.instances ? ["batch:CancelJob"] : [])],
        Resource: `${batch}:job/*`,
        Condition: hasTag,
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
        Sid: "AttachFourPolicies",
        Effect: "Allow",
        Action: ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
        Resource: roles,
        Condition: {
          ArnEquals: {
            "iam:PolicyARN": [
              aws("service-role/AWSBatchServiceRole"),
              aws("service-role/AmazonECSTaskExecutionRolePolicy"),
              aws("service-role/AmazonEC2ContainerServiceforEC2Role"),
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
      ...(permitted.network ? networkStatements(`arn:${partition}:ec2:${region}:${account}`) : []),
    ],
  };
}

/** A part of a network has the tag from its creation on: what lacks it is never changed. */
function networkStatements(ec2: string): readonly Statement[] {
  const Resource = ["internet-gateway", "route-table", "subnet", "vpc"].map((type) => `${ec2}:${type}/*`);
  const created = ["CreateInternetGateway", "CreateRouteTable", "CreateSubnet", "CreateVpc"];
  const inVpc = ["CreateRouteTable", "CreateSubnet"];
  const changed = ["AssociateRouteTable", "AttachInternetGateway", "CreateRoute", "ModifySubnetAttribute"];
  const removed = ["DeleteInternetGateway", "DeleteRouteTable", "DeleteSubnet", "DeleteVpc", "DetachInternetGateway"];
  const action = (name: string): string => `ec2:${name}`;
  return [
    {
      Sid: "MakeNetworkWithTheTag",
      Effect: "Allow",
      Action: created.map(action),
      Resource,
      Condition: isTagged,
    },
    {
      Sid: "TagNewNetwork",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource,
      Condition: { StringEquals: { "ec2:CreateAction": created } },
    },
    {
      Sid: "ChangeNetworkWithTheTag",
      Effect: "Allow",
      Action: [...inVpc, ...changed, ...removed].map(action),
      Resource,
      Condition: hasTag,
    },
  ];
}
