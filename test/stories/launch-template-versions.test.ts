import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import { computeEnvironment, ec2, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence } from "./story.ts";

type ImageUpdates = BatchComputeEnvironmentSpec["imageUpdates"];

const template = "lt-0a1b2c3d4e5f60718";
const minute = 60;
const inPlace = { updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 } };

function following(imageUpdates: ImageUpdates, version?: string): BatchComputeEnvironmentSpec {
  const launchTemplate = { launchTemplateId: template, ...(version === undefined ? {} : { version }) };
  return { ...ec2, imageUpdates, computeResources: { ...ec2.computeResources, launchTemplate } } as never;
}

async function servingWorld(spec: BatchComputeEnvironmentSpec): Promise<World> {
  const world = await aWorld();
  world.aws.outside.describeNetwork({ launchTemplates: [{ id: template, name: "batch", versions: [{}, {}] }] });
  world.apply(computeEnvironment("ce", spec), jobQueue("q", ["ce"]));
  await world.untilReady();
  return world;
}

interface Status {
  readonly launchTemplateVersion?: string;
  readonly updateAvailableSince?: string;
  readonly plan?: { readonly action: string; readonly approval?: string };
}
const statusOf = (world: World) => world.object<Status>("BatchComputeEnvironment", "ce")?.status;
const updateAvailable = (world: World) => world.condition("BatchComputeEnvironment", "ce", "UpdateAvailable");
const names = (world: World): readonly string[] =>
  world.aws.truth.computeEnvironments().flatMap(({ computeEnvironmentName: name, status }) => {
    return status === "DELETED" ? [] : [name ?? ""];
  });
const named = (world: World): readonly string[] =>
  world.aws.truth.jobQueues().flatMap(({ computeEnvironmentOrder: order = [] }) => {
    return order.map(({ computeEnvironment: arn = "" }) => arn.slice(arn.indexOf("/") + 1));
  });
const reads = (world: World): number =>
  world.aws.log.filter(({ operation }) => operation === "DescribeLaunchTemplateVersions").length;

describe("a newer version of the launch template", () => {
  it("is reported by default, with the version that the environment was created with, and changes nothing", async () => {
    const world = await servingWorld(following(undefined, "$Latest"));
    expect(statusOf(world)?.launchTemplateVersion).toBe("2");
    const writes = world.writes().length;
    world.aws.outside.addTemplateVersion(template);
    await world.seconds(11 * minute);
    expect(updateAvailable(world)).toMatchObject({ status: "True", reason: "TemplateUpdateAvailable" });
    expect(updateAvailable(world)?.message).toContain("is at version 3 now, and its instances have version 2");
    expect(statusOf(world)?.updateAvailableSince).toBeDefined();
    expect(world.condition("BatchComputeEnvironment", "ce", "Ready")?.status).toBe("True");
    expect(statusOf(world)?.plan?.action).toBe("None");
    await expectSilence(world);
    expect(world.writes()).toHaveLength(writes);
  });

  it("counts only where it is what the spec names", async () => {
    const world = await servingWorld(following({ launchTemplateVersions: "Follow" }));
    expect(statusOf(world)?.launchTemplateVersion).toBe("1");
    world.aws.outside.addTemplateVersion(template);
    await world.seconds(11 * minute);
    expect(updateAvailable(world)).toBeUndefined();
    world.aws.outside.setDefaultTemplateVersion(template, 2);
    await world.until("the new default is taken", () => statusOf(world)?.launchTemplateVersion === "2", 3600);
  });

  it("is not shown for a version that is a number", async () => {
    const world = await servingWorld(following(undefined, "1"));
    expect(statusOf(world)?.launchTemplateVersion).toBeUndefined();
    world.aws.outside.addTemplateVersion(template);
    await world.seconds(11 * minute);
    expect(updateAvailable(world)).toBeUndefined();
  });

  it("is taken by a replacement under Follow: the queue follows, and the report ends with that", async () => {
    const world = await servingWorld(following({ launchTemplateVersions: "Follow" }, "$Latest"));
    const [old] = names(world);
    world.aws.outside.addTemplateVersion(template);
    await world.until("the newer version serves", () => statusOf(world)?.launchTemplateVersion === "3", 3600);
    await world.until("the old one is gone", () => names(world).length === 1, 3600);
    expect(names(world)).not.toEqual([old]);
    expect(named(world)).toEqual(names(world));
    await world.untilReady();
    await world.seconds(11 * minute);
    expect(updateAvailable(world)).toBeUndefined();
    await expectSilence(world);
  });

  it("is taken in place under Follow where updatePolicy allows it, once", async () => {
    const world = await servingWorld({ ...following({ launchTemplateVersions: "Follow" }, "$Latest"), ...inPlace });
    const [old] = names(world);
    world.aws.outside.addTemplateVersion(template);
    await world.until("the newer version serves", () => statusOf(world)?.launchTemplateVersion === "3", 3600);
    await world.untilReady(3600);
    await world.seconds(21 * minute);
    expect(names(world)).toEqual([old]);
    expect(world.writes().filter((line) => line.includes("updateToLatestImageVersion"))).toHaveLength(1);
    expect(updateAvailable(world)).toBeUndefined();
    await expectSilence(world);
  });

  it("that appears during a replacement is taken after it, and no queue is left behind", async () => {
    const world = await servingWorld(following({ launchTemplateVersions: "Follow" }, "$Latest"));
    world.aws.knobs.ec2ValidMs = 30 * minute * 1000;
    world.aws.outside.addTemplateVersion(template);
    await world.until("a replacement has begun", () => names(world).length === 2, 3600);
    world.aws.outside.addTemplateVersion(template);
    await world.seconds(25 * minute);
    expect(names(world)).toHaveLength(2);
    await world.until("the first one serves", () => statusOf(world)?.launchTemplateVersion === "3", 3600);
    await world.until("the second one serves", () => statusOf(world)?.launchTemplateVersion === "4", 3 * 3600);
    await world.until("all others are gone", () => names(world).length === 1, 3600);
    expect(named(world)).toEqual(names(world));
  });

  it("that is taken back during a replacement does not bring the old environment back", async () => {
    const world = await servingWorld(following({ launchTemplateVersions: "Follow" }));
    const [old] = names(world);
    world.aws.knobs.ec2ValidMs = 30 * minute * 1000;
    world.aws.outside.setDefaultTemplateVersion(template, 2);
    await world.until("a replacement has begun", () => names(world).length === 2, 3600);
    world.aws.outside.setDefaultTemplateVersion(template, 1);
    await world.until("the old one is gone", () => names(world).length === 1, 2 * 3600);
    expect(names(world)).not.toEqual([old]);
    expect(statusOf(world)?.launchTemplateVersion).toBe("2");
    await expectSilence(world);
  });

  it("waits for approval, and a version after that for another one", async () => {
    const world = await servingWorld(following({ launchTemplateVersions: "Follow", approval: true }, "$Latest"));
    world.aws.outside.addTemplateVersion(template);
    await world.seconds(11 * minute);
    const first = statusOf(world)?.plan?.approval;
    expect(first).toMatch(/^Images@.*template:3$/u);
    expect(updateAvailable(world)).toMatchObject({ status: "True", reason: "AwaitingApproval" });
    world.aws.outside.addTemplateVersion(template);
    await world.seconds(11 * minute);
    world.annotate("BatchComputeEnvironment", "ce", { "awsbatch.dev/approve": first ?? "" });
    await world.seconds(11 * minute);
    expect(statusOf(world)?.launchTemplateVersion).toBe("2");
    const second = statusOf(world)?.plan?.approval;
    expect(second).toMatch(/template:4$/u);
    world.annotate("BatchComputeEnvironment", "ce", { "awsbatch.dev/approve": second ?? "" });
    await world.until("the newest version serves", () => statusOf(world)?.launchTemplateVersion === "4", 3600);
  });

  it("is read once in ten minutes, however many environments name the template", async () => {
    const world = await servingWorld(following(undefined, "$Latest"));
    const copies = ["one", "two", "three"].map((name) => computeEnvironment(name, following(undefined, "$Latest")));
    world.apply(...copies);
    await world.untilReady();
    const before = reads(world);
    await world.seconds(60 * minute);
    expect(reads(world) - before).toBeLessThanOrEqual(7);
  });

  it("that EC2 does not show is reported to whoever follows it, and nothing else changes", async () => {
    const world = await servingWorld(following({ launchTemplateVersions: "Follow" }, "$Latest"));
    world.aws.faults.add({
      fault: { kind: "refuse", exception: "UnauthorizedOperation", message: "no", httpStatusCode: 403 },
      on: ({ operation }) => operation === "DescribeLaunchTemplateVersions",
    });
    await world.seconds(25 * minute);
    expect(updateAvailable(world)).toMatchObject({ status: "Unknown", reason: "LaunchTemplateUnread" });
    expect(statusOf(world)?.launchTemplateVersion).toBe("2");
    expect(world.condition("BatchComputeEnvironment", "ce", "Ready")?.status).toBe("True");
    await expectSilence(world);
  });
});
