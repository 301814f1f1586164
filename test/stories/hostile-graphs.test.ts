import { describe, expect, it } from "vitest";
import { BatchJobKind } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { batchJob, jobDefinition } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

/** Each of `count` jobs of another tenant depends on the next 20 ones, in a ring; neither queue nor definition exists. */
function ring(count: number): readonly Manifest[] {
  return Array.from({ length: count }, (_, index) => {
    const dependsOn = Array.from({ length: 20 }, (_more, to) => ({ jobRef: { name: `b${(index + to + 1) % count}` } }));
    const { metadata, ...job } = batchJob(`b${index}`, { dependsOn });
    return { ...job, metadata: { ...metadata, namespace: "mallory" } };
  });
}

/** How long a change of team's definition takes until it is Ready, s of virtual time. */
async function secondsUntilReady(world: World, command: string): Promise<number> {
  const before = world.clock.now();
  world.apply(jobDefinition("hello", { parameters: { command } }));
  const isDone = (): boolean => {
    const { generation } = world.object("JobDefinition", "hello")?.metadata ?? {};
    const ready = world.condition("JobDefinition", "hello", "Ready");
    return ready?.status === "True" && ready.observedGeneration === generation;
  };
  await world.until("the change is Ready", isDone, 60);
  return (world.clock.now() - before) / 1000;
}

const circling = (world: World): number =>
  world.store.objects(BatchJobKind).filter(({ status }) => JSON.stringify(status ?? {}).includes("DependencyCycle"))
    .length;

describe("800 jobs of a tenant that depend on each other in a circle", () => {
  it("all report it, and let another tenant's change go on as if they were not there", async () => {
    const world = await aWorld();
    world.apply(jobDefinition("hello"));
    await world.untilReady();
    const quiet = await secondsUntilReady(world, "quiet");
    world.apply(...ring(800));
    const meanwhile = await secondsUntilReady(world, "meanwhile");
    await world.until("all report it", () => circling(world) === 800, 120);
    expect(meanwhile).toBeLessThanOrEqual(2 * quiet);
  });
});
