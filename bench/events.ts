/**
 * `npm run bench:events`: calls and delays with `--events-queue` and without, exact counts on the virtual clock. Calls of SQS and
 * EventBridge, by which events arrive, are counted apart from those of AWS Batch.
 */

import { eventOperations, listening } from "../test/listening.ts";
import { createWorld, type World, type WorldOptions } from "../test/world.ts";
import { knobs, percentile, percentiles, runOf } from "./jobs/at-scale.ts";
import { manifestsOf } from "./objects.ts";
import { table } from "./table.ts";

/** CloudTrail records a call after minutes; what matters here is how long the operator takes from then. */
const drawn = { ...knobs, callEventDelayMs: 0, eventDelayMs: 1000 };
const ways: readonly (readonly [name: string, options: () => Promise<WorldOptions>])[] = [
  ["without", async () => ({ knobs: drawn })],
  ["with", () => listening({ knobs: drawn })],
];

async function atRest(count: number): Promise<void> {
  const rows: string[][] = [];
  for (const [name, options] of ways) {
    const world = await createWorld(await options());
    world.apply(...manifestsOf(count));
    await world.untilReady(3600);
    await world.seconds(1500);
    const from = world.aws.log.length;
    await world.seconds(3600);
    const made = world.aws.log.slice(from).filter(({ by }) => by === "operator");
    const perMinute = (operations: (name: string) => boolean): string =>
      (made.filter(({ operation }) => operations(operation)).length / 60).toFixed(2);
    rows.push([
      name,
      String(count),
      perMinute((one) => !eventOperations.includes(one)),
      perMinute((one) => one === "PutEvents"),
      perMinute((one) => one === "ReceiveMessage" || one === "DeleteMessageBatch"),
      await driftSeconds(world),
    ]);
    await world.stop();
  }
  table(
    "At rest",
    ["events", "objects", "Batch calls/min", "heartbeats/min", "SQS calls/min", "drift seen after s, worst of 20"],
    rows,
  );
}

/** From a change of an environment by others until the operator has read it. */
async function driftSeconds(world: World): Promise<string> {
  const delays: number[] = [];
  for (let maxvCpus = 301; maxvCpus <= 320; maxvCpus++) {
    const [environment] = world.aws.truth.computeEnvironments();
    const { computeEnvironmentName: computeEnvironment = "" } = environment ?? {};
    const began = world.clock.now();
    await world.aws.outside.updateComputeEnvironment({ computeEnvironment, computeResources: { maxvCpus } });
    const seen = (): boolean =>
      world.operator
        .observed()
        .some(
          ({ snapshot }) =>
            snapshot().computeEnvironments.get(computeEnvironment)?.computeResources?.maxvCpus === maxvCpus,
        );
    await world.until("it is seen", seen, 900);
    delays.push((world.clock.now() - began) / 1000);
    await world.seconds(1300 + maxvCpus);
  }
  return Math.max(...delays).toFixed(1);
}

async function running(counts: readonly number[]): Promise<void> {
  const rows: string[][] = [];
  for (const count of counts) {
    for (const [name, options] of ways) {
      const run = await runOf(count, await options());
      rows.push([
        name,
        String(count),
        run.restCallsPerSecond.toFixed(2),
        ...percentiles.map((share) => percentile(run.delays, share).toFixed(1)),
        (run.delays.at(-1) ?? Number.NaN).toFixed(1),
        String(run.mostStatusWrites),
      ]);
    }
  }
  table(
    "Running BatchJobs, until their result is in status",
    ["events", "jobs", "Batch calls/s", "p50 s", "p99 s", "longest s", "status writes/job"],
    rows,
  );
}

await atRest(1000);
await running([100, 1000, 10_000]);
