import { computeEnvironments } from "../src/controllers/kinds/compute-environment/controller.ts";
import { jobDefinitions } from "../src/controllers/kinds/job-definition/controller.ts";
import { jobQueues } from "../src/controllers/kinds/job-queue/controller.ts";
import { silentLog } from "../src/runtime/log.ts";
import type { Reconciler } from "../src/runtime/object-reconciler.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../test/manifests.ts";
import { createWorld } from "../test/world.ts";
import { table } from "./table.ts";

/**
 * Reconciles per second without a change: observe, plan and report of real controllers on a converged
 * world, compared with a naive pass that describes its object from the simulator (without any network) and compares.
 */
export async function measureNoOps(): Promise<void> {
  const world = await createWorld({ knobs: { latencyMs: 0, stalenessMs: 0 } });
  world.apply(
    ...Array.from({ length: 10 }, (_, index) => computeEnvironment(`ce-${index}`, ec2)),
    ...Array.from({ length: 10 }, (_, index) => jobQueue(`q-${index}`, [`ce-${index}`])),
    ...Array.from({ length: 80 }, (_, index) => jobDefinition(`jd-${index}`)),
  );
  await world.untilReady();
  await world.seconds(120);
  const ports = world.operator.ports;
  const kinds: readonly [string, Reconciler][] = [
    ["BatchComputeEnvironment", computeEnvironments(ports)],
    ["JobQueue", jobQueues(ports)],
    ["JobDefinition", jobDefinitions(ports)],
  ];
  const context = { signal: new AbortController().signal, reconcileId: "bench", log: silentLog };
  const rows: string[][] = [];
  for (const [name, reconciler] of kinds) {
    const objects = world.operator.objects.list(reconciler.kind);
    const ours = await rate(async (index) => {
      const object = objects[index % objects.length];
      if (object !== undefined) await reconciler.reconcile(object, context);
    });
    const naive = await rate(async (index) => {
      const object = objects[index % objects.length];
      const status = object?.status as { readonly name?: string; readonly arn?: string } | undefined;
      if (name === "JobDefinition") {
        await world.aws.batch.describeJobDefinitions({ jobDefinitions: [status?.arn ?? ""] });
      } else if (name === "JobQueue") {
        await world.aws.batch.describeJobQueues({ jobQueues: [status?.name ?? ""] });
      } else {
        await world.aws.batch.describeComputeEnvironments({ computeEnvironments: [status?.name ?? ""] });
      }
    });
    rows.push([name, ours.toFixed(0), naive.toFixed(0)]);
  }
  await world.stop();
  table(
    "Reconciles per second without a change, on one core",
    ["kind", "operator", "naive, AWS responding at once"],
    rows,
  );
}

async function rate(pass: (index: number) => Promise<void>): Promise<number> {
  for (let index = 0; index < 500; index++) await pass(index);
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < 1500) {
    for (let batch = 0; batch < 100; batch++) await pass(count++);
  }
  return (count * 1000) / (performance.now() - began);
}
