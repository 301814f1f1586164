import { endpointsAnnotation, securityGroupAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { Reconciler } from "../../../runtime/object-reconciler.ts";
import type { ObjectEvent } from "../../../runtime/store.ts";
import { type Ec2Memory, writeFor, writerOf } from "../../parts/ec2-memory.ts";
import { noteClaims } from "../../parts/endpoints/act.ts";
import { isEndpointsAction } from "../../parts/endpoints/action.ts";
import { withTakenStatus } from "../../parts/network-reference/report.ts";
import { actOnRoles } from "../../parts/roles/act.ts";
import { isRolesAction } from "../../parts/roles/action.ts";
import { rolesEvents, rolesFailure, rolesReport } from "../../parts/roles/report.ts";
import { filledObject, rolesAnnotations } from "../../parts/roles/with-roles.ts";
import { actOnGroup } from "../../parts/security-group/act.ts";
import { isGroupAction } from "../../parts/security-group/action.ts";
import { groupEvents } from "../../parts/security-group/events.ts";
import { placed } from "../../parts/security-group/fill.ts";
import { withGroupStatus } from "../../parts/security-group/report.ts";
import { withSelectionStatus } from "../../parts/selection/report.ts";
import { isStillDesired } from "../../pass/holds.ts";
import { reconcilerOf } from "../../pass/pass.ts";
import type { Ports } from "../../ports.ts";
import { act } from "./act.ts";
import { type Action, independentName } from "./action.ts";
import { oursOf } from "./context.ts";
import type { AnyAction, Observation } from "./environment-object.ts";
import { eventsFor } from "./events.ts";
import { planOf } from "./life.ts";
import { type Memories, newMemories, noteRoleWritten, observeAll, refreshAll } from "./observation.ts";
import { report } from "./report.ts";
import { environmentRoleUser } from "./roles.ts";

/**
 * Keeps AWS Batch compute environments as their objects say, replacing them under their queues where AWS must.
 *
 * @param endpoints shared with the reconciler of VPCs
 */
export function computeEnvironments(ports: Ports, endpoints: Ec2Memory): Reconciler {
  const memories = newMemories(endpoints);
  return reconcilerOf<BatchComputeEnvironment, Observation, AnyAction>(
    {
      kind: BatchComputeEnvironmentKind,
      observe: (object, region, signal) => observeAll(object, region, { ports, memories }, signal),
      refresh: (object, region, sinceMs, signal) => refreshAll(object, region, memories, sinceMs, signal),
      plan: planOf,
      independentName: (action) => (isOwn(action) ? independentName(action) : undefined),
      act: (action, object, region, signal) => carryOut(action, { object, region, ports, memories }, signal),
      status(object, { effective, own, group, roles, selection, reference }, choice, now) {
        const shown = { ...report(effective, own, choice, now), ...rolesReport(roles) };
        const fields = withTakenStatus(shown, reference, object);
        return withSelectionStatus(withGroupStatus(fields, group, object), selection, object, now);
      },
      events,
      hasOwn: ({ own }) => oursOf(own).length > 0,
      annotations: (object, seen) => annotations(placed(object), seen),
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
  const { group, roles, own: memory } = memories;
  const { uid } = object.metadata;
  if (isRolesAction(action)) {
    await actOnRoles(action, placed(object), BatchComputeEnvironmentKind, { ports, memory: roles }, signal);
    if (action.kind === "writeRole") noteRoleWritten(object, memories, ports);
    return;
  }
  if (isEndpointsAction(action)) return await noteClaims(action, object, ports, signal);
  if (isGroupAction(action)) {
    group.readAfter.set(uid, Number.POSITIVE_INFINITY);
    const work = (): Promise<void> => actOnGroup(action, object, ports, group, signal);
    await (action.kind === "claimGroups"
      ? work()
      : writeFor(group, writerOf(object), action.writes, ports.clock, work));
    return;
  }
  const effective = filledObject(placed(object), environmentRoleUser, region, ports);
  const isDesired = (): boolean => isStillDesired(BatchComputeEnvironmentKind, effective, ports);
  const own = { memory, clock: ports.clock, isDesired };
  await act(action, effective, region, own, signal);
}

function isOwn(action: AnyAction): action is Action {
  return !isRolesAction(action) && !isEndpointsAction(action) && !isGroupAction(action);
}

function events(action: AnyAction): readonly ObjectEvent[] {
  if (isRolesAction(action)) return rolesEvents(action);
  if (isEndpointsAction(action)) return [];
  return isGroupAction(action) ? groupEvents(action) : eventsFor(action);
}

/** Annotations that record what is requested in addition to the environment: without them nobody would find it again. */
function annotations(
  object: BatchComputeEnvironment,
  { roles, endpoints, group }: Observation,
): Readonly<Record<string, string>> {
  const claimed = (claims: readonly string[], vpcIds: readonly string[]): string =>
    [...new Set([...claims, ...vpcIds])].join(",");
  const inEndpoints = endpoints.network.kind === "read" && endpoints.desired ? endpoints.network.vpcIds : [];
  const inGroup = group.network.kind === "read" && group.desired !== undefined ? (group.network.vpcIds ?? []) : [];
  const notes = {
    [endpointsAnnotation]: claimed(endpoints.claims, inEndpoints),
    [securityGroupAnnotation]: claimed(group.claims, inGroup),
  };
  const noted = Object.entries(notes).filter(([, value]) => value !== "");
  return { ...rolesAnnotations(object, roles), ...Object.fromEntries(noted) };
}
