/** Queues go back from an environment that AWS calls VALID, because jobs fail on it (`replacement.rollback`). */

import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import { accessDenied } from "../../src/simulator/faults.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

const image = "public.ecr.aws/docker/library/alpine:3";
const watching = (change: object = {}): BatchComputeEnvironmentSpec => ({
  ...ec2,
  replacement: { soakSeconds: 60, rollback: { failedJobs: 2, withinSeconds: 1800, ...change } },
});

const condition = (world: World, type: string) => world.condition("BatchComputeEnvironment", "ce", type);
const targetOf = (world: World): string =>
  world.object<{ target: string }>("BatchComputeEnvironment", "ce")?.status?.target ?? "";
const orders = (world: World): readonly string[] =>
  world.aws.truth
    .jobQueues()
    .flatMap(({ computeEnvironmentOrder = [] }) => computeEnvironmentOrder.map((one) => one.computeEnvironment ?? ""));
const isServedBy = (world: World, name: string): boolean => orders(world).every((arn) => arn.endsWith(`/${name}`));

/** A world in which a replacement has handed over two queues, and jobs are watched. */
async function handedOver(spec = watching()): Promise<{ world: World; old: string; successor: string }> {
  const world = await aWorld();
  world.apply(
    computeEnvironment("ce", spec),
    jobQueue("q1", ["ce"]),
    jobQueue("q2", ["ce"]),
    jobDefinition("definition"),
  );
  await world.untilReady();
  const old = targetOf(world);
  world.apply(computeEnvironment("ce", withTypes(["m5.large"], spec)));
  await world.until("it soaks", () => condition(world, "Retiring")?.reason === "Soaking");
  return { world, old, successor: targetOf(world) };
}

function submit(world: World, ...names: readonly string[]): void {
  world.apply(...names.map((name, at) => batchJob(name, { jobQueueRef: { name: `q${(at % 2) + 1}` } } as never)));
}

describe("jobs that cannot pull their image on a new environment", () => {
  it("send the queues back, once there are as many as the spec says, and it stays so", async () => {
    const { world, old, successor } = await handedOver();
    world.aws.outside.imageMissing(image, true);
    submit(world, "first");
    await world.seconds(400);
    expect(isServedBy(world, successor)).toBe(true);
    submit(world, "second", "third");
    await world.until("it is rolled back", () => condition(world, "Stalled")?.reason === "RolledBack", 900);
    await world.until("the queues are back", () => isServedBy(world, old), 60);
    expect(condition(world, "Stalled")?.message).toMatch(
      new RegExp(
        `^rolled back from ${successor}: [23] jobs failed on it: CannotPullContainerError: .* stays unused until`,
      ),
    );
    world.aws.outside.imageMissing(image, false);
    await world.seconds(3600);
    expect(isServedBy(world, old)).toBe(true);
    await expectStory(world, "jobs fail on the successor");
    await expectSilence(world);
  });

  it("send them back again after a person had it tried again", async () => {
    const { world, old, successor } = await handedOver(watching({ failedJobs: 1 }));
    world.aws.outside.imageMissing(image, true);
    submit(world, "first");
    await world.until("it is rolled back", () => isServedBy(world, old), 900);
    await world.until("it waits for a person", () => condition(world, "Stalled")?.reason === "RolledBack", 60);
    const { status } = world.object<{ plan: { approval: string } }>("BatchComputeEnvironment", "ce") ?? {};
    world.annotate("BatchComputeEnvironment", "ce", { "awsbatch.dev/approve": status?.plan.approval ?? "" });
    await world.until("it serves again", () => isServedBy(world, successor), 300);
    await world.seconds(120);
    expect(isServedBy(world, successor)).toBe(true);
    submit(world, "second");
    await world.until("it is rolled back again", () => isServedBy(world, old), 900);
    expect(world.violations).toEqual([]);
  });
});

describe("the old environment", () => {
  it("is kept as long as jobs are watched, although a job runs on the new one, and goes then", async () => {
    const { world, old } = await handedOver();
    submit(world, "first", "second", "third");
    await world.seconds(1200);
    expect(condition(world, "Retiring")?.message).toContain(`${old} stays ready to take the queues back`);
    await world.until("it is gone", () => condition(world, "Retiring") === undefined, 1800);
    expect(condition(world, "Ready")?.status).toBe("True");
  });

  it("says so where failed jobs cannot be read, and is kept all the same", async () => {
    const { world, old } = await handedOver();
    world.aws.faults.add({ fault: accessDenied("ListJobs"), on: "ListJobs", forMs: 900_000 });
    await world.seconds(600);
    expect(condition(world, "Retiring")).toMatchObject({ reason: "Soaking" });
    expect(condition(world, "Retiring")?.message).toMatch(
      new RegExp(`^${old} stays ready .* counted, which cannot be read: batch:ListJobs: `),
    );
  });
});

describe("jobs that fail for reasons of their own", () => {
  it("change nothing", async () => {
    const { world, successor } = await handedOver(watching({ failedJobs: 1 }));
    world.aws.outside.planJobs({ job: "*", attempts: [{ exitCode: 3 }] } as never);
    submit(world, "first", "second");
    await world.seconds(1200);
    expect(isServedBy(world, successor)).toBe(true);
    expect(condition(world, "Stalled")?.status ?? "False").toBe("False");
  });
});
