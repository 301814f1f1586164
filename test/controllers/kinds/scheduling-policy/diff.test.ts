import { describe, expect, it } from "vitest";
import type { SchedulingPolicySpec } from "../../../../src/api/v1alpha1/scheduling-policy.ts";
import type { Policy } from "../../../../src/aws/batch.ts";
import { fieldDifferences, fixedDifference } from "../../../../src/controllers/fields/differences.ts";
import { policyFields } from "../../../../src/controllers/kinds/scheduling-policy.ts";
import { policy, spec } from "./given.ts";

const quota = { fairsharePolicy: undefined, quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" as const } };

describe("the difference between a policy's spec and AWS", () => {
  it.each<[string, SchedulingPolicySpec, Partial<Policy>, readonly string[]]>([
    ["is none in another order of shares, with weights in 32 bits", spec, {}, []],
    ["is none for defaults that AWS does not show", { fairsharePolicy: {} }, { fairsharePolicy: {} }, []],
    ["is none for a quota-share policy", quota, quota, []],
    [
      "is the reservation",
      { fairsharePolicy: { computeReservation: 5 } },
      { fairsharePolicy: {} },
      ["spec.fairsharePolicy.computeReservation 0 5"],
    ],
    [
      "is a weight",
      { fairsharePolicy: { shareDistribution: [{ shareIdentifier: "a", weightFactor: 2 }] } },
      { fairsharePolicy: { shareDistribution: [{ shareIdentifier: "a" }] } },
      ['spec.fairsharePolicy.shareDistribution {"a":1} {"a":2}'],
    ],
    ["is left to what AWS never changes for the other kind", quota, {}, []],
  ])("%s", (_name, desired, change, expected) => {
    const found = fieldDifferences(policyFields, desired, policy(change));
    expect(found.map(({ path, from, to }) => `${path} ${from} ${to}`)).toEqual(expected);
  });
});

describe("a policy of the other kind", () => {
  it("is reported with the field, what AWS has, and the ways out", () => {
    expect(fixedDifference(policyFields, quota, policy())).toMatchObject({
      paths: ["spec.quotaSharePolicy"],
      next: {
        message:
          "team_fair has a fairsharePolicy in AWS and cannot get a quotaSharePolicy: restore fairsharePolicy, or create another object with another spec.name",
      },
    });
    expect(fixedDifference(policyFields, spec, policy(quota))).toMatchObject({ paths: ["spec.fairsharePolicy"] });
    expect(fixedDifference(policyFields, spec, policy())).toBeUndefined();
  });
});
