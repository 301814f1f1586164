import { expect, it } from "vitest";
import { AwsError } from "../../../src/aws/errors.ts";
import { unreadBy, unreadWay } from "../../../src/controllers/pass/unread.ts";
import { read, UnreadPart, unreadStop } from "../../../src/network/lookups.ts";

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

it.each([
  [
    "is refused",
    unreadStop(new UnreadPart("launch template mine", { kind: "unread", permission: undefined, message: "No such." })),
    "NotReadable",
    "launch template mine could not be read: No such. It is asked for again within minutes; if this stays, correct what EC2 refuses, or find in CloudTrail who else calls EC2 in this region",
  ],
  [
    "is forbidden",
    unreadStop(
      new UnreadPart("network ACLs", { kind: "unread", permission: "ec2:DescribeNetworkAcls", message: "No." }),
    ),
    "AccessDenied",
    "network ACLs could not be read, the operator lacks ec2:DescribeNetworkAcls: No. Allow ec2:DescribeNetworkAcls to the operator's IAM role",
  ],
])("a way on which something %s to be read is reported with the next step", (_name, stop, reason, message) => {
  expect(unreadWay(stop)).toEqual({ kind: "unread", reason, message });
});

it("a fault of ours is not reported as an answer of AWS", () => {
  expect(() => unreadBy(new TypeError("a fault of ours"), "EC2 cannot be read")).toThrow("a fault of ours");
});
