/**
 * `memory.ts COUNT`: reconciles so many times and says in JSON what that has left behind, once the bounded records on
 * both sides are full.
 */

import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import { isReady } from "../world.ts";
import { Simulation } from "./world.ts";

export interface Memory {
  /** MiB in use, more than before. */
  readonly grown: number;
  /** What each object was asked for last, and what it says to have handled last. */
  readonly asked: string;
  readonly handled: readonly (string | undefined)[];
  readonly violations: readonly unknown[];
}

const mebibyte = 2 ** 20;

/** What is in use after everything that can go has gone. */
function heapMiB(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed / mebibyte;
}

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
await reconciles(Number(process.argv[2]));
const after = heapMiB();
const handled = world.store
  .objects()
  .map(({ status }) => (status as { lastHandledReconcileAt?: string }).lastHandledReconcileAt);
await world.stop();

const reported: Memory = { grown: after - before, asked: String(asked), handled, violations: world.violations };
process.stdout.write(`${JSON.stringify(reported)}\n`);
