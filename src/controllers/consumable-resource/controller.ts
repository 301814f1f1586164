import type { ConsumableResource } from "../../api/v1alpha1/consumable-resource.ts";
import { ConsumableResourceKind } from "../../api/v1alpha1/kinds.ts";
import type { Reconciler } from "../../runtime/object-reconciler.ts";
import { awsNameOf } from "../naming.ts";
import { reconcilerOf } from "../pass.ts";
import type { Ports } from "../ports.ts";
import { isReadAsked, outdated, refreshAsked } from "../resource/observe.ts";
import { act } from "./act.ts";
import type { Action } from "./action.ts";
import { eventsFor } from "./events.ts";
import { observe } from "./observe.ts";
import { planFor } from "./plan.ts";
import { report } from "./report.ts";
import type { Seen } from "./seen.ts";

/** Keeps AWS Batch consumable resources as their objects say. */
export function consumableResources(ports: Ports): Reconciler {
  return reconcilerOf<ConsumableResource, Seen, Action>(
    {
      kind: ConsumableResourceKind,
      observe: (object, region, signal) => observe(object, region, ports, signal),
      refresh: (object, region, _sinceMs, signal) =>
        refreshAsked("consumables", region, signal, awsNameOf(ConsumableResourceKind, object)),
      isRead: (_object, region) => isReadAsked("consumables", region),
      outdated: (region) => outdated("consumables", region),
      plan: planFor,
      act: (action, _object, region, signal) => act(action, region, signal),
      status: (_object, seen) => report(seen),
      events: eventsFor,
    },
    ports,
  );
}
