import { expect, it } from "vitest";
import { tagGuard } from "../../src/aws/tag-guard.ts";

it("the service control policy denies writes of ownership tags to everybody but the operator's role", () => {
  const role = "arn:aws:iam::111111111111:role/aws-batch-operator";
  expect(tagGuard([role])).toEqual({
    Version: "2012-10-17",
    Statement: [
      expect.objectContaining({
        Effect: "Deny",
        Action: expect.arrayContaining(["batch:TagResource", "batch:UntagResource", "ec2:CreateTags", "iam:TagRole"]),
        Resource: ["*"],
        Condition: {
          "ForAnyValue:StringLike": { "aws:TagKeys": ["awsbatch.dev/*"] },
          ArnNotLike: { "aws:PrincipalArn": [role] },
        },
      }),
    ],
  });
});
