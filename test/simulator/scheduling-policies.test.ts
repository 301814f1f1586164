import type { CreateSchedulingPolicyRequest } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import { account, refusal } from "./account.ts";

describe("scheduling policies", () => {
  const quotaSharePolicy = { idleResourceAssignmentStrategy: "FIFO" } as const;
  const shares = (...identifiers: readonly string[]) => ({
    fairsharePolicy: { shareDistribution: identifiers.map((shareIdentifier) => ({ shareIdentifier })) },
  });
  it.each<[string, CreateSchedulingPolicyRequest, string]>([
    ["a name with a dot", { name: "a.b" }, "Scheduling Policy name should match a valid pattern."],
    [
      "both kinds",
      { name: "p", fairsharePolicy: {}, quotaSharePolicy },
      "A scheduling policy can have either fairsharePolicy or quotaSharePolicy, but not both.",
    ],
    ["one share twice", { name: "p", ...shares("a", "a") }, "Cannot have two or more identical shareIdentifiers."],
    ["a share with a dot", { name: "p", ...shares("a.b") }, "ShareIdentifier name should match a valid pattern."],
    [
      "501 shares",
      { name: "p", ...shares(...Array.from({ length: 501 }, (_, index) => `s${index}`)) },
      "ShareDistribution size cannot be greater than 500.",
    ],
    ["a name that is taken", { name: "taken" }, "Object already exists"],
  ])("are refused with %s", async (_case, request, text) => {
    const { aws } = account();
    await aws.batch.createSchedulingPolicy({ name: "taken" });
    expect(await refusal(aws.batch.createSchedulingPolicy(request))).toBe(`ClientException: ${text}`);
  });

  it("change their shares at once, but not their kind", async () => {
    const { aws } = account();
    const { arn: made } = await aws.batch.createSchedulingPolicy({ name: "p", ...shares("a") });
    await aws.batch.updateSchedulingPolicy({ arn: made, ...shares("b", "c*") });
    const { schedulingPolicies } = await aws.batch.describeSchedulingPolicies({ arns: [made ?? ""] });
    expect(schedulingPolicies).toEqual([{ name: "p", arn: made, tags: {}, ...shares("b", "c*") }]);
    expect(await refusal(aws.batch.updateSchedulingPolicy({ arn: made, quotaSharePolicy }))).toMatch(/kind/);
    expect(await refusal(aws.batch.deleteSchedulingPolicy({ arn: "none" }))).toBe(
      "ClientException: none does not exist",
    );
  });
});
