import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { type Released, release } from "../../../src/operator/release/release.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import type { Store } from "../../../src/runtime/store.ts";
import { writeThrough } from "../../../src/runtime/write-through.ts";
import { accessDenied } from "../../../src/simulator/faults.ts";
import {
  batchNetwork,
  computeEnvironment,
  consumable,
  ec2,
  jobDefinition,
  jobQueue,
  policy,
  quotaShare,
  role,
  sharedQueue,
  withTypes,
} from "../../manifests.ts";
import { closedWorld } from "../../stories/closed-world.ts";
import { clusterOne, createWorld, type World } from "../../world.ts";

const all = [computeEnvironment("ce", ec2), jobQueue("q", ["ce"]), jobDefinition("jd")];

async function readyWorld(): Promise<World> {
  const world = await createWorld();
  world.apply(...all);
  await world.untilReady();
  return world;
}

/** Releases all objects of the world; time passes meanwhile. */
async function releaseAll(
  world: World,
  timeoutMs = 600_000,
  store: Store = world.store,
  clusterName = clusterOne.name,
): Promise<Released & { readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const { clock, log } = world;
  const releasing = release(
    {
      flags: { clusterName },
      region: world.aws.region,
      clusterUid: clusterOne.uid,
      store,
      ports: {
        clock,
        random: seededRandom(5),
        log,
        openCloud: (signal) => world.openCloud(signal),
      },
      timeoutMs,
      onProgress: (line) => lines.push(line),
    },
    new AbortController().signal,
  );
  let ended = false;
  void releasing.then(
    () => (ended = true),
    () => (ended = true),
  );
  await world.until("the release ends", () => ended, 2 * (timeoutMs / 1000));
  return { ...(await releasing), lines };
}

const finalizers = (world: World): readonly string[] =>
  world.store.objects().flatMap(({ metadata }) => metadata.finalizers ?? []);
const inAws = (world: World): unknown => ({
  environments: world.aws.truth
    .computeEnvironments()
    .map(({ computeEnvironmentName, state, status }) => [computeEnvironmentName, state, status]),
  queues: world.aws.truth.jobQueues().map(({ jobQueueName, state, status }) => [jobQueueName, state, status]),
  definitions: world.aws.truth
    .jobDefinitions()
    .map(({ jobDefinitionName, revision, status }) => [jobDefinitionName, revision, status]),
});
/** What AWS has for objects of our cluster, with the owner that its tags name. */
function ownersInAws({ aws: { truth } }: World): readonly string[] {
  const groups = truth
    .securityGroups()
    .map(({ Tags = [] }) => Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value])));
  const arns = [
    ...truth.schedulingPolicies().map(({ arn }) => arn),
    ...truth.serviceEnvironments().map(({ serviceEnvironmentArn }) => serviceEnvironmentArn),
    ...truth.quotaShares().map(({ quotaShareArn }) => quotaShareArn),
    ...truth.consumableResources().map(({ consumableResourceArn }) => consumableResourceArn),
    ...truth.jobQueues().map(({ jobQueueArn }) => jobQueueArn),
  ];
  const tags = [
    ...groups,
    ...truth.roles().map((one) => one.tags),
    ...truth.instanceProfiles().map((one) => one.tags),
    ...arns.map((arn) => truth.resource(arn)?.tags),
  ];
  return tags.flatMap((one) => one?.["awsbatch.dev/name"] ?? []).toSorted();
}

describe("release", () => {
  test("needs no --allowed-regions for objects of another region than its own", async () => {
    const world = await createWorld({ flags: { allowedRegions: ["eu-*"] } });
    world.apply(computeEnvironment("far", { ...ec2, region: "eu-north-1" }));
    await world.untilReady();
    await world.stop();
    const { released, held } = await releaseAll(world);
    expect([released, held]).toEqual([["BatchComputeEnvironment team/far"], []]);
    expect(finalizers(world)).toEqual([]);
  });

  test("that is refused, for another name of the cluster, leaves no object paused but those that were", async () => {
    const world = await readyWorld();
    world.annotate("JobQueue", "q", { "awsbatch.dev/paused": "true" });
    await world.stop();
    await expect(releaseAll(world, 600_000, world.store, "other")).rejects.toThrow(/--cluster-name is other/u);
    const paused = world.store.objects().filter(({ metadata }) => metadata.annotations?.["awsbatch.dev/paused"]);
    expect(paused.map(({ metadata }) => metadata.name)).toEqual(["q"]);
    expect(finalizers(world)).toHaveLength(all.length);
  });

  test("of chosen namespaces lists and watches these alone", async () => {
    const world = await readyWorld();
    await world.stop();
    const team = writeThrough(world.store, () => undefined);
    const everywhere = async (): Promise<never> => Promise.reject(new Error("all namespaces were asked for"));
    const { released } = await releaseAll(world, 600_000, {
      ...team,
      list: everywhere,
      namespaces: new Map([["team", team]]),
    });
    expect(released).toHaveLength(all.length);
    expect(finalizers(world)).toEqual([]);
  });

  test.each<[string, (world: World) => Promise<void>]>([
    ["while an operator runs", async () => {}],
    ["when no operator runs", (world) => world.stop()],
  ])("%s, releases every object and leaves AWS as it is", async (_name, before) => {
    const world = await readyWorld();
    const was = inAws(world);
    await before(world);
    const { released, held, lines } = await releaseAll(world);
    expect(released.toSorted()).toEqual([
      "BatchComputeEnvironment team/ce",
      "JobDefinition team/jd",
      "JobQueue team/q",
    ]);
    expect(held).toEqual([]);
    expect(lines).toContain("JobQueue team/q is released");
    expect(finalizers(world)).toEqual([]);
    expect(inAws(world)).toEqual(was);

    for (const kind of kinds) for (const { metadata } of world.store.objects(kind)) world.store.delete(kind, metadata);
    await world.seconds(600);
    expect(world.store.objects()).toEqual([]);
    expect(inAws(world)).toEqual(was);
    expect(world.violations).toEqual([]);
    await world.stop();
  });

  test("what was released is taken up again without a change when its pause ends", async () => {
    const world = await readyWorld();
    const was = inAws(world);
    await releaseAll(world);
    await world.seconds(120);
    expect(finalizers(world)).toEqual([]);
    for (const [kind, name] of [
      ["BatchComputeEnvironment", "ce"],
      ["JobQueue", "q"],
      ["JobDefinition", "jd"],
    ] as const) {
      world.annotate(kind, name, { "awsbatch.dev/paused": "false" });
    }
    await world.untilReady();
    await world.until("all are marked", () => finalizers(world).length === 3);
    expect(inAws(world)).toEqual(was);
    await world.stop();
  });

  test("what a running operator knew from before a release is read again: the object owns it again within minutes", async () => {
    const world = await closedWorld();
    world.apply(
      batchNetwork("net", { securityGroup: {} }),
      role("nodes", { purpose: "instance" }),
      consumable("licence", { totalQuantity: 3 }),
      consumable("seat", { totalQuantity: 3 }),
      policy("fair", { fairsharePolicy: { shareDecaySeconds: 600 } }),
      ...sharedQueue("train"),
      quotaShare("prod", "train"),
      jobDefinition("jd", { iam: { executionRole: {} } }),
    );
    await world.untilReady();
    const owned = ownersInAws(world);
    expect(owned.length).toBeGreaterThan(8);
    await releaseAll(world);
    expect(ownersInAws(world)).not.toEqual(owned);
    await world.seconds(120);

    for (const { kind, metadata } of world.store.objects()) {
      world.annotate(kind, metadata.name, { "awsbatch.dev/paused": "false" });
    }
    await world.until("everything has its owner again", () => isDeepStrictEqual(ownersInAws(world), owned), 60);
    await world.stop();
  });

  test("in the middle of a replacement, both environments stay", async () => {
    const world = await readyWorld();
    world.apply(computeEnvironment("ce", withTypes(["m5.large"])));
    await world.until("there is a successor", () => world.aws.truth.computeEnvironments().length === 2);
    const { held } = await releaseAll(world);
    expect(held).toEqual([]);
    await world.seconds(600);
    expect(world.aws.truth.computeEnvironments().map(({ state }) => state)).toEqual(["ENABLED", "ENABLED"]);
    expect(world.violations).toEqual([]);
    await world.stop();
  });

  test("what AWS refuses is reported with its words, and the rest is released", async () => {
    const world = await readyWorld();
    await world.stop();
    world.aws.faults.add({
      on: ({ operation, input }) => /Tag/.test(operation) && JSON.stringify(input).includes("job-queue"),
      fault: accessDenied("UntagResource"),
    });
    const since = world.clock.now();
    const { released, held } = await releaseAll(world, 60_000);
    // No longer than requested.
    expect(world.clock.now() - since).toBeGreaterThanOrEqual(60_000);
    expect(world.clock.now() - since).toBeLessThan(65_000);
    expect(released).toHaveLength(2);
    expect(held).toEqual([{ object: "JobQueue team/q", why: expect.stringContaining("batch:UntagResource") }]);
    expect(finalizers(world)).toHaveLength(1);
  });

  test("an object that was never made is paused and has nothing to release", async () => {
    const world = await createWorld();
    await world.stop();
    world.apply(jobQueue("q", ["nowhere"]));
    expect(await releaseAll(world)).toMatchObject({ released: [], held: [], untouched: ["JobQueue team/q"] });
    expect(world.object("JobQueue", "q")?.metadata.annotations).toMatchObject({ "awsbatch.dev/paused": "true" });
  });
});
