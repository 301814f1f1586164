import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { Reconciler } from "../../../runtime/object-reconciler.ts";
import { networkInMs } from "../../parts/network/report.ts";
import { placed } from "../../parts/network-reference/fill.ts";
import { withTakenStatus } from "../../parts/network-reference/plan.ts";
import { actOnRoles } from "../../parts/roles/act.ts";
import { isRolesAction } from "../../parts/roles/action.ts";
import { rolesEvents, rolesFailure, rolesReport } from "../../parts/roles/report.ts";
import { filledObject, rolesAnnotations } from "../../parts/roles/with-roles.ts";
import { isStillDesired } from "../../pass/holds.ts";
import { reconcilerOf } from "../../pass/pass.ts";
import type { Ports } from "../../ports.ts";
import { act } from "./act.ts";
import { independentName } from "./action.ts";
import { oursOf } from "./context.ts";
import type { AnyAction, Observation } from "./environment-object.ts";
import { eventsFor } from "./events.ts";
import { planOf } from "./life.ts";
import { type Memories, newMemories, noteRoleWritten, observeAll, refreshAll } from "./observation.ts";
import { report } from "./report.ts";
import { environmentRoleUser } from "./roles.ts";

/** Keeps AWS Batch compute environments as their objects say, replacing them under their queues where AWS must. */
export function computeEnvironments(ports: Ports): Reconciler {
  const memories = newMemories();
  return reconcilerOf<BatchComputeEnvironment, Observation, AnyAction>(
    {
      kind: BatchComputeEnvironmentKind,
      observe: (object, region, signal) => observeAll(object, region, { ports, memories }, signal),
      refresh: (object, region, sinceMs, signal) => refreshAll(object, region, memories, sinceMs, signal),
      plan: planOf,
      independentName: (action) => (isRolesAction(action) ? undefined : independentName(action)),
      act: (action, object, region, signal) => carryOut(action, { object, region, ports, memories }, signal),
      status(object, { effective, own, roles, reference }, choice, now) {
        const shown = { ...report(effective, own, choice, now), ...rolesReport(roles) };
        return withTakenStatus(shown, reference, object);
      },
      events: (action) => (isRolesAction(action) ? rolesEvents(action) : eventsFor(action)),
      moreInMs: ({ own }) => networkInMs(own.network),
      hasOwn: ({ own }) => oursOf(own).length > 0,
      annotations: (object, { roles }) => rolesAnnotations(placed(object), roles),
      conditionsOfFailure: (action, failure, { roles }) => rolesFailure(action, failure, roles),
    },
    ports,
  );
}

interface Doing {
  readonly object: BatchComputeEnvironment;
  readonly region: BatchRegion;
  readonly ports: Ports;
  readonly memories: Memories;
}

async function carryOut(action: AnyAction, doing: Doing, signal: AbortSignal): Promise<void> {
  const { object, region, ports, memories } = doing;
  const { roles, own: memory } = memories;
  if (isRolesAction(action)) {
    await actOnRoles(action, placed(object), BatchComputeEnvironmentKind, { ports, memory: roles }, signal);
    if (action.kind === "writeRole") noteRoleWritten(object, memories, ports);
    return;
  }
  const effective = filledObject(placed(object), environmentRoleUser, region, ports);
  const isDesired = (): boolean => isStillDesired(BatchComputeEnvironmentKind, effective, ports);
  const own = { memory, clock: ports.clock, isDesired };
  await act(action, effective, region, own, signal);
}
