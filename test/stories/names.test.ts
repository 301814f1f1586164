import { describe, expect, it } from "vitest";
import type { Condition } from "../../src/api/object.ts";
import { kindOf } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { namespaceKind } from "../../src/kube/resource.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { refusing } from "./refused-kinds.ts";
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

describe("mallory names another namespace's name explicitly", () => {
  const allowTeam = { "awsbatch.dev/allowed-names": "team_*, prod_q" };
  const refused = (world: World, kind: string): boolean =>
    malloryCondition(world, kind, "a", "Stalled")?.reason === "NotAllowed";
  const squatters: readonly Manifest[] = [
    jobQueue("a", ["ce"], { jobQueueName: "team_q" }),
    jobDefinition("a", { jobDefinitionName: "team_train", iam: { jobRole: {} } }),
    computeEnvironment("a", { ...ec2, computeEnvironmentName: "team_ce", iam: { serviceRole: {} } }),
  ];
  const owners: readonly Manifest[] = [computeEnvironment("ce", ec2), jobQueue("q", ["ce"]), jobDefinition("train")];
  const kinds = squatters.map(({ kind }) => kind);

  it("and waits until its objects are deleted and applied again, as for each immutable field: in vain", async () => {
    const world = await aWorld();
    world.apply(...owners);
    await world.untilReady();
    world.apply(mallory(computeEnvironment("ce", ec2)), ...squatters.map((one) => mallory(one)));
    for (const kind of kinds) await world.until(`${kind} is refused`, () => refused(world, kind));
    for (const { kind, metadata } of owners) world.delete(kind, metadata.name);
    await world.until("the owners are gone", () =>
      owners.every(({ kind, metadata }) => world.object(kind, metadata.name) === undefined),
    );
    await world.seconds(600);
    world.apply(...owners);
    for (const { kind, metadata } of owners) {
      await world.until(`${kind} is Ready`, isReady(world, kind, metadata.name));
    }
    expect(queueInAws(world, "team_q")[0]).toBe("team");
    expect(kinds.every((kind) => refused(world, kind))).toBe(true);
    await expectSilence(world);
    expect(world.aws.truth.roles().filter(({ name }) => name.startsWith("mallory_"))).toEqual([]);
  });

  it("and the field is reported, with the name, the list and the next step", async () => {
    const world = await aWorld({ flags: { allowedNames: ["mallory/prod_*"] } });
    world.apply(mallory(jobDefinition("a", { jobDefinitionName: "team_train" })));
    await world.until("it is refused", () => refused(world, "JobDefinition"));
    expect(malloryCondition(world, "JobDefinition", "a", "Stalled")?.message).toBe(
      "spec.jobDefinitionName: team_train begins like the names of namespace team, and is not allowed in namespace mallory (--allowed-names: prod_*). Ask the operator's administrator to allow the name. Or, where AWS has nothing of this object yet, recreate it without spec.jobDefinitionName or with a name that begins with mallory_",
    );
  });

  it("and may have it as long as its namespace is allowed to: later nothing of it is changed, and it can be deleted", async () => {
    const world = await aWorld();
    world.store.setNamespace("mallory", { annotations: allowTeam });
    world.apply(mallory(computeEnvironment("ce", ec2)), ...squatters.map((one) => mallory(one)));
    await world.untilReady();
    world.store.setNamespace("mallory", {});
    for (const kind of kinds) await world.until(`${kind} is refused`, () => refused(world, kind), 2);
    const before = world.writes().length;
    world.apply(mallory(jobQueue("a", ["ce"], { jobQueueName: "team_q", priority: 7 })));
    world.apply(
      mallory(jobDefinition("a", { jobDefinitionName: "team_train", timeout: { attemptDurationSeconds: 60 } })),
    );
    world.apply(mallory(computeEnvironment("a", { ...ec2, computeEnvironmentName: "team_ce", state: "DISABLED" })));
    await world.seconds(600);
    expect(world.writes().slice(before)).toEqual([]);
    for (const { kind, metadata } of squatters)
      world.store.delete(kindOf(kind), { namespace: "mallory", name: metadata.name });
    world.store.delete(kindOf("BatchComputeEnvironment"), { namespace: "mallory", name: "ce" });
    await world.untilGone();
    expect(world.aws.truth.roles().filter(({ name }) => name.startsWith("mallory_"))).toEqual([]);
  });

  it("that has no prefix, and that a flag lists for team, also where nothing of that name is left to adopt", async () => {
    const world = await aWorld({ flags: { adoptableNames: ["team/legacy-*"], allowedNames: ["mallory/team_*"] } });
    world.apply(mallory(jobDefinition("a", { jobDefinitionName: "legacy-train" })), jobDefinition("hello"));
    await world.until("mallory is refused", () => refused(world, "JobDefinition"), 60);
    await world.until(
      "team has its default name, which is listed for mallory",
      isReady(world, "JobDefinition", "hello"),
    );
  });

  it("and keeps the name from nobody whose namespace is allowed to have it", async () => {
    const world = await aWorld();
    world.apply(mallory(jobDefinition("a", { jobDefinitionName: "prod_train" })));
    await world.until("mallory is refused", () => refused(world, "JobDefinition"));
    world.store.setNamespace("team", { annotations: { "awsbatch.dev/allowed-names": "prod_*" } });
    world.apply(jobDefinition("train", { jobDefinitionName: "prod_train" }));
    await world.until("team has it", isReady(world, "JobDefinition", "train"), 60);
    await expectSilence(world);
  });

  it("and gets nothing while its namespace cannot be read", async () => {
    const world = await aWorld({ kubernetes: (store) => refusing(store, (kind) => kind === namespaceKind) });
    world.apply(mallory(jobDefinition("a", { jobDefinitionName: "team_train" })));
    await world.until(
      "it says so",
      () => malloryCondition(world, "JobDefinition", "a", "Stalled")?.reason === "NamespaceUnreadable",
    );
    expect(world.writes()).toEqual([]);
  });
});

it("mallory adopts a resource whose name the administrator lets another namespace adopt, and is refused", async () => {
  const world = await aWorld({ flags: { adoptableNames: ["team/legacy_*"] } });
  const body = jobDefinition("x").spec as object;
  await world.aws.outside.registerJobDefinition({ ...body, jobDefinitionName: "legacy_job" } as never);
  await world.aws.outside.registerJobDefinition({ ...body, jobDefinitionName: "legacy-job" } as never);
  await world.seconds(60);
  const taking = (name: string, jobDefinitionName: string): Manifest =>
    jobDefinition(name, { jobDefinitionName, adoptionPolicy: "IfMatching" });
  world.apply(mallory(taking("a", "legacy_job")), mallory(taking("b", "legacy-job")));
  const reason = (name: string) => malloryCondition(world, "JobDefinition", name, "Stalled")?.reason;
  await world.until("both are refused", () => reason("a") === "NotAllowed" && reason("b") === "NotAdopted");
  expect(world.writes()).toEqual([]);
  world.apply(taking("mine", "legacy_job"));
  await world.until("team adopts it", isReady(world, "JobDefinition", "mine"));
});

describe("mallory was a guest of team's environment, and may not use it any more:", () => {
  const ce = (from: "All" | "Same", types = ["c5.large"]): Manifest =>
    computeEnvironment("ce", { ...withTypes(types), allowedNamespaces: { from } });
  const computeEnvironmentOrder = [{ order: 1, computeEnvironmentRef: { name: "ce", namespace: "team" } }];
  const guest = (annotations = {}): Manifest => mallory(jobQueue("q", [], { computeEnvironmentOrder }), annotations);

  it.each([
    ["it pauses its queue", { "awsbatch.dev/paused": "true" }],
    ["its queue stays as it is", {}],
  ])("%s, and holds no replacement back; its jobs keep what they have", async (_how, annotations) => {
    const world = await aWorld();
    world.apply(ce("All"), jobQueue("q", ["ce"]), guest());
    await world.untilReady();
    const [, before] = queueInAws(world, "mallory_q");
    world.apply(guest(annotations), ce("Same"));
    await world.seconds(120);
    world.apply(ce("Same", ["m5.large"]));
    await world.until(
      "team has its replacement",
      () => {
        const [, order] = queueInAws(world, "team_q");
        return order.join() !== before.join() && isReady(world, "BatchComputeEnvironment", "ce")();
      },
      1200,
    );
    expect(queueInAws(world, "mallory_q")).toEqual(["mallory", before]);
    await world.until("the wait says for whom", () => {
      const retiring = world.condition("BatchComputeEnvironment", "ce", "Retiring")?.message ?? "";
      return retiring.includes("mallory_q may not use it: spec.allowedNamespaces");
    });
    await expectSilence(world);
    expect(world.violations).toEqual([]);
    world.store.apply(guest());
    world.store.delete(kindOf("JobQueue"), { namespace: "mallory", name: "q" });
    await world.until(
      "the old one is gone",
      () => world.condition("BatchComputeEnvironment", "ce", "Retiring") === undefined,
    );
    expect(world.aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED")).toHaveLength(1);
  });
});

describe("mallory uses up the quota of environments that all tenants of the region share", () => {
  const flags = { maxEnvironmentsPerNamespace: 12 };
  const ofMallory = (world: World): number =>
    world.aws.truth
      .computeEnvironments()
      .filter(({ tags, status }) => status !== "DELETED" && tags?.["awsbatch.dev/namespace"] === "mallory").length;
  const environment = (index: number, types: string[]): Manifest =>
    mallory(computeEnvironment(`e${index}`, withTypes(types)));

  it("by 60 objects: 12 environments are created, and team's is as well", async () => {
    const world = await aWorld({ flags });
    for (let index = 0; index < 60; index++) world.apply(environment(index, ["c5.large"]));
    await world.seconds(900);
    expect(ofMallory(world)).toBe(12);
    world.apply(computeEnvironment("ce", ec2));
    await world.until("team has its own", isReady(world, "BatchComputeEnvironment", "ce"), 120);
    const reasons = Array.from({ length: 60 }, (_, index) => {
      return malloryCondition(world, "BatchComputeEnvironment", `e${index}`, "Stalled")?.reason;
    });
    expect(reasons.filter((reason) => reason === "NamespaceLimitReached")).toHaveLength(48);
  });

  it.each([1, 2, 3, 6])(
    "by 30 objects at once, of which %i may have an environment: never one more exists",
    async (most) => {
      const world = await aWorld({ flags: { maxEnvironmentsPerNamespace: most } });
      for (let index = 0; index < 30; index++) world.apply(environment(index, ["c5.large"]));
      let seen = 0;
      for (let second = 0; second < 60; second++) {
        await world.seconds(1);
        seen = Math.max(seen, ofMallory(world));
      }
      expect(seen).toBe(most);
    },
  );

  it("by eight objects that change every 15 seconds: never more than 12 stand side by side", async () => {
    const world = await aWorld({ flags });
    const types = ["c5.large", "m5.large", "r5.large", "c5.xlarge", "m5.xlarge"];
    let most = 0;
    for (let round = 0; round < 20; round++) {
      for (let index = 0; index < 8; index++) world.apply(environment(index, [types[round % types.length] ?? ""]));
      await world.seconds(15);
      most = Math.max(most, ofMallory(world));
    }
    expect(most).toBeLessThanOrEqual(12);
  });

  it("by one object that changes every three minutes and approves no deletion: 8 stand side by side", async () => {
    const world = await aWorld();
    const sizes = ["large", "xlarge", "2xlarge", "4xlarge", "9xlarge"];
    const types = ["c5", "m5", "r5"].flatMap((family) => sizes.map((size) => `${family}.${size}`));
    world.apply(mallory(jobQueue("q", ["e0"])));
    let most = 0;
    for (const type of types) {
      const { spec, ...manifest } = environment(0, [type]);
      world.apply({ ...manifest, spec: { ...(spec as object), replacement: { holdBefore: ["Delete"] } } });
      await world.seconds(180);
      most = Math.max(most, ofMallory(world));
    }
    expect(most).toBe(8);
    await world.seconds(600);
    expect(malloryCondition(world, "BatchComputeEnvironment", "e0", "Stalled")?.reason).toBe("EnvironmentLimitReached");
  });

  it("by the annotation of its own Namespace, which cannot widen the flag", async () => {
    const world = await aWorld({ flags: { maxEnvironmentsPerNamespace: 2 } });
    const key = "awsbatch.dev/max-environments-per-namespace";
    world.store.setNamespace("mallory", { annotations: { [key]: "50" } });
    for (let index = 0; index < 4; index++) world.apply(environment(index, ["c5.large"]));
    await world.seconds(600);
    expect(ofMallory(world)).toBe(2);
    world.store.setNamespace("team", { annotations: { [key]: "0" } });
    world.apply(computeEnvironment("ce", ec2));
    await world.seconds(60);
    expect(world.condition("BatchComputeEnvironment", "ce", "Ready")).toMatchObject({
      reason: "NamespaceLimitReached",
      message: expect.stringContaining(`of at most 0 (annotation ${key} of the namespace)`),
    });
  });
});

describe("mallory adopts what Retain of another namespace left in AWS", () => {
  it("by the very globs that allow the names, and is refused: a queue, a definition, an environment", async () => {
    const world = await aWorld({ flags: { adoptableNames: ["*/*"] } });
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
