import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import { isReady } from "../world.ts";
import { Simulation } from "./world.ts";

const mebibyte = 2 ** 20;

/** What is in use after everything that can go has gone. */
function heapMiB(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed / mebibyte;
}

it("uses no more memory after 10,000 reconciles than before", { timeout: 300_000 }, async () => {
  const world = new Simulation({ seed: 1, replicas: 1, knobs: { keptRecords: 100 }, keepsTrace: false });
  world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]), jobDefinition("hello"));
  await world.until(() => world.store.objects().every(isReady), 600);
  let asked = 0;
  const reconciles = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 3) {
      const requested = { "awsbatch.dev/reconcile-requested-at": String(++asked) };
      for (const object of world.store.objects()) world.annotate(object, requested);
      await world.seconds(1);
    }
  };
  // Until the bounded records on both sides are full.
  await reconciles(3000);
  const before = heapMiB();
  await reconciles(10_000);
  const after = heapMiB();
  const handled = world.store
    .objects()
    .map(({ status }) => (status as { lastHandledReconcileAt?: string }).lastHandledReconcileAt);
  await world.stop();
  expect(handled).toEqual(Array(3).fill(String(asked)));
  expect(world.violations).toEqual([]);
  expect(after - before).toBeLessThan(2);
});
