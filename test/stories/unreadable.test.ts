import { expect, it } from "vitest";
import { JobQueueKind } from "../../src/api/v1alpha1/kinds.ts";
import { namespaceKind } from "../../src/kube/resource.ts";
import { throttled } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { refusing } from "./refused-kinds.ts";
import { aWorld } from "./story.ts";

/** Versions of all objects: a status that is written makes another. */
const versions = (world: World): string =>
  JSON.stringify(world.store.objects().map(({ metadata }) => [metadata.name, metadata.resourceVersion]));

const refusals = (world: World): number => world.aws.log.filter(({ outcome }) => outcome.kind === "refused").length;

it.each(["DescribeComputeEnvironments", "DescribeJobQueues", "DescribeJobDefinitions"])(
  "one throttled %s writes no status of what is at rest",
  async (on) => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2));
    world.apply(jobQueue("q", ["ce"]));
    world.apply(jobDefinition("hello"));
    await world.untilReady(600);
    await world.seconds(120);
    const before = versions(world);
    world.aws.faults.add({ fault: throttled, on, times: 1 });
    await world.seconds(180);
    expect(refusals(world)).toBe(1);
    expect(versions(world)).toBe(before);
  },
);

it.each(["DescribeComputeEnvironments", "DescribeJobQueues"])(
  "one throttled %s keeps what is just made waiting for seconds, not until the next check at rest",
  async (on) => {
    const world = await aWorld();
    world.apply(jobDefinition("hello"));
    await world.untilReady(60);
    await world.seconds(20);
    world.aws.faults.add({ fault: throttled, on, times: 1 });
    world.apply(computeEnvironment("ce", ec2));
    await world.seconds(15);
    expect(refusals(world)).toBe(1);
    expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
  },
);

it("where the listing of all job definitions fails for long, edits and deletions go on, by name", async () => {
  const world = await aWorld();
  world.apply(jobDefinition("edited"));
  world.apply(jobDefinition("deleted"));
  world.apply(jobDefinition("resting"));
  await world.untilReady(600);
  await world.seconds(30);
  world.aws.faults.add({
    fault: throttled,
    on: ({ operation, input }) =>
      operation === "DescribeJobDefinitions" &&
      (input as { jobDefinitionName?: string }).jobDefinitionName === undefined,
    forMs: 30 * 60_000,
  });
  await world.seconds(15 * 60);
  const synced = { status: "Unknown", reason: "Throttled" };
  expect(world.condition("JobDefinition", "resting", "Synced")).toMatchObject(synced);
  world.apply(jobDefinition("edited", { timeout: { attemptDurationSeconds: 600 } }));
  world.delete("JobDefinition", "deleted");
  await world.seconds(60);
  const active = world.aws.truth.jobDefinitions().filter(({ status }) => status === "ACTIVE");
  expect(active.map(({ jobDefinitionName, revision }) => `${jobDefinitionName}:${revision}`).sort()).toEqual([
    "team_edited:1",
    "team_edited:2",
    "team_resting:1",
  ]);
  expect(world.object("JobDefinition", "deleted")).toBeUndefined();
  expect(world.object("JobDefinition", "edited")?.status).toMatchObject({ revision: 2 });
  expect(world.condition("JobDefinition", "edited", "Ready")).toMatchObject(synced);
  await world.seconds(20 * 60);
  for (const name of ["edited", "resting"]) {
    expect(world.condition("JobDefinition", name, "Ready")).toMatchObject({ status: "True" });
  }
});

it("a lasting fault is reported on all objects, and so is its end", async () => {
  const world = await aWorld();
  world.apply(jobDefinition("hello"));
  await world.untilReady(60);
  await world.seconds(60);
  world.aws.faults.add({ fault: throttled, on: "DescribeJobQueues", forMs: 300_000 });
  const synced = () => world.condition("JobDefinition", "hello", "Synced");
  await world.seconds(180);
  expect(synced()).toMatchObject({ status: "Unknown", reason: "Throttled" });
  expect(world.condition("JobDefinition", "hello", "Ready")).toMatchObject({ status: "True" });
  await world.seconds(240);
  expect(synced()).toMatchObject({ status: "True" });
});

it("a queue keeps its order, reports why, and can be deleted while the labels of its namespace may not be read", async () => {
  let isReadable = true;
  const world = await aWorld({
    kubernetes: (store) => refusing(store, (kind) => kind === namespaceKind && !isReadable),
  });
  world.store.setNamespace("other", { labels: { team: "b" } });
  const selector = { matchLabels: { team: "b" } };
  const q = jobQueue("q", [], {
    computeEnvironmentOrder: [{ order: 1, computeEnvironmentRef: { name: "ce", namespace: "team" } }],
  });
  const inOther = { ...q, metadata: { ...q.metadata, namespace: "other" } };
  world.apply(computeEnvironment("ce", { ...ec2, allowedNamespaces: { from: "Selector", selector } }), inOther);
  await world.untilReady();
  isReadable = false;
  world.store.cutWatches();
  await world.seconds(60);
  world.apply({ ...inOther, spec: { ...(q.spec as object), priority: 7 } });
  const statusOf = () => world.store.objects().find(({ kind }) => kind === "JobQueue")?.status as object | undefined;
  await world.until("it is reported", () => JSON.stringify(statusOf()).includes("NamespaceUnreadable"), 120);
  expect(JSON.stringify(statusOf())).toContain("Let the operator get, list and watch namespaces");
  const queue = () => world.aws.truth.jobQueues()[0];
  await world.until("the priority is written", () => queue()?.priority === 7 && queue()?.status === "VALID", 60);
  expect(queue()?.computeEnvironmentOrder).toHaveLength(1);
  world.store.delete(JobQueueKind, { namespace: "other", name: "q" });
  await world.until("the queue is gone", () => statusOf() === undefined, 300);
});
