import { describe, expect, it } from "vitest";
import type { OrderEntry } from "../../../src/controllers/ownership/naming.ts";
import { computeEnvironment, ec2, jobQueue } from "../../manifests.ts";
import type { World } from "../../world.ts";
import { aWorld } from "../story.ts";

/** An operator of the namespace `team`, and an environment in `other`, which it does not watch and others operate. */
async function worldWithOthers(): Promise<World> {
  const all = await aWorld();
  const manifest = computeEnvironment("ce", { ...ec2, allowedNamespaces: { from: "All" } });
  all.apply({ ...manifest, metadata: { ...manifest.metadata, namespace: "other" } });
  await all.untilReady();
  await all.stop();
  const { aws, clock, store } = all;
  return await aWorld({ aws, clock, store, seed: 2, flags: { watchNamespace: ["team"] } });
}

describe("a queue in a watched namespace", () => {
  it.each([
    ["by its object", (): OrderEntry => ({ order: 1, computeEnvironmentRef: { name: "ce", namespace: "other" } })],
    [
      "by its name in AWS",
      ({ aws }: World): OrderEntry => {
        const [made] = aws.truth.computeEnvironments();
        return { order: 1, computeEnvironment: made?.computeEnvironmentName ?? "" };
      },
    ],
  ])("that refers to an environment of a namespace that is not watched, %s, waits and says so", async (_how, entry) => {
    const world = await worldWithOthers();
    const before = world.aws.truth.computeEnvironments();
    world.apply(jobQueue("q", [], { computeEnvironmentOrder: [entry(world)] }));
    const reasonOf = (type: string): string | undefined => world.condition("JobQueue", "q", type)?.reason;
    await world.until("it says so", () => reasonOf("Ready") === "NamespaceNotWatched", 60);
    await world.until("it is Stalled", () => reasonOf("Stalled") === "NamespaceNotWatched", 900);
    expect(world.condition("JobQueue", "q", "Stalled")?.message).toContain("namespace other");
    expect(world.aws.truth.jobQueues()).toEqual([]);
    expect(world.aws.truth.computeEnvironments()).toEqual(before);
  });
});
