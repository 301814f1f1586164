import { describe, expect, it } from "vitest";
import { accessDenied } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectStory } from "./story.ts";

const parts: readonly (readonly [string, string])[] = [
  ["BatchComputeEnvironment", "ce"],
  ["JobQueue", "q1"],
  ["JobDefinition", "hello"],
];

async function fullWorld(spec = ec2): Promise<World> {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", spec), jobQueue("q1", ["ce"]), jobDefinition("hello"));
  await world.untilReady();
  return world;
}

const nothingLeft = (world: World): void => {
  const live = (list: readonly { readonly status?: string | undefined }[]) =>
    list.filter(({ status }) => status !== "DELETED" && status !== "INACTIVE");
  expect(live(world.aws.truth.computeEnvironments())).toEqual([]);
  expect(live(world.aws.truth.jobQueues())).toEqual([]);
  expect(live(world.aws.truth.jobDefinitions())).toEqual([]);
};

const orders = permutations(parts);

describe("everything is deleted", () => {
  it.each(orders.map((order) => [order.map(([, name]) => name).join(", then "), order] as const))(
    "%s",
    async (text, order) => {
      const world = await fullWorld();
      for (const [kind, name] of order) {
        world.delete(kind, name);
        await world.seconds(1);
      }
      await world.untilGone();
      nothingLeft(world);
      await expectStory(world, `delete ${text}`);
    },
  );

  it("and no queue comes to name, by its name in AWS, what is just being taken out of service", async () => {
    const withRole = { ...ec2, iam: { serviceRole: {} } };
    for (let laterMs = 0; laterMs <= 600; laterMs += 60) {
      const world = await aWorld();
      world.apply(computeEnvironment("ce", withRole));
      await world.untilReady();
      const environment = () => world.aws.truth.computeEnvironments()[0];
      world.delete("BatchComputeEnvironment", "ce");
      await world.until("it is marked", () => environment()?.tags?.["awsbatch.dev/retired-at"] !== undefined, 60);
      await world.seconds(laterMs / 1000);
      const computeEnvironmentOrder = [{ order: 1, computeEnvironment: environment()?.computeEnvironmentName }];
      world.apply(jobQueue("late", [], { computeEnvironmentOrder }));
      await world.seconds(10);
      expect(world.condition("JobQueue", "late", "Ready")?.message).toContain("team/");
      await world.seconds(300);
      expect(world.aws.truth.jobQueues()).toEqual([]);
      expect(environment()?.status).toBe("DELETED");
      expect(world.violations).toEqual([]);
    }
  });

  it("and while it waits for a queue no other queue comes to name it, by reference or by name", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), computeEnvironment("other", ec2), jobQueue("q", ["ce"]));
    world.apply(jobQueue("late", ["other"]));
    await world.untilReady();
    world.delete("BatchComputeEnvironment", "ce");
    await world.seconds(30);
    const made = world.aws.truth.computeEnvironments().find(({ tags }) => tags?.["awsbatch.dev/name"] === "ce");
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment: made?.computeEnvironmentName }];
    world.apply(jobQueue("late", ["ce"]), jobQueue("named", [], { computeEnvironmentOrder }));
    await world.seconds(300);
    const reported = (name: string) => world.condition("JobQueue", name, "Ready")?.message;
    expect(reported("late")).toContain("team/ce");
    expect(reported("named")).toContain(made?.computeEnvironmentName);
    expect(world.aws.truth.jobQueues().map(({ jobQueueName }) => jobQueueName)).toEqual(["team_q", "team_late"]);
    world.delete("JobQueue", "q");
    await world.until(
      "it is gone",
      () =>
        world.aws.truth
          .computeEnvironments()
          .every(({ tags, status }) => tags?.["awsbatch.dev/name"] !== "ce" || status === "DELETED"),
      600,
    );
    expect(world.violations).toEqual([]);
  });

  it("of a lost cluster keeps no queue from naming, by its name in AWS, what was that cluster's", async () => {
    const before = await aWorld();
    before.apply(computeEnvironment("ce", ec2));
    await before.untilReady();
    await before.stop();
    const { aws, clock, store } = before;
    const world = await aWorld({ aws, clock, store, cluster: { name: "default", uid: "cluster-2" } });
    await world.seconds(60);
    world.delete("BatchComputeEnvironment", "ce");
    await world.seconds(60);
    const made = aws.truth.computeEnvironments()[0]?.computeEnvironmentName;
    world.apply(jobQueue("named", [], { computeEnvironmentOrder: [{ order: 1, computeEnvironment: made }] }));
    await world.until(
      "the queue is Ready",
      () => world.condition("JobQueue", "named", "Ready")?.status === "True",
      300,
    );
  });

  it("at one instant", async () => {
    const world = await fullWorld();
    for (const [kind, name] of parts) world.delete(kind, name);
    await world.untilGone();
    nothingLeft(world);
  });

  const moments: [string, (world: World) => boolean][] = [
    [
      "while the successor is being made",
      (world) => world.aws.truth.computeEnvironments().some(({ status }) => status === "CREATING"),
    ],
    [
      "while the queue is being repointed",
      (world) => world.aws.truth.jobQueues().some(({ status }) => status === "UPDATING"),
    ],
    [
      "while the predecessor is being deleted",
      (world) => world.aws.truth.computeEnvironments().some(({ status }) => status === "DELETING"),
    ],
  ];
  it.each(moments)("in the middle of a replacement, %s", async (when, reached) => {
    const world = await fullWorld();
    world.apply(computeEnvironment("ce", withTypes(["m5.large"])));
    await world.until(when, () => reached(world));
    for (const [kind, name] of parts) world.delete(kind, name);
    await world.untilGone();
    nothingLeft(world);
    await expectStory(world, `delete ${when}`);
  });

  it("before anything was made", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2));
    await world.seconds(5.2);
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone();
    nothingLeft(world);
  });
});

it("a queue with a running job waits for it, and kills it not", async () => {
  const world = await fullWorld();
  world.note("user", "submits a job of ten minutes");
  world.aws.outside.submitPlannedJob(
    { jobName: "long", jobQueue: "team_q1", jobDefinition: "team_hello" },
    { durationMs: 600_000, exitCode: 0 },
  );
  await world.seconds(100);
  for (const [kind, name] of parts) world.delete(kind, name);
  await world.untilGone();
  expect(world.aws.truth.jobs().map(({ status }) => status)).toEqual(["SUCCEEDED"]);
  await expectStory(world, "delete with a running job");
});

it("a queue is emptied by force only where its spec says so", async () => {
  const world = await aWorld();
  world.apply(
    computeEnvironment("ce", ec2),
    jobQueue("q1", ["ce"], { drain: { policy: "Terminate", timeoutSeconds: 120 } }),
    jobDefinition("hello"),
  );
  await world.untilReady();
  world.aws.outside.submitPlannedJob(
    { jobName: "endless", jobQueue: "team_q1", jobDefinition: "team_hello" },
    { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 },
  );
  await world.seconds(100);
  for (const [kind, name] of parts) world.delete(kind, name);
  await world.untilGone();
  expect(world.writes().filter((write) => write.startsWith("TerminateJob"))).toHaveLength(1);
});

it("a missing service role wedges AWS, not the operator: it says what to do, and ends when that is done", async () => {
  const role = "arn:aws:iam::123456789012:role/batch-service";
  const world = await fullWorld({ ...ec2, serviceRole: role });
  world.note("user", "takes the service role away");
  world.aws.outside.removeRole(role);
  for (const [kind, name] of parts) world.delete(kind, name);
  const blocked = (): boolean =>
    world.condition("BatchComputeEnvironment", "ce", "Stalled")?.reason === "ServiceRoleMissing";
  await world.until("it says what to do", blocked, 3600);
  expect(world.condition("BatchComputeEnvironment", "ce", "Stalled")?.message).toContain(role);
  world.note("user", "makes the service role again");
  world.aws.outside.restoreRole(role);
  await world.untilGone(3600);
  nothingLeft(world);
  await expectStory(world, "wedge by a missing role");
});

it("Retain leaves AWS as it is, and the same manifests take it back without a new revision or environment", async () => {
  const world = await aWorld();
  const retained = [
    computeEnvironment("ce", { ...ec2, deletionPolicy: "Retain" }),
    jobQueue("q1", ["ce"], { deletionPolicy: "Retain" }),
    jobDefinition("hello", { deletionPolicy: "Retain" }),
  ];
  world.apply(...retained);
  await world.untilReady();
  for (const [kind, name] of parts) world.delete(kind, name);
  await world.untilGone();
  world.apply(...retained);
  await world.untilReady();
  expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
  expect(world.aws.truth.jobQueues()).toHaveLength(1);
  expect(world.aws.truth.jobDefinitions()).toHaveLength(1);
  await expectStory(world, "retain and take back");
});

it("Retain releases objects whose names are as long as Kubernetes allows, and they take back what is theirs", async () => {
  const world = await aWorld();
  const name = (letter: string): string => letter.repeat(253);
  const retained = [
    computeEnvironment(name("e"), { ...ec2, deletionPolicy: "Retain" }),
    jobQueue(name("q"), [name("e")], { deletionPolicy: "Retain" }),
    jobDefinition(name("d"), { deletionPolicy: "Retain" }),
    // Its name begins as that of the other one does, as far as a tag of AWS has room.
    jobDefinition(`${name("d").slice(0, 252)}x`, { deletionPolicy: "Retain" }),
  ];
  world.apply(...retained);
  await world.untilReady();
  for (const { kind, metadata } of retained) world.delete(kind, metadata.name);
  await world.untilGone();
  const marks = world.aws.truth.jobDefinitions().map(({ tags }) => tags?.["awsbatch.dev/retained-from"]);
  expect(new Set(marks).size).toBe(2);
  world.apply(...retained);
  await world.untilReady();
  expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
  expect(world.aws.truth.jobQueues()).toHaveLength(1);
  expect(world.aws.truth.jobDefinitions()).toHaveLength(2);
});

it("a paused object waits in its deletion and says so", async () => {
  const world = await fullWorld();
  world.annotate("JobQueue", "q1", { "awsbatch.dev/paused": "true" });
  const calls = world.writes().length;
  world.delete("JobQueue", "q1");
  await world.seconds(600);
  expect(world.writes().slice(calls)).toEqual([]);
  expect(world.condition("JobQueue", "q1", "Ready")).toMatchObject({ status: "Unknown", reason: "Paused" });
});

it("an abandoned object goes without a call to AWS", async () => {
  const world = await fullWorld();
  const calls = world.writes().length;
  world.annotate("JobQueue", "q1", { "awsbatch.dev/abandon": "true" });
  await world.seconds(10);
  world.delete("JobQueue", "q1");
  await world.until("it is gone", () => world.object("JobQueue", "q1") === undefined);
  expect(world.writes().slice(calls)).toEqual([]);
  expect(world.store.events().some(({ reason }) => reason === "Abandoned")).toBe(true);
});

it.each(["before", "after"])(
  "a queue comes to name what an abandoned object had begun to take out of service, asked for %s it was released",
  async (when) => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2));
    await world.untilReady();
    const [made] = world.aws.truth.computeEnvironments();
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment: made?.computeEnvironmentName }];
    const queue = jobQueue("q1", [], { computeEnvironmentOrder });
    world.aws.faults.add({ fault: accessDenied("UpdateComputeEnvironment"), on: "UpdateComputeEnvironment" });
    world.delete("BatchComputeEnvironment", "ce");
    await world.seconds(600);
    if (when === "before") world.apply(queue);
    await world.seconds(60);
    expect(world.aws.truth.jobQueues()).toEqual([]);
    world.annotate("BatchComputeEnvironment", "ce", { "awsbatch.dev/abandon": "true" });
    await world.until("the object is gone", () => world.object("BatchComputeEnvironment", "ce") === undefined);
    if (when === "after") world.apply(queue);
    await world.until("the queue is Ready", () => world.condition("JobQueue", "q1", "Ready")?.status === "True", 90);
    expect(world.violations).toEqual([]);
  },
);

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}
