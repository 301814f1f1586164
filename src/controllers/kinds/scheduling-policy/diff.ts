/** The differences between a policy's spec and AWS, without tags. Pure. */

import type { SchedulingPolicySpec } from "../../../api/v1alpha1/scheduling-policy.ts";
import type { Policy } from "../../../aws/batch.ts";
import { type PolicyForm, policyForm } from "../../../aws/resources/scheduling-policies.ts";
import { jsonEqual } from "../../../runtime/json-equal.ts";
import type { Blocked, FieldChange } from "../../pass/agenda.ts";

const paths: Readonly<Record<keyof PolicyForm, string>> = {
  idleResourceAssignmentStrategy: "spec.quotaSharePolicy.idleResourceAssignmentStrategy",
  shareDecaySeconds: "spec.fairsharePolicy.shareDecaySeconds",
  computeReservation: "spec.fairsharePolicy.computeReservation",
  weights: "spec.fairsharePolicy.shareDistribution",
};

/** What is left out is AWS's default; shares are compared by identifier, and weights as numbers. */
export function policyDifferences(spec: SchedulingPolicySpec, policy: Policy): readonly FieldChange[] {
  if (otherKind(spec, policy) !== undefined) return [];
  const [desired, seen] = [policyForm(spec), policyForm(policy)];
  const members = Object.keys(paths) as (keyof PolicyForm)[];
  return members
    .filter((member) => !jsonEqual(desired[member], seen[member]))
    .map((member) => ({
      path: paths[member],
      kind: "update",
      why: "changed in place",
      from: JSON.stringify(seen[member] ?? null),
      to: JSON.stringify(desired[member] ?? null),
    }));
}

/** A policy of the other kind, which AWS never changes. */
export function otherKind(
  spec: SchedulingPolicySpec,
  { name, quotaSharePolicy }: Policy,
): (Blocked & { readonly paths: readonly string[] }) | undefined {
  const [desired, found] = [spec.quotaSharePolicy, quotaSharePolicy].map((quota) =>
    quota === undefined ? "fairsharePolicy" : "quotaSharePolicy",
  );
  if (desired === found) return undefined;
  return {
    kind: "blocked",
    reason: "PolicyKindFixed",
    message: `${name} has a ${found} in AWS and cannot get a ${desired}: restore ${found}, or create another object with another spec.name`,
    paths: [`spec.${desired}`],
  };
}
