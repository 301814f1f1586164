import type { KubeObject } from "../../../../src/api/object.ts";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import { newMemory, observe } from "../../../../src/controllers/kinds/job-queue/observe.ts";
import type { Seen } from "../../../../src/controllers/kinds/job-queue/seen.ts";
import type { Cluster } from "../../../../src/controllers/ownership/ownership.ts";
import type { Objects, Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { type FakeRegion, objectsOf } from "../../region.ts";
import { object as environmentObject } from "../compute-environment/given.ts";
import { ec2, identity, now, object, settings } from "./given.ts";

export const signal = new AbortController().signal;
export const labels = { friends: { team: "x", tier: "1" } };

export const retainedFrom = (name: string) => ({ "awsbatch.dev/retained-from": `default/team/${name}` });

/** The object of the environment `name`. */
export function environmentOf(
  name: string,
  spec: Partial<BatchComputeEnvironmentSpec> = {},
  change: object = {},
): KubeObject {
  const whole = environmentObject({ ...ec2, ...spec });
  return { ...whole, metadata: { ...whole.metadata, name, uid: `uid-${name}`, ...change } };
}

/** Observes queues one after the other, as a process does. */
export function watcher(
  objects: readonly KubeObject[] = [],
  clock = new VirtualClock(now),
  cluster: Cluster = identity.cluster,
) {
  const memory = newMemory();
  const cached: { -readonly [Key in keyof Objects]: Objects[Key] } = objectsOf(objects, labels);
  const ports = { clock, objects: cached, cluster, settings } as unknown as Ports;
  const observed = (region: FakeRegion, given = object()): Promise<Seen> =>
    observe(given, Object.assign(region, { monotonic: () => clock.monotonic() }), ports, memory, signal);
  return { observed, memory, clock, objects: cached };
}
