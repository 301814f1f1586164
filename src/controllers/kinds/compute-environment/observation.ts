import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { observeTemplates } from "../../parts/launch-template/observe.ts";
import { observeNetwork } from "../../parts/network/observe.ts";
import { placed } from "../../parts/network-reference/fill.ts";
import { networkAllowed, observeNetworkReference } from "../../parts/network-reference/observe.ts";
import type { RolesMemory } from "../../parts/roles/observe.ts";
import { newRolesMemory, observeWithRoles } from "../../parts/roles/with-roles.ts";
import type { Ports } from "../../ports.ts";
import { namedBy } from "./allowed.ts";
import { roleStatesRead } from "./causes.ts";
import type { Observation } from "./environment-object.ts";
import { withImageUpdate } from "./image-updates.ts";
import { isThrough } from "./life.ts";
import { type Memory, newMemory, roleFixed } from "./memory.ts";
import { observe } from "./observe.ts";
import { environmentRoleUser } from "./roles.ts";

/** What one process remembers of all objects: ages, and what was written a moment ago. */
export interface Memories {
  readonly own: Memory;
  readonly roles: RolesMemory;
}

export function newMemories(): Memories {
  return { own: newMemory(), roles: newRolesMemory() };
}

type Own = Observation["own"];

export async function observeAll(
  object: BatchComputeEnvironment,
  region: BatchRegion,
  { ports, memories }: { readonly ports: Ports; readonly memories: Memories },
  signal: AbortSignal,
): Promise<Observation> {
  const observeOwn = async (effective: BatchComputeEnvironment): Promise<Own> => {
    const network = await observeNetwork(effective, region, ports, memories.own.networks, signal);
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
  const templates = await observeTemplates(object, ports, memories.own.templates, signal);
  const withRoles = await observeWithRoles(
    withImageUpdate(placed(object), ports.clock.now(), templates),
    region,
    own,
    { ports, memory: memories.roles },
    signal,
  );
  return {
    effective: withRoles.object,
    own: withRoles.own,
    roles: withRoles.roles,
    reference: await observeNetworkReference(object, region, ports, signal),
    allowed: await networkAllowed(object, namedBy(object), ports, signal),
  };
}

/** Makes the next observation read from AWS what was read before `sinceMs` (monotonic). */
export async function refreshAll(
  { metadata: { uid } }: BatchComputeEnvironment,
  region: BatchRegion,
  { roles }: Memories,
  sinceMs: number,
  signal: AbortSignal,
): Promise<void> {
  roles.readAfter.set(uid, sinceMs);
  await region.refresh(signal);
}

/** A role of the object was written. */
export function noteRoleWritten(object: BatchComputeEnvironment, { own }: Memories, ports: Ports): void {
  roleFixed(own, object, ports.clock);
}
