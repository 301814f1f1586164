import { afterEach, describe, expect, it } from "vitest";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import { isReady } from "../world.ts";
import { runStory } from "./run.ts";
import type { Step } from "./story.ts";
import { Simulation, type SimulationOptions } from "./world.ts";

const open: Simulation[] = [];

afterEach(async () => {
  for (const world of open.splice(0)) await world.stop();
});

function aSimulation(options: Partial<SimulationOptions> = {}): Simulation {
  const world = new Simulation({ seed: 1, ...options });
  open.push(world);
  return world;
}

const allReady = (world: Simulation): boolean => world.store.objects().every(isReady);

async function story(world: Simulation): Promise<string> {
  world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]), jobDefinition("hello"));
  await world.until(() => allReady(world), 600);
  world.apply(computeEnvironment("ce", withTypes(["m5.large"])));
  await world.until(() => allReady(world), 1200);
  await world.seconds(600);
  return world.trace.text();
}

describe("a world of two replicas", () => {
  it("makes and replaces an environment, and no promise is broken", async () => {
    const world = aSimulation();
    const text = await story(world);
    expect(world.violations, text).toEqual([]);
    expect(allReady(world), text).toBe(true);
  });

  it("leaves no role behind that the process before has made, and that IAM does not show yet", async () => {
    const world = aSimulation();
    world.aws.knobs.iamVisibleMs = 10_000;
    const { instanceRole: _given, ...resources } = { instanceRole: "", ...ec2.computeResources };
    const withRole = { ...ec2, computeResources: resources, iam: { instanceRole: {} } };
    world.apply(computeEnvironment("ce", withRole as typeof ec2));
    await world.until(() => world.aws.truth.instanceProfiles().some(({ role }) => role !== undefined), 600);
    for (const { process } of world.replicas) if (process?.leads === true) process.terminate();
    world.delete("BatchComputeEnvironment", "ce");
    await world.until(() => world.object("BatchComputeEnvironment", "ce") === undefined, 600);
    expect(world.aws.truth.roles(), world.trace.text()).toEqual([]);
    expect(world.aws.truth.instanceProfiles(), world.trace.text()).toEqual([]);
  });

  it("wakes a process that was to freeze while its machine slept", async () => {
    const world = aSimulation();
    await world.until(() => world.leader !== undefined, 60);
    const { leader } = world;
    leader?.freeze(3000, true);
    leader?.freeze(3000, false);
    await world.seconds(60);
    expect(world.leader?.name).toBe(leader?.name);
    expect(leader?.composed.remainingMs()).toBeGreaterThan(0);
  });

  it("is the same, byte for byte, for the same seed, and another for another", async () => {
    const texts = [aSimulation(), aSimulation(), aSimulation({ seed: 2 })].map(story);
    const [first, second, third] = await Promise.all(texts);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });
});

it("ends with what a tool took from an object time and again given back, as the object asks", async () => {
  const spec = { ...ec2, state: "ENABLED" as const };
  const untag = (at: number): Step => ({ at, act: { kind: "tool", doing: "untagEnvironment", pick: at / 200 - 1 } });
  const steps: Step[] = [
    { at: 1, act: { kind: "apply", manifest: computeEnvironment("ce", spec) } },
    { at: 2, act: { kind: "apply", manifest: jobQueue("q1", ["ce"]) } },
    untag(200),
    untag(400),
  ];
  const flags = { allowForeignRepoint: false, adoptable: false };
  const outcome = await runStory({ seed: 4, replicas: 1, knobs: {}, flags, steps });
  const text = outcome.trace();
  expect(outcome.violations, text).toEqual([]);
  expect(text).toContain("Stalled g1 OwnershipTagsLost");
});
