import { describe, expect, it } from "vitest";
import { accessDenied, type Fault, type FaultyCall, serverFailure } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence } from "./story.ts";

const inPlace = { ...ec2, updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 } };
const isRollout = ({ operation, input }: FaultyCall): boolean =>
  operation === "UpdateComputeEnvironment" && JSON.stringify(input).includes("updateToLatestImageVersion");
const rollouts = (world: World): number =>
  world.aws.log.filter((call) => call.by === "operator" && isRollout(call)).length;
const happened = (world: World): number =>
  world.aws.log.filter((call) => isRollout(call) && call.outcome.kind === "answered").length;
const token = (world: World): string | undefined =>
  world.aws.truth.computeEnvironments()[0]?.tags?.["awsbatch.dev/rollout-token"];

async function readyWorld(): Promise<World> {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", inPlace), jobQueue("q1", ["ce"]));
  await world.untilReady();
  return world;
}

function rollOut(world: World, rolloutToken = "v2"): void {
  world.apply(computeEnvironment("ce", { ...inPlace, rolloutToken }));
}

async function restarted(before: World): Promise<World> {
  await before.stop();
  return aWorld({ aws: before.aws, clock: before.clock, store: before.store });
}

describe("a rollout in place", () => {
  it("replaces no instance while its tag is refused, and once when it is not any more", async () => {
    const world = await readyWorld();
    world.aws.faults.add({ fault: accessDenied("TagResource"), on: "TagResource", forMs: 6 * 3_600_000 });
    rollOut(world);
    await world.seconds(3600);
    expect(rollouts(world)).toBe(0);
    expect(world.condition("BatchComputeEnvironment", "ce", "Stalled")).toMatchObject({
      reason: "AccessDenied",
      message: expect.stringContaining("TagResource"),
    });
    await world.untilReady(8 * 3600);
    expect([rollouts(world), token(world)]).toEqual([1, "v2"]);
    await expectSilence(world);
  });

  it.each<[string, number, Fault]>([
    ["once", 1, serverFailure],
    ["until long after AWS is done", 200, serverFailure],
    ["because it is refused from then on", 100, accessDenied("TagResource")],
  ])("happens once when it cannot be noted: %s", async (_name, times, fault) => {
    const world = await readyWorld();
    world.aws.faults.add({ fault, on: "TagResource", after: 1, times });
    rollOut(world);
    await world.seconds(24 * 3600);
    expect([rollouts(world), token(world)]).toEqual([1, "v2"]);
    await expectSilence(world);
  });

  it.each<[string, Fault]>([
    ["is lost", { kind: "loseResponse" }],
    ["comes too late", { kind: "delayResponse", delayMs: 60_000 }],
  ])("happens once when the answer of the update %s", async (_name, fault) => {
    const world = await readyWorld();
    world.aws.faults.add({ fault, on: isRollout, times: 1 });
    rollOut(world);
    await world.seconds(7200);
    expect([rollouts(world), token(world)]).toEqual([1, "v2"]);
    await expectSilence(world);
  });

  it.each<[string, Fault]>([
    ["never arrives", { kind: "loseRequest" }],
    ["is refused", accessDenied("UpdateComputeEnvironment")],
    ["fails", serverFailure],
  ])("happens once when the update first %s", async (_name, fault) => {
    const world = await readyWorld();
    world.aws.faults.add({ fault, on: isRollout, times: 1 });
    rollOut(world);
    await world.seconds(7200);
    expect([happened(world), token(world)]).toEqual([1, "v2"]);
    await expectSilence(world);
  });

  it.each([0, 1])("happens once when the operator ends with %i of its two notes written", async (notes) => {
    const before = await readyWorld();
    before.aws.faults.add({
      fault: serverFailure,
      on: notes === 0 ? isRollout : "TagResource",
      after: notes,
      times: 2,
    });
    rollOut(before);
    await before.until("it is under way", () => rollouts(before) === 1);
    const world = await restarted(before);
    await world.untilReady(7200);
    expect([happened(world), token(world)]).toEqual([1, "v2"]);
    await expectSilence(world);
  });

  it("does not take for itself what somebody else updates before it could be sent", async () => {
    const world = await readyWorld();
    world.aws.faults.add({ fault: accessDenied("UpdateComputeEnvironment"), on: isRollout, times: 3 });
    rollOut(world);
    await world.until("it is refused", () => rollouts(world) > 0);
    const computeEnvironment = world.aws.truth.computeEnvironments()[0]?.computeEnvironmentName ?? "";
    await world.aws.outside.updateComputeEnvironment({ computeEnvironment, computeResources: { maxvCpus: 255 } });
    await world.seconds(7200);
    expect([happened(world), token(world)]).toEqual([1, "v2"]);
  });

  it("is not made again when somebody takes its tag away", async () => {
    const world = await readyWorld();
    rollOut(world);
    await world.until("it is noted", () => token(world) === "v2");
    await world.untilReady();
    const resourceArn = world.aws.truth.computeEnvironments()[0]?.computeEnvironmentArn ?? "";
    for (const _time of [1, 2]) {
      await world.aws.outside.untagResource({ resourceArn, tagKeys: ["awsbatch.dev/rollout-token"] });
      await world.seconds(1200);
      expect([rollouts(world), token(world)]).toEqual([1, "v2"]);
    }
  });

  it("that is taken back before it was sent leaves the tag as it was", async () => {
    const world = await readyWorld();
    rollOut(world, "v1");
    await world.until("it is noted", () => token(world) === "v1");
    await world.untilReady();
    world.aws.faults.add({ fault: accessDenied("UpdateComputeEnvironment"), on: isRollout, times: 1 });
    rollOut(world);
    await world.until("it is refused", () => rollouts(world) === 2);
    rollOut(world, "v1");
    await world.untilReady();
    expect([happened(world), token(world)]).toEqual([1, "v1"]);
    await expectSilence(world);
  });
});
