import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { allowedSeen } from "../../parts/allowed/observe.ts";
import { type Ec2Memory, newEc2Memory } from "../../parts/ec2-memory.ts";
import { type EndpointsReading, observeEndpoints } from "../../parts/endpoints/observe.ts";
import { creationOf, endpointsPlan } from "../../parts/endpoints/plan.ts";
import { noteCreation, observeNetwork } from "../../parts/network/observe.ts";
import { observeNetworkReference } from "../../parts/network-reference/observe.ts";
import type { RolesMemory } from "../../parts/roles/observe.ts";
import { newRolesMemory, observeWithRoles } from "../../parts/roles/with-roles.ts";
import { placed } from "../../parts/security-group/fill.ts";
import { observeGroup } from "../../parts/security-group/observe.ts";
import { selectionsOf, withSelected } from "../../parts/selection/fill.ts";
import { observeSelection } from "../../parts/selection/observe.ts";
import type { Ports } from "../../ports.ts";
import { namedBy } from "./allowed.ts";
import { roleStatesRead } from "./causes.ts";
import type { Observation } from "./environment-object.ts";
import { isThrough } from "./life.ts";
import { type Memory, newMemory, roleFixed } from "./memory.ts";
import { observe } from "./observe.ts";
import { environmentRoleUser } from "./roles.ts";

/** What one process remembers of all objects: ages, and what was written a moment ago. */
export interface Memories {
  readonly own: Memory;
  readonly group: Ec2Memory;
  readonly endpoints: Ec2Memory;
  readonly roles: RolesMemory;
}

/** @param endpoints shared with the reconciler of VPCs */
export function newMemories(endpoints: Ec2Memory = newEc2Memory()): Memories {
  return { own: newMemory(), group: newEc2Memory(), endpoints, roles: newRolesMemory() };
}

type Own = Observation["own"];

export async function observeAll(
  object: BatchComputeEnvironment,
  region: BatchRegion,
  { ports, memories }: { readonly ports: Ports; readonly memories: Memories },
  signal: AbortSignal,
): Promise<Observation> {
  const selection = await observeSelection(object, selectionsOf(object), ports, signal);
  const networkOf = (effective: BatchComputeEnvironment) =>
    observeNetwork(effective, region, ports, memories.own.networks, signal);
  const observeOwn = async (effective: BatchComputeEnvironment): Promise<Own> => {
    const network = await networkOf(effective);
    return { ...(await observe(effective, region, ports, memories.own, signal)), network };
  };
  const user: typeof environmentRoleUser = {
    ...environmentRoleUser,
    strandedRead: (one, states) => roleStatesRead(memories.own.roleCauses, one, states, ports.clock),
  };
  const own = {
    user,
    observeOwn,
    isThrough: (effective: BatchComputeEnvironment, seen: Own) => isThrough(effective, seen, ports.clock.now()),
  };
  const withRoles = await observeWithRoles(placed(object), region, own, { ports, memory: memories.roles }, signal);
  const endpoints = await observeEndpoints(placed(object), endpointsReading(region, ports, memories.endpoints), signal);
  const isCreating = creationOf(endpointsPlan(endpoints)) !== undefined;
  const isOutdated = noteCreation(memories.own.networks, object, isCreating, ports.clock.monotonic());
  return {
    effective: withRoles.object,
    own: isOutdated ? { ...withRoles.own, network: await networkOf(withRoles.object) } : withRoles.own,
    roles: withRoles.roles,
    selection,
    reference: await observeNetworkReference(object, region, ports, signal),
    endpoints,
    allowed: await allowedSeen(object.metadata, namedBy(object), ports, signal),
    group: await observeGroup(withSelected(object), region, ports, memories.group, signal),
  };
}

/** What the endpoints of an object, and those of a VPC, are observed with. */
export function endpointsReading(region: BatchRegion, ports: Ports, memory: Ec2Memory): EndpointsReading {
  const isAllowed = async (object: BatchComputeEnvironment, signal: AbortSignal): Promise<boolean> =>
    (await allowedSeen(object.metadata, namedBy(object), ports, signal)).kind === "allowed";
  return { region, ports, memory, isAllowed };
}

/** Makes the next observation read from AWS what was read before `sinceMs` (monotonic). */
export async function refreshAll(
  { metadata: { uid } }: BatchComputeEnvironment,
  region: BatchRegion,
  { endpoints, group, roles }: Memories,
  sinceMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (const readAfter of [endpoints.readAfter, group.readAfter, roles.readAfter]) {
    readAfter.set(uid, sinceMs);
  }
  await region.refresh(signal);
}

/** A role of the object was written. */
export function noteRoleWritten(object: BatchComputeEnvironment, { own }: Memories, ports: Ports): void {
  roleFixed(own, object, ports.clock);
}
