/** What a queue names stays in its order while tags and objects come and go. */

import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { computeEnvironment, ec2, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence } from "./story.ts";

const retain = { deletionPolicy: "Retain" as const };
const a = computeEnvironment("a", { ...ec2, ...retain });
const b = computeEnvironment("b", { ...withTypes(["m5.large"]), ...retain });
const q1 = jobQueue("q1", ["a", "b"], retain);

/** The names in the order of the only queue. */
const orderOf = ({ aws }: World): readonly string[] =>
  aws.truth
    .jobQueues()
    .flatMap(({ computeEnvironmentOrder = [] }) => computeEnvironmentOrder)
    .map(({ computeEnvironment: arn = "" }) => arn.slice(arn.lastIndexOf("/") + 1));
const orderWrites = (world: World): readonly string[] =>
  world.writes().filter((write) => write.startsWith("UpdateJobQueue"));
const isGone = (world: World, name: string) => (): boolean =>
  world.object("BatchComputeEnvironment", name) === undefined;

/** A queue of two environments, Ready. */
async function readyWorld(): Promise<World> {
  const world = await aWorld();
  world.apply(a, b, q1);
  await world.untilReady();
  return world;
}

/** An environment of somebody else's, which a person puts behind what the queue `team_q1` names. */
async function helped(world: World, before: readonly string[]): Promise<void> {
  const order = [...before, "helper"].map((computeEnvironment, index) => ({ order: index + 1, computeEnvironment }));
  await world.aws.outside.updateJobQueue({ jobQueue: "team_q1", computeEnvironmentOrder: order });
}

/** A queue, and the environment `helper` that no object is for, both VALID and at rest. */
async function worldWithHelper(...manifests: readonly Manifest[]): Promise<World> {
  const world = await aWorld();
  world.apply(...manifests);
  const { type, computeResources } = ec2;
  await world.aws.outside.createComputeEnvironment({ computeEnvironmentName: "helper", type, computeResources });
  await world.seconds(300);
  return world;
}

/** Until a second after the observer has listed queues. */
async function justListed(world: World): Promise<void> {
  const listings = (): number => world.aws.log.filter(({ operation }) => operation === "DescribeJobQueues").length;
  const before = listings();
  await world.until("a listing", () => listings() > before);
  await world.seconds(1);
}

describe.each([5, 30])("a helper that a person puts into an order %i s before an edit", (beforeSeconds) => {
  it("stays when the edit is of the sequence, and nothing else is ENABLED any more", async () => {
    const world = await worldWithHelper(a, b, jobQueue("q1", ["a", "b"]));
    const before = orderOf(world);
    await justListed(world);
    await helped(world, before);
    for (const computeEnvironment of before) {
      await world.aws.outside.updateComputeEnvironment({ computeEnvironment, state: "DISABLED" });
    }
    await world.seconds(beforeSeconds);
    world.apply(jobQueue("q1", ["b", "a"]));
    await world.seconds(600);
    expect(orderOf(world)).toEqual([...before, "helper"]);
    expect(world.violations).toEqual([]);
  });

  it("stays when the edit adds what is DISABLED as well", async () => {
    const off = (name: string) => computeEnvironment(name, { ...ec2, state: "DISABLED" });
    const world = await worldWithHelper(off("a"), off("b"), jobQueue("q1", ["a"]));
    const before = orderOf(world);
    await justListed(world);
    await helped(world, before);
    await world.seconds(beforeSeconds);
    world.apply(jobQueue("q1", ["a", "b"]));
    await world.seconds(600);
    expect(orderOf(world)).toEqual([...before, "helper"]);
    expect(world.violations).toEqual([]);
  });
});

describe("what Retain leaves under a queue that stays", () => {
  it("stays in the queue, which reports what its entry lacks", async () => {
    const world = await readyWorld();
    const before = orderOf(world);
    world.delete("BatchComputeEnvironment", "a");
    await world.until("the object is gone", isGone(world, "a"));
    await world.until(
      "it is reported",
      () => world.condition("JobQueue", "q1", "Stalled")?.reason === "ReferenceNotFound",
      900,
    );
    expect(orderOf(world)).toEqual(before);
    expect(orderWrites(world)).toEqual([]);
    await expectSilence(world);
  });

  it("is taken back without a write to the queue", async () => {
    const world = await readyWorld();
    const before = orderOf(world);
    world.delete("BatchComputeEnvironment", "a");
    await world.until("the object is gone", isGone(world, "a"));
    await world.seconds(60);
    world.apply(a);
    await world.untilReady();
    expect(orderOf(world)).toEqual(before);
    expect(orderWrites(world)).toEqual([]);
    await expectSilence(world);
  });

  it("is taken back with another spec, and the queue goes from it to its successor at once", async () => {
    const world = await readyWorld();
    const [old, second] = orderOf(world);
    world.delete("BatchComputeEnvironment", "a");
    await world.until("the object is gone", isGone(world, "a"));
    const orders = new Set<string>();
    world.aws.onChange(() => void orders.add(orderOf(world).join()));
    world.apply(computeEnvironment("a", { ...withTypes(["r5.large"]), ...retain }));
    await world.untilReady();
    const [successor] = orderOf(world);
    expect([...orders]).toEqual([`${old},${second}`, `${successor},${second}`]);
    expect(successor).not.toBe(old);
  });

  it("stays also when all is left in AWS, the environments first", async () => {
    const world = await readyWorld();
    const before = orderOf(world);
    world.delete("BatchComputeEnvironment", "a");
    world.delete("BatchComputeEnvironment", "b");
    await world.seconds(20);
    world.delete("JobQueue", "q1");
    await world.untilGone();
    expect(orderOf(world)).toEqual(before);
    expect(orderWrites(world)).toEqual([]);
  });

  it("goes when its entry is taken out of the spec", async () => {
    const world = await readyWorld();
    const [, second] = orderOf(world);
    world.delete("BatchComputeEnvironment", "a");
    await world.until("the object is gone", isGone(world, "a"));
    world.apply(jobQueue("q1", ["b"], retain));
    await world.untilReady();
    expect(orderOf(world)).toEqual([second]);
  });
});

describe("a queue of somebody else with two environments", () => {
  const adopt = { adoptionPolicy: "IfExists" as const };
  const adopted = (name: string, spec: BatchComputeEnvironmentSpec = { ...ec2, ...adopt }) =>
    computeEnvironment(name, { ...spec, computeEnvironmentName: `prod-${name}` });
  const queue = jobQueue("q1", ["a", "b"], { ...adopt, jobQueueName: "prod-queue" });

  async function foundWorld(): Promise<World> {
    const world = await aWorld({ flags: { adoptableNames: ["team/prod-*"] } });
    const { outside } = world.aws;
    for (const computeEnvironmentName of ["prod-a", "prod-b"]) {
      const { computeResources, type } = ec2;
      await outside.createComputeEnvironment({ computeEnvironmentName, type, computeResources } as never);
    }
    await world.seconds(60);
    await outside.createJobQueue({
      jobQueueName: "prod-queue",
      priority: 1,
      computeEnvironmentOrder: [
        { order: 0, computeEnvironment: "prod-a" },
        { order: 1, computeEnvironment: "prod-b" },
      ],
    });
    await world.seconds(30);
    return world;
  }

  it("is adopted without a write to its order when the objects come one after the other", async () => {
    const world = await foundWorld();
    world.apply(queue);
    await world.seconds(20);
    world.apply(adopted("a"));
    await world.seconds(20);
    world.apply(adopted("b"));
    await world.untilReady();
    expect(orderOf(world)).toEqual(["prod-a", "prod-b"]);
    expect(orderWrites(world)).toEqual([]);
    await expectSilence(world);
  });

  it("keeps an environment whose adoption is refused", async () => {
    const world = await foundWorld();
    const differs = { ...withTypes(["m5.large"]), adoptionPolicy: "IfMatching" as const };
    world.apply(adopted("a"), adopted("b", differs), queue);
    await world.until(
      "the adoption is refused",
      () => world.condition("BatchComputeEnvironment", "b", "Stalled")?.reason === "NotMatching",
    );
    await world.seconds(900);
    expect(orderOf(world)).toEqual(["prod-a", "prod-b"]);
    expect(orderWrites(world)).toEqual([]);
  });

  it("goes to an environment that is created in addition to one of the two only once that is VALID", async () => {
    const world = await foundWorld();
    const orders = new Set<string>();
    world.aws.onChange(() => void orders.add(orderOf(world).join()));
    world.apply(adopted("a"), adopted("b", ec2), queue);
    await world.untilReady();
    const [, own] = orderOf(world);
    expect(own).toMatch(/^prod-b-/);
    expect([...orders]).toEqual(["prod-a,prod-b", `prod-a,${own}`]);
  });
});

describe("a queue whose new order nothing can serve yet", () => {
  it("keeps what serves it through that one's replacement, and leaves it as soon as it can", async () => {
    const world = await aWorld();
    world.apply(
      computeEnvironment("a", ec2),
      computeEnvironment("b", { ...ec2, state: "DISABLED" }),
      jobQueue("q1", ["a"]),
    );
    await world.untilReady();
    const [old] = orderOf(world);
    world.apply(jobQueue("q1", ["b"]));
    const starves = (): boolean => world.condition("JobQueue", "q1", "Ready")?.reason === "WouldLeaveNoEnvironment";
    await world.until("the order waits", starves);

    world.apply(computeEnvironment("a", withTypes(["r5.large"])));
    const isGoneInAws = (): boolean =>
      world.aws.truth
        .computeEnvironments()
        .every(({ computeEnvironmentName, status }) => computeEnvironmentName !== old || status === "DELETED");
    await world.until("the predecessor has gone", isGoneInAws, 900);
    const [successor] = orderOf(world);
    expect(successor).not.toBe(old);
    expect(starves()).toBe(true);

    world.apply(computeEnvironment("b", { ...ec2, state: "ENABLED" }));
    await world.untilReady();
    expect(orderOf(world)).toEqual([expect.stringMatching(/^team_b-/)]);
    expect(orderWrites(world)).toHaveLength(2);
    await expectSilence(world);
  });

  it("follows a replacement also together with a field that cannot be changed", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("a", ec2), jobQueue("q1", ["a"]));
    await world.untilReady();
    const [old] = orderOf(world);
    const schedulingPolicyArn = "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/fair";
    world.apply(jobQueue("q1", ["missing"], { schedulingPolicyArn }));
    await world.seconds(60);
    const holding = { ...ec2, replacement: { soakSeconds: 0, holdBefore: ["Repoint" as const] } };
    world.apply(computeEnvironment("a", withTypes(["m5.large"], holding)));
    const reason = (): string | undefined => world.condition("BatchComputeEnvironment", "a", "Ready")?.reason;
    await world.until("the handover waits", () => reason() === "AwaitingApproval");
    expect(orderOf(world)).toEqual([old]);
    world.apply(computeEnvironment("a", withTypes(["m5.large"])));
    await world.until("the queue has followed", () => reason() === "Available", 900);
    expect(orderOf(world)).not.toEqual([old]);
    expect(world.condition("JobQueue", "q1", "Stalled")?.reason).toBe("SchedulingPolicyFixed");
  });

  it("lets its old environment be replaced once it is paused no more", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("a", ec2), jobQueue("q1", ["a"]));
    await world.untilReady();
    const [old] = orderOf(world);
    world.annotate("JobQueue", "q1", { "awsbatch.dev/paused": "true" });
    const q1WithoutAny = jobQueue("q1", ["missing"]);
    const annotated = (paused: string) => ({
      ...q1WithoutAny,
      metadata: { ...q1WithoutAny.metadata, annotations: { "awsbatch.dev/paused": paused } },
    });
    world.apply(annotated("true"));
    world.apply(computeEnvironment("a", withTypes(["m5.large"])));
    const reason = (): string | undefined => world.condition("BatchComputeEnvironment", "a", "Ready")?.reason;
    await world.until("the queue is waited for", () => reason() === "QueuePaused");
    await world.seconds(600);
    world.apply(annotated("false"));
    await world.until("it is replaced", () => reason() === "Available", 900);
    expect(orderOf(world)).not.toEqual([old]);
  });
});

describe("a queue follows a replacement when what else it names, and no object has, was UPDATING for a moment", () => {
  it.each(["Retain has left it", "its owner has put it into the order"])("%s", async (why) => {
    const world = await aWorld();
    const { outside } = world.aws;
    const isRetained = why.startsWith("Retain");
    if (isRetained) world.apply(a);
    world.apply(b, q1);
    if (isRetained) {
      await world.untilReady();
      world.delete("BatchComputeEnvironment", "a");
      await world.until("the object is gone", isGone(world, "a"));
    } else {
      await world.until("the queue is there", () => orderOf(world).length > 0);
      const { type, computeResources } = ec2;
      await outside.createComputeEnvironment({ computeEnvironmentName: "helper", type, computeResources } as never);
      await world.seconds(60);
      const names = ["helper", ...orderOf(world)];
      const computeEnvironmentOrder = names.map((computeEnvironment, order) => ({ order, computeEnvironment }));
      await outside.updateJobQueue({ jobQueue: "team_q1", computeEnvironmentOrder });
    }
    await world.seconds(900);
    const [other = "", old] = orderOf(world);
    let isUpdated = false;
    world.aws.onChange(({ kind, name, status }) => {
      if (isUpdated || kind !== "computeEnvironment" || status !== "VALID" || [other, old].includes(name)) return;
      isUpdated = true;
      void outside.updateComputeEnvironment({ computeEnvironment: other, computeResources: { maxvCpus: 300 } });
    });
    world.apply(computeEnvironment("b", withTypes(["r5.large"])));
    const condition = () => world.condition("BatchComputeEnvironment", "b", "Ready");
    await world.until("it is being replaced", () => condition()?.status === "False");
    await world.until("it is Ready", () => condition()?.status === "True", 900);
    expect([isUpdated, orderOf(world)]).toEqual([true, [other, expect.not.stringMatching(`^${old}$`)]]);
    expect(world.violations).toEqual([]);
  });
});
