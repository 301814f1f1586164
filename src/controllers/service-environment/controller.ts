import { ServiceEnvironmentKind } from "../../api/v1alpha1/kinds.ts";
import type { ServiceEnvironment } from "../../api/v1alpha1/service-environment.ts";
import type { Reconciler } from "../../runtime/object-reconciler.ts";
import { reconcilerOf } from "../pass.ts";
import type { Ports } from "../ports.ts";
import { isReadAsked, outdated, refreshAsked } from "../resource/observe.ts";
import { act } from "./act.ts";
import type { Action } from "./action.ts";
import { eventsFor } from "./events.ts";
import { type Memory, observe } from "./observe.ts";
import { planFor } from "./plan.ts";
import { report } from "./report.ts";
import type { Seen } from "./seen.ts";

/** Keeps AWS Batch service environments as their objects say. */
export function serviceEnvironments(ports: Ports): Reconciler {
  const memory: Memory = new Map();
  return reconcilerOf<ServiceEnvironment, Seen, Action>(
    {
      kind: ServiceEnvironmentKind,
      observe: (object, region, signal) => observe(object, region, ports, memory, signal),
      refresh: (_object, region, _sinceMs, signal) => refreshAsked("serviceEnvironments", region, signal),
      isRead: (_object, region) => isReadAsked("serviceEnvironments", region),
      outdated: (region) => outdated("serviceEnvironments", region),
      plan: planFor,
      act: (action, _object, region, signal) => act(action, region, signal),
      status: (_object, seen) => report(seen),
      events: eventsFor,
    },
    ports,
  );
}
