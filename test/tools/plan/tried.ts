import { expect } from "vitest";
import { type Manifest, MemoryStore } from "../../../src/kube/memory-store.ts";
import type { ComposedFlags } from "../../../src/operator/compose.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { crds, withSchemaDefaults } from "../../../src/tools/manifests.ts";
import type { Entry } from "../../../src/tools/plan/entry.ts";
import { planOf } from "../../../src/tools/plan.ts";
import { documentsOf } from "../../../src/tools/validation/manifests.ts";
import { validateManifests, wholeDirectory } from "../../../src/tools/validation/validate.ts";
import {
  computeEnvironment,
  ec2,
  jobDefinition,
  jobQueue,
  quotaShare,
  serviceEnvironment,
  sharedQueue,
} from "../../manifests.ts";
import { createWorld, type World } from "../../world.ts";

/** An object of each kind, and plans of them. */

export const apiVersion = "awsbatch.dev/v1alpha1";
const metadata = { name: "tried", namespace: "team" };

/** What the object of each kind is tried with. */
export const tried: readonly Manifest[] = [
  computeEnvironment("tried", ec2),
  jobQueue("tried", ["other"]),
  jobDefinition("tried"),
  serviceEnvironment("tried"),
  quotaShare("tried", "shared"),
  { apiVersion, kind: "SchedulingPolicy", metadata, spec: { fairsharePolicy: { shareDecaySeconds: 60 } } },
  { apiVersion, kind: "ConsumableResource", metadata, spec: { resourceType: "REPLENISHABLE", totalQuantity: 5 } },
];

export const others: readonly Manifest[] = [
  computeEnvironment("other", ec2),
  computeEnvironment("second", ec2),
  ...sharedQueue("shared"),
];

export async function worldOf(manifests: readonly Manifest[]): Promise<World> {
  const clock = new VirtualClock();
  let uids = 0;
  const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit: withSchemaDefaults });
  const knobs = { latencyMs: 0, stalenessMs: 0, iamVisibleMs: 0, iamPropagationMs: 0 };
  const world = await createWorld({ clock, store, knobs, flags: { awsRequestsPerSecond: 1000 } });
  world.apply(...manifests);
  await world.seconds(3600);
  return world;
}

export async function planned(
  world: World,
  manifests: readonly Manifest[],
  given: ComposedFlags = {},
): Promise<readonly Entry[]> {
  const { signal } = new AbortController();
  const texts = manifests.map((manifest, index) => documentsOf(`${index}.yaml`, JSON.stringify(manifest)).documents);
  const valid = validateManifests(texts.flat(), crds, { ...wholeDirectory, closed: false });
  expect(valid.problems).toEqual([]);
  const { clock, store } = world;
  const remembered = { clusterUid: "cluster-1", savedAt: clock.now(), store: store.snapshot(), aws: {} };
  const cloud = await world.openCloud(signal);
  const flags = { awsRequestsPerSecond: 1000, ...given };
  const plan = await planOf(valid.manifests, { flags, clusterName: "default", cloud, remembered, signal, clock });
  return plan.entries;
}
