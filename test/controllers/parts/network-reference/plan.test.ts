import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironment } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import { networkReferencePlan, withTakenStatus } from "../../../../src/controllers/parts/network-reference/plan.ts";
import type { Given, NetworkReferenceSeen } from "../../../../src/controllers/parts/network-reference/seen.ts";
import { nothingToDo } from "../../../../src/controllers/pass/part-plan.ts";
import { ec2, object } from "../../kinds/compute-environment/given.ts";

const given: Given = { subnets: ["subnet-a", "subnet-b"], securityGroupIds: ["sg-1"] };
const networkRef = { name: "net" };

function environment(taken?: Given): BatchComputeEnvironment {
  const { subnets: _subnets, securityGroupIds: _groups, ...resources } = ec2.computeResources ?? {};
  const whole = object({ ...ec2, computeResources: { ...resources, networkRef } } as never);
  return { ...whole, status: { conditions: [], ...(taken === undefined ? {} : { network: { taken } }) } } as never;
}

const ready = (other: Given = given): NetworkReferenceSeen => ({
  kind: "ready",
  name: "BatchNetwork team/net",
  given: other,
});
const awaited: NetworkReferenceSeen = { kind: "awaited", message: "BatchNetwork team/net is not Ready" };
const refused: NetworkReferenceSeen = { kind: "unresolved", reason: "ReferenceNotAllowed", message: "no" };
const missing: NetworkReferenceSeen = { kind: "unresolved", reason: "ReferenceNotFound", message: "there is none" };

const takenNow = (seen: NetworkReferenceSeen, one: BatchComputeEnvironment): unknown =>
  (withTakenStatus({}, seen, one)["network"] as { readonly taken?: Given } | undefined)?.taken;

/** Kind, reason and hold of the step; and whether what differs in AWS is a plan. */
function summary(seen: NetworkReferenceSeen, taken?: Given): string {
  const { steps, isUnknown } = networkReferencePlan(seen, environment(taken));
  const [step] = steps;
  const what = step === undefined ? "nothing" : `${step.kind} ${step.reason} holds ${step.holds ?? "everything"}`;
  return isUnknown === true ? `${what}; unknown` : what;
}

describe("an environment that refers to a network", () => {
  it.each<[string, NetworkReferenceSeen, Given | undefined, string]>([
    [
      "takes what a Ready one gives, and acts on it from the next pass on",
      ready(),
      undefined,
      "wait ResolvingSelection holds everything; unknown",
    ],
    ["rests with what it has taken", ready(), given, "nothing"],
    ["does not mind the order", ready({ ...given, subnets: ["subnet-b", "subnet-a"] }), given, "nothing"],
    [
      "takes other subnets",
      ready({ ...given, subnets: ["subnet-c"] }),
      given,
      "wait ResolvingSelection holds everything",
    ],
    [
      "takes other groups",
      ready({ ...given, securityGroupIds: [] }),
      given,
      "wait ResolvingSelection holds everything",
    ],
    ["waits for one that is not Ready", awaited, undefined, "wait WaitingForNetwork holds everything; unknown"],
    ["creates nothing new while it is not Ready", awaited, given, "wait WaitingForNetwork holds creation"],
    ["waits for one that is not there", missing, undefined, "wait ReferenceNotFound holds everything; unknown"],
    ["creates nothing new while it is not there", missing, given, "wait ReferenceNotFound holds creation"],
    ["is blocked where it may not use it", refused, undefined, "blocked ReferenceNotAllowed holds everything; unknown"],
    [
      "creates nothing new where it may not use it any more",
      refused,
      given,
      "blocked ReferenceNotAllowed holds creation",
    ],
  ])("%s", (_what, seen, taken, expected) => {
    expect(summary(seen, taken)).toBe(expected);
  });

  it("keeps in status what it has taken, until a Ready one gives something else", () => {
    expect([awaited, missing, refused].map((seen) => takenNow(seen, environment(given)))).toEqual([
      given,
      given,
      given,
    ]);
    const other = { subnets: ["subnet-c"], securityGroupIds: [] };
    expect(takenNow(ready(other), environment(given))).toEqual(other);
  });
});

it("an environment that refers to none takes nothing, and forgets what it took", () => {
  const { status } = environment(given);
  const without = { ...object(ec2), status } as BatchComputeEnvironment;
  expect(networkReferencePlan({ kind: "none" }, without)).toEqual(nothingToDo);
  expect(takenNow({ kind: "none" }, without)).toBeUndefined();
});
