import { describe, expect, it } from "vitest";
import type { Cluster } from "../../src/controllers/ownership/ownership.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { batchNetwork, computeEnvironment, ec2, jobDefinition, jobQueue, role, withTypes } from "../manifests.ts";
import { createWorld, type World, type WorldOptions } from "../world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

const manifests = [computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]), jobDefinition("hello")];
const blue: Cluster = { name: "blue", uid: "cluster-1" };
const green: Cluster = { name: "green", uid: "cluster-1" };

async function blueWorld(...more: readonly Manifest[]): Promise<World> {
  const world = await aWorld({ cluster: blue });
  world.apply(...manifests, ...more);
  await world.untilReady();
  await world.stop();
  return world;
}

/** The same cluster and AWS, under an operator that starts with other flags. */
const again = ({ store, aws, clock }: World, options: WorldOptions) => ({ store, aws, clock, ...options });

describe("an operator that starts with another cluster name", () => {
  it("ends before any write, and names both ways out", async () => {
    const before = await blueWorld();
    const earlier = before.writes().length;
    const world = await createWorld(again(before, { cluster: green }));
    world.apply(computeEnvironment("new", ec2));
    await world.seconds(120);
    expect(world.writes().slice(earlier)).toEqual([]);
    await expect(world.stop()).rejects.toThrow(
      /^--cluster-name is green, but what AWS has of this cluster's objects bears the cluster name blue: team_ce-[0-9a-f]{8}, team_q1\..*--cluster-name=blue; .*--cluster-name=green --rename-cluster-from=blue, /,
    );
    const back = await aWorld(again(before, { cluster: blue }));
    await back.untilReady();
    expect(back.writes().slice(earlier)).toEqual([expect.stringContaining("CreateComputeEnvironment team_new-")]);
  });

  it("holds each object by itself where it has nothing but job definitions", async () => {
    const before = await aWorld({ cluster: blue });
    before.apply(jobDefinition("hello"));
    await before.untilReady();
    await before.stop();
    const earlier = before.writes().length;
    const world = await aWorld(again(before, { cluster: green }));
    await world.seconds(120);
    expect(world.condition("JobDefinition", "hello", "Stalled")).toMatchObject({
      reason: "OwnedByOtherCluster",
      message:
        "team_hello:1 belongs to this object by the cluster name blue, which this cluster had. Start the operator with --rename-cluster-from=blue, which writes the name of today to the tags, or with --cluster-name=blue again",
    });
    world.delete("JobDefinition", "hello");
    await world.seconds(120);
    expect(world.writes().slice(earlier)).toEqual([]);
    expect(world.object("JobDefinition", "hello")).toBeDefined();
  });

  it("works next to another operator of the same cluster that has that name", async () => {
    const before = await aWorld({ cluster: blue, flags: { watchNamespace: ["other"] } });
    before.apply(...manifests.map((one) => ({ ...one, metadata: { ...one.metadata, namespace: "other" } })));
    await before.untilReady();
    await before.stop();
    const world = await aWorld(again(before, { cluster: green, flags: { watchNamespace: ["team"] } }));
    world.apply(...manifests);
    await world.until("its queue is Ready", () => world.condition("JobQueue", "q1", "Ready")?.status === "True");
  });
});

describe("a cluster that is renamed", () => {
  const renamed: Cluster = { ...green, formerName: "blue" };

  it("gets its name in AWS by tags alone: no new revision, no replacement", async () => {
    const before = await blueWorld();
    const earlier = before.writes().length;
    const world = await aWorld(again(before, { cluster: renamed }));
    await world.seconds(120);
    expect(
      new Set(
        world
          .writes()
          .slice(earlier)
          .map((write) => write.split(" ")[0]),
      ),
    ).toEqual(new Set(["TagResource"]));
    await expectStory(world, "cluster renamed");
    await expectSilence(world);
    await world.stop();
    const after = await aWorld(again(before, { cluster: green }));
    await expectSilence(after);
    after.apply(computeEnvironment("ce", withTypes(["m6i"])));
    await after.untilReady(7200);
  });

  it("is refused where a network has a group or endpoints, whose names AWS cannot change", async () => {
    const before = await aWorld({ cluster: blue });
    before.apply(...manifests, batchNetwork("net", { securityGroup: {} }));
    await before.seconds(120);
    await before.stop();
    const world = await createWorld(again(before, { cluster: renamed }));
    await world.seconds(60);
    await expect(world.stop()).rejects.toThrow(/cannot be renamed from blue to green: .* for BatchNetwork team\/net /);
  });

  it("is refused where a BatchRole has a role, whose path has the old name", async () => {
    const before = await blueWorld(role("builders"));
    const [earlier, roles] = [before.writes().length, before.aws.truth.roles().length];
    const world = await createWorld(again(before, { cluster: renamed }));
    await world.seconds(120);
    expect(world.writes().slice(earlier)).toEqual([]);
    expect(world.aws.truth.roles()).toHaveLength(roles);
    await expect(world.stop()).rejects.toThrow(
      /cannot be renamed from blue to green: .* for BatchRole team\/builders /,
    );
  });

  it("has no role made a second time, also where there is neither an environment nor a queue", async () => {
    const before = await aWorld({ cluster: blue });
    before.apply(role("builders"));
    await before.untilReady();
    await before.stop();
    const roles = before.aws.truth.roles().length;
    const world = await aWorld(again(before, { cluster: renamed }));
    await world.seconds(120);
    expect(world.aws.truth.roles()).toHaveLength(roles);
    expect(world.condition("BatchRole", "builders", "Stalled")?.message).toMatch(
      /under the cluster name blue.*--cluster-name=blue$/,
    );
  });

  it("is refused where AWS has the old name in names that it cannot change", async () => {
    const before = await blueWorld(computeEnvironment("own-roles", { ...ec2, iam: { instanceRole: {} } }));
    const earlier = before.writes().length;
    const world = await createWorld(again(before, { cluster: renamed }));
    await world.seconds(120);
    expect(world.writes().slice(earlier)).toEqual([]);
    await expect(world.stop()).rejects.toThrow(
      /cannot be renamed from blue to green: .* for BatchComputeEnvironment team\/own-roles .*--cluster-name=blue, /,
    );
  });

  it("that stops half way holds back what bears the old name, also its deletion, and goes on with the rest", async () => {
    const before = await blueWorld(jobQueue("q2", ["ce"]));
    const [environment] = before.aws.truth.computeEnvironments();
    const resourceArn = environment?.computeEnvironmentArn ?? "";
    await before.aws.outside.tagResource({ resourceArn, tags: { "awsbatch.dev/cluster": "green" } });
    await before.seconds(60);
    const earlier = before.writes().length;
    const half = await aWorld(again(before, { cluster: green }));
    await half.seconds(120);
    const names = [
      ["BatchComputeEnvironment", "ce"],
      ["JobQueue", "q1"],
      ["JobQueue", "q2"],
      ["JobDefinition", "hello"],
    ] as const;
    const held = names.filter(
      ([kind, name]) => half.condition(kind, name, "Stalled")?.reason === "OwnedByOtherCluster",
    );
    expect(held).toHaveLength(3);
    for (const [kind, name] of held) half.delete(kind, name);
    half.apply(jobDefinition("other"));
    await half.until(
      "the new one is Ready",
      () => half.condition("JobDefinition", "other", "Ready")?.status === "True",
    );
    await half.seconds(120);
    expect(half.writes().slice(earlier)).toEqual([expect.stringContaining("RegisterJobDefinition")]);
    expect(held.every(([kind, name]) => half.object(kind, name) !== undefined)).toBe(true);
  });
});
