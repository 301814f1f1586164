/** What is to be done for a `SchedulingPolicy`. Pure. */

import { SchedulingPolicyKind } from "../../../api/v1alpha1/kinds.ts";
import type { SchedulingPolicy, SchedulingPolicySpec } from "../../../api/v1alpha1/scheduling-policy.ts";
import type { CreateSchedulingPolicyRequest, Policy, UpdateSchedulingPolicyRequest } from "../../../aws/batch.ts";
import { ownerTags } from "../../ownership/ownership.ts";
import { withOwnTags } from "../../ownership/tags.ts";
import type { Plan } from "../../pass/agenda.ts";
import { type Upkeep, upkeepPlan } from "../resource/upkeep.ts";
import type { Action } from "./action.ts";
import { removal } from "./delete.ts";
import { otherKind, policyDifferences } from "./diff.ts";
import type { Seen } from "./seen.ts";

type Body = Pick<CreateSchedulingPolicyRequest, "fairsharePolicy" | "quotaSharePolicy">;

const upkeep: Upkeep<SchedulingPolicySpec, Policy, Seen, CreateSchedulingPolicyRequest, UpdateSchedulingPolicyRequest> =
  {
    kind: SchedulingPolicyKind,
    differences: policyDifferences,
    fixed: otherKind,
    creation: (spec, { name, identity }) => ({
      name,
      ...body(spec),
      tags: withOwnTags(spec.tags, ownerTags(identity)),
    }),
    update: (spec, { arn }) => ({ arn, ...body(spec) }),
    serves: (_spec, { name }) => ({ kind: "serves", reason: "Available", message: `AWS has ${name} as the spec says` }),
    removal: (_object, seen, policy) => removal(seen, policy),
  };

export function planFor(object: SchedulingPolicy, seen: Seen): Plan<Action> {
  return upkeepPlan(upkeep, object, seen);
}

/** The whole policy: whether AWS keeps or resets a member that an update leaves out is not documented. */
function body({ fairsharePolicy, quotaSharePolicy }: SchedulingPolicySpec): Body {
  if (fairsharePolicy === undefined) return { quotaSharePolicy };
  const { shareDecaySeconds = 0, computeReservation = 0, shareDistribution = [] } = fairsharePolicy;
  return { fairsharePolicy: { shareDecaySeconds, computeReservation, shareDistribution: [...shareDistribution] } };
}
