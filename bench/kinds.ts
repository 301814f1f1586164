import { apiVersion } from "../src/api/v1alpha1/group.ts";
import type { KindName } from "../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../src/kube/memory-store.ts";
import { quotaShare, serviceEnvironment, sharedQueue } from "../test/manifests.ts";
import { createWorld } from "../test/world.ts";
import { table } from "./table.ts";

/** What a kind may cost at rest, and objects of it. */
interface Cost {
  readonly kind: KindName;
  /** Its own calls of AWS. */
  readonly calls: RegExp;
  readonly counts: readonly number[];
  /** So many objects, and what they need. */
  readonly manifests: (count: number) => readonly Manifest[];
  /** Calls a minute at most. */
  readonly allowed: (count: number) => number;
}

const costs: readonly Cost[] = [
  {
    kind: "SchedulingPolicy",
    calls: /SchedulingPolic/,
    counts: [100, 400],
    manifests: (count) => named(count, fairShare),
    allowed: (count) => Math.ceil(count / 100),
  },
  {
    kind: "ServiceEnvironment",
    calls: /ServiceEnvironment/,
    // AWS allows 50 of them.
    counts: [50],
    manifests: (count) => named(count, serviceEnvironment),
    allowed: (count) => Math.ceil(count / 100),
  },
  {
    kind: "ConsumableResource",
    calls: /ConsumableResource/,
    // A page of their list has a hundred.
    counts: [100, 400],
    manifests: (count) => named(count, licences),
    allowed: (count) => Math.ceil(count / 100),
  },
  {
    kind: "QuotaShare",
    calls: /QuotaShare/,
    // AWS allows 20 in a queue.
    counts: [20],
    manifests: (count) => [...sharedQueue("train"), ...named(count, (name) => quotaShare(name, "train"))],
    // One for each queue.
    allowed: () => 1,
  },
];

/** Calls of the kinds that AWS lists without their contents, or one by one, for an hour at rest. */
export async function kindsAtRest(): Promise<void> {
  const rows: string[][] = [];
  for (const { kind, calls, counts, manifests, allowed } of costs) {
    for (const count of counts) {
      const world = await createWorld({ knobs: { stalenessMs: 0 } });
      world.apply(...manifests(count));
      await world.untilReady(3600);
      await world.seconds(300);
      const before = world.aws.log.length;
      const versions = world.store.snapshot().resourceVersion;
      await world.seconds(3600);
      const made = world.aws.log.slice(before).filter(({ operation }) => calls.test(operation)).length;
      const writes = world.store.snapshot().resourceVersion - versions;
      await world.stop();
      rows.push([kind, count, (made / 60).toFixed(2), allowed(count), writes].map(String));
    }
  }
  table("AWS calls of a kind at rest", ["kind", "objects", "calls/min", "allowed", "Kubernetes writes/h"], rows);
}

function named(count: number, manifest: (name: string) => Manifest): readonly Manifest[] {
  return Array.from({ length: count }, (_, index) => manifest(`object-${index}`));
}

function fairShare(name: string): Manifest {
  const spec = { fairsharePolicy: { shareDecaySeconds: 600 } };
  return { apiVersion, kind: "SchedulingPolicy", metadata: { name, namespace: "team" }, spec };
}

function licences(name: string): Manifest {
  const spec = { resourceType: "REPLENISHABLE", totalQuantity: 5 };
  return { apiVersion, kind: "ConsumableResource", metadata: { name, namespace: "team" }, spec };
}
