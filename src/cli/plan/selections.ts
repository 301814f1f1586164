import { type KubeObject, keyText } from "../../api/object.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../api/v1alpha1/kinds.ts";
import type { Ports } from "../../controllers/ports.ts";
import { observeSelection } from "../../controllers/selection/observe.ts";
import { withSelectionStatus } from "../../controllers/selection/report.ts";
import { kindOf } from "../manifests.ts";
import type { PlanWorld } from "./world.ts";

/**
 * The same world after every selector was resolved once: what takes effect at once stands in status, as it would
 * before the operator acts.
 */
export async function withSelections(world: PlanWorld, signal: AbortSignal): Promise<PlanWorld> {
  const { ports } = world;
  const fresh = new Map<string, KubeObject>();
  for (const { object } of world.objects) {
    if (object.kind !== BatchComputeEnvironmentKind.kind) continue;
    const after = await resolvedOnce(object as BatchComputeEnvironment, ports, signal);
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
  ports: Ports,
  signal: AbortSignal,
): Promise<BatchComputeEnvironment> {
  const selection = await observeSelection(object, ports, signal);
  if (selection.answers.length === 0) return object;
  const status = withSelectionStatus(object.status ?? {}, selection, object, ports.clock.now());
  return { ...object, status: status as BatchComputeEnvironment["status"] };
}

function idOf({ kind, metadata }: KubeObject): string {
  return `${kindOf(kind)?.kind} ${keyText(metadata)}`;
}
