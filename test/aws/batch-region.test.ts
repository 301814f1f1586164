import { describe, expect, it } from "vitest";
import type { ComputeEnvironmentOrder } from "../../src/aws/batch.ts";
import { NotSent } from "../../src/aws/calls.ts";
import { sdkError } from "./fake-batch.ts";
import { RegionWorld } from "./region-world.ts";

const second = 1000;
const minute = 60 * second;

const fargate = (name: string) => ({
  computeEnvironmentName: name,
  type: "MANAGED" as const,
  computeResources: { type: "FARGATE" as const, maxvCpus: 4, subnets: ["subnet-a"] },
  tags: { owner: "me" },
});
const environmentArn = (name: string): string => `arn:aws:batch:us-east-1:123456789012:compute-environment/${name}`;

const reset = (): Error => Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
const denied = (): Error => sdkError("AccessDeniedException", "no", 403);

function absent(world: RegionWorld, name: string): boolean {
  return world.region.snapshot().isAbsent("compute-environment", name);
}

describe("a create", () => {
  it("is in the snapshot, with its tags, from the moment it starts", async () => {
    const world = await new RegionWorld().start();
    world.aws.latencyMs = 1000;
    void world.region.createComputeEnvironment(fargate("new"), world.signal);
    expect(world.region.snapshot().computeEnvironments.get("new")).toMatchObject({
      status: "CREATING",
      tags: { owner: "me" },
      computeEnvironmentArn: environmentArn("new"),
    });
    expect(absent(world, "new")).toBe(false);
    expect(world.reported.at(-1)?.change.computeEnvironments).toEqual(["new"]);
  });

  it("stays in it while AWS answers from before", async () => {
    const world = await new RegionWorld().start();
    world.aws.freeze();
    await world.region.createComputeEnvironment(fargate("new"), world.signal);
    await world.clock.advance(4 * second);
    expect(world.aws.count("describeComputeEnvironments")).toBeGreaterThan(2);
    expect(world.statusOf("new")).toBe("CREATING");
    world.aws.thaw();
    await world.clock.advance(2 * second);
    expect(world.region.snapshot().computeEnvironments.get("new")).not.toHaveProperty("computeResources");
  });

  it("is no longer believed when AWS does not show it after the time for which it may be stale", async () => {
    const world = await new RegionWorld().start();
    await world.region.createComputeEnvironment(fargate("new"), world.signal);
    world.aws.state.environments.length = 0;
    await world.clock.advance(4.9 * second);
    expect(world.statusOf("new")).toBe("CREATING");
    await world.clock.advance(3 * second);
    expect(world.statusOf("new")).toBeUndefined();
    expect(absent(world, "new")).toBe(true);
  });

  it("is taken out again when AWS refuses it, and the name is absent only by a later listing", async () => {
    const world = await new RegionWorld().start();
    expect(absent(world, "new")).toBe(true);
    world.aws.refuse = ({ operation }) => (operation === "createComputeEnvironment" ? denied() : undefined);
    await expect(world.region.createComputeEnvironment(fargate("new"), world.signal)).rejects.toMatchObject({
      kind: "denied",
    });
    expect(world.statusOf("new")).toBeUndefined();
    expect(absent(world, "new")).toBe(false);
    await world.settle(world.region.refresh(world.signal));
    expect(absent(world, "new")).toBe(false);
    await world.clock.advance(5 * second);
    await world.settle(world.region.refresh(world.signal));
    expect(absent(world, "new")).toBe(true);
  });

  it("is reported as asked for until AWS has answered, and where AWS refuses it", async () => {
    const world = await new RegionWorld().start();
    const reported = () => world.reported.map(({ change }) => [change.computeEnvironments, change.asked]);
    world.reported.length = 0;
    const made = world.region.createComputeEnvironment(fargate("made"), world.signal);
    expect(reported()).toEqual([[["made"], true]]);
    await made;
    expect(reported().slice(1)).toEqual([[["made"], false]]);
    world.reported.length = 0;
    world.aws.refuse = ({ operation }) => (operation === "createComputeEnvironment" ? denied() : undefined);
    await expect(world.region.createComputeEnvironment(fargate("new"), world.signal)).rejects.toThrow();
    expect(reported()).toEqual([
      [["new"], true],
      [["new"], true],
    ]);
  });

  it("that AWS refuses costs no listings of its own", async () => {
    const world = await new RegionWorld().start();
    await world.clock.advance(10 * second);
    world.aws.refuse = ({ operation }) => (operation === "createComputeEnvironment" ? denied() : undefined);
    await expect(world.region.createComputeEnvironment(fargate("new"), world.signal)).rejects.toThrow();
    world.forget();
    await world.clock.advance(40 * second);
    expect(world.aws.calls).toEqual([]);
    expect(world.reported).toEqual([]);
  });

  it("stays in it when the answer is lost, until AWS shows what became of it", async () => {
    const happened = await new RegionWorld().start();
    happened.aws.lose = ({ operation }) => (operation === "createComputeEnvironment" ? reset() : undefined);
    await expect(happened.region.createComputeEnvironment(fargate("new"), happened.signal)).rejects.toMatchObject({
      kind: "unavailable",
    });
    expect(happened.statusOf("new")).toBe("CREATING");
    await happened.clock.advance(10 * second);
    expect(happened.statusOf("new")).toBe("CREATING");

    const didNot = await new RegionWorld().start();
    didNot.aws.refuse = ({ operation }) => (operation === "createComputeEnvironment" ? reset() : undefined);
    await expect(didNot.region.createComputeEnvironment(fargate("new"), didNot.signal)).rejects.toThrow();
    await didNot.clock.advance(4.9 * second);
    expect(didNot.statusOf("new")).toBe("CREATING");
    didNot.reported.length = 0;
    await didNot.clock.advance(3 * second);
    expect(didNot.statusOf("new")).toBeUndefined();
    expect(absent(didNot, "new")).toBe(true);
    expect(didNot.reported.map(({ change }) => change.computeEnvironments)).toEqual([["new"]]);
  });

  it("that never left this process leaves no trace", async () => {
    const world = new RegionWorld({ ratePerSecond: 1 });
    await world.start();
    await world.clock.advance(10 * second);
    const controller = new AbortController();
    const waiting = [
      world.region.createComputeEnvironment(fargate("first"), world.signal),
      world.region.createComputeEnvironment(fargate("new"), controller.signal),
    ];
    expect(world.statusOf("new")).toBe("CREATING");
    controller.abort();
    const [, outcome] = await Promise.allSettled(waiting);
    expect(outcome).toMatchObject({ status: "rejected" });
    expect(outcome?.status === "rejected" && outcome.reason).toBeInstanceOf(NotSent);
    expect(world.statusOf("new")).toBeUndefined();
    expect(absent(world, "new")).toBe(true);
    expect(world.region.snapshot().lastWriteAt("compute-environment", "new")).toBe(0);
  });

  it("of a name that somebody else took meanwhile makes the cache read soon", async () => {
    const world = await new RegionWorld().start();
    await world.clock.advance(20 * second);
    world.aws.environment("new", { tags: { owner: "them" } });
    world.aws.refuse = ({ operation }) =>
      operation === "createComputeEnvironment" ? sdkError("ClientException", "Object already exists", 409) : undefined;
    await expect(world.region.createComputeEnvironment(fargate("new"), world.signal)).rejects.toMatchObject({
      kind: "alreadyExists",
    });
    await world.clock.advance(2 * second);
    expect(world.region.snapshot().computeEnvironments.get("new")?.tags).toEqual({ owner: "them" });
  });

  it("of a queue is believed alike", async () => {
    const world = await new RegionWorld().start();
    world.aws.freeze();
    await world.region.createJobQueue({ jobQueueName: "q", priority: 1, tags: { owner: "me" } }, world.signal);
    await world.clock.advance(3 * second);
    expect(world.region.snapshot().jobQueues.get("q")).toMatchObject({ status: "CREATING", tags: { owner: "me" } });
  });
});

describe("an update", () => {
  it("is believed at once, and reads from before it are not", async () => {
    const world = new RegionWorld();
    world.aws.environment("ce");
    await world.start();
    world.aws.freeze();
    await world.region.updateComputeEnvironment({ computeEnvironment: "ce", state: "DISABLED" }, world.signal);
    const expected = { status: "UPDATING", state: "DISABLED" };
    expect(world.region.snapshot().computeEnvironments.get("ce")).toMatchObject(expected);
    await world.clock.advance(4 * second);
    expect(world.region.snapshot().computeEnvironments.get("ce")).toMatchObject(expected);
  });

  it("is followed as soon as a read contains it", async () => {
    const world = new RegionWorld();
    const detail = world.aws.environment("ce");
    await world.start();
    await world.region.updateComputeEnvironment({ computeEnvironment: "ce", state: "DISABLED" }, world.signal);
    detail.status = "VALID";
    await world.clock.advance(2 * second);
    expect(world.region.snapshot().computeEnvironments.get("ce")).toMatchObject({ status: "VALID", state: "DISABLED" });
  });

  it("that AWS took and then forgot is given up after the time for which it may be stale", async () => {
    const world = new RegionWorld();
    const detail = world.aws.environment("ce");
    await world.start();
    await world.region.updateComputeEnvironment({ computeEnvironment: "ce", state: "DISABLED" }, world.signal);
    Object.assign(detail, { status: "VALID", state: "ENABLED" });
    await world.clock.advance(7 * second);
    expect(world.region.snapshot().computeEnvironments.get("ce")).toMatchObject({ status: "VALID", state: "ENABLED" });
  });

  it("whose answer is lost may be under way, until a read shows it", async () => {
    const world = new RegionWorld();
    const detail = world.aws.environment("ce");
    await world.start();
    world.aws.lose = ({ operation }) => (operation === "updateComputeEnvironment" ? reset() : undefined);
    const update = { computeEnvironment: "ce", state: "DISABLED" } as const;
    await expect(world.region.updateComputeEnvironment(update, world.signal)).rejects.toThrow();
    expect(world.region.snapshot().computeEnvironments.get("ce")).toMatchObject({
      status: "UPDATING",
      state: "ENABLED",
    });
    detail.status = "VALID";
    await world.settle(world.region.refresh(world.signal));
    expect(world.region.snapshot().computeEnvironments.get("ce")).toMatchObject({ status: "VALID", state: "DISABLED" });
  });

  it("whose answer is lost has not happened when no read shows it that began 5 s later", async () => {
    const world = new RegionWorld();
    world.aws.queue("q", { priority: 1 });
    await world.start();
    world.aws.refuse = ({ operation }) => (operation === "updateJobQueue" ? reset() : undefined);
    const ended = world.region.updateJobQueue({ jobQueue: "q", priority: 2 }, world.signal);
    await expect(ended).rejects.toThrow();
    await world.settle(world.region.refresh(world.signal));
    expect(world.region.snapshot().jobQueues.get("q")).toMatchObject({ status: "UPDATING", priority: 1 });
    await world.clock.advance(7 * second);
    expect(world.region.snapshot().jobQueues.get("q")).toMatchObject({ status: "VALID", priority: 1 });
  });

  it("of a queue keeps listings from being believed while it is under way, and 5 s longer when its answer is lost", async () => {
    const world = new RegionWorld();
    world.aws.queue("q", { priority: 1 });
    await world.start();
    const believes = (): boolean => world.region.snapshot().showsQueuesOf("ce");
    expect(believes()).toBe(true);
    world.aws.latencyMs = 1000;
    world.aws.lose = ({ operation }) => (operation === "updateJobQueue" ? reset() : undefined);
    const ended = world.region.updateJobQueue({ jobQueue: "q", priority: 2 }, world.signal).catch(() => "lost");
    expect(believes()).toBe(false);
    await world.settle(ended);
    await world.settle(world.region.refresh(world.signal));
    expect(believes()).toBe(false);
    await world.clock.advance(8 * second);
    expect(believes()).toBe(true);
  });

  const writesOfOrders: [string, (world: RegionWorld, order: ComputeEnvironmentOrder[]) => Promise<void>][] = [
    [
      "creates a queue",
      ({ region, signal }, computeEnvironmentOrder) =>
        region.createJobQueue({ jobQueueName: "q2", priority: 1, computeEnvironmentOrder }, signal),
    ],
    [
      "updates one",
      ({ region, signal }, computeEnvironmentOrder) =>
        region.updateJobQueue({ jobQueue: "q", computeEnvironmentOrder }, signal),
    ],
  ];

  it.each(writesOfOrders)(
    "that %s may have named its environments for 15 s although its answer was lost",
    async (_name, write) => {
      const world = new RegionWorld();
      world.aws.queue("q", { priority: 1 });
      await world.start();
      world.aws.lose = ({ operation }) => (operation.endsWith("JobQueue") ? reset() : undefined);
      const isUnnamed = (): boolean => world.region.snapshot().showsQueuesOf("ce");
      await world.settle(write(world, [{ order: 1, computeEnvironment: environmentArn("ce") }]).catch(() => "lost"));
      await world.clock.advance(14 * second);
      expect(isUnnamed()).toBe(false);
      await world.clock.advance(2 * second);
      expect(isUnnamed()).toBe(true);
    },
  );

  it.each(writesOfOrders)(
    "that %s is searched in listings of 15 s later before its environments count as unreferenced",
    async (_name, write) => {
      const world = new RegionWorld();
      world.aws.queue("q", { priority: 1 });
      await world.start();
      const unnamed = (): readonly string[] =>
        ["ce", "other"].filter((name) => world.region.snapshot().showsQueuesOf(name));
      await world.settle(write(world, [{ order: 1, computeEnvironment: environmentArn("ce") }]));
      expect(unnamed()).toEqual(["other"]);
      await world.clock.advance(14.9 * second);
      expect(unnamed()).toEqual(["other"]);
      await world.clock.advance(0.1 * second);
      expect(unnamed()).toEqual(["ce", "other"]);
      await world.settle(write(world, [{ order: 1, computeEnvironment: "other" }]).catch(() => undefined));
      expect(unnamed()).toEqual(["ce"]);
    },
  );

  it("of a queue's order is believed at once, also under its ARN", async () => {
    const world = new RegionWorld();
    const { jobQueueArn } = world.aws.queue("q");
    await world.start();
    world.aws.freeze();
    const order = [{ order: 1, computeEnvironment: environmentArn("ce") }];
    await world.region.updateJobQueue({ jobQueue: jobQueueArn, computeEnvironmentOrder: order }, world.signal);
    await world.clock.advance(3 * second);
    expect(world.region.snapshot().jobQueues.get("q")).toMatchObject({
      status: "UPDATING",
      computeEnvironmentOrder: order,
    });
  });
});

describe("a delete", () => {
  it("is believed at once, until the record is gone", async () => {
    const world = new RegionWorld();
    const detail = world.aws.environment("ce", { state: "DISABLED" });
    await world.start();
    world.aws.freeze();
    await world.region.deleteComputeEnvironment("ce", world.signal);
    await world.clock.advance(4 * second);
    expect(world.statusOf("ce")).toBe("DELETING");
    world.aws.thaw();
    detail.status = "DELETED";
    await world.clock.advance(4 * second);
    expect(world.statusOf("ce")).toBeUndefined();
    expect(absent(world, "ce")).toBe(true);
  });

  it("is reported once more when the absence may be believed", async () => {
    const world = new RegionWorld();
    world.aws.environment("ce", { state: "DISABLED" });
    await world.start();
    await world.region.deleteComputeEnvironment("ce", world.signal);
    world.aws.state.environments.length = 0;
    await world.clock.advance(2 * second);
    expect(world.statusOf("ce")).toBeUndefined();
    expect(absent(world, "ce")).toBe(false);
    world.reported.length = 0;
    await world.clock.advance(5 * second);
    expect(absent(world, "ce")).toBe(true);
    expect(world.reported.map(({ change }) => change.computeEnvironments)).toEqual([["ce"]]);
    world.forget();
    await world.clock.advance(50 * second);
    expect(world.aws.calls).toEqual([]);
  });

  it("and a new create of the same name follow each other", async () => {
    const world = new RegionWorld();
    const old = world.aws.environment("ce", { state: "DISABLED" });
    await world.start();
    await world.region.deleteComputeEnvironment("ce", world.signal);
    old.status = "DELETED";
    await world.clock.advance(10 * second);
    await world.region.createComputeEnvironment(fargate("ce"), world.signal);
    await world.clock.advance(2 * second);
    expect(world.statusOf("ce")).toBe("CREATING");
  });
});

describe("tags", () => {
  it("are set, then removed, and believed at once", async () => {
    const world = new RegionWorld();
    const { computeEnvironmentArn } = world.aws.environment("ce", { tags: { old: "1", kept: "2" } });
    await world.start();
    world.aws.freeze();
    const change = { set: { owner: "me" }, remove: ["old"] };
    await world.region.changeTags(computeEnvironmentArn ?? "", change, world.signal);
    await world.clock.advance(3 * second);
    expect(world.region.snapshot().computeEnvironments.get("ce")?.tags).toEqual({ kept: "2", owner: "me" });
    const order = world.aws.calls
      .map(({ operation }) => operation)
      .filter((operation) => operation.endsWith("Resource"));
    expect(order).toEqual(["tagResource", "untagResource"]);
  });

  it("are removed first, where AWS has no room for the old and the new together", async () => {
    const world = new RegionWorld();
    const full = (prefix: string): Record<string, string> =>
      Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${prefix}${index}`, "x"]));
    const { computeEnvironmentArn } = world.aws.environment("ce", { tags: full("old") });
    const { jobQueueArn } = world.aws.queue("q", { tags: full("old") });
    await world.start();
    for (const arn of [computeEnvironmentArn, jobQueueArn]) {
      world.forget();
      await world.region.changeTags(arn ?? "", { set: full("new"), remove: Object.keys(full("old")) }, world.signal);
      expect(world.aws.calls.map(({ operation }) => operation)).toEqual(["untagResource", "tagResource"]);
    }
  });

  it("cost one call each way, and none for nothing", async () => {
    const world = new RegionWorld();
    const { jobQueueArn } = world.aws.queue("q");
    await world.start();
    world.forget();
    await world.region.changeTags(jobQueueArn ?? "", { set: { a: "1" }, remove: [] }, world.signal);
    await world.region.changeTags(jobQueueArn ?? "", { set: {}, remove: ["a"] }, world.signal);
    await world.region.changeTags(jobQueueArn ?? "", { set: {}, remove: [] }, world.signal);
    expect(world.counts()).toMatchObject({ tagResource: 1, untagResource: 1 });
    expect(world.region.snapshot().jobQueues.get("q")?.tags).toEqual({});
  });

  it("are followed by one read when AWS can be believed, not by one every two seconds", async () => {
    const world = new RegionWorld();
    const { jobQueueArn } = world.aws.queue("q");
    await world.start();
    await world.clock.advance(10 * second);
    world.forget();
    await world.region.changeTags(jobQueueArn ?? "", { set: { a: "1" }, remove: [] }, world.signal);
    await world.clock.advance(40 * second);
    expect(world.counts()).toEqual({ tagResource: 1, describeComputeEnvironments: 1, describeJobQueues: 1 });
  });

  it("of something else are refused without a call", async () => {
    const world = await new RegionWorld().start();
    world.forget();
    const arn = "arn:aws:batch:us-east-1:123456789012:job/1";
    await expect(world.region.changeTags(arn, { set: { a: "1" }, remove: [] }, world.signal)).rejects.toMatchObject({
      kind: "invalid",
    });
    expect(world.aws.calls).toEqual([]);
  });
});

describe("revisions", () => {
  const body = {
    jobDefinitionName: "jd",
    type: "container" as const,
    containerProperties: { image: "jd:1" },
    tags: { owner: "me" },
  };
  const revisionsOf = (world: RegionWorld) =>
    world.region
      .snapshot()
      .jobDefinitions?.get("jd")
      ?.map(({ revision }) => revision);

  it("are believed when registered, with the fingerprint of what was sent", async () => {
    const world = await new RegionWorld().start();
    world.aws.freeze();
    await world.region.registerJobDefinition(body, world.signal);
    expect(world.region.snapshot().jobDefinitions?.get("jd")).toMatchObject([
      {
        name: "jd",
        revision: 1,
        arn: "arn:aws:batch:us-east-1:123456789012:job-definition/jd:1",
        tags: { owner: "me" },
        fingerprint: "v1:jd:1",
      },
    ]);
    await world.settle(world.region.refreshDefinition("jd", world.signal));
    expect(revisionsOf(world)).toEqual([1]);
    expect(world.reported.at(-1)?.change.jobDefinitions).toEqual(["jd"]);
  });

  it("get the fingerprint of what AWS describes as soon as that is read", async () => {
    const world = await new RegionWorld().start();
    await world.region.registerJobDefinition(body, world.signal);
    const [stored] = world.aws.state.revisions;
    if (stored !== undefined) stored.containerProperties = { image: "as AWS has it" };
    await world.settle(world.region.refreshDefinition("jd", world.signal));
    expect(world.region.snapshot().jobDefinitions?.get("jd")?.[0]?.fingerprint).toBe("v1:as AWS has it");
  });

  it("are gone at once when deregistered; the absence of the name is confirmed by one listing", async () => {
    const world = new RegionWorld();
    world.aws.revision("jd", 1);
    await world.start();
    world.forget();
    world.aws.freeze();
    await world.region.deregisterJobDefinition("jd:1", world.signal);
    expect(revisionsOf(world)).toBeUndefined();
    expect(world.region.snapshot().isAbsent("job-definition", "jd")).toBe(false);
    await world.clock.advance(4.9 * second);
    world.aws.thaw();
    await world.clock.advance(second);
    expect(world.region.snapshot().isAbsent("job-definition", "jd")).toBe(true);
    expect(world.counts()).toEqual({ deregisterJobDefinition: 1, describeJobDefinitions: 1 });
    expect(world.reported.at(-1)?.change.jobDefinitions).toEqual(["jd"]);
  });

  it("need no extra call after a registration that AWS took", async () => {
    const world = await new RegionWorld().start();
    await world.clock.advance(10 * second);
    world.forget();
    await world.region.registerJobDefinition(body, world.signal);
    await world.clock.advance(40 * second);
    expect(world.counts()).toEqual({ registerJobDefinition: 1 });
  });

  it("with a registration that got no answer are read when AWS can be believed, and reported", async () => {
    const world = await new RegionWorld().start();
    world.aws.lose = ({ operation }) => (operation === "registerJobDefinition" ? reset() : undefined);
    await expect(world.region.registerJobDefinition(body, world.signal)).rejects.toThrow();
    world.aws.lose = () => undefined;
    world.forget();
    await world.clock.advance(4.9 * second);
    expect(revisionsOf(world)).toBeUndefined();
    expect(world.aws.calls).toEqual([]);
    await world.clock.advance(second);
    expect(revisionsOf(world)).toEqual([1]);
    expect(world.counts()).toEqual({ describeJobDefinitions: 1 });
  });

  it("are listed by refreshDefinition only when AWS is sure to show a registration that got no answer", async () => {
    const world = await new RegionWorld().start();
    world.aws.freeze();
    world.aws.lose = ({ operation }) => (operation === "registerJobDefinition" ? reset() : undefined);
    await expect(world.region.registerJobDefinition(body, world.signal)).rejects.toThrow();
    const asked = world.clock.monotonic();
    const outcome = world.region.refreshDefinition("jd", world.signal);
    await world.clock.advance(4 * second);
    world.aws.thaw();
    await world.settle(outcome);
    expect(world.aws.calls.at(-1)?.at).toBe(asked + 5 * second);
    expect(revisionsOf(world)).toEqual([1]);
  });

  it("are retagged and believed", async () => {
    const world = new RegionWorld();
    const { jobDefinitionArn } = world.aws.revision("jd", 1, { tags: { owner: "me" } });
    await world.start();
    world.aws.freeze();
    await world.region.changeTags(jobDefinitionArn ?? "", { set: { owner: "you" }, remove: [] }, world.signal);
    await world.settle(world.region.refreshDefinition("jd", world.signal));
    expect(world.region.snapshot().jobDefinitions?.get("jd")?.[0]?.tags).toEqual({ owner: "you" });
  });

  it("are kept although a listing of all began before they were registered and ended after", async () => {
    const world = new RegionWorld();
    world.aws.pageSize = 1;
    for (const name of ["a", "b", "c"]) world.aws.revision(name, 1);
    world.aws.latencyMs = 1000;
    await world.start();
    await world.clock.advance(1500);
    world.aws.freeze();
    await world.settle(world.region.registerJobDefinition(body, world.signal));
    await world.clock.advance(4 * second);
    expect([...(world.region.snapshot().jobDefinitions?.keys() ?? [])].toSorted()).toEqual(["a", "b", "c", "jd"]);
  });

  it("of many names that are gone are confirmed by one listing of all", async () => {
    const world = new RegionWorld();
    for (let index = 0; index < 50; index++) world.aws.revision(`jd-${index}`, 1);
    await world.start();
    for (let index = 0; index < 50; index++) {
      await world.region.deregisterJobDefinition(`jd-${index}:1`, world.signal);
    }
    world.forget();
    await world.clock.advance(6 * second);
    expect(world.counts()).toEqual({ describeJobDefinitions: 1 });
    expect(world.region.snapshot().isAbsent("job-definition", "jd-49")).toBe(true);
  });
});

describe("absence", () => {
  it("of a queue that names an environment is believed fifteen seconds after this process became the writer", async () => {
    let since: number | undefined;
    const world = new RegionWorld({ writerSince: () => since });
    await world.start();
    const unnamed = (): boolean => world.region.snapshot().showsQueuesOf("ce");
    expect(unnamed()).toBe(false);
    since = world.clock.monotonic();
    world.region.becameWriter();
    await world.clock.advance(14.9 * second);
    expect(unnamed()).toBe(false);
    await world.clock.advance(0.1 * second);
    expect(unnamed()).toBe(true);
  });

  it("is not believed before this process has been the writer for five seconds, and is reported then", async () => {
    let since: number | undefined;
    const world = new RegionWorld({ writerSince: () => since });
    await world.start();
    await world.clock.advance(20 * second);
    expect(absent(world, "nobody")).toBe(false);
    since = world.clock.monotonic();
    world.region.becameWriter();
    world.forget();
    await world.clock.advance(4.9 * second);
    expect(absent(world, "nobody")).toBe(false);
    expect(world.aws.calls).toEqual([]);
    await world.clock.advance(second);
    expect(absent(world, "nobody")).toBe(true);
    expect(world.reported.map(({ change }) => change.everything)).toEqual([true]);
  });

  it("is no longer believed when this process is not the writer any more", async () => {
    let since: number | undefined = -60_000;
    const world = new RegionWorld({ writerSince: () => since });
    await world.start();
    const snapshot = world.region.snapshot();
    expect(snapshot.isAbsent("job-queue", "nobody")).toBe(true);
    since = undefined;
    expect(snapshot.isAbsent("job-queue", "nobody")).toBe(false);
  });

  it("does not follow from a listing that failed on its second page", async () => {
    const world = new RegionWorld();
    world.aws.pageSize = 1;
    world.aws.environment("a");
    world.aws.environment("b");
    world.aws.refuse = ({ operation, input }) =>
      operation === "describeComputeEnvironments" && "nextToken" in input && input.nextToken !== undefined
        ? sdkError("ServerException", "oops", 500)
        : undefined;
    await world.start();
    expect(absent(world, "nobody")).toBe(false);
    expect(world.region.snapshot().listedAt).toBeUndefined();
  });

  it("in an old snapshot is not believed when the name was written since", async () => {
    const world = await new RegionWorld().start();
    const before = world.region.snapshot();
    world.aws.latencyMs = 100;
    void world.region.createComputeEnvironment(fargate("new"), world.signal);
    expect(before.isAbsent("compute-environment", "new")).toBe(false);
  });

  it("is not shaken by a jump of the wall clock", async () => {
    const world = new RegionWorld();
    await world.start();
    expect(absent(world, "nobody")).toBe(true);
    const { now } = world.clock;
    world.clock.now = () => now.call(world.clock) - 60 * minute;
    expect(absent(world, "nobody")).toBe(true);
  });
});

describe("lastWriteAt", () => {
  it("is the end of the last write, also of a failed one", async () => {
    const world = new RegionWorld();
    world.aws.queue("q");
    await world.start();
    world.aws.latencyMs = 100;
    const last = () => world.region.snapshot().lastWriteAt("job-queue", "q");
    expect(last()).toBe(0);
    await world.settle(world.region.updateJobQueue({ jobQueue: "q", priority: 2 }, world.signal));
    expect(last()).toBe(world.clock.now());
    await world.clock.advance(10 * second);
    world.aws.refuse = () => denied();
    await world.settle(world.region.updateJobQueue({ jobQueue: "q", priority: 3 }, world.signal));
    expect(last()).toBe(world.clock.now());
  });
});

describe("jobs", () => {
  it("are read and ended", async () => {
    const world = new RegionWorld();
    world.aws.queue("q");
    await world.start();
    world.aws.state.jobs.push({ jobId: "j", jobName: "job", status: "RUNNING", queue: "q" });
    const counted = async () => (await world.region.jobs("q", world.clock.monotonic(), world.signal)).jobs;
    expect(await counted()).toMatchObject([{ jobId: "j", queue: "q" }]);
    await world.region.terminateJob("j", "enough", world.signal);
    await world.clock.advance(1);
    expect(await counted()).toEqual([]);
  });
});

describe("calls on behalf of a namespace", () => {
  it("wait for one call of another namespace at most, whatever the call", async () => {
    const world = await new RegionWorld({ ratePerSecond: 1 }).start();
    await world.clock.advance(10 * second);
    const { region, signal, aws } = world;
    aws.environment("ours");
    aws.revision("d", 1);
    const [mallory, team] = [region.onBehalfOf("mallory"), region.onBehalfOf("team")];
    for (let at = 0; at < 100; at++) {
      void mallory.refreshDefinition(`m${at}`, signal);
      void mallory.createComputeEnvironment(fargate(`m${at}`), signal);
    }
    const done: string[] = [];
    const note = (what: string, call: Promise<unknown>): void => void call.then(() => done.push(what));
    note("definition", team.refreshDefinition("d", signal));
    note("body", team.definitionBody("arn:aws:batch:us-east-1:123456789012:job-definition/d:1", signal));
    note("write", team.createComputeEnvironment(fargate("new"), signal));
    note("tags", team.changeTags(environmentArn("ours"), { set: { a: "1" }, remove: [] }, signal));
    note("jobs", team.jobsOfObjects.described(["j"], signal));
    await world.clock.advance(40 * second);
    expect(done.toSorted()).toEqual(["body", "definition", "jobs", "tags", "write"]);
    world.stop();
  });
});
