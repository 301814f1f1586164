import { afterEach, expect, it } from "vitest";
import type { KubeObject } from "../../src/api/object.ts";
import { type KindName, kinds } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { hostile, place, victims } from "../attacks.ts";
import { createWorld, type World } from "../world.ts";

/** What AWS carries out at once, so that the time is the operator's own. */
const measured: readonly KindName[] = ["JobDefinition", "BatchJob", "SchedulingPolicy", "ConsumableResource"];
const objects = 100;
const stepSeconds = 0.05;
const changesPerStep = 2;

let world: World;
afterEach(() => world.stop());

const inMallory = (manifest: Manifest): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, namespace: "mallory" },
});

function isDone({ kind, metadata }: Manifest): boolean {
  const object: KubeObject<unknown, Record<string, unknown>> | undefined = world.object(kind, metadata.name);
  if (kind === "BatchJob") return object?.status?.["jobId"] !== undefined;
  const ready = world.condition(kind, metadata.name, "Ready");
  return ready?.status === "True" && ready.observedGeneration === object?.metadata.generation;
}

/** Seconds of the median of five changes of each kind, while `meanwhile` happens in each step. */
async function medians(turn: () => number, meanwhile: () => void): Promise<ReadonlyMap<KindName, number>> {
  const found = new Map<KindName, number>();
  for (const kind of measured) {
    const took: number[] = [];
    for (let time = 0; time < 5; time++) {
      const change = victims[kind](turn());
      const began = world.clock.now();
      world.apply(change);
      while (!isDone(change) && world.clock.now() - began < 60_000) {
        await world.seconds(stepSeconds);
        meanwhile();
      }
      took.push((world.clock.now() - began) / 1000);
      for (let step = 0; step < 20 + time; step++) {
        await world.seconds(stepSeconds);
        meanwhile();
      }
    }
    found.set(kind, took.toSorted((left, right) => left - right)[2] ?? Number.NaN);
  }
  return found;
}

it.each(kinds.map(({ kind }) => kind))(
  "another tenant's change takes at most twice its quiet time while one changes 100 objects 40 times a second: %s",
  async (attacking) => {
    world = await createWorld({ knobs: { latencyMs: 50 } });
    world.apply(...place);
    await world.until("the place is ready", () => place.every(isDone), 300);
    let turns = 0;
    const turn = (): number => ++turns;
    const quiet = await medians(turn, () => undefined);
    let changes = 0;
    const apply = (index: number, change: number): void =>
      world.apply(inMallory(hostile[attacking](index, change, "team")));
    for (let index = 0; index < objects; index++) apply(index, 0);
    const attack = (): void => {
      for (let change = 0; change < changesPerStep; change++) apply(++changes % objects, changes);
    };
    for (let step = 0; step < 100; step++) {
      await world.seconds(stepSeconds);
      attack();
    }
    const attacked = await medians(turn, attack);
    expect(changes).toBeGreaterThan(500);
    const late = measured.filter((kind) => (attacked.get(kind) ?? 0) > 2 * (quiet.get(kind) ?? 0));
    expect(late.map((kind) => `${kind}: ${quiet.get(kind)} s, then ${attacked.get(kind)} s`)).toEqual([]);
  },
);
