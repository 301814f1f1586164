import { describe, expect, it } from "vitest";
import type { Condition } from "../../src/api/object.ts";
import { kindOf } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence } from "./story.ts";

/** Namespace `mallory` belongs to somebody who may write any object there, and nothing else. */
function mallory(manifest: Manifest, annotations: Readonly<Record<string, string>> = {}): Manifest {
  return { ...manifest, metadata: { ...manifest.metadata, namespace: "mallory", annotations } };
}

function malloryCondition(world: World, kind: string, name: string, type: string): Condition | undefined {
  const status = world.store.object(kindOf(kind), { namespace: "mallory", name })?.status as
    | { readonly conditions?: readonly Condition[] }
    | undefined;
  return status?.conditions?.find((condition) => condition.type === type);
}

const isReady = (world: World, kind: string, name: string) => (): boolean =>
  world.condition(kind, name, "Ready")?.status === "True";

/** Who owns a queue in AWS, and what it names. */
function queueInAws(world: World, name: string): readonly [string | undefined, readonly string[]] {
  const queue = world.aws.truth.jobQueues().find((one) => one.jobQueueName === name && one.status !== "DELETED");
  const order = (queue?.computeEnvironmentOrder ?? []).map(({ computeEnvironment = "" }) =>
    computeEnvironment.slice(computeEnvironment.lastIndexOf("/") + 1),
  );
  return [queue?.tags?.["awsbatch.dev/namespace"], order];
}

describe("mallory claims the default name of another namespace's object", () => {
  const squatters: readonly (readonly [string, Manifest, Manifest])[] = [
    ["JobQueue", jobQueue("q", ["ce"]), jobQueue("a", ["ce"], { jobQueueName: "team_q" })],
    ["JobDefinition", jobDefinition("train"), jobDefinition("a", { jobDefinitionName: "team_train" })],
    [
      "BatchComputeEnvironment",
      computeEnvironment("ce", ec2),
      computeEnvironment("a", { ...ec2, computeEnvironmentName: "team_ce" }),
    ],
  ];

  it.each(squatters)(
    "%s: in the same second, as after a restore from Git, and gets nothing",
    async (kind, own, squat) => {
      const world = await aWorld();
      world.apply(mallory(computeEnvironment("ce", ec2)), mallory(squat), computeEnvironment("ce", ec2), own);
      await world.until("the owner is Ready", isReady(world, kind, own.metadata.name));
      await world.until("its environment is Ready", isReady(world, "BatchComputeEnvironment", "ce"));
      await world.until(
        "mallory has another one",
        () => malloryCondition(world, "BatchComputeEnvironment", "ce", "Ready")?.status === "True",
      );
      await world.until("mallory is refused", () => malloryCondition(world, kind, "a", "Stalled") !== undefined);
      expect(malloryCondition(world, kind, "a", "Ready")?.status).toBe("False");
      await expectSilence(world);
    },
  );

  it.each(squatters)(
    "%s: by an object that is paused, at no cost, and keeps nobody waiting",
    async (kind, own, squat) => {
      const world = await aWorld();
      world.apply(mallory(squat, { "awsbatch.dev/paused": "true" }));
      await world.seconds(60);
      world.apply(computeEnvironment("ce", ec2), own);
      await world.until("the owner is Ready", isReady(world, kind, own.metadata.name), 300);
      await world.until("its environment is Ready", isReady(world, "BatchComputeEnvironment", "ce"), 300);
      await expectSilence(world);
    },
  );
});

it("mallory pauses an older claim of a name that belongs to no namespace, and keeps it from nobody", async () => {
  const world = await aWorld();
  const shared = { ...ec2, computeEnvironmentName: "shared" };
  world.apply(mallory(computeEnvironment("a", shared), { "awsbatch.dev/paused": "true" }));
  await world.seconds(60);
  world.apply(computeEnvironment("ce", shared));
  await world.until("the younger is Ready", isReady(world, "BatchComputeEnvironment", "ce"), 300);
  world.store.apply(mallory(computeEnvironment("a", shared), { "awsbatch.dev/paused": "false" }));
  await world.until("the older is refused", () => {
    return malloryCondition(world, "BatchComputeEnvironment", "a", "Stalled")?.reason === "Conflict";
  });
  expect(world.condition("BatchComputeEnvironment", "ce", "Ready")?.status).toBe("True");
});

describe("mallory names team's environment by its AWS name while team's object is away:", () => {
  const q = (environment: string): Manifest =>
    mallory(jobQueue("q", [], { computeEnvironmentOrder: [{ order: 1, computeEnvironment: environment }] }));
  const refusal = (world: World): Condition | undefined => malloryCondition(world, "JobQueue", "q", "Stalled");

  async function withEnvironment(spec = ec2): Promise<readonly [World, string]> {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", spec));
    await world.untilReady();
    return [world, world.aws.truth.computeEnvironments()[0]?.computeEnvironmentName ?? ""];
  }

  async function expectRefused(world: World): Promise<void> {
    await world.until("mallory is refused", () => refusal(world)?.reason === "ReferenceNotAllowed");
    await world.seconds(1200);
    expect(queueInAws(world, "mallory_q")).toEqual([undefined, []]);
  }

  it("left in AWS by Retain", async () => {
    const [world, environment] = await withEnvironment({ ...ec2, deletionPolicy: "Retain" });
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone();
    world.apply(q(environment));
    await expectRefused(world);
    expect(refusal(world)?.message).toContain("allowedNamespaces");
  });

  it("left in AWS by abandon", async () => {
    const [world, environment] = await withEnvironment();
    world.annotate("BatchComputeEnvironment", "ce", { "awsbatch.dev/abandon": "true" });
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone();
    world.apply(q(environment));
    await expectRefused(world);
  });

  it("not applied again yet in a cluster that is rebuilt from Git", async () => {
    const [before, environment] = await withEnvironment();
    await before.stop();
    const world = await aWorld({
      aws: before.aws,
      clock: before.clock,
      cluster: { name: "default", uid: "cluster-2", takeOverUid: "cluster-1" },
    });
    world.apply(q(environment));
    await expectRefused(world);
    world.apply(computeEnvironment("ce", { ...ec2, allowedNamespaces: { from: "All" } }));
    await world.until(
      "it is Ready once team allows it",
      () => malloryCondition(world, "JobQueue", "q", "Ready")?.status === "True",
    );
  });
});

it("a queue that may not use an environment any more keeps it, and says that AWS still has it", async () => {
  const world = await aWorld();
  const ce = (from: "All" | "Same"): Manifest => computeEnvironment("ce", { ...ec2, allowedNamespaces: { from } });
  const computeEnvironmentOrder = [{ order: 1, computeEnvironmentRef: { name: "ce", namespace: "team" } }];
  world.apply(ce("All"), mallory(jobQueue("q", [], { computeEnvironmentOrder })));
  await world.untilReady();
  const [, order] = queueInAws(world, "mallory_q");
  world.apply(ce("Same"));
  await world.until(
    "the permission is gone",
    () => malloryCondition(world, "JobQueue", "q", "ReferencesResolved")?.reason === "ReferenceNotAllowed",
  );
  expect(malloryCondition(world, "JobQueue", "q", "ReferencesResolved")?.message).toContain(
    `in AWS mallory_q still has ${order.join(", ")} in its order`,
  );
  await expectSilence(world);
  expect(queueInAws(world, "mallory_q")).toEqual(["mallory", order]);
});

describe("mallory adopts what Retain of another namespace left in AWS", () => {
  it("by the very globs that allow the names, and is refused: a queue, a definition, an environment", async () => {
    const world = await aWorld({ flags: { adoptableNames: ["*"] } });
    const { outside } = world.aws;
    const tags = { "awsbatch.dev/retained-from": "default/team/old" };
    const { computeResources, type } = ec2;
    await outside.createComputeEnvironment({
      computeEnvironmentName: "legacy-ce",
      type,
      computeResources,
      tags,
    } as never);
    await world.seconds(60);
    const order = [{ order: 1, computeEnvironment: "legacy-ce" }];
    await outside.createJobQueue({ jobQueueName: "legacy-q", priority: 1, computeEnvironmentOrder: order, tags });
    const job = jobDefinition("x").spec as { containerProperties: object };
    await outside.registerJobDefinition({ jobDefinitionName: "legacy-job", type: "container", ...job, tags } as never);
    await world.seconds(60);
    const adoptionPolicy = "IfExists";
    const claims: readonly (readonly [string, Manifest])[] = [
      [
        "BatchComputeEnvironment",
        computeEnvironment("a", { ...ec2, computeEnvironmentName: "legacy-ce", adoptionPolicy }),
      ],
      ["JobQueue", jobQueue("a", ["a"], { jobQueueName: "legacy-q", adoptionPolicy })],
      ["JobDefinition", jobDefinition("a", { jobDefinitionName: "legacy-job", adoptionPolicy })],
    ];
    for (const [, manifest] of claims) world.apply(mallory(manifest));
    for (const [kind] of claims) {
      await world.until(
        `${kind} is refused`,
        () => malloryCondition(world, kind, "a", "Stalled")?.reason === "Conflict",
      );
    }
    await world.seconds(600);
    expect(world.writes()).toEqual([]);
  });
});
