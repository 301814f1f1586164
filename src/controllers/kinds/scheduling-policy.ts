/** Keeps AWS Batch scheduling policies as their objects say. */

import { SchedulingPolicyKind } from "../../api/v1alpha1/kinds.ts";
import type { SchedulingPolicy, SchedulingPolicySpec } from "../../api/v1alpha1/scheduling-policy.ts";
import type { CreateSchedulingPolicyRequest, Policy, UpdateSchedulingPolicyRequest } from "../../aws/batch.ts";
import type { BatchRegion } from "../../aws/region.ts";
import { weightsOf } from "../../aws/resources/scheduling-policies.ts";
import type { Reconciler } from "../../runtime/object-reconciler.ts";
import { namesOfUsers, type QueueUser, queuesWith, waysToFree } from "../draining/queue-users.ts";
import { creationOf } from "../fields/requests.ts";
import { type Fixed, fieldsOf } from "../fields/rows.ts";
import type { Plan, Step } from "../pass/agenda.ts";
import type { Ports } from "../ports.ts";
import type { Acts } from "./resource/act.ts";
import type { ResourceAction } from "./resource/action.ts";
import { askedReconciler } from "./resource/controller.ts";
import { changing, inUse } from "./resource/delete.ts";
import { resourceSeen } from "./resource/observe.ts";
import type { ResourceSeen } from "./resource/seen.ts";
import { type Upkeep, upkeepPlan } from "./resource/upkeep.ts";

type Create = CreateSchedulingPolicyRequest;
type Update = UpdateSchedulingPolicyRequest;

/** Everything that the plan of a scheduling policy is computed from. */
export interface Seen extends ResourceSeen<Policy> {
  /** The queues in AWS that have the policy. */
  readonly users: readonly QueueUser[];
}

export type Action = ResourceAction<Create, Update>;

/** A policy of the other kind, which AWS never changes. */
const ofKind =
  (desired: "fairsharePolicy" | "quotaSharePolicy") =>
  (spec: SchedulingPolicySpec, { name, quotaSharePolicy }: Policy): Fixed | undefined => {
    const found = quotaSharePolicy === undefined ? "fairsharePolicy" : "quotaSharePolicy";
    if (spec[desired] === undefined || desired === found) return undefined;
    const message = `${name} has a ${found} in AWS and cannot get a ${desired}: restore ${found}, or create another object with another spec.name`;
    return { reason: "PolicyKindFixed", message };
  };

/** What is left out is AWS's default; shares are compared by identifier, and weights as numbers. */
export const policyFields = fieldsOf<SchedulingPolicySpec, Create, Update, "name", Policy>({
  quotaSharePolicy: { fields: { idleResourceAssignmentStrategy: {} }, fixed: ofKind("quotaSharePolicy") },
  fairsharePolicy: {
    fields: {
      shareDecaySeconds: { nothing: 0, initially: 0 },
      computeReservation: { nothing: 0, initially: 0 },
      shareDistribution: { form: weightsOf, initially: [] },
    },
    fixed: ofKind("fairsharePolicy"),
  },
  allowedNamespaces: { sentBy: "nobody" },
});

const upkeep: Upkeep<SchedulingPolicySpec, Policy, Seen, Create, Update> = {
  kind: SchedulingPolicyKind,
  fields: policyFields,
  // The whole policy: whether AWS keeps or resets a member that an update leaves out is not documented.
  update: (_changed, { arn }, spec) => ({ arn, ...creationOf(policyFields, spec) }),
  serves: (_spec, { name }) => ({ kind: "serves", reason: "Available", message: `AWS has ${name} as the spec says` }),
  removal: (_object, seen, policy) => removal(seen, policy),
};

export function planFor(object: SchedulingPolicy, seen: Seen, now: number): Plan<Action> {
  return upkeepPlan(upkeep, object, seen, now);
}

/** AWS cannot take a policy from a queue, only replace it. */
function removal({ name, arn, users }: Seen, { status }: Policy): Step<Action> {
  const wait = changing(name, status);
  if (wait !== undefined) return wait;
  if (users.length > 0) {
    return inUse(`${name} is the policy of ${namesOfUsers(users)}: ${waysToFree(users, "another policy")}`);
  }
  const message = `no queue has ${name}: deleting it`;
  return { kind: "act", action: { kind: "delete", name, arn }, reason: "Deleting", message };
}

export async function observe(
  object: SchedulingPolicy,
  region: BatchRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<Seen> {
  const observed = { object, kind: SchedulingPolicyKind, type: "scheduling-policy", region } as const;
  const seen = await resourceSeen<Policy, SchedulingPolicy>(observed, ports, signal);
  const users = queuesWith(region.snapshot(), ({ schedulingPolicyArn }) => schedulingPolicyArn === seen.arn, ports);
  return { ...seen, users };
}

export const acts: Acts<Action> = {
  create: ({ request }, region, signal) => region.createSchedulingPolicy(request, signal),
  update: ({ request }, region, signal) => region.updateSchedulingPolicy(request, signal),
  delete: ({ arn }, region, signal) => region.deleteSchedulingPolicy(arn, signal),
};

export function schedulingPolicies(ports: Ports): Reconciler {
  return askedReconciler<SchedulingPolicy, Seen, Action>(
    {
      kind: SchedulingPolicyKind,
      observe: (object, region, signal) => observe(object, region, ports, signal),
      reliesOnQueues: ({ metadata }) => metadata.deletionTimestamp !== undefined,
      plan: planFor,
      acts,
    },
    ports,
  );
}
