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

  it("is rolled out under Apply, and the report ends with that", async () => {
    const replacement = { ...ec2.replacement, externalChanges: "Apply" as const };
    const updatePolicy = { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 };
    const world = await servingWorld({ ...ec2, replacement, updatePolicy });
    world.aws.outside.releaseImage("ECS_AL2023");
    await world.seconds(120);
    expect(updateAvailable(world)).toBeUndefined();
    expect(world.writes().join("\n")).toContain('"updateToLatestImageVersion":true');
    await world.untilReady(3600);
    await expectSilence(world);
    expect(reported(world)).toHaveLength(0);
  });
});
