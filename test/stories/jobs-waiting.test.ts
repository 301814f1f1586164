import { describe, expect, it } from "vitest";
import { BatchJobKind } from "../../src/api/v1alpha1/kinds.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { hour, isIn, isTrue } from "./jobs.ts";
import { aWorld } from "./story.ts";

const minutes = 60;

const limitedTo = (maxvCpus: number) =>
  computeEnvironment("environment", {
    ...ec2,
    computeResources: {
      ...(ec2.computeResources as NonNullable<typeof ec2.computeResources>),
      maxvCpus,
      instanceTypes: ["m5"],
    },
  });

async function placeOf(maxvCpus: number): Promise<World> {
  const world = await aWorld();
  world.apply(limitedTo(maxvCpus), jobQueue("queue", ["environment"]), jobDefinition("definition"));
  await world.untilReady();
  return world;
}

const needs = (vcpus: number) => ({ resourceRequirements: [{ type: "VCPU" as const, value: String(vcpus) }] });
const message = (world: World, name: string): string => world.condition("BatchJob", name, "Ready")?.message ?? "";

/** The objects whose status is written from now on, one for each write. */
function statusWrites(world: World): readonly string[] {
  const written: string[] = [];
  world.operator.runtime.cache(BatchJobKind).onChange(({ before, after }) => {
    if (before?.status !== undefined && after !== undefined && before.status !== after.status)
      written.push(after.metadata.name);
  });
  return written;
}

describe("a BatchJob that waits for resources", () => {
  it("has the reason and the fix of its queue while it is the first one, and those behind it say where that is", async () => {
    const world = await placeOf(8);
    world.apply(batchJob("big", { containerOverrides: needs(32) }));
    await world.until("it waits", isIn(world, "big", "RUNNABLE"));
    world.apply(batchJob("behind", { containerOverrides: needs(32) }));
    await world.until("it has the reason", () => message(world, "big").includes("maxvCpus"), 30 * minutes);
    expect(message(world, "big")).toMatch(
      /waits for resources, and cannot get any: .*the job needs 32 vCPUs.* Fix: raise computeResources\.maxvCpus of BatchComputeEnvironment team\/environment /,
    );
    expect(message(world, "behind")).toContain("the condition JobsProgressing of its queue");
    const writes = statusWrites(world);
    await world.seconds(60 * minutes);
    expect(writes).toEqual([]);
    world.apply(limitedTo(64));
    await world.until(
      "both are complete",
      () => ["big", "behind"].every((name) => isTrue(world, name, "Complete")()),
      60 * minutes,
    );
    // Four, as every job has, and one when the reason why it waited is gone.
    expect(writes.filter((name) => name === "big").length).toBeLessThanOrEqual(5);
  });

  it("has the reason also where nobody has to act, in words that do not change while it waits", async () => {
    const world = await placeOf(8);
    world.apply(batchJob("first", { containerOverrides: { ...needs(8), ...hour.containerOverrides } }));
    await world.until("it runs", isIn(world, "first", "RUNNING"));
    world.apply(batchJob("next", { containerOverrides: needs(8) }));
    const reason = /waits for resources: other jobs use up maxvCpus; the job starts when one of them ends$/;
    await world.until("it has the reason", () => reason.test(message(world, "next")), 30 * minutes);
    const writes = statusWrites(world);
    await world.seconds(20 * minutes);
    expect(writes).toEqual([]);
  });

  it("has the reason as an array, of which a child is the first", async () => {
    const world = await placeOf(8);
    world.apply(batchJob("array", { arrayProperties: { size: 3 }, containerOverrides: needs(32) }));
    const reason = /its children wait for resources, and cannot get any: .*the job needs 32 vCPUs/;
    await world.until("it has the reason", () => reason.test(message(world, "array")), 30 * minutes);
  });
});
