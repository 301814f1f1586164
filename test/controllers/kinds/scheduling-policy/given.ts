/** Builders: a small whole, of which a test names only what it is about. */

import type { SchedulingPolicySpec } from "../../../../src/api/v1alpha1/scheduling-policy.ts";
import type { Policy } from "../../../../src/aws/batch.ts";
import type { Action, Seen } from "../../../../src/controllers/kinds/scheduling-policy.ts";
import { planFor } from "../../../../src/controllers/kinds/scheduling-policy.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { givenOf, wordsOf } from "../resource/given.ts";

export { directives, now, settings } from "../resource/given.ts";

export const spec: SchedulingPolicySpec = {
  fairsharePolicy: {
    shareDecaySeconds: 3600,
    shareDistribution: [{ shareIdentifier: "red" }, { shareIdentifier: "blue", weightFactor: 0.1 }],
  },
};

export const {
  identity,
  arn,
  object,
  record: policy,
  seen,
  choiceFor,
  stepLine,
} = givenOf<SchedulingPolicySpec, Policy, Seen, Action>({
  kind: "SchedulingPolicy",
  type: "scheduling-policy",
  name: "fair",
  spec,
  record: (own, owner) => ({
    name: "team_fair",
    arn: own,
    fairsharePolicy: {
      shareDecaySeconds: 3600,
      computeReservation: 0,
      shareDistribution: [
        { shareIdentifier: "blue", weightFactor: Math.fround(0.1) },
        { shareIdentifier: "red", weightFactor: 1 },
      ],
    },
    tags: ownerTags(owner),
  }),
  more: { users: [] },
  plan: planFor,
  words: wordsOf,
});
