import { describe, expect, it } from "vitest";
import { MemoryStore } from "../../src/kube/memory-store.ts";
import { accessDenied } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import { isReady, type World, type WorldOptions } from "../world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

const manifests = [computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]), jobDefinition("hello")];
const names: readonly (readonly [string, string])[] = [
  ["BatchComputeEnvironment", "ce"],
  ["JobQueue", "q1"],
  ["JobDefinition", "hello"],
];

async function readyWorld(): Promise<World> {
  const world = await aWorld();
  world.apply(...manifests);
  await world.untilReady();
  return world;
}

/** Another operator on the AWS and the clock of `before`, which has stopped. */
async function followedBy(before: World, options: WorldOptions): Promise<World> {
  await before.stop();
  return await aWorld({ aws: before.aws, clock: before.clock, ...options });
}

const allStalled = (world: World, reason: string) => (): boolean =>
  names.every(([kind, name]) => world.condition(kind, name, "Stalled")?.reason === reason);

describe("a lost cluster, re-applied from Git under a new identity", () => {
  it("is first refused, naming the flag, and touches nothing", async () => {
    const world = await followedBy(await readyWorld(), { cluster: { name: "default", uid: "cluster-2" } });
    const calls = world.writes().length;
    world.apply(...manifests);
    await world.until("all are refused", allStalled(world, "OwnedByOtherCluster"));
    await world.seconds(600);
    expect(world.writes().slice(calls)).toEqual([]);
    expect(world.condition("JobQueue", "q1", "Stalled")?.message).toContain("--take-over-cluster-uid=cluster-1");
  });

  it("is taken over with the flag by tags alone: no new revision, no replacement", async () => {
    const world = await followedBy(await readyWorld(), {
      cluster: { name: "default", uid: "cluster-2", takeOverUid: "cluster-1" },
    });
    const calls = world.writes().length;
    world.apply(...manifests);
    await world.untilReady();
    expect(
      new Set(
        world
          .writes()
          .slice(calls)
          .map((write) => write.split(" ")[0]),
      ),
    ).toEqual(new Set(["TagResource"]));
    await expectStory(world, "lost cluster taken over");
    await expectSilence(world);
  });

  it("leaves a queue to whom AWS names, of two that claim its name: their ages are new, and prove nothing", async () => {
    const before = await aWorld();
    before.apply(computeEnvironment("ce", ec2), jobQueue("rival", ["ce"], { jobQueueName: "team_q1" }));
    await before.untilReady();
    const world = await followedBy(before, {
      cluster: { name: "default", uid: "cluster-2", takeOverUid: "cluster-1" },
    });
    world.apply(
      computeEnvironment("ce", ec2),
      jobQueue("q1", ["ce"]),
      jobQueue("rival", ["ce"], { jobQueueName: "team_q1" }),
    );
    await world.until(
      "the owner is Ready, and the other reports who owns the queue",
      () =>
        world.condition("JobQueue", "rival", "Ready")?.status === "True" &&
        world.condition("JobQueue", "q1", "Stalled")?.reason === "Conflict" &&
        world.condition("JobQueue", "q1", "Stalled")?.message.includes("team/rival") === true,
    );
    await expectSilence(world);
    world.delete("JobQueue", "rival");
    await world.untilReady();
    const left = world.aws.truth.jobQueues().filter(({ status }) => status !== "DELETED");
    expect(left.map(({ tags }) => tags?.["awsbatch.dev/name"])).toEqual(["q1"]);
  });

  it("takes its roles over as well where the manifest asks for none any more: they go with what used them", async () => {
    const { instanceRole: _given, ...resources } = ec2.computeResources ?? { type: "EC2", maxvCpus: 0, subnets: [] };
    const before = await aWorld();
    before.apply(computeEnvironment("ce", { ...ec2, computeResources: resources, iam: { instanceRole: {} } }));
    await before.untilReady();
    const made = (): readonly string[] =>
      before.aws.truth
        .roles()
        .map(({ name }) => name)
        .filter((name) => name.startsWith("team_ce_"));
    expect(made()).toHaveLength(1);
    const world = await followedBy(before, {
      cluster: { name: "default", uid: "cluster-2", takeOverUid: "cluster-1" },
    });
    world.apply(computeEnvironment("ce", ec2));
    await world.untilReady();
    const notes = (): object => world.object("BatchComputeEnvironment", "ce")?.metadata.annotations ?? {};
    expect(Object.keys(notes())).toContain("awsbatch.dev/roles");
    await world.until("no role is noted any more", () => !("awsbatch.dev/roles" in notes()));
    expect(made()).toEqual([]);
    await expectSilence(world);
  });

  it("takes a role over that only revisions of before name: it goes when their object does", async () => {
    const before = await aWorld();
    before.apply(jobDefinition("hello", { iam: { jobRole: {} } }));
    await before.untilReady();
    const roles = (): readonly string[] => before.aws.truth.roles().map(({ name }) => name);
    const others = roles().filter((name) => !name.startsWith("team_hello_job_"));
    expect(roles()).toHaveLength(others.length + 1);
    const world = await followedBy(before, {
      cluster: { name: "default", uid: "cluster-2", takeOverUid: "cluster-1" },
    });
    world.apply(jobDefinition("hello"));
    await world.untilReady();
    await expectSilence(world);
    // The flag can go once all is Ready.
    const after = await followedBy(world, { cluster: { name: "default", uid: "cluster-2" }, store: world.store });
    after.delete("JobDefinition", "hello");
    await after.until("it is gone", () => after.object("JobDefinition", "hello") === undefined);
    expect(roles()).toEqual(others);
  });

  it("two clusters of one name do not fight: the second is refused and deletes nothing", async () => {
    const world = await followedBy(await readyWorld(), { cluster: { name: "default", uid: "cluster-2" } });
    world.apply(...manifests);
    await world.until("all are refused", allStalled(world, "OwnedByOtherCluster"));
    const calls = world.writes().length;
    for (const [kind, name] of names) world.delete(kind, name);
    await world.seconds(1200);
    expect(world.writes().slice(calls)).toEqual([]);
  });

  it("two clusters of two names live side by side", async () => {
    const first = await readyWorld();
    const world = await followedBy(first, { cluster: { name: "green", uid: "cluster-2" } });
    const calls = world.writes().length;
    world.apply(computeEnvironment("ce", ec2));
    await world.until("it is refused or Ready", () => {
      const object = world.object("BatchComputeEnvironment", "ce");
      return object !== undefined && isReady(object);
    });
    expect(
      world
        .writes()
        .slice(calls)
        .map((write) => write.split(" ")[0]),
    ).toEqual(["CreateComputeEnvironment"]);
  });
});

describe("a restart", () => {
  it("with the same store writes nothing", async () => {
    const before = await readyWorld();
    await before.stop();
    const world = await aWorld({ aws: before.aws, clock: before.clock, store: before.store });
    const calls = world.writes().length;
    await world.seconds(120);
    expect(world.writes().slice(calls)).toEqual([]);
    await expectSilence(world);
  });

  it("with wrong credentials writes nothing, keeps the finalizers and says where it belongs", async () => {
    const before = await readyWorld();
    await before.stop();
    const stranger = await aWorld({ clock: before.clock, store: before.store, region: "us-east-2" });
    await stranger.until("all are refused", allStalled(stranger, "LocationMismatch"));
    for (const [kind, name] of names) stranger.delete(kind, name);
    await stranger.seconds(600);
    expect(stranger.writes()).toEqual([]);
    expect(stranger.store.objects().map(({ metadata }) => metadata.finalizers)).toEqual([
      ["awsbatch.dev/cleanup"],
      ["awsbatch.dev/cleanup"],
      ["awsbatch.dev/cleanup"],
    ]);
    expect(stranger.condition("JobQueue", "q1", "Stalled")?.message).toContain("123456789012/eu-west-1");
  });

  it("with an empty status finds everything again", async () => {
    const before = await readyWorld();
    await before.stop();
    const { objects, resourceVersion } = before.store.snapshot();
    const store = new MemoryStore({ clock: before.clock, newUid: () => "new-uid", admit: undefined });
    store.restore({
      resourceVersion,
      objects: objects.map(({ object: { status: _status, ...object }, applied }) => ({ object, applied })),
    });
    const world = await aWorld({ aws: before.aws, clock: before.clock, store });
    const calls = world.writes().length;
    await world.untilReady();
    expect(world.writes().slice(calls)).toEqual([]);
  });
});

describe("a stack that Terraform made", () => {
  async function terraformed(): Promise<World> {
    const world = await aWorld({ flags: { adoptableNames: ["team/prod-*"] } });
    const { outside } = world.aws;
    const { computeResources, type } = ec2;
    await outside.createComputeEnvironment({
      computeEnvironmentName: "prod-ce",
      type,
      computeResources,
      tags: { terraform: "yes" },
    } as never);
    await world.seconds(60);
    await outside.createJobQueue({
      jobQueueName: "prod-queue",
      priority: 1,
      computeEnvironmentOrder: [{ order: 0, computeEnvironment: "prod-ce" }],
      tags: { terraform: "yes" },
    });
    await world.seconds(30);
    return world;
  }
  const named = (adoptionPolicy: "Never" | "IfMatching" | "IfExists", spec = ec2) => [
    computeEnvironment("ce", {
      ...spec,
      adoptionPolicy,
      computeEnvironmentName: "prod-ce",
      tags: { terraform: "yes" },
    }),
    jobQueue("q1", ["ce"], { adoptionPolicy, jobQueueName: "prod-queue", tags: { terraform: "yes" } }),
  ];

  it("is adopted by tags alone when nothing would change", async () => {
    const world = await terraformed();
    world.apply(...named("IfMatching"));
    await world.untilReady();
    expect(new Set(world.writes().map((write) => write.split(" ")[0]))).toEqual(new Set(["TagResource"]));
    await expectStory(world, "adoption of a matching stack");
    await expectSilence(world);
  });

  it("is not adopted by default: another environment is created, the queue's name is refused", async () => {
    const world = await terraformed();
    world.apply(...named("Never"));
    await world.until(
      "the queue is refused",
      () => world.condition("JobQueue", "q1", "Stalled")?.reason === "NotOwned",
    );
    await world.seconds(300);
    expect(world.writes().map((write) => write.split(" ")[0])).toEqual(["CreateComputeEnvironment"]);
  });

  it("is adopted with a difference only after approval of the replacement", async () => {
    const world = await terraformed();
    world.apply(...named("IfExists", withTypes(["m5.large"])));
    const awaits = (): boolean =>
      world.condition("BatchComputeEnvironment", "ce", "Ready")?.reason === "AwaitingApproval" &&
      world.condition("JobQueue", "q1", "Ready")?.status === "True";
    await world.until("it waits for approval", awaits);
    await world.seconds(600);
    expect(new Set(world.writes().map((write) => write.split(" ")[0]))).toEqual(new Set(["TagResource"]));
    const object = world.object<{ plan: { approval: string } }>("BatchComputeEnvironment", "ce");
    world.annotate("BatchComputeEnvironment", "ce", { "awsbatch.dev/approve": object?.status?.plan.approval ?? "" });
    await world.untilReady();
    await expectStory(world, "adoption with a replacement");
  });
});

it("an environment with the longest name that AWS takes is adopted, replaced and deleted", async () => {
  const name = `prod-${"x".repeat(123)}`;
  const world = await aWorld({ flags: { adoptableNames: ["team/prod-*"] } });
  const { computeResources, type } = ec2;
  await world.aws.outside.createComputeEnvironment({ computeEnvironmentName: name, type, computeResources } as never);
  await world.seconds(60);
  const object = (spec = ec2) =>
    computeEnvironment("ce", { ...spec, computeEnvironmentName: name, adoptionPolicy: "IfMatching" });
  world.apply(object());
  await world.untilReady();
  expect(new Set(world.writes().map((write) => write.split(" ")[0]))).toEqual(new Set(["TagResource"]));

  world.apply(object(withTypes(["m5.large"])));
  const names = () =>
    world.aws.truth
      .computeEnvironments()
      .flatMap((one) => (one.status === "DELETED" ? [] : one.computeEnvironmentName));
  await world.until("its successor is the only one", () => names().length === 1 && names()[0] !== name, 7200);
  await world.untilReady();
  expect(names()[0]).toMatch(/^prod-x{96}_[0-9a-f]{8}-[0-9a-f]{8}$/);
  world.delete("BatchComputeEnvironment", "ce");
  await world.untilGone();
  expect(names()).toEqual([]);
});

describe("an environment whose tags somebody takes off", () => {
  const live = (world: World) =>
    world.aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED" && status !== "DELETING");

  async function disown(world: World): Promise<void> {
    for (const { computeEnvironmentArn: resourceArn, computeEnvironmentName: name, tags } of live(world)) {
      const tagKeys = Object.keys(tags ?? {}).filter((key) => key.startsWith("awsbatch.dev/"));
      if (tagKeys.length === 0) continue;
      world.note("tool", `takes our tags off ${name}`);
      await world.aws.outside.untagResource({ resourceArn, tagKeys });
    }
  }

  it("is left to whoever did that, once: the object gets another one", async () => {
    const world = await readyWorld();
    const [taken] = live(world);
    await disown(world);
    await world.until("another one is made", () => live(world).length === 2);
    await world.untilReady();
    const calls = world.writes().length;
    await world.seconds(3600);
    expect(world.writes().slice(calls)).toEqual([]);
    expect(live(world)).toContainEqual(
      expect.objectContaining({ computeEnvironmentArn: taken?.computeEnvironmentArn }),
    );
    expect(world.violations).toEqual([]);
  });

  it("time and again, is followed by no further one, serves its queue, and is taken back when it is given back", async () => {
    const world = await readyWorld();
    const refused = (): boolean =>
      world.condition("BatchComputeEnvironment", "ce", "Stalled")?.reason === "OwnershipTagsLost";
    for (let time = 0; time < 10; time++) {
      await disown(world);
      await world.seconds(600);
    }
    expect(refused()).toBe(true);
    expect(live(world)).toHaveLength(2);
    const [queue] = world.aws.truth.jobQueues();
    expect(queue).toMatchObject({ state: "ENABLED", computeEnvironmentOrder: [{ order: 1 }] });
    await expectSilence(world);
    const message = world.condition("BatchComputeEnvironment", "ce", "Stalled")?.message ?? "";
    const value = /awsbatch\.dev\/retained-from: "([^"]+)"/.exec(message)?.[1] ?? "";
    for (const { computeEnvironmentArn: resourceArn, computeEnvironmentName: name } of live(world)) {
      world.note("user", `gives ${name} back`);
      await world.aws.outside.tagResource({ resourceArn, tags: { "awsbatch.dev/retained-from": value } });
    }
    await world.until("it is Ready again", () => !refused());
    await world.untilReady();
    await world.until("one is left", () => live(world).length === 1);
    await world.until(
      "nothing goes on",
      () => world.condition("BatchComputeEnvironment", "ce", "Retiring") === undefined,
    );
    await expectSilence(world);
    await expectStory(world, "environments disowned time and again");
  });
});

it("of two objects that claim one name the older owns it, and the other says so", async () => {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", { ...ec2, computeEnvironmentName: "shared" }));
  await world.seconds(2);
  world.apply(computeEnvironment("rival", { ...ec2, computeEnvironmentName: "shared" }));
  await world.until(
    "the younger is refused",
    () => world.condition("BatchComputeEnvironment", "rival", "Stalled")?.reason === "Conflict",
  );
  await world.until(
    "the older is Ready",
    () => world.condition("BatchComputeEnvironment", "ce", "Ready")?.status === "True",
  );
  expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
});

describe("two environments of one base name", () => {
  it("do not wait for each other when the older one is deleted and its queue is to go over to the younger", async () => {
    const world = await aWorld();
    const named = { ...ec2, computeEnvironmentName: "shared" };
    world.apply(computeEnvironment("old", named), jobQueue("q1", ["old"]));
    await world.untilReady();
    world.apply(computeEnvironment("young", named));
    await world.until(
      "the younger is refused",
      () => world.condition("BatchComputeEnvironment", "young", "Stalled")?.reason === "Conflict",
    );
    world.delete("BatchComputeEnvironment", "old");
    world.apply(jobQueue("q1", ["young"]));
    await world.untilReady();
    expect(world.object("BatchComputeEnvironment", "old")).toBeUndefined();
    expect(world.violations).toEqual([]);
  });
});

it("an adoption that the operator's policy does not allow names the feature that it lacks", async () => {
  const world = await aWorld({ flags: { adoptableNames: ["team/prod-*"] } });
  const body = jobDefinition("hello").spec as object;
  await world.aws.outside.registerJobDefinition({ ...body, jobDefinitionName: "prod-hello" } as never);
  world.aws.faults.add({ fault: accessDenied("TagResource"), on: "TagResource" });
  world.apply(jobDefinition("hello", { jobDefinitionName: "prod-hello", adoptionPolicy: "IfMatching" }));
  const message = () => world.condition("JobDefinition", "hello", "Ready")?.message ?? "";
  await world.until("it says so", () => message().includes("needs the feature adopt"), 120);
  expect(world.aws.truth.jobDefinitions().map(({ tags }) => tags)).toEqual([{}]);
});
