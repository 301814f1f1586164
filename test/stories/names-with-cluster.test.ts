import { describe, expect, it } from "vitest";
import type { Cluster } from "../../src/controllers/ownership/ownership.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import {
  batchJob,
  computeEnvironment,
  consumable,
  ec2,
  jobDefinition,
  jobQueue,
  quotaShare,
  serviceEnvironment,
  sharedQueue,
} from "../manifests.ts";
import { createWorld, type World, type WorldOptions } from "../world.ts";
import { aWorld, expectSilence } from "./story.ts";

const blue: Cluster = { name: "blue", uid: "cluster-1" };
const green: Cluster = { name: "green", uid: "cluster-2" };
const flags = { namesWithCluster: true };
const manifests = [
  computeEnvironment("ce", ec2),
  jobQueue("q1", ["ce"]),
  jobDefinition("hello"),
  ...sharedQueue("shared"),
];

const namesIn = ({ aws: { truth } }: World): readonly string[] =>
  [
    ...truth
      .computeEnvironments()
      .flatMap(({ status, computeEnvironmentName: name }) => (status === "DELETED" ? [] : name)),
    ...truth.jobQueues().flatMap(({ status, jobQueueName: name }) => (status === "DELETED" ? [] : name)),
    ...truth.jobDefinitions().flatMap(({ status, jobDefinitionName: name }) => (status === "INACTIVE" ? [] : name)),
    ...truth.schedulingPolicies().map(({ name }) => name ?? ""),
  ].map((name) => name.replace(/-[0-9a-f]{8}$/, ""));

/** An operator that starts with other flags over what one before it has made, after two minutes; and how much that had written. */
async function startedAgain(
  made: readonly Manifest[],
  before: WorldOptions["flags"],
  after: WorldOptions["flags"],
): Promise<{ readonly world: World; readonly earlier: number }> {
  const first = await aWorld({ cluster: blue, flags: before ?? {} });
  first.apply(...made);
  await first.untilReady();
  await first.stop();
  const earlier = first.writes().length;
  const { store, aws, clock } = first;
  const world = await createWorld({ store, aws, clock, cluster: blue, flags: after ?? {} });
  await world.seconds(120);
  return { world, earlier };
}

describe("names in AWS that begin with the name of the cluster", () => {
  it("are none of a quota share, whose default name is of its queue", async () => {
    const world = await aWorld({ cluster: blue, flags });
    world.apply(...sharedQueue("train"), quotaShare("share", "train"));
    await world.untilReady();
    expect(world.condition("QuotaShare", "share", "Ready")?.status).toBe("True");
  });

  it("let two clusters with the same manifests share an account", async () => {
    const first = await aWorld({ cluster: blue, flags });
    first.apply(...manifests, batchJob("once", { jobQueueRef: { name: "q1" }, jobDefinitionRef: { name: "hello" } }));
    await first.until("the queue is Ready", () => first.condition("JobQueue", "q1", "Ready")?.status === "True");
    await first.until("the job ran", () => first.condition("BatchJob", "once", "Complete")?.status === "True");
    const ofBlue = namesIn(first);
    expect(ofBlue.filter((name) => !name.startsWith("blue_team_"))).toEqual([]);
    expect(ofBlue).toEqual(expect.arrayContaining(["blue_team_ce", "blue_team_q1", "blue_team_hello"]));
    await first.stop();

    const second = await aWorld({ aws: first.aws, clock: first.clock, cluster: green, flags });
    second.apply(...manifests);
    await second.untilReady();
    const ofGreen = namesIn(second).filter((name) => !ofBlue.includes(name));
    expect(ofGreen.toSorted()).toEqual(ofBlue.map((name) => name.replace(/^blue/, "green")).toSorted());
    await expectSilence(second);
    for (const { kind, metadata } of manifests) second.delete(kind, metadata.name);
    await second.untilGone();
    expect(namesIn(second).toSorted()).toEqual(ofBlue.toSorted());
  });

  it.each([
    ["green_team_q", "begins like the names of namespace or cluster green"],
    ["team_q", "begins like the names of namespace or cluster team"],
    ["blue_prod_q", "begins like the names of namespace prod"],
  ])("are not given by the spec of another namespace or cluster: %s", async (jobQueueName, words) => {
    const world = await aWorld({ cluster: blue, flags });
    world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"], { jobQueueName }));
    await world.until("it is refused", () => world.condition("JobQueue", "q", "Stalled")?.reason === "NotAllowed");
    expect(world.condition("JobQueue", "q", "Stalled")?.message).toContain(words);
    expect(world.condition("JobQueue", "q", "Stalled")?.message).toContain("begins with blue_team_");
  });

  it.each([
    ["with", {}, flags],
    ["without", flags, {}],
  ])("are fixed: an operator that starts %s them over the other form writes nothing", async (_with, before, after) => {
    const both = [computeEnvironment("ce", ec2), jobQueue("q1", ["ce"])];
    const { world, earlier } = await startedAgain(both, before, after);
    expect(world.writes().slice(earlier)).toEqual([]);
    await expect(world.stop()).rejects.toThrow("--names-with-cluster is fixed for the life of an installation");
  });

  it.each([
    ["with", {}, flags],
    ["without", flags, {}],
  ])(
    "hold each object by itself where no environment and no queue shows it: started %s them",
    async (_with, before, after) => {
      const others = [jobDefinition("hello"), consumable("seats", { totalQuantity: 3 }), serviceEnvironment("sm")];
      const { world, earlier } = await startedAgain(others, before, after);
      for (const { kind, metadata } of others) {
        expect(world.condition(kind, metadata.name, "Stalled")).toMatchObject({ reason: "LocationMismatch" });
        world.delete(kind, metadata.name);
      }
      await world.seconds(120);
      expect(world.writes().slice(earlier)).toEqual([]);
      for (const { kind, metadata } of others) expect(world.object(kind, metadata.name)).toBeDefined();
      await world.stop();
    },
  );
});
