import { expect, it } from "vitest";
import { NotSent } from "../../../src/aws/calls.ts";
import { AwsError } from "../../../src/aws/errors.ts";
import { failedOutcome, OutOfDate, RefusalNoted } from "../../../src/controllers/pass/failures.ts";

const denied = new AwsError("denied", "ec2:DeleteVpcEndpoints", "UnauthorizedOperation", "no");
const outOfDate = new OutOfDate("somebody may need it since");

it.each([
  ["is out of date", outOfDate],
  ["was out of date when its turn came", new NotSent("ec2:DeleteVpcEndpoints", outOfDate)],
  ["was refused as is remembered", new RefusalNoted(denied)],
])("a write that %s starts over", (_name, error) => {
  expect(failedOutcome(error)).toEqual({ kind: "startOver" });
});

it("a write that never left for another reason has no outcome", () => {
  const noLease = new NotSent("ec2:DeleteVpcEndpoints", new Error("this replica does not hold the lease"));
  expect(() => failedOutcome(noLease)).toThrow(noLease);
});
