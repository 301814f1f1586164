import { describe, expect, it } from "vitest";
import { callerIdentity } from "../../src/aws/identity.ts";

describe("callerIdentity", () => {
  it.each(["aws", "aws-cn", "aws-us-gov"])("reads the partition %s from the ARN", (partition) => {
    const Arn = `arn:${partition}:sts::123456789012:assumed-role/op/session`;
    expect(callerIdentity({ Account: "123456789012", Arn })).toEqual({ account: "123456789012", arn: Arn, partition });
  });

  it("does not guess", () => {
    expect(() => callerIdentity({ Account: "123456789012" })).toThrow("STS did not say who the caller is");
  });
});
