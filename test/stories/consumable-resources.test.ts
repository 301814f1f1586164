import { describe, expect, it } from "vitest";
import type { ConsumableResourceSpec } from "../../src/api/v1alpha1/consumable-resource.ts";
import { ConsumableResourceKind } from "../../src/api/v1alpha1/kinds.ts";
import { ownerTags } from "../../src/controllers/ownership/ownership.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

function consumable(name: string, spec: Partial<ConsumableResourceSpec> = {}, namespace = "team"): Manifest {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "ConsumableResource",
    metadata: { name, namespace },
    spec: { totalQuantity: 2, ...spec },
  };
}

const holding = (name: string, namespace?: string) =>
  jobDefinition("sim", {
    consumableResourceProperties: {
      consumableResourceList: [
        { consumableResourceRef: { name, ...(namespace === undefined ? {} : { namespace }) }, quantity: 1 },
      ],
    },
  });
const allOf = ({ aws }: World) => aws.truth.consumableResources();
const totalOf = (world: World) => allOf(world)[0]?.totalQuantity;
const setsIn = (world: World) =>
  world.aws.log.filter(({ operation }) => operation === "UpdateConsumableResource").length;
const activeOf = ({ aws }: World) => aws.truth.jobDefinitions().filter(({ status }) => status === "ACTIVE");

/** A world with two seats and a definition whose jobs hold one for ten minutes. */
async function withSeats(): Promise<{
  world: World;
  submit: (name: string) => void;
  statuses: () => readonly string[];
}> {
  const world = await aWorld();
  world.apply(holding("seats"), consumable("seats"), jobQueue("q", ["ce"]), computeEnvironment("ce", ec2));
  await world.untilReady();
  return {
    world,
    submit: (jobName) =>
      void world.aws.outside.submitPlannedJob(
        { jobName, jobQueue: "team_q", jobDefinition: "team_sim" },
        { durationMs: 600_000, exitCode: 0 },
      ),
    statuses: () => world.aws.truth.jobs().map(({ status }) => status),
  };
}

describe("a consumable", () => {
  it("is set again where a new spec asks for the total that AWS passes on its way down to an earlier one", async () => {
    const { world, submit, statuses } = await withSeats();
    for (const name of ["a", "b"]) submit(name);
    await world.until("two jobs hold the seats", () => statuses().filter((one) => one === "RUNNING").length === 2);
    world.apply(consumable("seats", { totalQuantity: 0 }));
    await world.until("AWS is asked for none", () => setsIn(world) === 1);
    await world.seconds(30);
    world.apply(consumable("seats", { totalQuantity: 2 }));
    await world.untilReady();
    expect([setsIn(world), statuses()]).toEqual([2, ["RUNNING", "RUNNING"]]);
    await world.until("both jobs have ended", () => statuses().every((one) => one === "SUCCEEDED"), 1800);
    await world.seconds(200);
    expect([totalOf(world), setsIn(world)]).toEqual([2, 2]);
  });

  it("is lowered once while jobs hold more, and its total follows them", async () => {
    const { world, submit, statuses } = await withSeats();
    for (const name of ["a", "b", "c"]) submit(name);
    await world.until("two jobs hold the seats", () => statuses().filter((one) => one === "RUNNING").length === 2);
    world.apply(consumable("seats", { totalQuantity: 1 }));
    await world.seconds(200);
    expect(world.condition("ConsumableResource", "seats", "Ready")).toMatchObject({
      status: "True",
      reason: "InUse",
      message: "jobs hold 2 of team_seats: AWS lowers its total from 2 to 1 as they end",
    });
    await world.until("all jobs are over", () => statuses().every((one) => one === "SUCCEEDED"), 3000);
    await world.seconds(120);
    await world.untilReady();
    expect([totalOf(world), setsIn(world)]).toEqual([1, 1]);
    expect(world.condition("ConsumableResource", "seats", "Ready")).toMatchObject({ reason: "Available" });
    await expectStory(world, "consumable lowered while jobs hold it");
    await expectSilence(world);
  });

  it("that jobs use up is set at its creation, and later by each new token once", async () => {
    const world = await aWorld();
    const used = { resourceType: "NON_REPLENISHABLE" } as const;
    world.apply(consumable("credits", used));
    await world.untilReady();
    // Whether AWS's total falls is not documented: here it does.
    await world.aws.outside.updateConsumableResource({
      consumableResource: "team_credits",
      operation: "REMOVE",
      quantity: 1,
    });
    await world.seconds(120);
    expect([totalOf(world), setsIn(world)]).toEqual([1, 1]);
    world.apply(consumable("credits", { ...used, totalQuantity: 5, quantityToken: "may" }));
    await world.until("it is refilled", () => totalOf(world) === 5);
    await world.aws.outside.updateConsumableResource({
      consumableResource: "team_credits",
      operation: "REMOVE",
      quantity: 4,
    });
    await world.seconds(300);
    expect([totalOf(world), setsIn(world)]).toEqual([1, 3]);
    await expectSilence(world);
  });

  it("that somebody else changes is put back, and is contested at the third time", async () => {
    const world = await aWorld();
    world.apply(consumable("seats"));
    await world.untilReady();
    for (const _time of [1, 2, 3, 4]) {
      await world.aws.outside.updateConsumableResource({
        consumableResource: "team_seats",
        operation: "SET",
        quantity: 7,
      });
      await world.seconds(90);
    }
    expect(world.condition("ConsumableResource", "seats", "Contested")).toMatchObject({ status: "True" });
  });

  it("stays while a definition names it, and goes once a revision without it is registered", async () => {
    const { world } = await withSeats();
    world.delete("ConsumableResource", "seats");
    await world.seconds(120);
    expect(world.condition("ConsumableResource", "seats", "Reconciling")).toMatchObject({ reason: "InUse" });
    expect(world.condition("JobDefinition", "sim", "Ready")).toMatchObject({ status: "True" });
    world.apply(jobDefinition("sim"));
    await world.until("it is gone", () => allOf(world).length === 0, 120);
    const newest = activeOf(world).toSorted((left, right) => right.revision - left.revision)[0];
    expect(newest?.consumableResourceProperties).toBeUndefined();
  });

  it.each([
    [["ConsumableResource seats", "JobDefinition sim", "JobQueue q", "BatchComputeEnvironment ce"]],
    [["BatchComputeEnvironment ce", "JobDefinition sim", "ConsumableResource seats", "JobQueue q"]],
    [["JobQueue q", "ConsumableResource seats", "BatchComputeEnvironment ce", "JobDefinition sim"]],
  ])("is deleted with everything else, in the order %j", async (order) => {
    const { world } = await withSeats();
    for (const one of order) {
      const [kind = "", name = ""] = one.split(" ");
      world.delete(kind as "JobQueue", name);
      await world.seconds(5);
    }
    await world.until("nothing is left", () => world.store.objects().length === 0, 600);
    expect([allOf(world), activeOf(world)]).toEqual([[], []]);
  });

  it("of another namespace is held only where its object allows it, by reference or by name", async () => {
    const world = await aWorld();
    world.apply(consumable("seats", {}, "platform"), holding("seats", "platform"));
    const stalled = () => world.condition("JobDefinition", "sim", "Stalled");
    await world.until("the definition stalls", () => stalled()?.status === "True", 120);
    expect(stalled()).toMatchObject({ reason: "ReferenceNotAllowed" });
    const consumableResourceList = [{ consumableResource: "platform_seats", quantity: 1 }];
    world.apply(jobDefinition("sim", { consumableResourceProperties: { consumableResourceList } }));
    await world.seconds(120);
    expect([stalled()?.reason, activeOf(world)]).toEqual(["ReferenceNotAllowed", []]);
    world.apply(consumable("seats", { allowedNamespaces: { from: "All" } }, "platform"));
    await world.untilReady();
    expect(activeOf(world)).toHaveLength(1);
  });

  it("stays while a definition of another namespace that its selector allows waits for another one", async () => {
    const world = await aWorld();
    world.store.setNamespace("team", { labels: { team: "a" } });
    const allowedNamespaces = { from: "Selector", selector: { matchLabels: { team: "a" } } } as const;
    const consumableResourceList = [
      { consumableResourceRef: { name: "seats", namespace: "platform" }, quantity: 1 },
      { consumableResourceRef: { name: "tapes" }, quantity: 1 },
    ];
    world.apply(
      consumable("seats", { allowedNamespaces }, "platform"),
      jobDefinition("sim", { consumableResourceProperties: { consumableResourceList } }),
    );
    await world.until("the consumable is there", () => allOf(world).length === 1);
    const key = { namespace: "platform", name: "seats" };
    world.store.delete(ConsumableResourceKind, key);
    await world.seconds(120);
    expect(allOf(world)).toHaveLength(1);
    world.delete("JobDefinition", "sim");
    await world.until("it is gone", () => world.store.object(ConsumableResourceKind, key) === undefined);
  });

  it("of another namespace is not held by its name before anybody has read whose it is", async () => {
    const world = await aWorld();
    await world.aws.outside.createConsumableResource({
      consumableResourceName: "platform_seats",
      totalQuantity: 5,
      tags: ownerTags({
        cluster: { name: "default", uid: "cluster-1" },
        namespace: "platform",
        name: "seats",
        uid: "1",
      }),
    });
    world.apply(jobDefinition("sim"));
    await world.untilReady();
    const [before] = activeOf(world);
    const consumableResourceList = [{ consumableResource: "platform_seats", quantity: 1 }];
    world.apply(jobDefinition("sim", { consumableResourceProperties: { consumableResourceList } }));
    const stalled = () => world.condition("JobDefinition", "sim", "Stalled");
    await world.until("the definition stalls", () => stalled()?.status === "True", 120);
    expect([stalled()?.reason, activeOf(world)]).toEqual(["ReferenceNotAllowed", [before]]);
  });

  it("that is missing keeps a definition waiting, and stalls it after ten minutes", async () => {
    const world = await aWorld();
    world.apply(holding("seats"));
    await world.seconds(60);
    expect(world.condition("JobDefinition", "sim", "Reconciling")).toMatchObject({ reason: "ReferenceNotFound" });
    await world.seconds(600);
    expect(world.condition("JobDefinition", "sim", "Stalled")).toMatchObject({ reason: "ReferenceNotFound" });
    world.apply(consumable("seats"));
    await world.untilReady();
    expect(activeOf(world)).toHaveLength(1);
  });

  it("that a job alone references, in place of its definition's, is waited for before the job is submitted", async () => {
    const { world } = await withSeats();
    const job = batchJob("hello", {
      jobQueueRef: { name: "q" },
      jobDefinitionRef: { name: "sim" },
      consumableResourcePropertiesOverride: {
        consumableResourceList: [{ consumableResourceRef: { name: "keys" }, quantity: 2 }],
      },
    });
    world.apply(job);
    await world.seconds(60);
    expect(world.condition("BatchJob", "hello", "Reconciling")).toMatchObject({ reason: "ReferenceNotFound" });
    expect(world.aws.truth.jobs()).toEqual([]);
    world.apply(consumable("keys"));
    await world.until("the job runs", () => world.aws.truth.jobs()[0]?.status === "RUNNING", 300);
    const { consumableResources = [] } = await world.aws.outside.listConsumableResources({});
    const held = consumableResources.map(({ consumableResourceName, inUseQuantity }) => [
      consumableResourceName,
      inUseQuantity,
    ]);
    expect(held).toEqual([
      ["team_seats", 0],
      ["team_keys", 2],
    ]);
  });

  it("of another namespace is not held by a job that names it in AWS", async () => {
    const { world } = await withSeats();
    const consumableResourceList = [{ consumableResource: "platform_keys", quantity: 1 }];
    world.apply(
      batchJob("hello", {
        jobQueueRef: { name: "q" },
        jobDefinitionRef: { name: "sim" },
        consumableResourcePropertiesOverride: { consumableResourceList },
      }),
      consumable("keys", {}, "platform"),
    );
    await world.seconds(60);
    expect(world.condition("BatchJob", "hello", "Stalled")).toMatchObject({ reason: "ReferenceNotAllowed" });
    expect(world.aws.truth.jobs()).toEqual([]);
  });

  it("that Retain has left is taken back as full as it is", async () => {
    const world = await aWorld();
    const used = { resourceType: "NON_REPLENISHABLE", deletionPolicy: "Retain", quantityToken: "may" } as const;
    world.apply(consumable("credits", used));
    await world.untilReady();
    world.delete("ConsumableResource", "credits");
    await world.until("the object is gone", () => world.store.objects().length === 0, 120);
    world.apply(consumable("credits", { ...used, totalQuantity: 9, quantityToken: "june" }));
    await world.untilReady();
    expect([totalOf(world), setsIn(world)]).toEqual([2, 0]);
  });
});
