import { expect, it } from "vitest";
import { AwsError } from "../../../src/aws/errors.ts";
import { unreadBy } from "../../../src/controllers/pass/unread.ts";
import { read } from "../../../src/network/lookups.ts";

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};
const part = (permission: string | undefined) =>
  thrownBy(() => read("security groups", { kind: "unread", permission, message: "Too Many Requests." }));

it.each<[string, unknown, string, string]>([
  [
    "a fact that was not read",
    part(undefined),
    "NotReadable",
    "the security groups cannot be read: Too Many Requests. They are asked for again within minutes; if this stays, find in CloudTrail who else calls EC2 in this region",
  ],
  [
    "a fact that may not be read",
    part("ec2:DescribeSecurityGroups"),
    "AccessDenied",
    "the security groups cannot be read: Too Many Requests. Allow ec2:DescribeSecurityGroups to the operator's IAM role",
  ],
  [
    "an answer of AWS",
    new AwsError("throttled", "sts:GetCallerIdentity", "Throttling", "Rate exceeded."),
    "Throttled",
    "EC2 cannot be read (sts:GetCallerIdentity): Rate exceeded. ",
  ],
])("%s is reported with what it is about, and the next step", (_name, error, reason, message) => {
  const unread = unreadBy(error, "EC2 cannot be read");
  expect(unread).toMatchObject({ kind: "unread", reason });
  expect(unread.message).toContain(message);
});

it("a fault of ours is not reported as an answer of AWS", () => {
  expect(() => unreadBy(new TypeError("a fault of ours"), "EC2 cannot be read")).toThrow("a fault of ours");
});
