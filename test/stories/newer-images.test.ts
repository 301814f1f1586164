import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import { computeEnvironment, ec2, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence } from "./story.ts";

async function servingWorld(spec: BatchComputeEnvironmentSpec = ec2): Promise<World> {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", spec), jobQueue("q", ["ce"]));
  await world.untilReady();
  return world;
}

const updateAvailable = (world: World) => world.condition("BatchComputeEnvironment", "ce", "UpdateAvailable");
const plan = (world: World): unknown =>
  world.object<{ readonly plan?: { readonly action: string } }>("BatchComputeEnvironment", "ce")?.status?.plan?.action;
const reported = (world: World) => world.store.events().filter(({ reason }) => reason === "ImageUpdateAvailable");
const hourMs = 3_600_000;
const names = (world: World): readonly string[] =>
  world.aws.truth.computeEnvironments().flatMap(({ computeEnvironmentName: name, status }) => {
    return status === "DELETED" ? [] : [name ?? ""];
  });

describe("a newer image that AWS announces", () => {
  it("is reported once by default, changes nothing, and has no effect on Ready", async () => {
    const world = await servingWorld();
    const [name] = names(world);
    const writes = world.writes().length;
    world.aws.outside.releaseImage("ECS_AL2023");
    await world.seconds(90);
    expect(updateAvailable(world)).toMatchObject({ status: "True", reason: "ImageUpdateAvailable" });
    expect(updateAvailable(world)?.message).toContain(`${name}`);
    expect(world.condition("BatchComputeEnvironment", "ce", "Ready")?.status).toBe("True");
    expect(plan(world)).toBe("None");
    await expectSilence(world);
    expect(world.writes()).toHaveLength(writes);
    expect(reported(world)).toHaveLength(1);
  });

  it("names only the entries for which there is one", async () => {
    const ec2Configuration = [{ imageType: "ECS_AL2023" }, { imageType: "ECS_AL2023_NVIDIA" }];
    const resources = { ...ec2.computeResources, type: "EC2", ec2Configuration } as const;
    const world = await servingWorld({ ...ec2, computeResources: { ...ec2.computeResources, ...resources } } as never);
    world.aws.outside.releaseImage("ECS_AL2023_NVIDIA");
    await world.seconds(90);
    expect(updateAvailable(world)?.message).toContain("ECS_AL2023_NVIDIA");
  });

  it("is reported no more when a new rolloutToken has brought it", async () => {
    const world = await servingWorld();
    world.aws.outside.releaseImage("ECS_AL2023");
    await world.seconds(90);
    expect(updateAvailable(world)?.status).toBe("True");
    world.apply(computeEnvironment("ce", { ...ec2, rolloutToken: "newest" }));
    await world.seconds(900);
    expect(updateAvailable(world)).toBeUndefined();
    expect(reported(world)).toHaveLength(1);
  });

  it("is taken in place under Automatic where updatePolicy allows it, and the report ends with that", async () => {
    const updatePolicy = { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 };
    const world = await servingWorld({ ...ec2, imageUpdates: { policy: "Automatic" }, updatePolicy });
    world.aws.outside.releaseImage("ECS_AL2023");
    await world.seconds(120);
    expect(world.writes().join("\n")).toContain('"updateToLatestImageVersion":true');
    await world.untilReady(3600);
    await world.seconds(120);
    expect(updateAvailable(world)).toBeUndefined();
    await expectSilence(world);
  });

  it("waits for its window, and what has begun in it goes on after its end", async () => {
    const world = await servingWorld();
    // The world's clock says when the window opens: in two hours, for half an hour.
    const opens = new Date(world.clock.now() + 2 * hourMs);
    const schedule = `${opens.getUTCMinutes()} ${opens.getUTCHours()} * * *`;
    const windows = [{ schedule, durationMinutes: 30 }];
    world.apply(computeEnvironment("ce", { ...ec2, imageUpdates: { policy: "Automatic", windows } }));
    const [old] = names(world);
    world.aws.outside.releaseImage("ECS_AL2023");
    await world.seconds(90 * 60);
    expect(updateAvailable(world)).toMatchObject({ status: "True", reason: "UpdateScheduled" });
    expect(updateAvailable(world)?.message).toContain(`:${String(opens.getUTCMinutes()).padStart(2, "0")}:00Z`);
    expect(names(world)).toEqual([old]);
    expect(reported(world)).toHaveLength(0);
    // Creation takes longer than the rest of the window.
    world.aws.knobs.ec2ValidMs = 20 * 60_000;
    await world.seconds(32 * 60);
    expect(names(world)).toHaveLength(2);
    await world.seconds(15 * 60);
    await world.untilReady(3600);
    await world.seconds(1800);
    expect(names(world)).toHaveLength(1);
    expect(names(world)).not.toEqual([old]);
    expect(updateAvailable(world)).toBeUndefined();
    await expectSilence(world);
  });

  it("waits for approval under Ready, and for another one the next time", async () => {
    const world = await servingWorld({ ...ec2, imageUpdates: { policy: "Automatic", approval: true } });
    world.aws.outside.releaseImage("ECS_AL2023");
    await world.seconds(120);
    const approvalOf = () =>
      world.object<{ readonly plan?: { readonly approval?: string } }>("BatchComputeEnvironment", "ce")?.status?.plan
        ?.approval;
    const first = approvalOf();
    expect(first).toMatch(/^Images@/u);
    expect(world.condition("BatchComputeEnvironment", "ce", "Ready")?.status).toBe("True");
    expect(updateAvailable(world)).toMatchObject({ status: "True", reason: "AwaitingApproval" });
    await expectSilence(world);
    world.annotate("BatchComputeEnvironment", "ce", { "awsbatch.dev/approve": first ?? "" });
    await world.seconds(1800);
    expect(updateAvailable(world)).toBeUndefined();
    expect(names(world)).toHaveLength(1);
  });
});
