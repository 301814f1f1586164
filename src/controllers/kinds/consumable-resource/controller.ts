import type { ConsumableResource } from "../../../api/v1alpha1/consumable-resource.ts";
import { ConsumableResourceKind } from "../../../api/v1alpha1/kinds.ts";
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

/** Keeps AWS Batch consumable resources as their objects say. */
export function consumableResources(ports: Ports): Reconciler {
  return askedReconciler<ConsumableResource, Seen, Action>(
    {
      kind: ConsumableResourceKind,
      observe: (object, region, signal) => observe(object, region, ports, signal),
      // Definitions name it, never queues.
      reliesOnQueues: () => false,
      plan: planFor,
      act,
      report,
      events: eventsFor,
    },
    ports,
  );
}
