import type { JobQueue } from "../../../api/v1alpha1/job-queue.ts";
import { JobQueueKind } from "../../../api/v1alpha1/kinds.ts";
import type { Reconciler } from "../../../runtime/object-reconciler.ts";
import type { EnvironmentType } from "../../draining/queue-order.ts";
import { isStillDesired } from "../../pass/holds.ts";
import { reconcilerOf } from "../../pass/pass.ts";
import type { Ports } from "../../ports.ts";
import { hasOwn, isReadAsked } from "../resource/observe.ts";
import { act } from "./act.ts";
import { type Action, independentName } from "./action.ts";
import { eventsFor } from "./events.ts";
import { isGoing, type Owned } from "./keepers.ts";
import { newMemory, observe, placesSeen, refreshed, servicesOf } from "./observe.ts";
import { planFor } from "./plan.ts";
import { report } from "./report.ts";
import type { Seen } from "./seen.ts";

/** Keeps AWS Batch job queues as their objects say; the only writer of the order of our queues. */
export function jobQueues(ports: Ports): Reconciler {
  const memory = newMemory();
  return reconcilerOf<JobQueue, Seen, Action>(
    {
      kind: JobQueueKind,
      observe: (object, region, signal) => observe(object, region, ports, memory, signal),
      refresh: (object, region, _sinceMs, signal) => refreshed(object, region, ports, signal),
      isRead: (object, region) => isReadAsked("serviceEnvironments", servicesOf(object, ports), region),
      plan: planFor,
      independentName,
      act: (action, object, region, signal) => {
        const isDesired = (): boolean => isStillDesired(JobQueueKind, object, ports);
        const doing = {
          memory,
          now: () => ports.clock.now(),
          isDesired,
          places: () => placesSeen(object, region, ports, memory),
          isGoing: (type: EnvironmentType, environment: Owned) => isGoing(type, environment, ports),
        };
        return act(action, region, doing, signal);
      },
      status: (_object, seen) => report(seen),
      hasOwn,
      events: eventsFor,
    },
    ports,
  );
}
