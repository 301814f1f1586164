import { ServiceEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { ServiceEnvironment } from "../../../api/v1alpha1/service-environment.ts";
import type { Reconciler } from "../../../runtime/object-reconciler.ts";
import type { Ports } from "../../ports.ts";
import { askedReconciler } from "../resource/controller.ts";
import { act } from "./act.ts";
import type { Action } from "./action.ts";
import { eventsFor } from "./events.ts";
import { newMemory, observe } from "./observe.ts";
import { planFor } from "./plan.ts";
import { report } from "./report.ts";
import type { Seen } from "./seen.ts";

/** Keeps AWS Batch service environments as their objects say. */
export function serviceEnvironments(ports: Ports): Reconciler {
  const memory = newMemory();
  return askedReconciler<ServiceEnvironment, Seen, Action>(
    {
      kind: ServiceEnvironmentKind,
      observe: (object, region, signal) => observe(object, region, ports, memory, signal),
      plan: planFor,
      act: (action, region, signal) => act(action, region, memory, signal),
      report,
      events: eventsFor,
    },
    ports,
  );
}
