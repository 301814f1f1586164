import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import { serverFailure } from "../../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../../manifests.ts";
import { isReady, type World } from "../../world.ts";
import { aWorld } from "../story.ts";

const inNamespace = (namespace: string, manifest: Manifest): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, namespace },
});

const home = "eu-west-1";
const away = "us-east-1";

/** An environment and a queue of it in each region, named by the region. */
function stackIn(region: string, spec = ec2): readonly Manifest[] {
  return [
    computeEnvironment(`ce-${region}`, { ...spec, region }),
    jobQueue(`q-${region}`, [`ce-${region}`], { region }),
  ];
}

const isReadyIn = (world: World, region: string): boolean =>
  ["BatchComputeEnvironment", "JobQueue"].every((kind) => {
    const object = world.object(kind, kind === "JobQueue" ? `q-${region}` : `ce-${region}`);
    return object !== undefined && isReady(object);
  });

/** An operator that may work in both. */
const inBoth = { flags: { allowedRegions: [away] } };

const ownersIn = (world: World, region: string): readonly (string | undefined)[] => {
  const { truth } = world.awsIn(region);
  const all = [...truth.computeEnvironments(), ...truth.jobQueues()];
  return all.filter(({ status }) => status !== "DELETED").map(({ tags }) => tags?.["awsbatch.dev/name"]);
};

describe("a second region", () => {
  it("gets what its objects say, and nothing of the first: one changes and goes, and the other stays", async () => {
    const world = await aWorld(inBoth);
    world.apply(...stackIn(home), ...stackIn(away));
    await world.untilReady();
    expect(ownersIn(world, home)).toEqual([`ce-${home}`, `q-${home}`]);
    expect(ownersIn(world, away)).toEqual([`ce-${away}`, `q-${away}`]);
    const writesIn = (region: string) =>
      world.awsIn(region).log.filter(({ operation }) => !/^(Describe|List|Get)/.test(operation)).length;
    await world.seconds(60);
    const before = writesIn(home);
    world.apply(...stackIn(away, withTypes(["m5.large"])));
    await world.seconds(5);
    await world.untilReady();
    world.delete("JobQueue", `q-${away}`);
    world.delete("BatchComputeEnvironment", `ce-${away}`);
    await world.until("the second is gone", () => world.store.objects().length === 2);
    expect(ownersIn(world, away)).toEqual([]);
    expect(writesIn(home)).toBe(before);
    expect(ownersIn(world, home)).toEqual([`ce-${home}`, `q-${home}`]);
  });

  it.each([
    ["the second", away, home],
    ["the first", home, away],
  ])("of which %s fails for an hour does not disturb the other, and goes on afterwards", async (_which, bad, good) => {
    const world = await aWorld(inBoth);
    const { faults } = world.awsIn(bad);
    faults.add({ fault: serverFailure, on: ({ operation }) => operation !== "GetCallerIdentity", forMs: 3_600_000 });
    world.apply(...stackIn(home), ...stackIn(away));
    await world.until("the good one is ready", () => isReadyIn(world, good), 300);
    world.apply(...stackIn(good, withTypes(["m5.large"])));
    await world.seconds(5);
    await world.until("the good one is ready again", () => isReadyIn(world, good), 900);
    expect(isReadyIn(world, bad)).toBe(false);
    expect(ownersIn(world, bad)).toEqual([]);
    await world.seconds(3600);
    await world.until("the bad one is ready", () => isReadyIn(world, bad), 900);
    expect(new Set(ownersIn(world, good))).toEqual(new Set([`ce-${good}`, `q-${good}`]));
    expect(ownersIn(world, good)).toHaveLength(2);
  });

  it("to which there is no connection at first is connected to later, and the other is not disturbed", async () => {
    let reachable = false;
    const world = await aWorld({
      ...inBoth,
      cloud: (cloud) => ({
        ...cloud,
        connect: async (region, signal) => {
          if (region === away && !reachable) throw new Error(`no endpoint of AWS Batch in ${region}`);
          return await cloud.connect(region, signal);
        },
      }),
    });
    world.apply(...stackIn(home), ...stackIn(away));
    await world.until("the reachable one is ready", () => isReadyIn(world, home), 300);
    await world.seconds(600);
    expect([isReadyIn(world, home), isReadyIn(world, away)]).toEqual([true, false]);
    reachable = true;
    await world.until("the other is ready", () => isReadyIn(world, away), 900);
  });
});

describe("objects of one name in two namespaces", () => {
  const stack = (namespace: string, types: string[], priority: number): readonly Manifest[] =>
    [
      computeEnvironment("ce", withTypes(types)),
      jobQueue("q", ["ce"], { priority }),
      jobDefinition("hello", { schedulingPriority: priority }),
    ].map((manifest) => inNamespace(namespace, manifest));

  it("are two of everything: each is made, changed and deleted for itself", async () => {
    const world = await aWorld();
    const { truth } = world.aws;
    const queues = () => truth.jobQueues().filter(({ status }) => status !== "DELETED");
    const environments = () => truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
    const revisions = () => truth.jobDefinitions().filter(({ status }) => status === "ACTIVE");
    const namespacesOf = (all: readonly { readonly tags?: Readonly<Record<string, string>> | undefined }[]) =>
      all.map(({ tags }) => tags?.["awsbatch.dev/namespace"] ?? "none").toSorted((a, b) => a.localeCompare(b));
    world.apply(...stack("team", ["c5.large"], 1), ...stack("other", ["c5.large"], 2));
    await world.untilReady();
    for (const all of [queues(), environments(), revisions()]) expect(namespacesOf(all)).toEqual(["other", "team"]);
    const orders = queues().map((queue) => queue.computeEnvironmentOrder?.[0]?.computeEnvironment);
    expect(new Set(orders).size).toBe(2);

    const namesOf = (namespace: string) =>
      environments()
        .filter(({ tags }) => tags?.["awsbatch.dev/namespace"] === namespace)
        .map(({ computeEnvironmentName }) => computeEnvironmentName);
    const kept = namesOf("other");
    world.apply(...stack("team", ["m5.large"], 7));
    await world.seconds(5);
    await world.untilReady();
    await world.until("the predecessor is gone", () => environments().length === 2);
    expect(namesOf("other")).toEqual(kept);
    const priorities = queues().map(({ priority = 0 }) => priority);
    expect(priorities.toSorted((a, b) => a - b)).toEqual([2, 7]);

    for (const kind of ["JobQueue", "JobDefinition", "BatchComputeEnvironment"]) {
      world.delete(kind, kind === "JobQueue" ? "q" : kind === "JobDefinition" ? "hello" : "ce");
    }
    await world.until("those of team are gone", () => world.store.objects().length === 3);
    for (const all of [queues(), environments(), revisions()]) expect(namespacesOf(all)).toEqual(["other"]);
    expect(world.store.objects().every(isReady)).toBe(true);
    expect(world.violations).toEqual([]);
  });
});
