import { tagPrefix } from "./names.ts";

/** Every action that writes or removes tags of what the operator may own, also at the creation of a resource. */
const taggingActions: readonly string[] = [
  "batch:CreateComputeEnvironment",
  "batch:CreateConsumableResource",
  "batch:CreateJobQueue",
  "batch:CreateQuotaShare",
  "batch:CreateSchedulingPolicy",
  "batch:CreateServiceEnvironment",
  "batch:RegisterJobDefinition",
  "batch:SubmitJob",
  "batch:SubmitServiceJob",
  "batch:TagResource",
  "batch:UntagResource",
  "ec2:CreateTags",
  "ec2:DeleteTags",
  "iam:CreateInstanceProfile",
  "iam:CreateRole",
  "iam:TagInstanceProfile",
  "iam:TagRole",
  "iam:UntagInstanceProfile",
  "iam:UntagRole",
];

/**
 * A service control policy: only these roles write the tags from which the operator knows what it owns.
 *
 * @param roleArns the operator's own roles, with `*` as wildcard
 */
export function tagGuard(roleArns: readonly string[]): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OwnershipTags",
        Effect: "Deny",
        Action: taggingActions,
        Resource: ["*"],
        Condition: {
          "ForAnyValue:StringLike": { "aws:TagKeys": [`${tagPrefix}*`] },
          ArnNotLike: { "aws:PrincipalArn": roleArns },
        },
      },
    ],
  };
}
