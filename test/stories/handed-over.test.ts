/** A leader ends by SIGTERM, as in each rollout of the operator, and the other replica goes on. */

import { expect, it, onTestFinished } from "vitest";
import { computeEnvironment, ec2, jobQueue } from "../manifests.ts";
import { Simulation } from "../simulation/world.ts";
import { isReady } from "../world.ts";

/** Two replicas, with a queue that is Ready. */
async function twoReplicas(): Promise<Simulation> {
  const world = new Simulation({ seed: 7, replicas: 2 });
  onTestFinished(() => world.stop());
  await world.seconds(12);
  world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]));
  expect(await world.until(() => world.store.objects().every(isReady))).toBe(true);
  return world;
}

/** The leader ends, and stays away. @returns when it has ended, monotonic ms */
async function ended(world: Simulation): Promise<number> {
  const leading = world.replica("leader");
  leading.isHeld = true;
  leading.process?.terminate();
  while (leading.process?.ended !== true) await world.clock.advance(10);
  return world.clock.monotonic();
}

const priorityWrites = ({ aws }: Simulation, priority: number) =>
  aws.log.filter(
    ({ operation, input }) =>
      operation === "UpdateJobQueue" && (input as { readonly priority?: number }).priority === priority,
  );

it("a change reaches AWS within 2 s of a leader's end that had written nothing for a while", async () => {
  const world = await twoReplicas();
  await world.seconds(60);
  const from = await ended(world);
  world.apply(jobQueue("q1", ["ce"], { priority: 5 }));
  while (priorityWrites(world, 5).length === 0) await world.clock.advance(10);
  expect(world.clock.monotonic() - from).toBeLessThan(2000);
  expect(world.violations).toEqual([]);
});

it("a change waits until every read is sure to show what the leader before wrote", async () => {
  const world = await twoReplicas();
  await world.seconds(60);
  world.apply(jobQueue("q1", ["ce"], { priority: 5 }));
  while (priorityWrites(world, 5).length === 0) await world.clock.advance(10);
  const written = world.clock.monotonic();
  await world.clock.advance(1000);
  await ended(world);
  world.apply(jobQueue("q1", ["ce"], { priority: 6 }));
  while (priorityWrites(world, 6).length === 0) await world.clock.advance(10);
  const afterMs = world.clock.monotonic() - written;
  expect(afterMs).toBeGreaterThanOrEqual(5000);
  expect(afterMs).toBeLessThan(9000);
  expect(world.violations).toEqual([]);
});
