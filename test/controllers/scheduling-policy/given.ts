/** Builders: a small whole, of which a test names only what it is about. */

import type { SchedulingPolicy, SchedulingPolicySpec } from "../../../src/api/v1alpha1/scheduling-policy.ts";
import type { Policy } from "../../../src/aws/batch.ts";
import type { Choice } from "../../../src/controllers/choose.ts";
import { type Identity, ownerTags } from "../../../src/controllers/ownership.ts";
import type { Action } from "../../../src/controllers/scheduling-policy/action.ts";
import { planFor } from "../../../src/controllers/scheduling-policy/plan.ts";
import type { Seen } from "../../../src/controllers/scheduling-policy/seen.ts";
import { directives, now, settings } from "../compute-environment/given.ts";
import { decided } from "../decided.ts";
import { mayAdopt } from "../region.ts";

export { directives, now, settings } from "../compute-environment/given.ts";

export const identity: Identity = {
  cluster: { name: "default", uid: "cluster-1" },
  namespace: "team",
  name: "fair",
  uid: "uid-fair",
};

export const arn = "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/team_fair";

export const spec: SchedulingPolicySpec = {
  fairsharePolicy: {
    shareDecaySeconds: 3600,
    shareDistribution: [{ shareIdentifier: "red" }, { shareIdentifier: "blue", weightFactor: 0.1 }],
  },
};

export function object(change: Partial<SchedulingPolicySpec> = {}, metadata: object = {}): SchedulingPolicy {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "SchedulingPolicy",
    metadata: {
      name: identity.name,
      namespace: identity.namespace,
      uid: identity.uid,
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
    },
    spec: { ...spec, ...change },
  };
}

/** The policy of ours in AWS, as the spec says. */
export function policy(change: Partial<Policy> = {}): Policy {
  return {
    name: "team_fair",
    arn,
    fairsharePolicy: {
      shareDecaySeconds: 3600,
      computeReservation: 0,
      shareDistribution: [
        { shareIdentifier: "blue", weightFactor: Math.fround(0.1) },
        { shareIdentifier: "red", weightFactor: 1 },
      ],
    },
    tags: ownerTags(identity),
    ...change,
  };
}

export function seen(change: Partial<Seen> = {}): Seen {
  return {
    identity,
    directives,
    settings,
    name: "team_fair",
    arn,
    planId: "plan",
    record: policy(),
    absent: false,
    isSettled: true,
    nameSeen: mayAdopt(true),
    claimedBy: undefined,
    users: [],
    ...change,
  };
}

export function choiceFor(change: Partial<SchedulingPolicySpec>, given: Partial<Seen>): Choice<Action> {
  return decided(planFor(object(change), seen(given)), undefined, now);
}

/** A choice in one line: what is next, with what, and whether it serves. */
export function stepLine(change: Partial<SchedulingPolicySpec>, given: Partial<Seen>): string {
  const { next, serving } = choiceFor(change, given);
  const words: string[] = [next.kind === "act" ? next.action.kind : `${next.kind} ${next.reason}`];
  if (next.kind === "act" && next.action.kind === "tag") words.push(next.action.purpose);
  if (next.kind === "act" && next.action.kind === "update") words.push(next.action.paths.join(","));
  if ("checkInMs" in next && next.checkInMs !== undefined) words.push(`again in ${next.checkInMs / 1000} s`);
  if ("stallsAfterMs" in next && next.stallsAfterMs !== undefined) {
    words.push(`Stalled after ${next.stallsAfterMs / 60_000} min`);
  }
  return words.join(" ") + (serving ? "; serving" : "");
}
