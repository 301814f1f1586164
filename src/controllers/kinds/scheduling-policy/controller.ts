import { SchedulingPolicyKind } from "../../../api/v1alpha1/kinds.ts";
import type { SchedulingPolicy } from "../../../api/v1alpha1/scheduling-policy.ts";
import type { Reconciler } from "../../../runtime/object-reconciler.ts";
import type { Ports } from "../../ports.ts";
import { askedReconciler } from "../resource/controller.ts";
import { act } from "./act.ts";
import type { Action } from "./action.ts";
import { eventsFor } from "./events.ts";
import { observe } from "./observe.ts";
import { planFor } from "./plan.ts";
import { report } from "./report.ts";
import type { Seen } from "./seen.ts";

/** Keeps AWS Batch scheduling policies as their objects say. */
export function schedulingPolicies(ports: Ports): Reconciler {
  return askedReconciler<SchedulingPolicy, Seen, Action>(
    {
      kind: SchedulingPolicyKind,
      observe: (object, region, signal) => observe(object, region, ports, signal),
      reliesOnQueues: ({ metadata }) => metadata.deletionTimestamp !== undefined,
      plan: planFor,
      act,
      report,
      events: eventsFor,
    },
    ports,
  );
}
