import { type KubeObject, keyText } from "../../api/object.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../api/v1alpha1/kinds.ts";
import type { Ports } from "../../controllers/ports.ts";
import { newGroupMemory, observeGroup } from "../../controllers/security-group/observe.ts";
import { withGroupStatus } from "../../controllers/security-group/report.ts";
import { withSelected } from "../../controllers/selection/fill.ts";
import { observeSelection } from "../../controllers/selection/observe.ts";
import { withSelectionStatus } from "../../controllers/selection/report.ts";
import { kindOf } from "../manifests.ts";
import type { ReadRegion } from "./region.ts";
import type { PlanWorld } from "./world.ts";

/**
 * The same world after every selector was resolved and every security group of ours was found once: what takes effect
 * at once stands in status, as it would before the operator acts.
 */
export async function withSelections(world: PlanWorld, signal: AbortSignal): Promise<PlanWorld> {
  const { ports } = world;
  const fresh = new Map<string, KubeObject>();
  for (const { object } of world.objects) {
    if (object.kind !== BatchComputeEnvironmentKind.kind) continue;
    const region = world.regionOf(object);
    const after = await resolvedOnce(object as BatchComputeEnvironment, region, ports, signal);
    fresh.set(idOf(object), after);
  }
  const now = <O extends KubeObject | undefined>(object: O): O =>
    object === undefined ? object : ((fresh.get(idOf(object)) ?? object) as O);
  const { objects } = ports;
  return {
    ...world,
    objects: world.objects.map(({ object, file }) => ({ object: now(object), file })),
    ports: {
      ...ports,
      objects: {
        ...objects,
        get: (kind, key) => now(objects.get(kind, key)),
        list: (kind) => objects.list(kind).map(now),
      },
    },
  };
}

async function resolvedOnce(
  object: BatchComputeEnvironment,
  region: ReadRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<BatchComputeEnvironment> {
  const selection = await observeSelection(object, ports, signal);
  const selected = withSelectionStatus(object.status ?? {}, selection, object, ports.clock.now());
  const resolved = remembering(object, selection.answers.length === 0 ? undefined : selected);
  const group = await observeGroup(withSelected(resolved), region, ports, newGroupMemory(), signal);
  if (group.network.kind === "unneeded") return resolved;
  return remembering(resolved, withGroupStatus(resolved.status ?? {}, group, resolved));
}

function remembering(object: BatchComputeEnvironment, status: object | undefined): BatchComputeEnvironment {
  return status === undefined ? object : { ...object, status: status as BatchComputeEnvironment["status"] };
}

function idOf({ kind, metadata }: KubeObject): string {
  return `${kindOf(kind)?.kind} ${keyText(metadata)}`;
}
